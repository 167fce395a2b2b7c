//! How far predicted numbers are from the true ones.

use crate::error::{Error, OrRaise};
use crate::host;
use crate::metrics::classes::both;
use crate::tensor::Tensor;

/// The mean of the squared errors.
///
/// MSE = mean (y_hat_i - y_i)²; any shape, both the same. Computed in f64. The loss to train with
/// is [`mse_loss`](crate::loss::mse_loss), which has a gradient.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(mean_squared_error(&tensor([2.5, 0.0, 2.0]), &tensor([3.0, -0.5, 2.0])), 0.5 / 3.0);
/// ```
#[track_caller]
pub fn mean_squared_error(y_hat: &Tensor, y: &Tensor) -> f64 {
    let (y_hat, y) = numbers("mean_squared_error", y_hat, y).or_raise();
    squares(&y_hat, &y) / y.len() as f64
}

/// The mean of the errors' sizes.
///
/// MAE = mean |y_hat_i - y_i|; any shape, both the same. Computed in f64.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(mean_absolute_error(&tensor([2.5, 0.0, 2.0]), &tensor([3.0, -0.5, 2.0])), 1.0 / 3.0);
/// ```
#[track_caller]
pub fn mean_absolute_error(y_hat: &Tensor, y: &Tensor) -> f64 {
    let (y_hat, y) = numbers("mean_absolute_error", y_hat, y).or_raise();
    let sum: f64 = y_hat.iter().zip(&y).map(|(a, b)| (a - b).abs()).sum();
    sum / y.len() as f64
}

/// The part of the variance that the prediction explains.
///
/// R² = 1 - sum (y_hat_i - y_i)² / sum (y_i - mean y)²: 1 for a perfect prediction, 0 for one no
/// better than the mean of `y`, negative for a worse one. Where all `y` are equal it is 1 or 0, as
/// in scikit-learn. Of a table `[n, k]` it is the mean over columns.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let y = tensor([3.0, -0.5, 2.0, 7.0]);
/// assert_close_within(r2_score(&tensor([2.5, 0.0, 2.0, 8.0]), &y), 0.9486081, 1e-6);
/// ```
#[track_caller]
pub fn r2_score(y_hat: &Tensor, y: &Tensor) -> f64 {
    r2("r2_score", y_hat, y).or_raise()
}

fn r2(op: &str, y_hat: &Tensor, y: &Tensor) -> Result<f64, Error> {
    let (predicted, truth) = numbers(op, y_hat, y)?;
    let columns = match *y.shape() {
        [_] => 1,
        [_, k] => k,
        _ => return Err(both(op, "needs vectors or tables", y_hat, y)),
    };
    let rows = truth.len() / columns;
    if rows < 2 {
        return Err(both(op, "needs at least two examples", y_hat, y));
    }
    let column = |values: &[f64], j: usize| -> Vec<f64> {
        values.iter().skip(j).step_by(columns).copied().collect()
    };
    let of_column = |j| {
        let (predicted, truth) = (column(&predicted, j), column(&truth, j));
        let mean = truth.iter().sum::<f64>() / rows as f64;
        let spread: f64 = truth.iter().map(|v| (v - mean).powi(2)).sum();
        match squares(&predicted, &truth) {
            0.0 => 1.0,
            _ if spread == 0.0 => 0.0,
            errors => 1.0 - errors / spread,
        }
    };
    Ok((0..columns).map(of_column).sum::<f64>() / columns as f64)
}

fn squares(y_hat: &[f64], y: &[f64]) -> f64 {
    y_hat.iter().zip(y).map(|(a, b)| (a - b).powi(2)).sum()
}

fn numbers(op: &str, y_hat: &Tensor, y: &Tensor) -> Result<(Vec<f64>, Vec<f64>), Error> {
    host::check_interrupt();
    if y_hat.shape() != y.shape() {
        // Broadcasting [n, 1] against [n] would compare everything with everything.
        return Err(both(op, "both need the same shape", y_hat, y)
            .help("y_hat.flatten() makes [n] of [n, 1]"));
    }
    if y.is_empty() {
        return Err(both(op, "needs at least one number", y_hat, y));
    }
    Ok((y_hat.to_vec_f64(), y.to_vec_f64()))
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(expected = "both need the same shape: the prediction is [2, 1], the truth [2]")]
    fn nothing_is_broadcast() {
        mean_squared_error(&zeros(&[2, 1]), &zeros(&[2]));
    }

    #[test]
    fn equal_truths_have_no_variance_to_explain() {
        assert_eq!(r2_score(&tensor([1.0, 1.0]), &tensor([1.0, 1.0])), 1.0);
        assert_eq!(r2_score(&tensor([1.0, 2.0]), &tensor([1.0, 1.0])), 0.0);
    }
}
