//! The natural logarithm of each element.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, positive};
use crate::tensor::Tensor;

impl Tensor {
    /// The natural logarithm of each element.
    ///
    /// y = ln x, dx = dy / x; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.0, 2.0]).log(), [0.0, 0.693147]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn log(&self) -> Tensor {
        log(self)
    }
}

#[track_caller]
fn log(x: &Tensor) -> Tensor {
    Tensor::apply(Log, &[&x.float_or_same()])
}

struct Log;

impl Op for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], (x, fused) => x.logarithm(fused)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("log", grad, saved.input(0), (g, x) => g / x);
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "log",
    math: "y = ln x, dx = dy / x",
    cases: || Case::elementwise(positive, |x| x[0].log()),
    wrong: Vec::new,
};
