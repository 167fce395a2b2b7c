//! The sine of each element, an angle in radians.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The sine of each element, an angle in radians.
    ///
    /// y = sin x, dx = dy cos x; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).sin(), [0.0, 0.841471]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn sin(&self) -> Tensor {
        sin(self)
    }
}

#[track_caller]
fn sin(x: &Tensor) -> Tensor {
    Tensor::apply(Sin, &[&x.float_or_same()])
}

struct Sin;

impl Op for Sin {
    fn name(&self) -> &'static str {
        "sin"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], x => x.sin()))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("sin", grad, saved.input(0), (g, x) => g * x.cos());
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "sin",
    math: "y = sin x, dx = dy cos x",
    cases: || Case::elementwise(sample, |x| x[0].sin()),
    wrong: Vec::new,
};
