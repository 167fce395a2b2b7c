//! The right side of `+ - * /` and comparisons: a tensor or a number.

use std::borrow::Cow;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::dtype::{DType, Scalar};
use crate::ops::add::add;
use crate::ops::div::div;
use crate::ops::mul::mul;
use crate::ops::sub::sub;
use crate::shape::Dims;
use crate::tensor::Tensor;

/// A tensor or a plain number in arithmetic with a tensor.
#[diagnostic::on_unimplemented(
    message = "a tensor cannot be combined with `{Self}`",
    note = "the other side is a tensor, a reference to one, or a number such as 2.0"
)]
pub trait Operand {
    /// The value as a tensor; a number takes the type of `other` where that loses nothing.
    fn operand(&self, other: &Tensor) -> Cow<'_, Tensor>;
}

impl Operand for Tensor {
    fn operand(&self, _: &Tensor) -> Cow<'_, Tensor> {
        Cow::Borrowed(self)
    }
}

impl<T: Operand + ?Sized> Operand for &T {
    fn operand(&self, other: &Tensor) -> Cow<'_, Tensor> {
        (**self).operand(other)
    }
}

/// A plain number; `whole` where it is a whole one.
fn number(value: f64, whole: Option<i64>, other: DType) -> Tensor {
    match (other, whole) {
        (DType::F16, _) => Tensor::number_for_half(value),
        (DType::F32 | DType::F64, _) => Tensor::scalar(value, other),
        (_, Some(whole)) => Tensor::from_values(vec![whole], Dims::new()),
        (_, None) => Tensor::scalar(value, DType::F32),
    }
}

macro_rules! number_operand {
    ($($type:ty),*) => {$(
        impl Operand for $type {
            fn operand(&self, other: &Tensor) -> Cow<'_, Tensor> {
                let whole = <$type as Scalar>::WHOLE.then(|| self.whole());
                Cow::Owned(number(self.value(), whole, other.dtype()))
            }
        }
    )*};
}

number_operand!(i32, i64, isize, u8, u32, u64, usize, f32, f64);

enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

impl Arithmetic {
    fn assignment(&self) -> &'static str {
        match self {
            Arithmetic::Add => "+=",
            Arithmetic::Sub => "-=",
            Arithmetic::Mul => "*=",
            Arithmetic::Div => "/=",
        }
    }
}

// An enum, since function pointers would not link from a cell (see `ops`).
#[track_caller]
fn assign(left: &mut Tensor, right: &Tensor, operation: Arithmetic) {
    let joins_graph = !left.is_leaf() || (right.needs_grad() && !left.needs_grad());
    if crate::autograd::is_enabled() && joins_graph {
        // Under its old name a tensor keeps its shape and type, as in place.
        left.taken_in(operation.assignment(), &right.detach());
        let result = match operation {
            Arithmetic::Add => add(left, right),
            Arithmetic::Sub => sub(left, right),
            Arithmetic::Mul => mul(left, right),
            Arithmetic::Div => div(left, right),
        };
        *left = result.to_dtype(left.dtype());
    } else {
        match operation {
            Arithmetic::Add => left.add_(right),
            Arithmetic::Sub => left.sub_(right),
            Arithmetic::Mul => left.mul_(right),
            Arithmetic::Div => left.div_(right),
        }
    }
}

/// Both sides in one type: the larger of the two.
///
/// As in PyTorch, a number without dims does not widen a tensor of floats: f32 with an f64 of
/// shape [] stays f32.
pub(crate) fn promoted<'a>(a: &'a Tensor, b: &'a Tensor) -> (Cow<'a, Tensor>, Cow<'a, Tensor>) {
    if a.dtype() == b.dtype() {
        return (Cow::Borrowed(a), Cow::Borrowed(b));
    }
    let (left, right) = (a.dtype(), b.dtype());
    let dtype = match (a.ndim(), b.ndim()) {
        (1.., 0) if left.is_float() => left,
        (0, 1..) if right.is_float() => right,
        _ if b.0.is_number && left == DType::F16 => left,
        _ if a.0.is_number && right == DType::F16 => right,
        _ => left.promote(right),
    };
    (Cow::Owned(a.to_dtype(dtype)), Cow::Owned(b.to_dtype(dtype)))
}

/// Both sides of + - * /: as [`promoted`], but a plain number next to f16 is not rounded to it, so
/// that a loss in f16 can be multiplied by 65536 (as in PyTorch).
pub(crate) fn arithmetic<'a>(a: &'a Tensor, b: &'a Tensor) -> (Cow<'a, Tensor>, Cow<'a, Tensor>) {
    if a.0.is_number || b.0.is_number {
        return (Cow::Borrowed(a), Cow::Borrowed(b));
    }
    promoted(a, b)
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl<R: Operand> $trait<R> for Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                $method(&self, &right.operand(&self))
            }
        }

        impl<R: Operand> $trait<R> for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                $method(self, &right.operand(self))
            }
        }

        impl<R: Operand> $assign<R> for Tensor {
            /// In place where no gradient is recorded; otherwise a new tensor under the old name, of
            /// the same shape and type.
            #[track_caller]
            fn $assign_method(&mut self, right: R) {
                assign(self, &right.operand(self), Arithmetic::$trait);
            }
        }

        impl $trait<Tensor> for f64 {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: Tensor) -> Tensor {
                $method(&self.operand(&right), &right)
            }
        }

        impl $trait<&Tensor> for f64 {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: &Tensor) -> Tensor {
                $method(&self.operand(right), right)
            }
        }

        impl $trait<Tensor> for i32 {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: Tensor) -> Tensor {
                $method(&self.operand(&right), &right)
            }
        }

        impl $trait<&Tensor> for i32 {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, right: &Tensor) -> Tensor {
                $method(&self.operand(right), right)
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign);
operator!(Sub, sub, SubAssign, sub_assign);
operator!(Mul, mul, MulAssign, mul_assign);
operator!(Div, div, DivAssign, div_assign);

impl Sum for Tensor {
    /// The sum of tensors, such as a list of losses; 0 of none.
    #[track_caller]
    fn sum<I: Iterator<Item = Tensor>>(tensors: I) -> Tensor {
        let sum = |a: Tensor, b: Tensor| add(&a, &b);
        tensors
            .reduce(sum)
            .unwrap_or_else(|| Tensor::scalar(0.0, DType::F32))
    }
}

impl<'a> Sum<&'a Tensor> for Tensor {
    /// The sum of tensors, such as a list of losses; 0 of none.
    #[track_caller]
    fn sum<I: Iterator<Item = &'a Tensor>>(tensors: I) -> Tensor {
        tensors.cloned().sum()
    }
}

impl Neg for Tensor {
    type Output = Tensor;

    fn neg(self) -> Tensor {
        Tensor::neg(&self)
    }
}

impl Neg for &Tensor {
    type Output = Tensor;

    fn neg(self) -> Tensor {
        Tensor::neg(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn numbers_stand_on_either_side() {
        let x = tensor([1.0, 2.0]);
        assert_close(2.0 * &x + 1.0, [3.0, 5.0]);
        assert_close((1.0 - &x).sum(), -1.0);
        assert_close(2 / &x, [2.0, 1.0]);
        assert_close(-(&x * 2).sum(), -6.0);
        let factor = 3_usize;
        assert_close(&x * factor, [3.0, 6.0]);
        assert_close(&x * 0.5_f32, [0.5, 1.0]);
    }

    #[test]
    fn whole_numbers_keep_their_digits_and_start_again_beyond_the_last() {
        let large = 9_007_199_254_740_993_i64;
        assert_eq!((tensor([0]) + large).to_vec_i64(), [large]);
        assert_eq!(tensor([large, large - 1]).eq(large).to_vec_i64(), [1, 0]);
        // PyTorch: torch.tensor([2**63 - 1]) + 1
        let last = tensor([i64::MAX]);
        assert_eq!((&last + 1).to_vec_i64(), [i64::MIN]);
        assert_eq!((-2 - &last).to_vec_i64(), [i64::MAX]);
        assert_eq!((&last * 2).to_vec_i64(), [-2]);
        assert_eq!((&last * &last).to_vec_i64(), [1]);
        assert_eq!(last.square().to_vec_i64(), [1]);
        assert_eq!((-tensor([i64::MIN])).to_vec_i64(), [i64::MIN]);
        let x = last.copy();
        x.add_(1);
        x.sub_(1);
        x.mul_(3);
        assert_eq!(x.to_vec_i64(), [i64::MAX - 2]);
    }

    #[test]
    fn an_iterator_is_summed_with_its_graph() {
        let x = tensor([1.0, 2.0]).requires_grad();
        let losses = [x.sum(), x.square().sum()];
        let total: Tensor = losses.iter().sum();
        total.backward();
        assert_close(x.grad(), [3.0, 5.0]);
        assert_close(losses.into_iter().sum::<Tensor>(), 8.0);
        assert_close([].iter().sum::<Tensor>(), 0.0);
    }

    #[test]
    fn types_promote_as_in_pytorch() {
        let i = tensor([1, 2]);
        assert_eq!((&i * 2).dtype(), DType::I64);
        assert_eq!((&i * 2.0).dtype(), DType::F32);
        assert_eq!((&i / 2).dtype(), DType::F32);
        assert_eq!((tensor([true]) + 1).dtype(), DType::I64);
        assert_eq!((tensor_of(DType::F64, [1.0]) * 2.0).dtype(), DType::F64);
        assert_eq!(
            (tensor([1.0]) + tensor_of(DType::F64, [1.0])).dtype(),
            DType::F64
        );
    }

    #[test]
    fn assignment_keeps_the_graph() {
        let x = tensor([1.0, 2.0]).requires_grad();
        let mut total = zeros(&[2]);
        total += &x;
        total *= &x;
        total.sum().backward();
        assert_close(&x.grad(), [2.0, 4.0]);
    }

    #[test]
    #[should_panic(expected = "+=: the result does not fit in place: left is [1], right is [3]")]
    fn assignment_keeps_the_shape_in_a_graph_too() {
        let mut total = zeros(&[1]);
        total += ones(&[3]).requires_grad();
    }

    #[test]
    #[should_panic(expected = "+=: the result is f32 and does not fit in place")]
    fn assignment_keeps_the_type_in_a_graph_too() {
        let mut count = tensor([1]);
        count += ones(&[1]).requires_grad();
    }

    #[test]
    fn assignment_keeps_the_type_of_floats() {
        let wide = tensor_of(DType::F64, [1.5]).requires_grad();
        for dtype in [DType::F16, DType::F32] {
            let mut total = tensor_of(dtype, [2.0]);
            total *= &wide;
            assert_eq!((total.dtype(), total.item()), (dtype, 3.0));
            total.sum().backward();
        }
        assert_close(wide.grad(), tensor_of(DType::F64, [4.0]));
    }

    #[test]
    fn assignment_without_gradient_is_in_place() {
        let mut a = tensor([1.0, 2.0]);
        let view = a.narrow(0, 1, 1);
        a -= 1.0;
        assert_close(&view, [1.0]);
        a += a.clone();
        assert_close(&a, [0.0, 2.0]);
    }
}
