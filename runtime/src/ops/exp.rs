//! The exponential of each element.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::kernel::{Function, Real, map_function, same_shape, zip_real};
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

struct Each;

impl<T: Real> Function<T, T> for Each {
    #[inline(always)]
    fn of(&self, x: T, fused: bool) -> T {
        x.exponential(fused)
    }
}

impl Op for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_real!(x[0].dtype(), T => map_function::<T, T>(x[0], &Each)))
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
