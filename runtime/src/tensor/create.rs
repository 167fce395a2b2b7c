//! New tensors of given numbers.

use std::fmt;

use crate::dtype::{DType, Scalar, with_element};
use crate::error::{Error, OrRaise};
use crate::memory;
use crate::shape::{self, Dims, IntList, Ints};
use crate::tensor::Tensor;

/// Zeros of a shape.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&zeros(&[2, 2]), [[0.0, 0.0], [0.0, 0.0]]);
/// ```
#[track_caller]
pub fn zeros(shape: impl Ints) -> Tensor {
    filled_list("zeros", &shape.ints(), 0.0)
}

/// Ones of a shape.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&ones(3), [1.0, 1.0, 1.0]);
/// ```
#[track_caller]
pub fn ones(shape: impl Ints) -> Tensor {
    filled_list("ones", &shape.ints(), 1.0)
}

/// A shape filled with one number.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&full(&[2], 7.0), [7.0, 7.0]);
/// ```
#[track_caller]
pub fn full(shape: impl Ints, value: f64) -> Tensor {
    filled_list("full", &shape.ints(), value)
}

/// Zeros with the shape and type of `x`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(zeros_like(&tensor([1, 2])).to_vec_i64(), [0, 0]);
/// ```
pub fn zeros_like(x: &Tensor) -> Tensor {
    filled("zeros_like", x.shape(), 0.0, x.dtype())
}

/// Ones with the shape and type of `x`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(ones_like(&tensor([5, 6])).to_vec_i64(), [1, 1]);
/// ```
pub fn ones_like(x: &Tensor) -> Tensor {
    filled("ones_like", x.shape(), 1.0, x.dtype())
}

/// One number in the shape and type of `x`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(full_like(&tensor([5, 6]), 3.0).to_vec_i64(), [3, 3]);
/// ```
pub fn full_like(x: &Tensor, value: f64) -> Tensor {
    filled("full_like", x.shape(), value, x.dtype())
}

#[track_caller]
fn filled_list(op: &str, shape: &IntList, value: f64) -> Tensor {
    filled(op, &shape.sizes(op).or_raise(), value, DType::F32)
}

#[track_caller]
pub(crate) fn filled(op: &str, shape: &[usize], value: f64, dtype: DType) -> Tensor {
    let count = checked_numel(op, shape).or_raise();
    with_element!(dtype, T => {
        let value = <T as crate::dtype::Element>::from_f64(value);
        Tensor::from_values::<T>(memory::filled(count, value), Dims::from_slice(shape))
    })
}

/// The number of elements, or an error where memory could not hold them.
pub(crate) fn checked_numel(op: &str, shape: &[usize]) -> Result<usize, Error> {
    let count = shape::countable(op, shape)?;
    if !memory::is_there::<f32>(count) {
        let gigabytes = count as f64 * 4.0 / 1e9;
        return Err(Error::new(
            op,
            format!(
                "the shape {} has {count} elements, and {gigabytes:.0} GB of memory are not there",
                shape::show(shape)
            ),
        ));
    }
    Ok(count)
}

/// The identity matrix: ones on the diagonal, zeros elsewhere.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&eye(2), [[1.0, 0.0], [0.0, 1.0]]);
/// ```
#[track_caller]
pub fn eye(n: usize) -> Tensor {
    let out = filled("eye", &[n, n], 0.0, DType::F32);
    out.overwrite::<f32>(|values| values.iter_mut().step_by(n + 1).for_each(|v| *v = 1.0));
    out
}

/// The numbers from `start` up to, but without, `end`, in steps of `step`.
///
/// Whole numbers give an i64 tensor, others f32.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(arange(0, 5, 2).to_vec_i64(), [0, 2, 4]);
/// assert_close(&arange(0.0, 1.0, 0.25), [0.0, 0.25, 0.5, 0.75]);
/// ```
#[track_caller]
pub fn arange<N: Scalar>(start: N, end: N, step: N) -> Tensor {
    if N::WHOLE {
        arange_whole(start.whole(), end.whole(), step.whole())
    } else {
        arange_real(start.value(), end.value(), step.value())
    }
}

#[track_caller]
fn arange_whole(start: i64, end: i64, step: i64) -> Tensor {
    if step == 0 {
        no_steps(&step, &start, &end);
    }
    // The way from the first to the last i64 is longer than an i64.
    let (way, pace) = (i128::from(end) - i128::from(start), i128::from(step));
    let count = if (way < 0) == (pace < 0) {
        way.unsigned_abs().div_ceil(pace.unsigned_abs())
    } else {
        0
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let count = checked_numel("arange", &[count]).or_raise();
    let values: Vec<i64> = (0..count as i64)
        .map(|i| start.wrapping_add(i.wrapping_mul(step)))
        .collect();
    Tensor::from_values(values, Dims::from_slice(&[count]))
}

#[track_caller]
fn arange_real(start: f64, end: f64, step: f64) -> Tensor {
    let count = ((end - start) / step).ceil();
    if step == 0.0 || !count.is_finite() {
        no_steps(&step, &start, &end);
    }
    let count = checked_numel("arange", &[count.max(0.0) as usize]).or_raise();
    let values: Vec<f64> = (0..count).map(|i| start + i as f64 * step).collect();
    tensor_from(values)
}

#[cold]
#[track_caller]
fn no_steps(step: &dyn fmt::Display, start: &dyn fmt::Display, end: &dyn fmt::Display) -> ! {
    Error::new(
        "arange",
        format!("no steps of {step} lead from {start} to {end}"),
    )
    .raise()
}

/// `steps` numbers from `start` to `end`, both included, evenly spaced.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&linspace(0.0, 1.0, 5), [0.0, 0.25, 0.5, 0.75, 1.0]);
/// ```
#[track_caller]
pub fn linspace(start: f64, end: f64, steps: usize) -> Tensor {
    tensor_from(evenly("linspace", start, end, steps))
}

/// `steps` powers of 10 from 10^`start` to 10^`end`, both included, each the same multiple of the
/// one before.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&logspace(-1.0, 2.0, 4), [0.1, 1.0, 10.0, 100.0]);
/// ```
#[track_caller]
pub fn logspace(start: f64, end: f64, steps: usize) -> Tensor {
    let exponents = evenly("logspace", start, end, steps);
    let powers = exponents.into_iter().map(|v| 10_f64.powf(v));
    tensor_from(powers.collect())
}

#[track_caller]
fn evenly(op: &str, start: f64, end: f64, steps: usize) -> Vec<f64> {
    let count = checked_numel(op, &[steps]).or_raise();
    let last = count.saturating_sub(1);
    let step = if last == 0 {
        0.0
    } else {
        (end - start) / last as f64
    };
    // Counting from the nearer end makes both ends exact.
    let value = |i: usize| {
        if i * 2 <= last {
            start + i as f64 * step
        } else {
            end - (last - i) as f64 * step
        }
    };
    (0..count).map(value).collect()
}

fn tensor_from(values: Vec<f64>) -> Tensor {
    let shape = Dims::from_slice(&[values.len()]);
    Tensor::from_values(values, shape).float()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn ranges_of_whole_numbers() {
        let large = 9_007_199_254_740_993_i64;
        assert_eq!(
            arange(large, large + 2, 1).to_vec_i64(),
            [large, large + 1],
            "an f64 has too few digits"
        );
        let far = arange(i64::MIN, i64::MAX, i64::MAX);
        assert_eq!(far.to_vec_i64(), [i64::MIN, -1, i64::MAX - 1]);
        assert_eq!(arange(5, 0, -2).to_vec_i64(), [5, 3, 1]);
        assert_eq!(arange(0, -5, 1).shape(), [0]);
        assert_eq!(arange(3, 3, -1).shape(), [0]);
        assert_eq!(arange(0_u8, 3, 2).to_vec_i64(), [0, 2]);
    }
}
