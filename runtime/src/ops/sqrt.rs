//! The square root of each element.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, positive};
use crate::tensor::Tensor;

impl Tensor {
    /// The square root of each element.
    ///
    /// y = √x, dx = dy / 2y; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([4.0, 2.0]).sqrt(), [2.0, 1.414214]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn sqrt(&self) -> Tensor {
        sqrt(self)
    }
}

#[track_caller]
fn sqrt(x: &Tensor) -> Tensor {
    Tensor::apply(Sqrt, &[&x.float_or_same()])
}

struct Sqrt;

impl Op for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], x => x.sqrt()))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("sqrt", grad, saved.output(), (g, y) => g / (y + y));
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "sqrt",
    math: "y = √x, dx = dy / 2y",
    cases: || Case::elementwise(positive, |x| x[0].sqrt()),
    wrong: Vec::new,
};
