//! The logistic function of each element.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The logistic function of each element.
    ///
    /// y = 1 / (1 + e⁻ˣ), dx = dy y (1 - y); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 2.0, -1000.0]).sigmoid(), [0.5, 0.880797, 0.0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        sigmoid(self)
    }
}

#[track_caller]
fn sigmoid(x: &Tensor) -> Tensor {
    Tensor::apply(Sigmoid, &[&x.float_or_same()])
}

struct Sigmoid;

impl Op for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], (x, fused) => x.logistic(fused)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("sigmoid", grad, saved.output(), (g, y) => (g - g * y) * y);
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "sigmoid",
    math: "y = 1 / (1 + e⁻ˣ), dx = dy y (1 - y)",
    cases: || Case::elementwise(sample, |x| x[0].sigmoid()),
    wrong: Vec::new,
};
