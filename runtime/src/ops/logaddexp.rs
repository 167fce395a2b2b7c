//! Sums of numbers that are known by their logarithms.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::kernel::{same_shape, sum_to, zip};
use crate::ops::operand::{Operand, promoted};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The logarithm of the sum of two exponentials, with broadcasting, without overflow.
    ///
    /// y = ln(eᵃ + eᵇ), da = dy / (1 + e^(b - a)), db = dy / (1 + e^(a - b)); `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([0.0, 1000.0]).logaddexp(&tensor([0.0, 1000.0]));
    /// assert_close(&y, [0.6931472, 1000.6931472]);
    /// ```
    #[track_caller]
    pub fn logaddexp(&self, other: impl Operand) -> Tensor {
        logaddexp(self, &other.operand(self))
    }
}

#[track_caller]
fn logaddexp(a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = promoted(a, b);
    Tensor::apply(LogAddExp, &[&a.float_or_same(), &b.float_or_same()])
}

struct LogAddExp;

impl Op for LogAddExp {
    fn name(&self) -> &'static str {
        "logaddexp"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_real!(x[0].dtype(), T => zip::<T, T>("logaddexp", x[0], x[1], |a, b| {
            // Equal ones may be infinite, where the difference would be NaN.
            if a == b {
                a + std::f64::consts::LN_2 as T
            } else {
                let (low, high) = if a < b { (a, b) } else { (b, a) };
                high + (low - high).exp().ln_1p()
            }
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let part = |i: usize| {
            let (this, that) = (saved.input(i), saved.input(1 - i));
            let share = with_real!(grad.dtype(), T => {
                zip::<T, T>("logaddexp", this, that, |x, y| (1.0 + (y - x).exp()).recip())
            });
            same_shape(share).map(|share| sum_to(&(grad * share), saved.shape(i)))
        };
        vec![
            saved.needs(0).then(|| part(0)).flatten(),
            saved.needs(1).then(|| part(1)).flatten(),
        ]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "logaddexp",
    math: "y = ln(eᵃ + eᵇ), da = dy / (1 + e^(b - a)), db = dy / (1 + e^(a - b))",
    cases: || Case::broadcasting(sample, other, |x| x[0].logaddexp(&x[1])),
    wrong: || Case::no_broadcast(|x| x[0].logaddexp(&x[1])),
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn infinities_stay() {
        let infinity = f64::INFINITY;
        let y = tensor([-infinity, infinity, 1.0, infinity, f64::NAN])
            .logaddexp(&tensor([-infinity, 1.0, -infinity, -infinity, 1.0]));
        assert_close(&y, [-infinity, infinity, 1.0, infinity, f64::NAN]);
    }
}
