//! The mean squared error.

use crate::loss::check;
use crate::loss::reduction::reduction_option;
use crate::ops::pair_loss::{self, Reduction};
use crate::tensor::Tensor;

/// The mean of the squared differences (`torch.nn.functional.mse_loss`).
///
/// loss = Σ (ŷ - y)² / n over all n elements; `[..], [..] -> []`. Both shapes must be equal:
/// broadcasting `[n, 1]` against `[n]` would compare every prediction with every target, which
/// PyTorch only warns of.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(mse_loss(&tensor([1.0, 2.0]), &tensor([0.0, 4.0])), 2.5);
/// ```
#[inline]
#[track_caller]
pub fn mse_loss(y_hat: &Tensor, y: &Tensor) -> Tensor {
    MSELoss::new().forward(y_hat, y)
}

/// [`mse_loss`] with a choice of reduction (`torch.nn.MSELoss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let loss = MSELoss::new().reduction("sum");
/// assert_close(loss.forward(&tensor([1.0, 2.0]), &tensor([0.0, 4.0])), 5.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct MSELoss {
    reduction: Reduction,
}

impl MSELoss {
    /// The mean over all elements.
    pub fn new() -> MSELoss {
        MSELoss::default()
    }

    reduction_option!("MSELoss");

    /// The loss of a prediction and its target, as [`mse_loss`].
    #[track_caller]
    pub fn forward(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        let (y_hat, y) = check::pair("mse_loss", y_hat, y);
        pair_loss::squared(&y_hat, &y, self.reduction)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(expected = "the prediction is [4, 1], the target [4]\nhelp: y.reshape(&[4, 1])")]
    fn a_column_is_not_a_vector() {
        mse_loss(&zeros(&[4, 1]), &zeros(&[4]));
    }

    #[test]
    fn whole_numbers_take_the_type_of_the_prediction() {
        let y_hat = tensor([1.5, 0.0]).requires_grad();
        let loss = mse_loss(&y_hat, &tensor([1, 2]));
        loss.backward();
        assert_eq!(loss.dtype(), DType::F32);
        assert_close(&loss, 2.125);
        assert_close(&y_hat.grad(), [0.5, -2.0]);
        assert_eq!(
            mse_loss(&y_hat.double(), &tensor([1.0, 2.0])).dtype(),
            DType::F64
        );
    }
}
