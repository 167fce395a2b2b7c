//! Angles of points in the plane.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::kernel::{same_shape, sum_to, zip};
use crate::ops::operand::{Operand, promoted};
use crate::ops::spec::{Case, Spec, other, positive, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The angle, between -π and π, of the point whose height is this element and whose distance
    /// to the right is the other, with broadcasting.
    ///
    /// y = the angle of (b, a), da = dy b / (a² + b²), db = -dy a / (a² + b²), and 0 at the origin;
    /// `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([1.0, 1.0, -1.0]).atan2(&tensor([1.0, -1.0, 0.0]));
    /// assert_close(&y, [0.7853982, 2.3561945, -1.5707964]);
    /// ```
    #[track_caller]
    pub fn atan2(&self, other: impl Operand) -> Tensor {
        atan2(self, &other.operand(self))
    }
}

#[track_caller]
fn atan2(a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = promoted(a, b);
    Tensor::apply(Atan2, &[&a.float_or_same(), &b.float_or_same()])
}

struct Atan2;

impl Op for Atan2 {
    fn name(&self) -> &'static str {
        "atan2"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_real!(x[0].dtype(), T => zip::<T, T>("atan2", x[0], x[1], T::atan2))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (a, b) = (saved.input(0), saved.input(1));
        // x / (x² + y²), by way of the length, whose squares do not overflow.
        let slope = |x: &Tensor, y: &Tensor, i: usize| {
            let slope = with_real!(grad.dtype(), T => zip::<T, T>("atan2", x, y, |x, y| {
                let length = T::hypot(x, y);
                if length == 0.0 { 0.0 } else { x / length / length }
            }));
            same_shape(slope).map(|slope| sum_to(&(grad * slope), saved.shape(i)))
        };
        vec![
            saved.needs(0).then(|| slope(b, a, 0)).flatten(),
            saved.needs(1).then(|| Some(-slope(a, b, 1)?)).flatten(),
        ]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "atan2",
    math: "y = the angle of (b, a), da = dy b / (a² + b²), db = -dy a / (a² + b²)",
    cases: || {
        let run = |x: &[Tensor]| x[0].atan2(&x[1]);
        let mut cases = Case::broadcasting(sample, positive, run);
        cases.push(Case::new("all around", &[sample(&[7]), other(&[7])], run));
        cases
    },
    wrong: || Case::no_broadcast(|x| x[0].atan2(&x[1])),
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn the_origin_has_no_slope() {
        let (a, b) = (zeros(&[1]).requires_grad(), zeros(&[1]).requires_grad());
        let y = a.atan2(&b);
        assert_close(&y, [0.0]);
        y.sum().backward();
        assert_close(&a.grad(), [0.0]);
        assert_close(&b.grad(), [0.0]);
    }

    #[test]
    fn whole_numbers_become_floats() {
        assert_close(&tensor([1]).atan2(1), [std::f64::consts::FRAC_PI_4]);
    }
}
