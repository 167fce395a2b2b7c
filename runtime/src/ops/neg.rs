//! The sign changed.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Number, with_number};
use crate::error::Error;
use crate::ops::kernel::map;
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element with its sign changed; `-&x` is the same.
    ///
    /// y = -x, dx = -dy; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(-tensor([1.0, -2.0]), [-1.0, 2.0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn neg(&self) -> Tensor {
        neg(self)
    }
}

#[track_caller]
fn neg(x: &Tensor) -> Tensor {
    Tensor::apply(Neg, &[&x.number_or_same()])
}

struct Neg;

impl Op for Neg {
    fn name(&self) -> &'static str {
        "neg"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_number!(x[0].dtype(), T => map::<T, T>(x[0], Number::negative)))
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(grad.neg())]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "neg",
    math: "y = -x, dx = -dy",
    cases: || Case::elementwise(sample, |x| x[0].neg()),
    wrong: Vec::new,
};
