//! The cosine of each element, an angle in radians.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The cosine of each element, an angle in radians.
    ///
    /// y = cos x, dx = -dy sin x; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).cos(), [1.0, 0.540302]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn cos(&self) -> Tensor {
        cos(self)
    }
}

#[track_caller]
fn cos(x: &Tensor) -> Tensor {
    Tensor::apply(Cos, &[&x.float_or_same()])
}

struct Cos;

impl Op for Cos {
    fn name(&self) -> &'static str {
        "cos"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], x => x.cos()))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("cos", grad, saved.input(0), (g, x) => -(g * x.sin()));
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "cos",
    math: "y = cos x, dx = -dy sin x",
    cases: || Case::elementwise(sample, |x| x[0].cos()),
    wrong: Vec::new,
};
