//! A smooth rectifier.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::kernel::{Real as _, map, same_shape, zip};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// A smooth form of the rectifier, always positive.
    ///
    /// y = ln(1 + eˣ), dx = dy / (1 + e⁻ˣ); `[..] -> [..]`. Above 20 it is x itself, as in PyTorch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-1.0, 0.0, 30.0]).softplus(), [0.3132617, 0.6931472, 30.0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn softplus(&self) -> Tensor {
        softplus(self, 1.0, 20.0)
    }
}

/// ln(1 + e^(βx)) / β, and x where βx is above the threshold.
#[track_caller]
pub(crate) fn softplus(x: &Tensor, beta: f64, threshold: f64) -> Tensor {
    Tensor::apply(Softplus { beta, threshold }, &[&x.float_or_same()])
}

struct Softplus {
    beta: f64,
    threshold: f64,
}

impl Op for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_real!(x[0].dtype(), T => {
            let (beta, threshold) = (self.beta as T, self.threshold as T);
            map::<T, T>(x[0], |x| {
                let z = x * beta;
                if z > threshold { x } else { z.exponential(false).ln_1p() / beta }
            })
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = with_real!(grad.dtype(), T => {
            let (beta, threshold) = (self.beta as T, self.threshold as T);
            zip::<T, T>("softplus", grad, saved.input(0), |g, x| {
                let z = x * beta;
                if z > threshold { g } else { g * z.logistic(false) }
            })
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "softplus",
    math: "y = ln(1 + eˣ), dx = dy / (1 + e⁻ˣ)",
    cases: || Case::elementwise(sample, |x| x[0].softplus()),
    wrong: Vec::new,
};
