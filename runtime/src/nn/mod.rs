//! Layers and the trait that they share with a student's own models.
//!
//! # Writing a layer
//!
//! A layer is a struct with public or readable tensors, options as methods that return a new value,
//! and an `impl Module`:
//!
//! - `forward` does its work within [`observe`]`(self, || ..)`, so that `model.summary(..)` sees it;
//!   it costs one look at a thread-local flag.
//! - `parameters` lists tensors and inner modules by PyTorch's names. What belongs to the state but
//!   is not trained goes behind the semicolon: `params![self.weight; self.running_mean]`.
//! - a layer that does something else in training has a [`Mode`], which `parameters` lists as well:
//!   `params![self.mode]`.
//! - `name` gives what summaries and `{:?}` show, such as `Linear(2, 3)`.

mod activation;
mod adaptive_pool;
mod avg_pool;
mod batch_norm;
mod blocks;
mod conv1d;
mod conv2d;
mod conv_transpose1d;
mod conv_transpose2d;
mod dropout;
mod embedding;
mod filters;
mod flatten;
mod layer_norm;
mod lazy_linear;
mod linear;
mod max_pool;
mod methods;
mod mode;
mod model_table;
mod observe;
mod params;
mod params_table;
mod recurrent;
mod sequential;
mod summary;
mod upsample;

pub use activation::{
    ELU, GELU, LeakyReLU, LogSoftmax, ReLU, SiLU, Sigmoid, Softmax, Softplus, Tanh,
};
pub use adaptive_pool::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, GlobalAvgPool,
};
pub use avg_pool::{AvgPool1d, AvgPool2d};
pub use batch_norm::{BatchNorm1d, BatchNorm2d};
pub use blocks::{Concat, Residual};
pub use conv_transpose1d::ConvTranspose1d;
pub use conv_transpose2d::ConvTranspose2d;
pub use conv1d::Conv1d;
pub use conv2d::Conv2d;
pub use dropout::{Dropout, Dropout2d};
pub use embedding::Embedding;
pub use flatten::{Flatten, Identity};
pub use layer_norm::LayerNorm;
pub use lazy_linear::LazyLinear;
pub(crate) use lazy_linear::Unknown;
pub use linear::Linear;
pub use max_pool::{MaxPool1d, MaxPool2d};
pub use methods::ModuleExt;
pub use mode::Mode;
pub use observe::observe;
pub use params::{ParamSource, Parameter, Params};
pub use recurrent::{GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell};
pub use sequential::Sequential;
pub use summary::{Summary, SummaryRow};
pub(crate) use summary::{grouped, shape_of_batch};
pub use upsample::Upsample;

use std::sync::Arc;

use crate::tensor::Tensor;

/// A model or a layer: a function with parameters that training changes.
///
/// What every model can do besides, such as `train()` and `summary(..)`, is in [`ModuleExt`].
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

    /// The parameters by name; `params![self.w, self.b]` lists tensors and inner modules. List every
    /// layer, also one without parameters: `train()` and `eval()` reach it by this list.
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
