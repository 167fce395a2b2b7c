//! Functions that see a gradient on its way.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use crate::autograd::node::{Node, lock};
use crate::error::Error;
use crate::shape::show;
use crate::tensor::Tensor;

/// What a hook may give: nothing, or a gradient in place of the one it saw.
#[diagnostic::on_unimplemented(
    message = "a hook cannot give `{Self}`",
    note = "a hook gives nothing, a gradient, or an Option of one"
)]
pub trait HookResult {
    /// The gradient that goes on, if it is another one.
    fn replacement(self) -> Option<Tensor>;
}

impl HookResult for () {
    fn replacement(self) -> Option<Tensor> {
        None
    }
}

impl HookResult for Tensor {
    fn replacement(self) -> Option<Tensor> {
        Some(self)
    }
}

impl HookResult for Option<Tensor> {
    fn replacement(self) -> Option<Tensor> {
        self
    }
}

type Hook = Arc<dyn Fn(&Tensor) -> Option<Tensor> + Send + Sync>;

/// The hooks of one node, in the order in which they were registered.
#[derive(Default)]
pub(super) struct Hooks(Mutex<Vec<(u64, Hook)>>);

static NEXT_HOOK: AtomicU64 = AtomicU64::new(0);

impl Hooks {
    /// The gradient after every hook has seen it.
    pub(super) fn run(&self, name: &str, mut grad: Tensor) -> Result<Tensor, Error> {
        // The list is copied first: a hook may take itself off.
        let hooks: Vec<Hook> = lock(&self.0).iter().map(|(_, hook)| hook.clone()).collect();
        // A hook may change its gradient in place.
        if !hooks.is_empty() {
            grad = grad.unshared();
        }
        for hook in hooks {
            let Some(other) = hook(&grad) else { continue };
            if other.shape() != grad.shape() {
                return Err(Error::new(
                    "register_hook",
                    format!(
                        "the hook on {name} gives a gradient of shape {}, the tensor has shape {}",
                        show(other.shape()),
                        show(grad.shape())
                    ),
                )
                .help("a hook that only looks gives nothing"));
            }
            grad = other.detach().to_dtype(grad.dtype());
        }
        Ok(grad)
    }
}

/// Takes a hook off again; dropping the handle leaves it on.
#[derive(Clone)]
pub struct HookHandle {
    id: u64,
    node: Weak<Node>,
}

impl HookHandle {
    /// Takes the hook off; a second call changes nothing.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0]).requires_grad();
    /// let hook = x.register_hook(|grad| grad * 100.0);
    /// hook.remove();
    /// x.sum().backward();
    /// assert_close(&x.grad(), [1.0]);
    /// ```
    pub fn remove(&self) {
        if let Some(node) = self.node.upgrade() {
            lock(&node.extras().hooks.0).retain(|(id, _)| *id != self.id);
        }
    }
}

impl fmt::Debug for HookHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookHandle")
    }
}

impl Tensor {
    /// Has `backward` call `f` with this tensor's gradient.
    ///
    /// `f` sees the whole gradient of one `backward`, before it is added to the leaf's or goes on
    /// to the inputs. A function that gives a tensor replaces the gradient by it. Values of the
    /// cell are moved into `f`: `move |grad| ..`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// let y = &x * 3.0;
    /// y.register_hook(|grad| println!("{grad}"));
    /// y.register_hook(|grad| grad * 10.0);
    /// y.sum().backward();
    /// assert_close(&x.grad(), [30.0, 30.0]);
    /// ```
    #[track_caller]
    pub fn register_hook<R: HookResult>(
        &self,
        f: impl Fn(&Tensor) -> R + Send + Sync + 'static,
    ) -> HookHandle {
        self.add_hook(Arc::new(move |grad| f(grad).replacement()))
    }

    #[track_caller]
    fn add_hook(&self, hook: Hook) -> HookHandle {
        let Some(node) = &self.0.node else {
            Error::new(
                "register_hook",
                format!(
                    "the tensor of shape {} does not depend on one with requires_grad()",
                    show(self.shape())
                ),
            )
            .help("let x = x.requires_grad();")
            .raise()
        };
        let id = NEXT_HOOK.fetch_add(1, Ordering::Relaxed);
        lock(&node.extras().hooks.0).push((id, hook));
        HookHandle {
            id,
            node: Arc::downgrade(node),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use crate::prelude::*;

    #[test]
    fn hooks_run_in_order_once_per_backward_and_see_the_sum() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let x = tensor([2.0]).requires_grad();
        for factor in [1.0, 10.0] {
            let seen = seen.clone();
            x.register_hook(move |grad| {
                seen.lock().unwrap().push(grad.item());
                grad * factor
            });
        }
        // Two ways lead to x: their gradients 3 and 4 arrive together.
        (&x * 3.0 + x.square()).sum().backward();
        assert_close(&x.grad(), [70.0]);
        (&x * 1.0).sum().backward();
        assert_close(&x.grad(), [80.0]);
        assert_eq!(*seen.lock().unwrap(), [7.0, 7.0, 1.0, 1.0]);
    }

    #[test]
    fn a_hook_may_decide_and_take_itself_off() {
        let x = tensor([3.0]).requires_grad();
        let handle = Arc::new(Mutex::new(None::<HookHandle>));
        let inner = handle.clone();
        *handle.lock().unwrap() = Some(x.register_hook(move |grad| {
            inner.lock().unwrap().as_ref().unwrap().remove();
            (grad.item() > 1.0).then(|| ones_like(grad))
        }));
        (&x * 5.0).sum().backward();
        assert_close(&x.grad(), [1.0]);
        (&x * 5.0).sum().backward();
        assert_close(&x.grad(), [6.0]);
    }

    #[test]
    fn what_a_hook_computes_is_not_recorded_and_a_kept_gradient_is_the_new_one() {
        let x = tensor([1.0, 2.0]).requires_grad();
        let y = x.square();
        y.retain_grad();
        let w = x.clone();
        y.register_hook(move |grad| {
            let other = grad * &w;
            assert!(!other.needs_grad());
            other
        });
        y.sum().backward();
        assert_close(&y.grad(), [1.0, 2.0]);
        assert_close(&x.grad(), [2.0, 8.0]);
    }

    #[test]
    fn a_handle_may_outlive_its_tensor() {
        let handle = tensor([1.0]).requires_grad().register_hook(|_| ());
        handle.remove();
        handle.remove();
    }

    #[test]
    #[should_panic(
        expected = "register_hook: the hook on leaf gives a gradient of shape [], the tensor has shape [2]"
    )]
    fn the_shape_stays() {
        let x = tensor([1.0, 2.0]).requires_grad();
        x.register_hook(|grad| grad.sum());
        x.sum().backward();
    }

    #[test]
    #[should_panic(expected = "register_hook: the tensor of shape [2] does not depend on")]
    fn a_constant_has_no_gradient_to_see() {
        tensor([1.0, 2.0]).register_hook(|_| ());
    }
}
