//! A smooth rectifier.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
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
        let (beta, threshold) = (self.beta, self.threshold);
        Ok(map_real!(x[0], (x, fused) => {
            let z = x * beta as T;
            // ln(1 + eᶻ) = max(z, 0) + ln(1 + e^-|z|), whose exponential is never large.
            let tail = (-z.abs()).exponential(fused).logarithm_1_plus(fused);
            let y = (if z > 0.0 { z + tail } else { tail }) / beta as T;
            if z > threshold as T { x } else { y }
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (beta, threshold) = (self.beta, self.threshold);
        let grad = zip_real!("softplus", grad, saved.input(0), (g, x, fused) => {
            let z = x * beta as T;
            let slope = z.logistic(fused);
            if z > threshold as T { g } else { g * slope }
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
