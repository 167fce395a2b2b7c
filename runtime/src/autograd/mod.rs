//! Reverse-mode differentiation over the graph that ops record while they run.
//!
//! Nodes are numbered as they are made, so a node's number is larger than those of its inputs.
//! `backward` therefore visits nodes from the largest number down, with a heap and no recursion.

mod backward;
mod functional;
mod graph;
mod half;
mod hook;
mod leaf;
mod node;
mod saved;

use std::cell::Cell;

pub use functional::{grad, jacobian, vjp};
pub use graph::Graph;
pub use hook::{HookHandle, HookResult};
pub(crate) use node::Node;
pub use saved::{Saved, Saves};

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::host;
use crate::tensor::Tensor;

/// A differentiable function of tensors; implement it to give a function of your own a gradient.
///
/// ```
/// use cuaderno::prelude::*;
///
/// struct Cube;
///
/// impl Op for Cube {
///     fn name(&self) -> &'static str {
///         "cube"
///     }
///     fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor, Error> {
///         Ok(inputs[0] * inputs[0] * inputs[0])
///     }
///     fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
///         vec![Some(grad * saved.input(0).square() * 3.0)]
///     }
/// }
///
/// let x = tensor_of(DType::F64, [1.0, -2.0]);
/// assert_close(&Tensor::apply(Cube, &[&x]), [1.0, -8.0]);
/// gradcheck(|x| Tensor::apply(Cube, &[&x[0]]), &[&x]);
/// ```
pub trait Op: Send + Sync + 'static {
    /// The name that errors and graphs show.
    fn name(&self) -> &'static str;

    /// Checks the shapes and computes the value. What it computes is not recorded.
    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor, Error>;

    /// The gradient of each input, given that of the output; `None` for one without gradient.
    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>>;

    /// Which values `backward` reads; the others are freed after `forward`.
    fn saves(&self) -> Saves {
        Saves::All
    }
}

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(true) };
}

/// Whether ops record the graph in this thread.
pub(crate) fn is_enabled() -> bool {
    ENABLED.get()
}

/// Turns recording off until it is dropped, also by a panic.
pub(crate) struct Pause {
    before: bool,
}

impl Pause {
    pub(crate) fn new() -> Pause {
        Pause {
            before: ENABLED.replace(false),
        }
    }

    /// Turns recording on instead, for a function whose gradient is asked for inside `no_grad`.
    fn lifted() -> Pause {
        Pause {
            before: ENABLED.replace(true),
        }
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        ENABLED.set(self.before);
    }
}

/// Runs `f` without recording what it computes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let mut w = tensor([1.0]).requires_grad();
/// (&w * 3.0).sum().backward();
/// no_grad(|| w -= w.grad() * 0.1);
/// assert_close(&w, [0.7]);
/// ```
#[track_caller]
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    let _pause = Pause::new();
    f()
}

impl Tensor {
    /// Runs an [`Op`] and records it if one of the inputs needs a gradient.
    ///
    /// On f16 it is computed in f32, and the result is rounded to f16.
    #[track_caller]
    pub fn apply(op: impl Op, inputs: &[&Tensor]) -> Tensor {
        if inputs.iter().any(|x| x.dtype() == DType::F16) {
            return half::apply(Box::new(op), inputs);
        }
        Tensor::apply_as_is(op, inputs)
    }

    /// As [`Tensor::apply`], also on f16.
    #[track_caller]
    pub(crate) fn apply_as_is(op: impl Op, inputs: &[&Tensor]) -> Tensor {
        host::check_interrupt();
        if !is_enabled() || !inputs.iter().any(|x| x.needs_grad()) {
            return op.forward(inputs).or_raise();
        }
        let value = {
            let _pause = Pause::new();
            op.forward(inputs).or_raise()
        };
        node::record(Box::new(op), inputs, value)
    }
}
