//! The mean squared error.

use crate::error::Error;
use crate::tensor::Tensor;

/// The mean of the squared differences.
///
/// loss = Σ (ŷ - y)² / n over all n elements; `[..], [..] -> []`. Both shapes must be equal:
/// broadcasting `[n, 1]` against `[n]` would compare every prediction with every target, which
/// PyTorch only warns of (`torch.nn.functional.mse_loss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(mse_loss(&tensor([1.0, 2.0]), &tensor([0.0, 4.0])), 2.5);
/// ```
#[inline]
#[track_caller]
pub fn mse_loss(y_hat: &Tensor, y: &Tensor) -> Tensor {
    mse(y_hat, y)
}

#[track_caller]
fn mse(y_hat: &Tensor, y: &Tensor) -> Tensor {
    if y_hat.shape() != y.shape() {
        let error = Error::new(
            "mse_loss",
            format!(
                "shapes differ: the prediction is {:?}, the target {:?}",
                y_hat.shape(),
                y.shape()
            ),
        );
        if y_hat.numel() == y.numel() {
            error
                .help(format!("y.reshape(&{:?})", y_hat.shape()))
                .raise();
        }
        error.raise();
    }
    (y_hat - y).square().mean()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn gradient_matches_differences() {
        let y_hat = tensor_of(DType::F64, [[0.3], [-1.2], [2.0]]);
        let y = tensor_of(DType::F64, [[1.0], [0.5], [2.5]]);
        gradcheck(|x| mse_loss(&x[0], &x[1]), &[&y_hat, &y]);
    }

    #[test]
    #[should_panic(expected = "the prediction is [4, 1], the target [4]\nhelp: y.reshape(&[4, 1])")]
    fn a_column_is_not_a_vector() {
        mse_loss(&zeros(&[4, 1]), &zeros(&[4]));
    }
}
