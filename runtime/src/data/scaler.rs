//! Columns brought to one scale.

use crate::error::Error;
use crate::tensor::Tensor;

/// Columns with mean 0 and standard deviation 1, by the numbers of the training data.
///
/// z = (x - mean) / std, where std divides by n; `[n, k] -> [n, k]`. A constant column is only
/// centred (`sklearn.preprocessing.StandardScaler`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let train = tensor([[1.0, 10.0], [3.0, 30.0]]);
/// let scaler = StandardScaler::fit(&train);
/// assert_close(&scaler.transform(&train), [[-1.0, -1.0], [1.0, 1.0]]);
/// assert_close(&scaler.transform(&tensor([[2.0, 20.0]])), [[0.0, 0.0]]);
/// ```
#[derive(Clone, Debug)]
pub struct StandardScaler {
    mean: Tensor,
    std: Tensor,
}

impl StandardScaler {
    /// Learns mean and standard deviation of every column.
    #[track_caller]
    pub fn fit(x: &Tensor) -> StandardScaler {
        if x.ndim() != 2 || x.is_empty() {
            Error::new(
                "StandardScaler",
                format!(
                    "needs a table with rows and columns, the shape is {:?}",
                    x.shape()
                ),
            )
            .raise();
        }
        let x = x.detach().double();
        let mean = x.mean_keepdim(0);
        let variance = (&x - &mean).square().mean_keepdim(0);
        // What rounding alone may leave of equal numbers (scikit-learn's rule).
        let n_eps = x.len() as f64 * f64::EPSILON;
        let noise = &variance * n_eps + (&mean * n_eps).square();
        let std = crate::ops::where_(&variance.gt(&noise), &variance.sqrt(), 1.0);
        StandardScaler { mean, std }
    }

    /// Scales a table with the same columns.
    #[track_caller]
    pub fn transform(&self, x: &Tensor) -> Tensor {
        self.check(x);
        ((x.double() - &self.mean) / &self.std).to_dtype(x.dtype().max(crate::dtype::DType::F32))
    }

    /// Undoes [`StandardScaler::transform`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 10.0], [3.0, 30.0]]);
    /// let scaler = StandardScaler::fit(&x);
    /// assert_close(&scaler.inverse_transform(&scaler.transform(&x)), &x);
    /// ```
    #[track_caller]
    pub fn inverse_transform(&self, z: &Tensor) -> Tensor {
        self.check(z);
        (z.double() * &self.std + &self.mean).to_dtype(z.dtype().max(crate::dtype::DType::F32))
    }

    /// The mean of every column, `[1, k]`.
    pub fn mean(&self) -> Tensor {
        self.mean.float()
    }

    /// The standard deviation of every column, `[1, k]`.
    pub fn std(&self) -> Tensor {
        self.std.float()
    }

    #[track_caller]
    fn check(&self, x: &Tensor) {
        if x.ndim() != 2 || x.size(1) != self.mean.size(1) {
            Error::new(
                "StandardScaler",
                format!(
                    "was fitted to {} columns, the table is {:?}",
                    self.mean.size(1),
                    x.shape()
                ),
            )
            .raise();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn equal_numbers_are_only_centred() {
        // The mean of 0.1 in f64 is rounded, so the deviations are not exactly 0.
        let x = full(&[10, 1], 0.1).double() * 1e6;
        let scaler = StandardScaler::fit(&x);
        assert_eq!(scaler.std().item(), 1.0);
        assert!(scaler.transform(&x).abs().max().item() < 1e-6);
    }
}
