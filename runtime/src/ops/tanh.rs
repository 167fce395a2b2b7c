//! The hyperbolic tangent of each element.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The hyperbolic tangent of each element.
    ///
    /// y = tanh x, dx = dy (1 - y²); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).tanh(), [0.0, 0.761594]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        tanh(self)
    }
}

#[track_caller]
fn tanh(x: &Tensor) -> Tensor {
    Tensor::apply(Tanh, &[&x.float_or_same()])
}

struct Tanh;

impl Op for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], (x, fused) => x.hyperbolic_tangent(fused)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("tanh", grad, saved.output(), (g, y) => g - g * y * y);
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "tanh",
    math: "y = tanh x, dx = dy (1 - y²)",
    cases: || Case::elementwise(sample, |x| x[0].tanh()),
    wrong: Vec::new,
};
