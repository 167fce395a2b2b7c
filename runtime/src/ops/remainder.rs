//! What a division leaves, and how often the divisor fits in.

use std::ops::Rem;

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_number, with_real};
use crate::error::Error;
use crate::ops::kernel::{same_shape, sum_to, zip};
use crate::ops::operand::{Operand, promoted};
use crate::ops::spec::{Case, Spec, positive, sample};
use crate::shape::show;
use crate::tensor::Tensor;

impl Tensor {
    /// What a division leaves, with the sign of the divisor, as Python's `%`; `&a % &b` is the same.
    ///
    /// y = a - b ⌊a / b⌋, da = dy, db = -dy ⌊a / b⌋; `[..], [..] -> [..]`. Division by 0 gives NaN,
    /// and for whole numbers an error. (Rust's own `%` has the sign of the dividend.)
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([5, -5]);
    /// assert_eq!(x.remainder(3).to_vec_i64(), [2, 1]);
    /// assert_eq!((&x % -3).to_vec_i64(), [-1, -2]);
    /// ```
    #[track_caller]
    pub fn remainder(&self, other: impl Operand) -> Tensor {
        divide(self, &other.operand(self), Part::Remainder)
    }

    /// What a division leaves, with the sign of the dividend, as Rust's `%` between numbers.
    ///
    /// y = a - b trunc(a / b), da = dy, db = -dy trunc(a / b); `[..], [..] -> [..]`. Division by 0
    /// gives NaN, and for whole numbers an error.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([5.5, -5.5]).fmod(3.0), [2.5, -2.5]);
    /// ```
    #[track_caller]
    pub fn fmod(&self, other: impl Operand) -> Tensor {
        divide(self, &other.operand(self), Part::Fmod)
    }

    /// How often the divisor fits in, rounded down, as Python's `//`; whole numbers stay whole.
    ///
    /// y = ⌊a / b⌋, da = db = 0; `[..], [..] -> [..]`. Division of a whole number by 0 is an error.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([7, -7]).floor_divide(2).to_vec_i64(), [3, -4]);
    /// assert_close(&tensor([1.0, -1.0]).floor_divide(0.4), [2.0, -3.0]);
    /// ```
    #[track_caller]
    pub fn floor_divide(&self, other: impl Operand) -> Tensor {
        divide(self, &other.operand(self), Part::Whole)
    }
}

/// What a division is to give: the rest after rounding down or towards 0, or the rounded quotient.
#[derive(Clone, Copy)]
enum Part {
    Remainder,
    Fmod,
    Whole,
}

/// Numbers that can be divided with a rest.
trait Divide: Sized {
    fn fmod(self, other: Self) -> Self;
    fn remainder(self, other: Self) -> Self;
    fn floor_divide(self, other: Self) -> Self;
}

// Wrapping, since the smallest i64 by -1 fits in none.
impl Divide for i64 {
    fn fmod(self, other: i64) -> i64 {
        self.wrapping_rem(other)
    }

    fn remainder(self, other: i64) -> i64 {
        let rest = self.wrapping_rem(other);
        let adds = rest != 0 && (rest < 0) != (other < 0);
        if adds { rest + other } else { rest }
    }

    fn floor_divide(self, other: i64) -> i64 {
        let rest = self.wrapping_rem(other);
        let below = rest != 0 && (rest < 0) != (other < 0);
        self.wrapping_div(other) - i64::from(below)
    }
}

macro_rules! divide_float {
    ($type:ty) => {
        impl Divide for $type {
            fn fmod(self, other: $type) -> $type {
                self % other
            }

            fn remainder(self, other: $type) -> $type {
                let rest = self % other;
                let adds = rest != 0.0 && (rest < 0.0) != (other < 0.0);
                if adds { rest + other } else { rest }
            }

            // Not the floor of the quotient, which may have been rounded up: 1 // 0.1 is 9.
            fn floor_divide(self, other: $type) -> $type {
                if other == 0.0 {
                    return self / other;
                }
                let rest = self % other;
                let below = rest != 0.0 && (rest < 0.0) != (other < 0.0);
                let whole = ((self - rest) / other).round_ties_even();
                let whole = if below { whole - 1.0 } else { whole };
                // Keeps the sign of a zero.
                if whole == 0.0 {
                    (0.0 as $type).copysign(self / other)
                } else {
                    whole
                }
            }
        }
    };
}

divide_float!(f32);
divide_float!(f64);

/// Both sides in one type with arithmetic.
#[track_caller]
fn dividable(op: &str, a: &Tensor, b: &Tensor) -> (Tensor, Tensor) {
    let (a, b) = promoted(a, b);
    let (a, b) = (a.number_or_same(), b.number_or_same());
    if a.dtype() == DType::I64 && b.values::<i64>().contains(&0) && !a.is_empty() {
        Error::new(
            op,
            format!(
                "a whole number cannot be divided by 0: left is {}, right is {} and has a 0",
                show(a.shape()),
                show(b.shape())
            ),
        )
        .help("floats can, with infinity or NaN as a result: x.float()")
        .raise();
    }
    (a, b)
}

#[track_caller]
fn divide(a: &Tensor, b: &Tensor, part: Part) -> Tensor {
    let op = Division { part };
    let (a, b) = dividable(op.name(), a, b);
    Tensor::apply(op, &[&a, &b])
}

struct Division {
    part: Part,
}

impl Op for Division {
    fn name(&self) -> &'static str {
        match self.part {
            Part::Remainder => "remainder",
            Part::Fmod => "fmod",
            Part::Whole => "floor_divide",
        }
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_number!(x[0].dtype(), T => match self.part {
            Part::Remainder => zip::<T, T>("remainder", x[0], x[1], Divide::remainder),
            Part::Fmod => zip::<T, T>("fmod", x[0], x[1], Divide::fmod),
            Part::Whole => zip::<T, T>("floor_divide", x[0], x[1], Divide::floor_divide),
        })
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        // How often the divisor fits in, a constant between the jumps.
        let times = || {
            let (a, b) = (saved.input(0), saved.input(1));
            let times = with_real!(grad.dtype(), T => match self.part {
                Part::Fmod => zip::<T, T>("fmod", a, b, |a, b| (a / b).trunc()),
                _ => zip::<T, T>("remainder", a, b, Divide::floor_divide),
            });
            same_shape(times).map(|times| sum_to(&-(grad * times), saved.shape(1)))
        };
        match self.part {
            Part::Whole => vec![None, None],
            _ => vec![
                saved.needs(0).then(|| sum_to(grad, saved.shape(0))),
                saved.needs(1).then(times).flatten(),
            ],
        }
    }

    fn saves(&self) -> Saves {
        match self.part {
            Part::Whole => Saves::Shapes,
            _ => Saves::Inputs,
        }
    }
}

impl<R: Operand> Rem<R> for Tensor {
    type Output = Tensor;

    #[track_caller]
    fn rem(self, right: R) -> Tensor {
        divide(&self, &right.operand(&self), Part::Remainder)
    }
}

impl<R: Operand> Rem<R> for &Tensor {
    type Output = Tensor;

    #[track_caller]
    fn rem(self, right: R) -> Tensor {
        divide(self, &right.operand(self), Part::Remainder)
    }
}

macro_rules! number_left {
    ($($number:ty, $tensor:ty);*) => {$(
        impl Rem<$tensor> for $number {
            type Output = Tensor;

            #[track_caller]
            fn rem(self, right: $tensor) -> Tensor {
                divide(&self.operand(&right), &right, Part::Remainder)
            }
        }
    )*};
}

number_left!(f64, Tensor; f64, &Tensor; i32, Tensor; i32, &Tensor);

pub(crate) const SPEC: Spec = Spec {
    name: "remainder",
    math: "y = a - b ⌊a / b⌋, da = dy, db = -dy ⌊a / b⌋",
    cases: || Case::broadcasting(sample, positive, |x| &x[0] % &x[1]),
    wrong: || Case::no_broadcast(|x| &x[0] % &x[1]),
};

pub(crate) const FMOD: Spec = Spec {
    name: "fmod",
    math: "y = a - b trunc(a / b), da = dy, db = -dy trunc(a / b)",
    cases: || Case::broadcasting(sample, positive, |x| x[0].fmod(&x[1])),
    wrong: || Case::no_broadcast(|x| x[0].fmod(&x[1])),
};

pub(crate) const FLOOR_DIVIDE: Spec = Spec {
    name: "floor_divide",
    math: "y = ⌊a / b⌋, da = db = 0",
    cases: || Case::broadcasting(sample, positive, |x| x[0].floor_divide(&x[1])),
    wrong: || Case::no_broadcast(|x| x[0].floor_divide(&x[1])),
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn signs_are_those_of_pytorch() {
        let (a, b) = (
            tensor([5.0, -5.0, 5.0, -5.0]),
            tensor([3.0, 3.0, -3.0, -3.0]),
        );
        assert_close(&a.remainder(&b), [2.0, 1.0, -1.0, -2.0]);
        assert_close(&a.fmod(&b), [2.0, -2.0, 2.0, -2.0]);
        assert_close(&a.floor_divide(&b), [1.0, -2.0, -2.0, 1.0]);
        let (i, j) = (a.long(), b.long());
        assert_eq!(i.remainder(&j).to_vec_i64(), [2, 1, -1, -2]);
        assert_eq!(i.fmod(&j).to_vec_i64(), [2, -2, 2, -2]);
        assert_eq!(i.floor_divide(&j).to_vec_i64(), [1, -2, -2, 1]);
    }

    #[test]
    fn edges_are_those_of_pytorch() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        assert_close(&tensor([5.0, -1.0]).remainder(0.0), [nan, nan]);
        assert_close(&tensor([1.0, -1.0]).remainder(infinity), [1.0, infinity]);
        assert_close(&tensor([1.0, -1.0]).fmod(infinity), [1.0, -1.0]);
        let x = tensor([1.0, -1.0, 5.0, infinity]);
        let y = x.floor_divide(&tensor([0.1, 0.0, infinity, 2.0]));
        assert_close(&y, [9.0, -infinity, 0.0, nan]);
        assert_eq!(tensor([i64::MIN]).remainder(-1).to_vec_i64(), [0]);
    }

    #[test]
    fn the_operator_takes_numbers_on_either_side() {
        assert_eq!((5 % tensor([3, 4])).to_vec_i64(), [2, 1]);
        assert_close(&(5.5 % &tensor([3.0, 4.0])), [2.5, 1.5]);
        assert_close(&(tensor([5, 7]) % 2.5), [0.0, 2.0]);
    }

    #[test]
    #[should_panic(
        expected = "remainder: a whole number cannot be divided by 0: left is [2], right is [] and has a 0"
    )]
    fn whole_division_by_zero_says_so() {
        let _ = tensor([1, 2]) % 0;
    }
}
