//! Uniform and normal numbers in a given range, and in the shape of another tensor.

use crate::dtype::{DType, Element, with_real};
use crate::error::{Error, OrRaise};
use crate::random::{checked, draw, standard_normal, standard_uniform};
use crate::shape::{self, Dims, Ints, show};
use crate::tensor::Tensor;

/// Random numbers, uniform between 0 and 1 (1 excluded), with the shape and type of `x`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = rand_like(&zeros(&[2, 3]).double());
/// assert_eq!((x.shape(), x.dtype()), (&[2, 3][..], DType::F64));
/// assert!(x.min().item() >= 0.0 && x.max().item() < 1.0);
/// ```
#[track_caller]
pub fn rand_like(x: &Tensor) -> Tensor {
    check_float("rand_like", x).or_raise();
    match x.dtype() {
        DType::F64 => between(0.0, 1.0, Dims::from_slice(x.shape()), DType::F64),
        dtype => standard_uniform(Dims::from_slice(x.shape())).to_dtype(dtype),
    }
}

/// Random numbers from the normal distribution with mean 0 and standard deviation 1, with the
/// shape and type of `x`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = randn_like(&zeros(&[100, 100]));
/// assert_eq!(x.shape(), [100, 100]);
/// assert_close_within(x.std().item(), 1.0, 0.05);
/// ```
#[track_caller]
pub fn randn_like(x: &Tensor) -> Tensor {
    check_float("randn_like", x).or_raise();
    bell(Dims::from_slice(x.shape()), x.dtype())
}

/// Random numbers, uniform between `low` and `high` (`high` excluded).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = uniform(-1.0, 3.0, &[1000]);
/// assert!(x.min().item() >= -1.0 && x.max().item() < 3.0);
/// assert_close_within(x.mean().item(), 1.0, 0.2);
/// ```
#[track_caller]
pub fn uniform(low: f64, high: f64, shape: impl Ints) -> Tensor {
    let shape = checked("uniform", &shape.ints());
    check_range("uniform", low, high, &shape).or_raise();
    between(low, high, shape, DType::F32)
}

impl Tensor {
    /// Fills the tensor in place with random numbers, uniform between `low` and `high` (`high`
    /// excluded).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let w = zeros(&[1000]);
    /// w.uniform_(-0.5, 0.5);
    /// assert!(w.min().item() >= -0.5 && w.max().item() < 0.5);
    /// assert_close_within(w.mean().item(), 0.0, 0.05);
    /// ```
    #[track_caller]
    pub fn uniform_(&self, low: f64, high: f64) {
        self.check_in_place("uniform_");
        check_float("uniform_", self).or_raise();
        check_range("uniform_", low, high, self.shape()).or_raise();
        self.copy_(&between(
            low,
            high,
            Dims::from_slice(self.shape()),
            self.dtype(),
        ));
    }

    /// Fills the tensor in place with random numbers from the normal distribution with the given
    /// mean and standard deviation.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let w = zeros(&[10_000]);
    /// w.normal_(5.0, 0.1);
    /// assert_close_within(w.mean().item(), 5.0, 0.01);
    /// assert_close_within(w.std().item(), 0.1, 0.01);
    /// ```
    #[track_caller]
    pub fn normal_(&self, mean: f64, std: f64) {
        self.check_in_place("normal_");
        check_float("normal_", self).or_raise();
        check_normal("normal_", std, self.shape()).or_raise();
        self.copy_(&(bell(Dims::from_slice(self.shape()), self.dtype()) * std + mean));
    }
}

fn bell(shape: Dims, dtype: DType) -> Tensor {
    match dtype {
        DType::F64 => standard_normal::<f64>(shape),
        dtype => standard_normal::<f32>(shape).to_dtype(dtype),
    }
}

fn between(low: f64, high: f64, shape: Dims, dtype: DType) -> Tensor {
    let count = shape::numel(&shape);
    let wide = if dtype == DType::F64 {
        dtype
    } else {
        DType::F32
    };
    let drawn = with_real!(wide, T => {
        let value = |unit: f64| {
            let value = (low + unit * (high - low)) as T;
            // Rounding may reach the end, which is excluded.
            if Element::to_f64(value) >= high && low < high { value.next_down() } else { value }
        };
        let values = draw(|stream| (0..count).map(|_| value(stream.unit())).collect());
        Tensor::from_values::<T>(values, shape)
    });
    drawn.to_dtype(dtype)
}

fn check_float(op: &str, x: &Tensor) -> Result<(), Error> {
    if x.dtype().is_float() {
        return Ok(());
    }
    let error = Error::new(
        op,
        format!(
            "needs floats, the tensor of shape {} is {}",
            show(x.shape()),
            x.dtype()
        ),
    );
    Err(error.help("x.float() makes f32 of it; randint draws whole numbers"))
}

fn check_range(op: &str, low: f64, high: f64, shape: &[usize]) -> Result<(), Error> {
    if low <= high && (high - low).is_finite() {
        return Ok(());
    }
    Err(Error::new(
        op,
        format!(
            "needs a finite range: {low} to {high} is none, the shape is {}",
            show(shape)
        ),
    )
    .help("the lower end comes first"))
}

pub(super) fn check_normal(op: &str, std: f64, shape: &[usize]) -> Result<(), Error> {
    if std >= 0.0 {
        return Ok(());
    }
    Err(Error::new(
        op,
        format!(
            "the standard deviation must be 0 or above, it is {std}; the shape is {}",
            show(shape)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn the_upper_end_is_excluded() {
        let (low, high) = (1.0, 1.0 + f64::from(f32::EPSILON));
        let x = uniform(low, high, &[1000]);
        assert!(x.to_vec().iter().all(|&v| v == 1.0), "{x}");
        assert_close(&uniform(2.0, 2.0, 1), [2.0]);
    }

    #[test]
    fn doubles_use_all_their_digits() {
        let x = rand_like(&zeros(&[100]).double());
        assert!(x.to_vec_f64().iter().any(|&v| v != f64::from(v as f32)));
        let x = randn_like(&zeros(&[100]).double());
        assert!(x.to_vec_f64().iter().any(|&v| v != f64::from(v as f32)));
    }

    #[test]
    #[should_panic(
        expected = "uniform_: needs a finite range: 2 to 1 is none, the shape is [3]\n\
                    help: the lower end comes first"
    )]
    fn ranges_run_upwards() {
        zeros(3).uniform_(2.0, 1.0);
    }

    #[test]
    #[should_panic(expected = "normal: the standard deviation must be 0 or above, it is -1")]
    fn deviations_are_not_negative() {
        normal(0.0, -1.0, &[2]);
    }

    #[test]
    #[should_panic(expected = "randn_like: needs floats, the tensor of shape [1] is i64")]
    fn whole_numbers_are_refused() {
        randn_like(&tensor([1]));
    }

    #[test]
    #[should_panic(expected = "normal_: a tensor with a gradient, shape [2]")]
    fn a_weight_is_guarded() {
        zeros(2).requires_grad().normal_(0.0, 1.0);
    }
}
