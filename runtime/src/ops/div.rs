//! The quotient of two tensors.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::kernel::{sum_to, zip};
use crate::ops::operand::{Operand, arithmetic};
use crate::ops::spec::{Case, Spec, positive, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The quotient of two tensors, element by element with broadcasting; `&a / &b` is the same.
    ///
    /// y = a / b, da = dy / b, db = -dy a / b², summed back to the shapes of a and b; `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([5.0, 7.0]) / tensor([2.0, 4.0]), [2.5, 1.75]);
    /// ```
    #[track_caller]
    pub fn div(&self, other: impl Operand) -> Tensor {
        div(self, &other.operand(self))
    }
}

#[track_caller]
pub(crate) fn div(a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = arithmetic(a, b);
    let (a, b) = (a.float_or_same(), b.float_or_same());
    Tensor::apply(Div, &[&a, &b])
}

struct Div;

impl Op for Div {
    fn name(&self) -> &'static str {
        "div"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_real!(x[0].dtype(), T => zip::<T, T>("div", x[0], x[1], |a, b| a / b))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (a, b) = (saved.input(0), saved.input(1));
        let left = || sum_to(&(grad / b), saved.shape(0));
        // b² would be 0 or infinite long before a / b is.
        let right = || sum_to(&-(grad * (a / b) / b), saved.shape(1));
        vec![saved.needs(0).then(left), saved.needs(1).then(right)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "div",
    math: "y = a / b, da = dy / b, db = -dy a / b²",
    cases: || Case::broadcasting(sample, positive, |x| &x[0] / &x[1]),
    wrong: || Case::no_broadcast(|x| &x[0] / &x[1]),
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    /// The values are PyTorch's.
    #[test]
    fn the_slope_is_right_where_the_square_of_the_divisor_is_not() {
        for (a, b, slope) in [
            (0.0, 1e-25, 0.0),
            (1e-30, 1e-25, -1e20),
            (1e20, 1e20, -1e-20),
        ] {
            let b = tensor([b]).requires_grad();
            (tensor([a]) / &b).sum().backward();
            let found = b.grad().item();
            assert!(
                (found - slope).abs() <= 1e-6 * f64::abs(slope),
                "{found} {slope}"
            );
        }
    }
}
