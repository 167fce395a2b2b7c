//! Gradients as functions: of a tensor by others, and of a function at a point.

use std::sync::Arc;

use crate::autograd::Pause;
use crate::autograd::backward::{Wanted, seed, walk};
use crate::autograd::node::Node;
use crate::error::{Error, OrRaise};
use crate::ops::stack;
use crate::shape::{Dims, show};
use crate::tensor::{Tensor, filled};

/// The gradients of the number `y` by each of `inputs` (`torch.autograd.grad`).
///
/// Nothing is left in any tensor's `grad()`; the graph is freed. The inputs may be leaves or
/// computed tensors on the way to `y`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([1.0, 2.0]).requires_grad();
/// let h = x.square();
/// let grads = grad(&(&h * 3.0).sum(), &[&x, &h]);
/// assert_close(&grads[0], [6.0, 12.0]);
/// assert_close(&grads[1], [3.0, 3.0]);
/// assert!(x.try_grad().is_none());
/// ```
#[track_caller]
pub fn grad(y: &Tensor, inputs: &[&Tensor]) -> Vec<Tensor> {
    grad_of(y, inputs).or_raise()
}

fn grad_of(y: &Tensor, inputs: &[&Tensor]) -> Result<Vec<Tensor>, Error> {
    let mut nodes = Vec::with_capacity(inputs.len());
    for (i, x) in inputs.iter().enumerate() {
        let node = x.0.node.clone().filter(|node| node.is_active());
        nodes.push(node.ok_or_else(|| {
            Error::new(
                "grad",
                format!(
                    "input {i} of shape {} asks for no gradient",
                    show(x.shape())
                ),
            )
            .help("let x = x.requires_grad(), before y is computed")
        })?);
    }
    let (node, start) = seed("grad", y, None)?;
    let mut wanted = Wanted::new(nodes);
    walk(node, start, false, Some(&mut wanted))?;
    let unused = |i: usize| {
        Error::new(
            "grad",
            format!(
                "the tensor of shape {} was not computed from input {i}, shape {}",
                show(y.shape()),
                show(inputs[i].shape())
            ),
        )
        .help("leave the input out, or use it in y")
    };
    let found = wanted.found.into_iter().enumerate();
    found
        .map(|(i, grad)| Ok(grad.ok_or_else(|| unused(i))?.unshared()))
        .collect()
}

/// A function's value at new leaves, and the leaves.
fn at_leaves(f: &dyn Fn(&[Tensor]) -> Tensor, inputs: &[&Tensor]) -> (Vec<Tensor>, Tensor) {
    let leaves: Vec<Tensor> = inputs.iter().map(|x| x.requires_grad()).collect();
    let _lifted = Pause::lifted();
    let y = f(&leaves);
    (leaves, y)
}

/// The gradients of `Σ v y` by the leaves; 0 where `y` does not depend on one.
fn pull_back(
    op: &str,
    leaves: &[Tensor],
    y: &Tensor,
    v: &Tensor,
    retain: bool,
) -> Result<Vec<Tensor>, Error> {
    let nodes: Vec<Arc<Node>> = leaves.iter().filter_map(|x| x.0.node.clone()).collect();
    let mut wanted = Wanted::new(nodes);
    let (node, start) = seed(op, y, Some(v))?;
    walk(node, start, retain, Some(&mut wanted))?;
    let zeros = |x: &Tensor| filled(op, x.shape(), 0.0, x.dtype());
    let pairs = wanted.found.into_iter().zip(leaves);
    Ok(pairs
        .map(|(grad, x)| grad.map_or_else(|| zeros(x), |grad| grad.unshared()))
        .collect())
}

/// The gradients of `Σ v f(x)` by each input: v times the Jacobian of `f`
/// (`torch.autograd.functional.vjp`, which gives f(x) as well).
///
/// `v` has the shape of f(x), and each result that of its input; 0 where `f` does not depend on
/// one.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (x, w) = (tensor([1.0, 2.0]), tensor([3.0, 4.0]));
/// let grads = vjp(|x| &x[0] * &x[1], &[&x, &w], &tensor([1.0, 10.0]));
/// assert_close(&grads[0], [3.0, 40.0]);
/// assert_close(&grads[1], [1.0, 20.0]);
/// ```
#[track_caller]
pub fn vjp(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[&Tensor], v: &Tensor) -> Vec<Tensor> {
    vjp_of(&f, inputs, v)
}

#[track_caller]
fn vjp_of(f: &dyn Fn(&[Tensor]) -> Tensor, inputs: &[&Tensor], v: &Tensor) -> Vec<Tensor> {
    let (leaves, y) = at_leaves(f, inputs);
    if v.shape() != y.shape() {
        Error::new(
            "vjp",
            format!(
                "v has shape {}, the function gives {}",
                show(v.shape()),
                show(y.shape())
            ),
        )
        .help("v has one number for each that the function gives")
        .raise();
    }
    if !y.needs_grad() {
        let zeros = |x: &Tensor| filled("vjp", x.shape(), 0.0, x.dtype());
        return leaves.iter().map(zeros).collect();
    }
    pull_back("vjp", &leaves, &y, v, false).or_raise()
}

/// The Jacobian of `f` at `x`: how each number of f(x) changes with each of x
/// (`torch.autograd.functional.jacobian`).
///
/// J\[i, j\] = df(x)_i / dx_j; `x: [m..], f(x): [n..] -> [n.., m..]`. `f` is called once, and the
/// way back is gone once for each number of f(x).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([1.0, 2.0, 3.0]);
/// assert_close(
///     &jacobian(|x| x.square(), &x),
///     [[2.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 6.0]],
/// );
/// ```
#[track_caller]
pub fn jacobian(f: impl Fn(&Tensor) -> Tensor, x: &Tensor) -> Tensor {
    jacobian_of(&|x| f(&x[0]), x)
}

#[track_caller]
fn jacobian_of(f: &dyn Fn(&[Tensor]) -> Tensor, x: &Tensor) -> Tensor {
    let (leaves, y) = at_leaves(f, &[x]);
    let shape: Dims = y.shape().iter().chain(x.shape()).copied().collect();
    if !y.needs_grad() || y.is_empty() {
        return filled("jacobian", &shape, 0.0, x.dtype());
    }
    let _pause = Pause::new();
    let row = |i: usize| {
        let v = filled("jacobian", y.shape(), 0.0, y.dtype());
        v.flatten().select(0, i).fill_(1.0);
        let mut grads = pull_back("jacobian", &leaves, &y, &v, true)?;
        Ok(grads.remove(0))
    };
    let rows: Result<Vec<Tensor>, Error> = (0..y.numel()).map(row).collect();
    let rows = rows.or_raise();
    let borrowed: Vec<&Tensor> = rows.iter().collect();
    stack(&borrowed, 0).reshape_dims(shape)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn grad_agrees_with_backward_and_leaves_nothing() {
        let x = tensor([[1.0, -2.0], [0.5, 3.0]]).requires_grad();
        let w = tensor([0.3, -0.7]).requires_grad();
        let loss = || (x.matmul(&w).tanh() * x.select(1, 0)).sum();
        let grads = grad(&loss(), &[&w, &x]);
        assert!(x.try_grad().is_none() && w.try_grad().is_none());
        loss().backward();
        assert_close(&grads[0], &w.grad());
        assert_close(&grads[1], &x.grad());
        // What was there stays as it is.
        grad(&loss(), &[&x]);
        assert_close(&grads[1], &x.grad());
    }

    #[test]
    fn grad_stops_at_what_is_asked_for() {
        let x = tensor([2.0]).requires_grad();
        let h = x.exp();
        let first = h.square().sum();
        let grads = grad(&first, &[&h]);
        assert_close(&grads[0], [2.0 * 2f64.exp()]);
        // exp was not passed, so its part of the graph is still there.
        (&h * 1.0).sum().backward();
        assert_close(&x.grad(), [2f64.exp()]);
    }

    #[test]
    fn one_input_twice_and_the_result_itself() {
        let x = tensor([2.0]).requires_grad();
        let y = x.square().sum();
        let grads = grad(&y, &[&x, &x, &y]);
        assert_eq!(grads.len(), 3);
        assert_close(&grads[0], [4.0]);
        assert_close(&grads[1], [4.0]);
        assert_close(&grads[2], 1.0);
        let y = x.square().sum();
        assert!(grad(&y, &[]).is_empty());
    }

    #[test]
    fn jacobians_of_every_shape() {
        let a = tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let x = tensor([0.5, -1.0]);
        assert_close(&jacobian(|x| a.matmul(x), &x), &a);
        let j = jacobian(|x| x.t().copy(), &a);
        assert_eq!(j.shape(), [2, 3, 3, 2]);
        assert_close(j.sum(), 6.0);
        assert_eq!(j.at(&[1, 2, 2, 1]), 1.0);
        assert_close(&jacobian(|x| x.sum(), &x), [1.0, 1.0]);
        assert_close(&jacobian(|x| x * x, &tensor(3.0)), 6.0);
        assert_close(&jacobian(|_| tensor([7.0]), &x), [[0.0, 0.0]]);
        assert_eq!(jacobian(|x| x * 2.0, &zeros(&[0, 2])).shape(), [0, 2, 0, 2]);
        assert_eq!(jacobian(|x| x.double(), &x).dtype(), DType::F32);
        // Recording is on inside, also where the caller paused it.
        assert_close(&no_grad(|| jacobian(|x| a.matmul(x), &x)), &a);
        assert!(x.try_grad().is_none());
    }

    #[test]
    fn vjp_is_a_row_of_the_jacobian() {
        let x = tensor([0.5, -1.0, 2.0]);
        let f = |x: &Tensor| x.softmax(0);
        let v = tensor([1.0, 2.0, -1.0]);
        let grads = vjp(|x| f(&x[0]), &[&x], &v);
        assert_close(&grads[0], &v.matmul(&jacobian(f, &x)));
        let unused = vjp(|x| x[0].exp(), &[&x, &zeros(&[2, 2])], &v);
        assert_close(&unused[1], &zeros(&[2, 2]));
    }
}
