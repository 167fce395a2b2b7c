//! Loops over elements that ops share.

mod around;
mod deviation;
mod elementwise;
mod math;
mod reduce;

pub(crate) use around::{Around, LineWork, along, exponentials, lines};
pub(crate) use deviation::{squared_deviations, squares_around};
pub(crate) use elementwise::{map, map_fused, map_real, same_shape, zip, zip_fused, zip_real};
pub(crate) use math::Real;
pub(crate) use reduce::{pairwise_sum, reduced, sum, sum_to};

use crate::dtype::DType;
use crate::tensor::Tensor;

impl Tensor {
    /// Floats stay, other types become f32: the input of exp, mean and the like.
    pub(crate) fn float_or_same(&self) -> Tensor {
        if self.dtype().is_float() {
            self.clone()
        } else {
            self.to_dtype(DType::F32)
        }
    }

    /// Bool becomes i64: the input of sums and products.
    pub(crate) fn number_or_same(&self) -> Tensor {
        if self.dtype() == DType::Bool {
            self.to_dtype(DType::I64)
        } else {
            self.clone()
        }
    }
}
