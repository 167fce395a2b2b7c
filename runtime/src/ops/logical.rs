//! Logic on each element: and, or, exclusive or, not.

use std::ops::{BitAnd, BitOr, BitXor, Not};

use crate::dtype::{DType, Element};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{map, zip};
use crate::ops::operand::{Operand, promoted};
use crate::shape::show;
use crate::tensor::Tensor;

impl Tensor {
    /// Whether both elements are true, with broadcasting; every number but 0 counts as true.
    ///
    /// y = a ∧ b; `[..], [..] -> [..]` of bool
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0, 3.0]);
    /// assert_close(&x.gt(1.0).logical_and(&x.lt(3.0)), [false, true, false]);
    /// ```
    #[track_caller]
    pub fn logical_and(&self, other: impl Operand) -> Tensor {
        logical("logical_and", self, &other.operand(self), Logic::And)
    }

    /// Whether one element or both are true, with broadcasting; every number but 0 counts as true.
    ///
    /// y = a ∨ b; `[..], [..] -> [..]` of bool
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0, 3.0]);
    /// assert_close(&x.lt(2.0).logical_or(&x.gt(2.0)), [true, false, true]);
    /// ```
    #[track_caller]
    pub fn logical_or(&self, other: impl Operand) -> Tensor {
        logical("logical_or", self, &other.operand(self), Logic::Or)
    }

    /// Whether one element is true and the other is not, with broadcasting; every number but 0
    /// counts as true.
    ///
    /// y = a ⊕ b; `[..], [..] -> [..]` of bool
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([0, 1, 2]).logical_xor(&tensor([0, 0, 5]));
    /// assert_close(&y, [false, true, false]);
    /// ```
    #[track_caller]
    pub fn logical_xor(&self, other: impl Operand) -> Tensor {
        logical("logical_xor", self, &other.operand(self), Logic::Xor)
    }

    /// Whether each element is false; every number but 0 counts as true.
    ///
    /// y = ¬x; `[..] -> [..]` of bool
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 0.5]).logical_not(), [true, false]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn logical_not(&self) -> Tensor {
        logical_not(self)
    }
}

#[track_caller]
fn logical_not(x: &Tensor) -> Tensor {
    crate::host::check_interrupt();
    map::<bool, bool>(&x.detach().to_dtype(DType::Bool), |v| !v)
}

// An enum, since function pointers would not link from a cell (see `ops`).
#[derive(Clone, Copy)]
enum Logic {
    And,
    Or,
    Xor,
}

#[track_caller]
fn logical(op: &str, a: &Tensor, b: &Tensor, logic: Logic) -> Tensor {
    let truth = |x: &Tensor| x.detach().to_dtype(DType::Bool);
    combine::<bool>(op, &truth(a), &truth(b), logic).or_raise()
}

fn combine<T>(op: &str, a: &Tensor, b: &Tensor, logic: Logic) -> Result<Tensor, Error>
where
    T: Element + BitAnd<Output = T> + BitOr<Output = T> + BitXor<Output = T>,
{
    crate::host::check_interrupt();
    match logic {
        Logic::And => zip::<T, T>(op, a, b, |a, b| a & b),
        Logic::Or => zip::<T, T>(op, a, b, |a, b| a | b),
        Logic::Xor => zip::<T, T>(op, a, b, |a, b| a ^ b),
    }
}

/// `& | ^`: logic for bool, bit by bit for whole numbers.
#[track_caller]
fn bitwise(op: &str, a: &Tensor, b: &Tensor, logic: Logic) -> Tensor {
    let (a, b) = promoted(a, b);
    match a.dtype() {
        DType::Bool => combine::<bool>(op, &a, &b, logic).or_raise(),
        DType::I64 => combine::<i64>(op, &a, &b, logic).or_raise(),
        dtype => Error::new(
            op,
            format!(
                "needs bool or whole numbers: left is {}, right is {}, together {dtype}",
                show(a.shape()),
                show(b.shape())
            ),
        )
        .help("a comparison such as x.gt(0.0) gives bool; x.logical_and(&y) takes any numbers")
        .raise(),
    }
}

#[track_caller]
fn not(x: &Tensor) -> Tensor {
    crate::host::check_interrupt();
    match x.dtype() {
        DType::Bool => map::<bool, bool>(x, |v| !v),
        DType::I64 => map::<i64, i64>(x, |v| !v),
        dtype => Error::new(
            "!",
            format!(
                "needs bool or whole numbers, the tensor of shape {} is {dtype}",
                show(x.shape())
            ),
        )
        .help("a comparison such as x.gt(0.0) gives bool; -&x is the negative")
        .raise(),
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $sign:literal, $logic:ident) => {
        impl<R: Operand> $trait<R> for Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                bitwise($sign, &self, &right.operand(&self), Logic::$logic)
            }
        }

        impl<R: Operand> $trait<R> for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                bitwise($sign, self, &right.operand(self), Logic::$logic)
            }
        }
    };
}

operator!(BitAnd, bitand, "&", And);
operator!(BitOr, bitor, "|", Or);
operator!(BitXor, bitxor, "^", Xor);

impl Not for Tensor {
    type Output = Tensor;

    #[track_caller]
    fn not(self) -> Tensor {
        not(&self)
    }
}

impl Not for &Tensor {
    type Output = Tensor;

    #[track_caller]
    fn not(self) -> Tensor {
        not(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn operators_follow_the_truth_table() {
        let (a, b) = (tensor([[false], [true]]), tensor([false, true]));
        assert_close(&(&a & &b), [[false, false], [false, true]]);
        assert_close(&(&a | &b), [[false, true], [true, true]]);
        assert_close(&(&a ^ &b), [[false, true], [true, false]]);
        assert_close(&!&b, [true, false]);
        assert_close(&a.logical_and(&b), &a & &b);
        assert_close(&a.logical_or(&b), &a | &b);
        assert_close(&a.logical_xor(&b), a ^ b);
    }

    #[test]
    fn numbers_have_bits_and_truth() {
        let x = tensor([6, 0]);
        assert_eq!((&x & 3).to_vec_i64(), [2, 0]);
        assert_eq!((&x | 3).to_vec_i64(), [7, 3]);
        assert_eq!((&x ^ 3).to_vec_i64(), [5, 3]);
        assert_eq!((!&x).to_vec_i64(), [-7, -1]);
        assert_close(&x.logical_and(3), [true, false]);
        assert_close(&tensor([0.5, f64::NAN]).logical_not(), [false, false]);
        assert_eq!((zeros(&[0, 2]).gt(0.0) & ones(2).gt(0.0)).shape(), [0, 2]);
    }

    #[test]
    #[should_panic(
        expected = "&: needs bool or whole numbers: left is [2], right is [], together f32"
    )]
    fn floats_have_no_bits() {
        let _ = ones(2) & 1;
    }

    #[test]
    #[should_panic(expected = "logical_or: shapes do not broadcast: left is [2], right is [3]")]
    fn shapes_must_broadcast() {
        ones(2).logical_or(&ones(3));
    }
}
