//! The sigmoid-weighted linear unit.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element times its logistic function, also called swish.
    ///
    /// y = x σ(x), dx = dy σ(x) (1 + x (1 - σ(x))); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-1.0, 0.0, 2.0]).silu(), [-0.26894143, 0.0, 1.7615942]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn silu(&self) -> Tensor {
        silu(self)
    }
}

#[track_caller]
fn silu(x: &Tensor) -> Tensor {
    Tensor::apply(Silu, &[&x.float_or_same()])
}

struct Silu;

impl Op for Silu {
    fn name(&self) -> &'static str {
        "silu"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], (x, fused) => x * x.logistic(fused)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("silu", grad, saved.input(0), (g, x, fused) => {
            let s = x.logistic(fused);
            g * s * (1.0 + x * (1.0 - s))
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "silu",
    math: "y = x σ(x), dx = dy σ(x) (1 + x (1 - σ(x)))",
    cases: || Case::elementwise(sample, |x| x[0].silu()),
    wrong: Vec::new,
};
