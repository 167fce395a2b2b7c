//! The absolute value.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_real};
use crate::error::Error;
use crate::ops::kernel::{map, same_shape, zip};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The absolute value of each element.
    ///
    /// y = |x|, dx = dy sign x, and 0 at 0 and NaN; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-1.5, 2.0]).abs(), [1.5, 2.0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn abs(&self) -> Tensor {
        abs(self)
    }
}

#[track_caller]
fn abs(x: &Tensor) -> Tensor {
    Tensor::apply(Abs, &[&x.number_or_same()])
}

struct Abs;

impl Op for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let x = x[0];
        Ok(match x.dtype() {
            DType::I64 => map::<i64, i64>(x, i64::wrapping_abs),
            dtype => with_real!(dtype, T => map::<T, T>(x, T::abs)),
        })
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = with_real!(grad.dtype(), T => {
            zip::<T, T>("abs", grad, saved.input(0), |g, x| {
                // As PyTorch's sign: NaN has none.
                if x == 0.0 || x.is_nan() { 0.0 } else { g * x.signum() }
            })
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "abs",
    math: "y = |x|, dx = dy sign x",
    cases: || Case::elementwise(sample, |x| x[0].abs()),
    wrong: Vec::new,
};
