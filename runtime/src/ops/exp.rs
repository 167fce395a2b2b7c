//! The exponential of each element.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The exponential of each element.
    ///
    /// y = eˣ, dx = dy y; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).exp(), [1.0, 2.718282]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn exp(&self) -> Tensor {
        exp(self)
    }
}

#[track_caller]
fn exp(x: &Tensor) -> Tensor {
    Tensor::apply(Exp, &[&x.float_or_same()])
}

struct Exp;

impl Op for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], (x, fused) => x.exponential(fused)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("exp", grad, saved.output(), (g, y) => g * y);
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "exp",
    math: "y = eˣ, dx = dy y",
    cases: || Case::elementwise(sample, |x| x[0].exp()),
    wrong: Vec::new,
};
