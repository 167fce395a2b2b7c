//! The rectifier as a layer.

use crate::nn::Module;
use crate::tensor::Tensor;

/// The rectifier as a layer: y = max(0, x); `[..] -> [..]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&ReLU.forward(&tensor([-1.0, 2.0])), [0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ReLU;

impl Module for ReLU {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.relu()
    }
}
