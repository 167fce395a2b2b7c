//! Powers.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_real};
use crate::error::Error;
use crate::ops::kernel::{same_shape, sum_to, zip};
use crate::ops::operand::{Operand, promoted};
use crate::ops::spec::{Case, Spec, other, positive};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element to a power: a number, or a tensor with broadcasting.
    ///
    /// y = aᵇ, da = dy b aᵇ⁻¹, db = dy aᵇ ln a; `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([2.0, 3.0]).pow(2), [4.0, 9.0]);
    /// assert_close(&tensor([2.0, 9.0]).pow(&tensor([3.0, 0.5])), [8.0, 3.0]);
    /// ```
    #[track_caller]
    pub fn pow(&self, exponent: impl Operand) -> Tensor {
        pow(self, &exponent.operand(self))
    }
}

#[track_caller]
fn pow(a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = promoted(a, b);
    if a.dtype() == DType::I64 && b.numbers().iter().all(|&power| power >= 0.0) {
        return whole_power(&a, &b);
    }
    Tensor::apply(Pow, &[&a.float_or_same(), &b.float_or_same()])
}

/// Whole powers of whole numbers stay whole.
#[track_caller]
fn whole_power(a: &Tensor, b: &Tensor) -> Tensor {
    use crate::error::OrRaise as _;
    zip::<i64, i64>("pow", a, b, wrapping_power).or_raise()
}

/// By squares; [`i64::wrapping_pow`] takes no exponent beyond 32 bits.
fn wrapping_power(mut base: i64, mut exponent: i64) -> i64 {
    let mut power = 1_i64;
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent /= 2;
    }
    power
}

struct Pow;

impl Op for Pow {
    fn name(&self) -> &'static str {
        "pow"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_real!(x[0].dtype(), T => zip::<T, T>("pow", x[0], x[1], |a, b| {
            // Squares are by far the most common power, and powf is slow.
            if b == 2.0 { a * a } else { a.powf(b) }
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (a, b) = (saved.input(0), saved.input(1));
        let base = || {
            let slope = with_real!(a.dtype(), T => zip::<T, T>("pow", a, b, |a, b| {
                // 0 · 0⁻¹ would be NaN where the function is constant.
                if b == 0.0 { 0.0 } else { b * a.powf(b - 1.0) }
            }));
            same_shape(slope).map(|slope| sum_to(&(grad * slope), saved.shape(0)))
        };
        let exponent = || {
            let slope = with_real!(a.dtype(), T => zip::<T, T>("pow", a, b, |a, b| {
                // The limit of aᵇ ln a for a going to 0.
                if a == 0.0 && b >= 0.0 { 0.0 } else { a.powf(b) * a.ln() }
            }));
            same_shape(slope).map(|slope| sum_to(&(grad * slope), saved.shape(1)))
        };
        vec![
            saved.needs(0).then(base).flatten(),
            saved.needs(1).then(exponent).flatten(),
        ]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "pow",
    math: "y = aᵇ, da = dy b aᵇ⁻¹, db = dy aᵇ ln a",
    cases: || {
        let mut cases = Case::broadcasting(positive, other, |x| x[0].pow(&x[1]));
        cases.extend(Case::elementwise(other, |x| x[0].pow(3)));
        cases
    },
    wrong: || Case::no_broadcast(|x| x[0].pow(&x[1])),
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn whole_powers_start_again_beyond_the_last() {
        let power = |base: i64, exponent: i64| tensor([base]).pow(exponent).to_vec_i64()[0];
        assert_eq!(power(-1, 1 << 32), 1);
        assert_eq!(power(-1, i64::MAX), -1);
        assert_eq!((power(3, 0), power(0, 0), power(2, 63)), (1, 1, i64::MIN));
        assert_eq!(power(3, 41), 3_i64.wrapping_pow(41));
        assert_eq!(power(2, 1 << 40), 0);
    }
}
