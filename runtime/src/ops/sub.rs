//! The difference of two tensors.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Number, with_number};
use crate::error::Error;
use crate::ops::kernel::{sum_to, zip};
use crate::ops::operand::{Operand, arithmetic};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The difference of two tensors, element by element with broadcasting; `&a - &b` is the same.
    ///
    /// y = a - b, da = dy, db = -dy, summed back to the shapes of a and b; `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([5.0, 7.0]) - 1.0, [4.0, 6.0]);
    /// ```
    #[track_caller]
    pub fn sub(&self, other: impl Operand) -> Tensor {
        sub(self, &other.operand(self))
    }
}

#[track_caller]
pub(crate) fn sub(a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = arithmetic(a, b);
    Tensor::apply(Sub, &[&a.number_or_same(), &b.number_or_same()])
}

struct Sub;

impl Op for Sub {
    fn name(&self) -> &'static str {
        "sub"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_number!(x[0].dtype(), T => zip::<T, T>("sub", x[0], x[1], Number::minus))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let back = |i| saved.needs(i).then(|| sum_to(grad, saved.shape(i)));
        vec![back(0), back(1).map(|grad| -grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "sub",
    math: "y = a - b, da = dy, db = -dy",
    cases: || Case::broadcasting(sample, other, |x| &x[0] - &x[1]),
    wrong: || Case::no_broadcast(|x| &x[0] - &x[1]),
};
