//! New tensors of given numbers.

use crate::dtype::{DType, Scalar, with_element};
use crate::error::{Error, OrRaise};
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
        Tensor::from_values::<T>(vec![value; count], Dims::from_slice(shape))
    })
}

/// The number of elements, or an error where memory could not hold them.
pub(crate) fn checked_numel(op: &str, shape: &[usize]) -> Result<usize, Error> {
    const LARGE: usize = 1 << 28;
    let count = shape::countable(op, shape)?;
    // Without this look ahead, memory that is not there would end the process.
    if count > LARGE && Vec::<f32>::new().try_reserve_exact(count).is_err() {
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
    let dtype = if N::WHOLE { DType::I64 } else { DType::F32 };
    arange_dyn(start.value(), end.value(), step.value(), dtype)
}

#[track_caller]
fn arange_dyn(start: f64, end: f64, step: f64, dtype: DType) -> Tensor {
    let count = ((end - start) / step).ceil();
    if step == 0.0 || !count.is_finite() {
        Error::new(
            "arange",
            format!("no steps of {step} lead from {start} to {end}"),
        )
        .raise();
    }
    let count = checked_numel("arange", &[count.max(0.0) as usize]).or_raise();
    let values: Vec<f64> = (0..count).map(|i| start + i as f64 * step).collect();
    tensor_from(values, dtype)
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
    tensor_from(evenly("linspace", start, end, steps), DType::F32)
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
    tensor_from(powers.collect(), DType::F32)
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

fn tensor_from(values: Vec<f64>, dtype: DType) -> Tensor {
    let shape = Dims::from_slice(&[values.len()]);
    Tensor::from_values(values, shape).to_dtype(dtype)
}
