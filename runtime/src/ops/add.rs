//! The sum of two tensors.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Number, with_number};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{sum_to, zip};
use crate::ops::operand::{Operand, arithmetic};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The sum of two tensors, element by element with broadcasting; `&a + &b` is the same.
    ///
    /// y = a + b, da = dy, db = dy, summed back to the shapes of a and b; `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([[1.0], [2.0]]) + tensor([10.0, 20.0]), [[11.0, 21.0], [12.0, 22.0]]);
    /// ```
    #[track_caller]
    pub fn add(&self, other: impl Operand) -> Tensor {
        add(self, &other.operand(self))
    }
}

#[track_caller]
pub(crate) fn add(a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = arithmetic(a, b);
    if a.dtype() == DType::Bool {
        // PyTorch's sum of bools is bool: or.
        return zip::<bool, bool>("add", &a, &b, |a, b| a | b).or_raise();
    }
    Tensor::apply(Add, &[&a, &b])
}

struct Add;

impl Op for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_number!(x[0].dtype(), T => zip::<T, T>("add", x[0], x[1], Number::plus))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let back = |i| saved.needs(i).then(|| sum_to(grad, saved.shape(i)));
        vec![back(0), back(1)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "add",
    math: "y = a + b, da = dy, db = dy",
    cases: || Case::broadcasting(sample, other, |x| &x[0] + &x[1]),
    wrong: || Case::no_broadcast(|x| &x[0] + &x[1]),
};
