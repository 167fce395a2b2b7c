//! Types of elements, how they are stored, and which one wins when two meet.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

use half::f16;

use crate::memory::{self, Pool};

/// The type of a tensor's elements.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(tensor([1.0, 2.0]).dtype(), DType::F32);
/// assert_eq!(tensor([1, 2]).dtype(), DType::I64);
/// assert_eq!(tensor([1, 2]).to_dtype(DType::F64).dtype().to_string(), "f64");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DType {
    /// True or false; what comparisons give.
    Bool,
    /// 64-bit whole numbers: class labels and indices.
    I64,
    /// 16-bit floats: three digits, up to 65504. Arithmetic is done in f32 and rounded after each
    /// operation.
    F16,
    /// 32-bit floats, the default.
    F32,
    /// 64-bit floats, for checks that need more digits.
    F64,
}

impl DType {
    /// Whether elements are floats, the only ones that can have a gradient.
    pub fn is_float(self) -> bool {
        matches!(self, DType::F16 | DType::F32 | DType::F64)
    }

    /// The type of `a + b`: the later one of bool, i64, f16, f32, f64, as in PyTorch.
    pub fn promote(self, other: DType) -> DType {
        self.max(other)
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            DType::Bool => "bool",
            DType::I64 => "i64",
            DType::F16 => "f16",
            DType::F32 => "f32",
            DType::F64 => "f64",
        })
    }
}

/// A plain Rust number next to a tensor, as in `&x * 2.0`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number")]
pub trait Scalar: Copy {
    /// Whether it is a whole number, which keeps an i64 tensor i64.
    const WHOLE: bool;
    /// The number.
    fn value(self) -> f64;
    /// A whole number with all its digits, of which an f64 has too few for some.
    fn whole(self) -> i64;
}

macro_rules! scalar {
    ($whole:literal: $($type:ty),*) => {$(
        // One macro serves all types, also those that need no cast.
        #[allow(clippy::unnecessary_cast)]
        impl Scalar for $type {
            const WHOLE: bool = $whole;

            fn value(self) -> f64 {
                self as f64
            }

            fn whole(self) -> i64 {
                self as i64
            }
        }
    )*};
}

scalar!(true: i32, i64, isize, u8, u32, u64, usize);
scalar!(false: f32, f64);

/// The elements of a tensor, in memory order.
#[derive(Clone, Debug)]
pub(crate) enum Storage {
    Bool(Vec<bool>),
    I64(Vec<i64>),
    F16(Vec<f16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl Storage {
    pub(crate) fn dtype(&self) -> DType {
        match self {
            Storage::Bool(_) => DType::Bool,
            Storage::I64(_) => DType::I64,
            Storage::F16(_) => DType::F16,
            Storage::F32(_) => DType::F32,
            Storage::F64(_) => DType::F64,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Storage::Bool(v) => v.len(),
            Storage::I64(v) => v.len(),
            Storage::F16(v) => v.len(),
            Storage::F32(v) => v.len(),
            Storage::F64(v) => v.len(),
        }
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        match self {
            Storage::Bool(values) => memory::recycle(std::mem::take(values)),
            Storage::I64(values) => memory::recycle(std::mem::take(values)),
            Storage::F16(values) => memory::recycle(std::mem::take(values)),
            Storage::F32(values) => memory::recycle(std::mem::take(values)),
            Storage::F64(values) => memory::recycle(std::mem::take(values)),
        }
    }
}

/// A Rust type that a tensor can hold.
pub(crate) trait Element: Copy + PartialOrd + Default + Send + Sync + 'static {
    const DTYPE: DType;
    fn slice(storage: &Storage) -> &[Self];
    fn slice_mut(storage: &mut Storage) -> &mut [Self];
    fn store(values: Vec<Self>) -> Storage;
    /// Where large buffers of this type wait for their next use.
    fn pool() -> &'static Pool<Self>;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn to_i64(self) -> i64;
}

macro_rules! element {
    ($type:ty, $variant:ident, $from:expr, $to_f64:expr, $to_i64:expr) => {
        impl Element for $type {
            const DTYPE: DType = DType::$variant;

            fn slice(storage: &Storage) -> &[Self] {
                match storage {
                    Storage::$variant(values) => values,
                    other => unreachable!("{} read as {}", other.dtype(), Self::DTYPE),
                }
            }

            fn slice_mut(storage: &mut Storage) -> &mut [Self] {
                match storage {
                    Storage::$variant(values) => values,
                    other => unreachable!("{} written as {}", other.dtype(), Self::DTYPE),
                }
            }

            fn store(values: Vec<Self>) -> Storage {
                Storage::$variant(values)
            }

            fn pool() -> &'static Pool<Self> {
                static POOL: Pool<$type> = Pool::new();
                &POOL
            }

            #[inline]
            fn from_f64(value: f64) -> Self {
                $from(value)
            }

            #[inline]
            fn to_f64(self) -> f64 {
                $to_f64(self)
            }

            #[inline]
            fn to_i64(self) -> i64 {
                $to_i64(self)
            }
        }
    };
}

element!(
    bool,
    Bool,
    |v: f64| v != 0.0,
    |v| f64::from(u8::from(v)),
    i64::from
);
element!(i64, I64, |v: f64| v as i64, |v| v as f64, |v| v);
element!(f16, F16, f16::from_f64, f16::to_f64, |v: f16| v.to_f64()
    as i64);
element!(f32, F32, |v: f64| v as f32, f64::from, |v| v as i64);
element!(f64, F64, |v: f64| v, |v| v, |v| v as i64);

/// Elements with arithmetic of their own: everything but bool and f16.
pub(crate) trait Number:
    Element
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    // As in PyTorch, what is too large for an i64 starts again at the smallest: `+` would panic.

    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn negative(self) -> Self;
}

macro_rules! number {
    ($type:ty: $plus:expr, $minus:expr, $times:expr, $negative:expr) => {
        impl Number for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                $minus(self, other)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                $times(self, other)
            }

            #[inline(always)]
            fn negative(self) -> Self {
                $negative(self)
            }
        }
    };
}

number!(i64: i64::wrapping_add, i64::wrapping_sub, i64::wrapping_mul, i64::wrapping_neg);
number!(f32: f32::add, f32::sub, f32::mul, f32::neg);
number!(f64: f64::add, f64::sub, f64::mul, f64::neg);

/// Runs `$body` with `$T` standing for the Rust type of `$dtype`.
macro_rules! with_element {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::dtype::DType::Bool => {
                type $T = bool;
                $body
            }
            $crate::dtype::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::dtype::DType::F16 => {
                type $T = half::f16;
                $body
            }
            $crate::dtype::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::dtype::DType::F64 => {
                type $T = f64;
                $body
            }
        }
    };
}

/// As `with_element`, for numbers; bool is cast before (`Tensor::number_or_same`), and f16
/// by `Tensor::apply`.
macro_rules! with_number {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::dtype::DType::Bool => unreachable!("bool has no arithmetic"),
            $crate::dtype::DType::F16 => unreachable!("f16 is computed as f32"),
            $crate::dtype::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::dtype::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::dtype::DType::F64 => {
                type $T = f64;
                $body
            }
        }
    };
}

/// As `with_element`, for floats; other types are cast before (`Tensor::float_or_same`), f16 as
/// well (`Tensor::apply`).
macro_rules! with_real {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::dtype::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::dtype::DType::F32 => {
                type $T = f32;
                $body
            }
            other => unreachable!("{other} is not a float"),
        }
    };
}

pub(crate) use {with_element, with_number, with_real};
