//! The exponential linear unit.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element where it is positive, and a curve towards -alpha below; PyTorch's alpha is 1 if
    /// none is given.
    ///
    /// y = x where x > 0, else alpha (eˣ - 1); dx = dy or dy alpha eˣ; `[..] -> [..]`. Clevert and
    /// others, "Fast and accurate deep network learning by exponential linear units" (2016).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-1.0, 3.0]).elu(1.0), [-0.6321206, 3.0]);
    /// ```
    #[track_caller]
    pub fn elu(&self, alpha: f64) -> Tensor {
        Tensor::apply(Elu { alpha }, &[&self.float_or_same()])
    }
}

struct Elu {
    alpha: f64,
}

impl Op for Elu {
    fn name(&self) -> &'static str {
        "elu"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let alpha = self.alpha;
        Ok(map_real!(x[0], (x, fused) => {
            let below = alpha as T * x.exponential_less_1(fused);
            if x > 0.0 { x } else { below }
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let alpha = self.alpha;
        let grad = zip_real!("elu", grad, saved.input(0), (g, x, fused) => {
            let below = g * alpha as T * x.exponential(fused);
            if x > 0.0 { g } else { below }
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "elu",
    math: "y = x where x > 0, else alpha (eˣ - 1); dx = dy or dy alpha eˣ",
    cases: || Case::elementwise(sample, |x| x[0].elu(0.7)),
    wrong: Vec::new,
};
