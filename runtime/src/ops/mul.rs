//! The product of two tensors.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Number, with_number};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{sum_to, zip};
use crate::ops::operand::{Operand, arithmetic};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The product of two tensors, element by element with broadcasting; `&a * &b` is the same.
    ///
    /// y = a b, da = dy b, db = dy a, summed back to the shapes of a and b; `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([5.0, 7.0]) * tensor([2.0, 3.0]), [10.0, 21.0]);
    /// ```
    #[track_caller]
    pub fn mul(&self, other: impl Operand) -> Tensor {
        mul(self, &other.operand(self))
    }
}

#[track_caller]
pub(crate) fn mul(a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = arithmetic(a, b);
    if a.dtype() == DType::Bool {
        // PyTorch's product of bools is bool: and.
        return zip::<bool, bool>("mul", &a, &b, |a, b| a & b).or_raise();
    }
    Tensor::apply(Mul, &[&a, &b])
}

struct Mul;

impl Op for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_number!(x[0].dtype(), T => zip::<T, T>("mul", x[0], x[1], Number::times))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let back = |i: usize| {
            let product = || grad * saved.input(1 - i);
            saved.needs(i).then(|| sum_to(&product(), saved.shape(i)))
        };
        vec![back(0), back(1)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "mul",
    math: "y = a b, da = dy b, db = dy a",
    cases: || Case::broadcasting(sample, other, |x| &x[0] * &x[1]),
    wrong: || Case::no_broadcast(|x| &x[0] * &x[1]),
};
