//! The square.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Number, with_number, with_real};
use crate::error::Error;
use crate::ops::kernel::{map, same_shape, zip};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The square of each element.
    ///
    /// y = x², dx = 2 x dy; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([3.0, -2.0]).square(), [9.0, 4.0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn square(&self) -> Tensor {
        square(self)
    }
}

#[track_caller]
fn square(x: &Tensor) -> Tensor {
    Tensor::apply(Square, &[&x.number_or_same()])
}

struct Square;

impl Op for Square {
    fn name(&self) -> &'static str {
        "square"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_number!(x[0].dtype(), T => map::<T, T>(x[0], |x| x.times(x))))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = with_real!(grad.dtype(), T => {
            zip::<T, T>("square", grad, saved.input(0), |g, x| 2.0 * g * x)
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "square",
    math: "y = x², dx = 2 x dy",
    cases: || Case::elementwise(sample, |x| x[0].square()),
    wrong: Vec::new,
};
