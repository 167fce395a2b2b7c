//! The way back through the graph.

use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::autograd::Pause;
use crate::autograd::node::{Node, Record, lock};
use crate::error::{Error, OrRaise};
use crate::host;
use crate::shape;
use crate::tensor::Tensor;

impl Tensor {
    /// Computes the gradient of this number with respect to every leaf it depends on.
    ///
    /// The gradients are added to those of earlier calls, and the graph is freed.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// let w = tensor([3.0, 4.0]).requires_grad();
    /// (&x * &w).sum().backward();
    /// assert_close(&x.grad(), [3.0, 4.0]);
    /// assert_close(&w.grad(), [1.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn backward(&self) {
        self.start(None, false).or_raise();
    }

    /// As [`Tensor::backward`], starting from a given gradient of this tensor.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// x.square().backward_with(&tensor([1.0, 10.0]));
    /// assert_close(&x.grad(), [2.0, 40.0]);
    /// ```
    #[track_caller]
    pub fn backward_with(&self, grad: &Tensor) {
        self.start(Some(grad), false).or_raise();
    }

    /// As [`Tensor::backward`], keeping the graph for another call.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([3.0]).requires_grad();
    /// let y = x.square().sum();
    /// y.backward_retain_graph();
    /// y.backward();
    /// assert_close(&x.grad(), [12.0]);
    /// ```
    #[track_caller]
    pub fn backward_retain_graph(&self) {
        self.start(None, true).or_raise();
    }

    /// As [`Tensor::backward_with`], keeping the graph for another call.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// let y = x.square();
    /// y.backward_with_retain_graph(&tensor([1.0, 0.0]));
    /// assert_close(&x.grad(), [2.0, 0.0]);
    /// y.backward_with(&tensor([0.0, 1.0]));
    /// assert_close(&x.grad(), [2.0, 4.0]);
    /// ```
    #[track_caller]
    pub fn backward_with_retain_graph(&self, grad: &Tensor) {
        self.start(Some(grad), true).or_raise();
    }

    fn start(&self, grad: Option<&Tensor>, retain: bool) -> Result<(), Error> {
        let (node, grad) = seed("backward", self, grad)?;
        walk(node, grad, retain, None)
    }
}

/// The node to start from and the gradient there.
pub(super) fn seed(
    op: &str,
    y: &Tensor,
    grad: Option<&Tensor>,
) -> Result<(Arc<Node>, Tensor), Error> {
    let shape = || shape::show(y.shape());
    let Some(node) = y.0.node.as_ref().filter(|node| node.is_active()) else {
        return Err(Error::new(
            op,
            format!(
                "the tensor of shape {} does not depend on one with requires_grad()",
                shape()
            ),
        )
        .help("make the leaf with requires_grad(), and compute outside of no_grad"));
    };
    let grad = match grad {
        None if y.numel() != 1 => {
            let remedy = if op == "backward" {
                "reduce it first: y.sum().backward(), or give its gradient: y.backward_with(&grad)"
            } else {
                "reduce it first, such as y.sum(); vjp and jacobian take a function of any shape"
            };
            return Err(Error::new(
                op,
                format!("needs one number to start from, the shape is {}", shape()),
            )
            .help(remedy));
        }
        None => crate::tensor::ones_like(y),
        Some(grad) if grad.shape() != y.shape() => {
            return Err(Error::new(
                op,
                format!(
                    "the gradient has shape {}, the tensor {}",
                    shape::show(grad.shape()),
                    shape()
                ),
            )
            .help("there is one number of the gradient for each of the tensor"));
        }
        Some(grad) => grad.detach().to_dtype(y.dtype()),
    };
    Ok((node.clone(), grad))
}

/// Nodes whose gradients are handed back, with nothing left in any leaf.
pub(super) struct Wanted {
    nodes: Vec<Arc<Node>>,
    /// The gradient of each node, if the walk came by.
    pub(super) found: Vec<Option<Tensor>>,
    /// Nothing below this number leads to a wanted node.
    lowest: u64,
}

impl Wanted {
    pub(super) fn new(nodes: Vec<Arc<Node>>) -> Wanted {
        Wanted {
            found: vec![None; nodes.len()],
            lowest: nodes.iter().map(|node| node.id).min().unwrap_or(u64::MAX),
            nodes,
        }
    }

    fn offer(&mut self, id: u64, grad: &Tensor) {
        for (node, slot) in self.nodes.iter().zip(&mut self.found) {
            if node.id == id {
                *slot = Some(grad.clone());
            }
        }
    }
}

/// A gradient on its way to a node; the largest number comes first.
struct Pending {
    node: Arc<Node>,
    grad: Tensor,
}

impl PartialEq for Pending {
    fn eq(&self, other: &Pending) -> bool {
        self.node.id == other.node.id
    }
}

impl Eq for Pending {}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Pending) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pending {
    fn cmp(&self, other: &Pending) -> std::cmp::Ordering {
        self.node.id.cmp(&other.node.id)
    }
}

/// Hands gradients on from `node` to everything it was computed from: into the leaves, or to the
/// `wanted` nodes only.
pub(super) fn walk(
    node: Arc<Node>,
    grad: Tensor,
    retain: bool,
    mut wanted: Option<&mut Wanted>,
) -> Result<(), Error> {
    let _pause = Pause::new();
    let mut heap = BinaryHeap::from([Pending { node, grad }]);
    while let Some(Pending { node, mut grad }) = heap.pop() {
        host::check_interrupt();
        if wanted
            .as_ref()
            .is_some_and(|wanted| node.id < wanted.lowest)
        {
            break;
        }
        while heap.peek().is_some_and(|next| next.node.id == node.id) {
            if let Some(next) = heap.pop() {
                // Not in place: the same tensor may be another node's gradient.
                grad = grad.add(&next.grad);
            }
        }
        if let Some(extras) = node.has_extras() {
            grad = extras.hooks.run(node.name, grad)?;
        }
        if let Some(wanted) = &mut wanted {
            wanted.offer(node.id, &grad);
            if node.id == wanted.lowest {
                break;
            }
        } else if node.is_leaf() || node.retains_grad.load(Ordering::Relaxed) {
            node.accumulate(&grad);
        }
        if node.is_leaf() {
            continue;
        }
        let mut record = lock(&node.record);
        if retain {
            let record = record.as_ref().ok_or_else(|| already_used(node.name))?;
            hand_on(record, &grad, &mut heap)?;
        } else {
            let taken = record.take().ok_or_else(|| already_used(node.name))?;
            drop(record);
            hand_on(&taken, &grad, &mut heap)?;
        }
    }
    Ok(())
}

/// The gradients of what an op computed from, on their way.
fn hand_on(record: &Record, grad: &Tensor, heap: &mut BinaryHeap<Pending>) -> Result<(), Error> {
    let grads = record.op.backward(&record.saved, grad);
    check_grads(record, &grads)?;
    for (i, (parent, grad)) in record.parents.iter().zip(grads).enumerate() {
        if let (Some(parent), Some(grad)) = (parent, grad) {
            // An op of a student's own may give f32 for an input of f64.
            let grad = if grad.dtype() == record.saved.dtype(i) {
                grad
            } else {
                grad.detach().to_dtype(record.saved.dtype(i))
            };
            // An op may hand on an input as it is.
            let grad = if grad.0.node.is_some() {
                grad.detach()
            } else {
                grad
            };
            heap.push(Pending {
                node: parent.clone(),
                grad,
            });
        }
    }
    Ok(())
}

/// Guards against a mistake in an op that a student wrote.
fn check_grads(record: &Record, grads: &[Option<Tensor>]) -> Result<(), Error> {
    let (name, saved) = (record.op.name(), &record.saved);
    if grads.len() != saved.count() {
        return Err(Error::new(
            name,
            format!(
                "backward gives {} gradients for {} inputs",
                grads.len(),
                saved.count()
            ),
        )
        .help("it gives Some(gradient) or None for each input"));
    }
    for (i, grad) in grads.iter().enumerate() {
        if let Some(grad) = grad.as_ref().filter(|grad| grad.shape() != saved.shape(i)) {
            return Err(Error::new(
                name,
                format!(
                    "backward gives input {i} a gradient of shape {}, the input has shape {}",
                    shape::show(grad.shape()),
                    shape::show(saved.shape(i))
                ),
            )
            .help("a gradient has the shape of its input: sum over the dims that were broadcast"));
        }
    }
    Ok(())
}

#[cold]
fn already_used(name: &str) -> Error {
    Error::new(
        "backward",
        format!("the graph was used before and is freed (met at {name})"),
    )
    .help("compute the loss again, or keep the graph with backward_retain_graph()")
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use crate::prelude::*;

    #[track_caller]
    fn check(run: impl FnOnce(), expected: &str) {
        let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("should panic");
        assert_eq!(
            payload.downcast_ref::<String>().map(String::as_str),
            Some(expected)
        );
    }

    #[test]
    fn mistakes_say_what_to_do() {
        check(
            || tensor([1.0]).sum().backward(),
            "backward: the tensor of shape [] does not depend on one with requires_grad()\n\
             help: make the leaf with requires_grad(), and compute outside of no_grad",
        );
        check(
            || (tensor([1.0, 2.0]).requires_grad() * 2.0).backward(),
            "backward: needs one number to start from, the shape is [2]\n\
             help: reduce it first: y.sum().backward(), or give its gradient: y.backward_with(&grad)",
        );
        check(
            || {
                let y = tensor([1.0]).requires_grad().exp().sum();
                y.backward();
                y.backward();
            },
            "backward: the graph was used before and is freed (met at sum)\n\
             help: compute the loss again, or keep the graph with backward_retain_graph()",
        );
        check(
            || {
                let x = tensor([1.0, 2.0]).requires_grad();
                let y = x.square();
                no_grad(|| x.add_(1.0));
                y.sum().backward();
            },
            "backward: the input of square, shape [2], was changed in place after the forward pass, \
             so its gradient would be wrong\n\
             help: call backward() before methods that end in _, or use the form without _",
        );
        check(
            || {
                tensor([1.0]).requires_grad().grad();
            },
            "grad: the tensor of shape [1] has no gradient yet\n\
             help: call backward() on the loss first",
        );
        check(
            || {
                tensor([1]).requires_grad();
            },
            "requires_grad: only floats have gradients, this tensor of shape [1] is i64\n\
             help: x.float() makes f32 of it",
        );
    }

    #[test]
    fn an_own_op_may_give_a_gradient_of_another_type() {
        struct Double;

        impl Op for Double {
            fn name(&self) -> &'static str {
                "double"
            }

            fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
                Ok(x[0] * 2.0)
            }

            fn backward(&self, _: &Saved, _: &Tensor) -> Vec<Option<Tensor>> {
                vec![Some(tensor([2.0, 2.0]))]
            }
        }

        let x = tensor_of(DType::F64, [0.0, 0.0]).requires_grad();
        Tensor::apply(Double, &[&x.exp()]).sum().backward();
        assert_eq!(x.grad().dtype(), DType::F64);
        Tensor::apply(Double, &[&x]).sum().backward();
        assert_close(x.grad(), tensor_of(DType::F64, [4.0, 4.0]));
    }

    #[test]
    fn a_value_used_twice_gets_both_gradients() {
        let x = tensor([2.0]).requires_grad();
        let y = &x * 3.0;
        (&y * &y + &y).sum().backward();
        assert_close(&x.grad(), [3.0 * (2.0 * 6.0 + 1.0)]);
    }

    #[test]
    fn leaves_do_not_share_a_gradient() {
        let (a, b) = (tensor([1.0]).requires_grad(), tensor([2.0]).requires_grad());
        (&a + &b).sum().backward();
        a.grad().mul_(10.0);
        assert_close(&b.grad(), [1.0]);
    }

    #[test]
    fn nothing_is_recorded_inside_no_grad() {
        let x = tensor([1.0]).requires_grad();
        assert!(!no_grad(|| x.exp()).needs_grad());
        let caught = catch_unwind(AssertUnwindSafe(|| no_grad(|| panic!("inside"))));
        assert!(
            caught.is_err() && x.exp().needs_grad(),
            "a panic ends no_grad too"
        );
    }

    #[test]
    fn a_frozen_leaf_gets_no_gradient() {
        // It asks for none already.
        ones(&[1]).set_requires_grad(false);
        let (w, v) = (ones(&[1]).requires_grad(), ones(&[1]).requires_grad());
        w.set_requires_grad(false);
        (&w * &v).sum().backward();
        assert!(w.try_grad().is_none());
        assert_close(&v.grad(), [1.0]);
    }
}
