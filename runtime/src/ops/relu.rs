//! The rectifier.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{with_number, with_real};
use crate::error::Error;
use crate::ops::kernel::{map, same_shape, zip};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element, or 0 where it is negative.
    ///
    /// y = max(0, x), dx = dy where x > 0, else 0; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([-1.0, 0.0, 2.0]).requires_grad();
    /// assert_close(&x.relu(), [0.0, 0.0, 2.0]);
    /// x.relu().sum().backward();
    /// assert_close(&x.grad(), [0.0, 0.0, 1.0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        relu(self)
    }
}

#[track_caller]
fn relu(x: &Tensor) -> Tensor {
    Tensor::apply(Relu, &[&x.number_or_same()])
}

struct Relu;

impl Op for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        // Written so that NaN stays NaN, as in PyTorch.
        Ok(with_number!(x[0].dtype(), T => {
            let zero = <T as Default>::default();
            map::<T, T>(x[0], |x| if x < zero { zero } else { x })
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = with_real!(grad.dtype(), T => {
            // NaN passes its gradient on, as in PyTorch.
            zip::<T, T>("relu", grad, saved.output(), |g, y| if y <= 0.0 { 0.0 } else { g })
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "relu",
    math: "y = max(0, x), dx = dy where x > 0, else 0",
    cases: || Case::elementwise(sample, |x| x[0].relu()),
    wrong: Vec::new,
};
