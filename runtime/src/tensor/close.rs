//! The check that a computed value is the expected one.

use crate::dtype::DType;
use crate::error::Error;
use crate::shape;
use crate::tensor::{Flat, Tensor, TensorData, tensor_of};

/// Panics unless both have the same shape and nearly the same numbers.
///
/// |a - b| ≤ 1e-5 + 1e-4 |b|, element by element, and 1e-3 |b| for f16; NaN equals NaN.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&tensor([1.0, 2.0]), [1.0, 2.00001]);
/// assert_close(0.1 + 0.2, 0.3);
/// ```
#[track_caller]
pub fn assert_close(a: impl TensorData, b: impl TensorData) {
    let (a, a_dtype) = numbers(a);
    let (b, b_dtype) = numbers(b);
    let is_half = [a_dtype, b_dtype].contains(&Some(DType::F16));
    check(&a, &b, 1e-5, if is_half { 1e-3 } else { 1e-4 });
}

/// The data as f64, and the type they came in.
#[track_caller]
fn numbers(data: impl TensorData) -> (Tensor, Option<DType>) {
    let mut flat = Flat::empty();
    data.write(&mut flat);
    let dtype = flat.dtype();
    (flat.finish(Some(DType::F64)), dtype)
}

/// As [`assert_close`] with a tolerance of your own: |a - b| ≤ `tolerance`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close_within(&tensor([1.0, 2.0]), [1.1, 1.9], 0.2);
/// ```
#[track_caller]
pub fn assert_close_within(a: impl TensorData, b: impl TensorData, tolerance: f64) {
    check(
        &tensor_of(DType::F64, a),
        &tensor_of(DType::F64, b),
        tolerance,
        0.0,
    );
}

#[track_caller]
fn check(a: &Tensor, b: &Tensor, absolute: f64, relative: f64) {
    if a.shape() != b.shape() {
        Error::new(
            "assert_close",
            format!(
                "shapes differ: left is {}, right is {}",
                shape::show(a.shape()),
                shape::show(b.shape())
            ),
        )
        .raise();
    }
    let (x, y) = (a.numbers(), b.numbers());
    let far = |(x, y): (&f64, &f64)| {
        let near = (x - y).abs() <= absolute + relative * y.abs();
        !(near || x == y || (x.is_nan() && y.is_nan()))
    };
    let wrong: Vec<usize> = (0..x.len()).filter(|&i| far((&x[i], &y[i]))).collect();
    let Some(&first) = wrong.first() else { return };
    let mut rest = first;
    let mut index = vec![0; a.ndim()];
    for (i, &size) in index.iter_mut().zip(a.shape()).rev() {
        *i = rest % size;
        rest /= size;
    }
    Error::new(
        "assert_close",
        format!(
            "{} of {} numbers differ, shape {}; first at {index:?}: left is {}, right is {}, \
             so they are {:.3e} apart",
            wrong.len(),
            x.len(),
            shape::show(a.shape()),
            x[first],
            y[first],
            (x[first] - y[first]).abs()
        ),
    )
    .raise();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(
        expected = "assert_close: 1 of 4 numbers differ, shape [2, 2]; first at [1, 0]: left is 3, right is 4"
    )]
    fn names_the_place() {
        assert_close([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [4.0, 4.0]]);
    }

    #[test]
    #[should_panic(expected = "assert_close: shapes differ: left is [2], right is [2, 1]")]
    fn shapes_must_agree() {
        assert_close([1.0, 2.0], [[1.0], [2.0]]);
    }

    #[test]
    #[should_panic(expected = "first at [1]: left is NaN")]
    fn nan_is_near_nothing_but_nan() {
        assert_close([f64::NAN, f64::NAN], [f64::NAN, 1.0]);
    }
}
