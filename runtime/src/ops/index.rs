//! What may stand in an index: numbers, ranges, steps, new axes, masks and lists.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use smallvec::SmallVec;

use crate::error::Error;
use crate::shape::Int;
use crate::tensor::Tensor;

/// What [`Tensor::i`] and [`Tensor::set_`] take: a whole number, a range, [`step`], [`NewAxis`],
/// [`Ellipsis`], a tensor of whole numbers or a mask, or a tuple of up to six of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an index",
    note = "an index is a whole number, a range such as `1..3` or `..`, `step(.., 2)`, `NewAxis`, \
            `Ellipsis`, a tensor of whole numbers or a mask, or a tuple of up to six of these"
)]
pub trait Index {
    /// Appends the parts of this index.
    fn add_to(&self, indices: &mut Indices);
}

/// The parts of an [`Index`], one after the other.
#[derive(Clone, Debug, Default)]
pub struct Indices(SmallVec<[Part; 4]>);

#[derive(Clone, Debug)]
pub(crate) enum Part {
    At(isize),
    Steps(Steps),
    NewAxis,
    Ellipsis,
    Tensor(Tensor),
}

impl Indices {
    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }
}

/// In an index, a new dim of size 1: NumPy's `newaxis`, PyTorch's `None`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(tensor([1.0, 2.0]).i((.., NewAxis)).shape(), [2, 1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAxis;

/// In an index, as many whole dims as are left: Python's `...`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(zeros(&[2, 3, 4]).i((Ellipsis, 0)).shape(), [2, 3]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ellipsis;

/// A range that takes every n-th entry: what [`step`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    start: Option<isize>,
    end: Option<isize>,
    step: usize,
}

impl Steps {
    pub(crate) fn new(start: isize, end: isize, step: usize) -> Steps {
        Steps {
            start: Some(start),
            end: Some(end),
            step,
        }
    }

    /// The first index, the count and the step in a dim of `size`, by Python's rules: negative
    /// ends count from the end, and ends outside are moved to the nearest inside.
    pub(crate) fn resolve(&self, size: usize) -> (usize, usize, usize) {
        let inside = |end: isize| {
            if end < 0 {
                size.saturating_sub(end.unsigned_abs())
            } else {
                size.min(end as usize)
            }
        };
        let start = self.start.map_or(0, inside);
        let end = self.end.map_or(size, inside);
        (
            start,
            end.saturating_sub(start).div_ceil(self.step),
            self.step,
        )
    }
}

/// A range of whole numbers, open or closed at either end.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a range of whole numbers",
    note = "a range is written `..`, `1..`, `..-1`, `1..3` or `..=2`"
)]
pub trait Span {
    /// Every entry of the range.
    fn steps(&self) -> Steps;
}

/// Every `n`-th entry of a range, as in Python's `x[1::2]`; `n` is at least 1.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0, 7, 1);
/// assert_eq!(x.i(step(.., 3)).to_vec_i64(), [0, 3, 6]);
/// assert_eq!(x.i(step(1..-1, 2)).to_vec_i64(), [1, 3, 5]);
/// ```
#[track_caller]
pub fn step(range: impl Span, n: impl Int) -> Steps {
    stepped(range.steps(), n.int())
}

#[track_caller]
fn stepped(range: Steps, n: isize) -> Steps {
    Steps {
        step: checked_step("step", n),
        ..range
    }
}

/// The step as a positive number; a view cannot run backwards.
#[track_caller]
pub(crate) fn checked_step(op: &str, n: isize) -> usize {
    if n < 1 {
        let error = Error::new(op, format!("the step must be 1 or more, it is {n}"));
        if n < 0 {
            error.help("x.flip(0) reverses a dim").raise();
        }
        error.raise();
    }
    n as usize
}

macro_rules! parts {
    ($($type:ty: $index:ident => $part:expr;)*) => {$(
        impl Index for $type {
            #[inline(never)]
            fn add_to(&self, indices: &mut Indices) {
                let $index = self;
                indices.0.push($part);
            }
        }
    )*};
}

parts! {
    Steps: steps => Part::Steps(*steps);
    NewAxis: _axis => Part::NewAxis;
    Ellipsis: _dots => Part::Ellipsis;
    Tensor: x => Part::Tensor(x.clone());
    &Tensor: x => Part::Tensor((*x).clone());
}

macro_rules! ints {
    ($($type:ty),*) => {$(
        parts! {
            $type: i => Part::At(isize::try_from(*i).unwrap_or(isize::MAX));
            &$type: i => Part::At(isize::try_from(**i).unwrap_or(isize::MAX));
        }
    )*};
}

ints!(i32, i64, isize, usize, u8, u32, u64);

macro_rules! spans {
    ($($range:ty: $r:ident => $start:expr, $end:expr;)*) => {$(
        impl Span for $range {
            #[inline(never)]
            fn steps(&self) -> Steps {
                let $r = self;
                Steps { start: $start, end: $end, step: 1 }
            }
        }

        parts! { $range: range => Part::Steps(range.steps()); }
    )*};
}

/// What is behind an end that belongs to the range; behind -1 there is no more.
fn behind(end: isize) -> Option<isize> {
    (end != -1).then(|| end.saturating_add(1))
}

macro_rules! ranges {
    ($($type:ty),*) => {$(
        spans! {
            Range<$type>: r => bound(r.start), bound(r.end);
            RangeFrom<$type>: r => bound(r.start), None;
            RangeTo<$type>: r => None, bound(r.end);
            RangeInclusive<$type>: r => bound(*r.start()), bound(*r.end()).and_then(behind);
            RangeToInclusive<$type>: r => None, bound(r.end).and_then(behind);
        }
    )*};
}

fn bound<T: TryInto<isize>>(end: T) -> Option<isize> {
    Some(end.try_into().unwrap_or(isize::MAX))
}

spans! { RangeFull: _all => None, None; }
ranges!(i32, i64, isize, usize);

macro_rules! tuples {
    ($(($($type:ident $place:tt),*))*) => {$(
        impl<$($type: Index),*> Index for ($($type,)*) {
            fn add_to(&self, indices: &mut Indices) {
                $(self.$place.add_to(indices);)*
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_follow_python() {
        // `slice(start, end, step).indices(size)` of Python.
        let cases: &[(Steps, usize, &[usize])] = &[
            ((..).steps(), 3, &[0, 1, 2]),
            ((1..).steps(), 3, &[1, 2]),
            ((..-1).steps(), 3, &[0, 1]),
            ((..=-1).steps(), 3, &[0, 1, 2]),
            ((..=-2).steps(), 3, &[0, 1]),
            ((..=1).steps(), 3, &[0, 1]),
            ((-2..).steps(), 3, &[1, 2]),
            ((-9..9).steps(), 3, &[0, 1, 2]),
            ((5..9).steps(), 3, &[]),
            ((..-9).steps(), 3, &[]),
            ((isize::MIN..isize::MAX).steps(), 2, &[0, 1]),
            ((..=isize::MAX).steps(), 2, &[0, 1]),
            ((0..usize::MAX).steps(), 2, &[0, 1]),
            (step(.., 2), 5, &[0, 2, 4]),
            (step(1.., 2), 5, &[1, 3]),
            (step(-4..=-1, 3), 5, &[1, 4]),
            (step(.., isize::MAX), 5, &[0]),
            (step(.., 2), 0, &[]),
        ];
        for (steps, size, expected) in cases {
            let (start, count, step) = steps.resolve(*size);
            let found: Vec<usize> = (0..count).map(|i| start + i * step).collect();
            assert_eq!(found, *expected, "{steps:?} in {size}");
        }
    }

    #[test]
    #[should_panic(
        expected = "step: the step must be 1 or more, it is -1\nhelp: x.flip(0) reverses a dim"
    )]
    fn no_way_back() {
        step(.., -1);
    }
}
