//! Columns between two ends.

use crate::error::Error;
use crate::shape::show;
use crate::tensor::Tensor;

/// Shifts and scales every column so that its smallest number becomes 0 and its largest 1.
///
/// z = (x - min) / (max - min). As with every scaler, fit to training data only. A column of
/// equal numbers becomes 0 (`sklearn.preprocessing.MinMaxScaler`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let scaler = MinMaxScaler::fit(&tensor([[1.0, 10.0], [3.0, 30.0]]));
/// assert_close(&scaler.transform(&tensor([[2.0, 40.0]])), [[0.5, 1.5]]);
/// ```
#[derive(Clone, Debug)]
pub struct MinMaxScaler {
    min: Vec<f64>,
    range: Vec<f64>,
}

impl MinMaxScaler {
    /// Learns the smallest and largest number of every column.
    #[track_caller]
    pub fn fit(x: &Tensor) -> MinMaxScaler {
        if x.ndim() != 2 || x.is_empty() {
            Error::new(
                "MinMaxScaler",
                format!(
                    "needs a table with rows and columns, the shape is {}",
                    show(x.shape())
                ),
            )
            .raise();
        }
        let k = x.size(1);
        let (mut min, mut max) = (vec![f64::INFINITY; k], vec![f64::NEG_INFINITY; k]);
        for row in x.to_vec_f64().chunks(k) {
            for (j, &value) in row.iter().enumerate() {
                min[j] = min[j].min(value);
                max[j] = max[j].max(value);
            }
        }
        let range = |(low, high): (&f64, &f64)| if high > low { high - low } else { 1.0 };
        MinMaxScaler {
            range: min.iter().zip(&max).map(range).collect(),
            min,
        }
    }

    /// Scales a table with the same columns.
    #[track_caller]
    pub fn transform(&self, x: &Tensor) -> Tensor {
        self.each(x, |value, min, range| (value - min) / range)
    }

    /// Undoes [`MinMaxScaler::transform`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 10.0], [3.0, 30.0]]);
    /// let scaler = MinMaxScaler::fit(&x);
    /// assert_close(&scaler.inverse_transform(&scaler.transform(&x)), &x);
    /// ```
    #[track_caller]
    pub fn inverse_transform(&self, z: &Tensor) -> Tensor {
        self.each(z, |value, min, range| value * range + min)
    }

    #[track_caller]
    fn each(&self, x: &Tensor, f: fn(f64, f64, f64) -> f64) -> Tensor {
        let k = self.min.len();
        if x.ndim() != 2 || x.size(1) != k {
            Error::new(
                "MinMaxScaler",
                format!(
                    "was fitted to {k} columns, the table is {}",
                    show(x.shape())
                ),
            )
            .raise();
        }
        let scale = |(i, value): (usize, f64)| f(value, self.min[i % k], self.range[i % k]);
        let values: Vec<f64> = x.to_vec_f64().into_iter().enumerate().map(scale).collect();
        Tensor::from_values(values, x.shape()).to_dtype(x.dtype().max(crate::dtype::DType::F32))
    }
}
