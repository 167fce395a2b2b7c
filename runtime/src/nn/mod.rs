//! Layers and the trait that they share with a student's own models.

mod linear;
mod params;
mod relu;
mod sequential;

pub use linear::Linear;
pub use params::{ParamSource, Parameter, Params};
pub use relu::ReLU;
pub use sequential::Sequential;

use std::sync::Arc;

use crate::tensor::Tensor;

/// A model or a layer: a function with parameters that training changes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// struct Line {
///     w: Tensor,
///     b: Tensor,
/// }
///
/// impl Module for Line {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         x * &self.w + &self.b
///     }
///     fn parameters(&self) -> Params {
///         params![self.w, self.b]
///     }
/// }
///
/// let line = Line { w: tensor([2.0]).requires_grad(), b: tensor([1.0]).requires_grad() };
/// assert_close(&line.forward(&tensor([3.0])), [7.0]);
/// assert_eq!(line.parameters().names(), ["w", "b"]);
/// ```
pub trait Module {
    /// The output for a batch of inputs.
    // Not #[track_caller]: rustc 1.95 then hides the symbol that another crate's vtable needs, so a
    // cell with `seq![Linear::new(2, 1)]` would not link against the dylib.
    fn forward(&self, x: &Tensor) -> Tensor;

    /// The parameters by name; `params![self.w, self.b]` lists tensors and inner modules.
    fn parameters(&self) -> Params {
        Params::default()
    }

    /// What summaries show: the type's name, and for a layer its sizes.
    fn name(&self) -> String {
        let path = std::any::type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }
}

macro_rules! module_behind {
    ($pointer:ident) => {
        impl<M: Module + ?Sized> Module for $pointer<M> {
            fn forward(&self, x: &Tensor) -> Tensor {
                (**self).forward(x)
            }

            fn parameters(&self) -> Params {
                (**self).parameters()
            }

            fn name(&self) -> String {
                (**self).name()
            }
        }
    };
}

module_behind!(Arc);
module_behind!(Box);
