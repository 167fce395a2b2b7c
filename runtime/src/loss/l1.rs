//! The mean absolute error.

use crate::loss::check;
use crate::loss::reduction::reduction_option;
use crate::ops::pair_loss::{self, Reduction};
use crate::tensor::Tensor;

/// The mean of the absolute differences (`torch.nn.functional.l1_loss`).
///
/// loss = Σ |ŷ - y| / n over all n elements; `[..], [..] -> []`. Far-off targets pull less than in
/// [`mse_loss`](crate::loss::mse_loss). The slope where both are equal is 0.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(l1_loss(&tensor([1.0, 2.0]), &tensor([0.0, 4.0])), 1.5);
/// ```
#[inline]
#[track_caller]
pub fn l1_loss(y_hat: &Tensor, y: &Tensor) -> Tensor {
    L1Loss::new().forward(y_hat, y)
}

/// [`l1_loss`] with a choice of reduction (`torch.nn.L1Loss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let loss = L1Loss::new().reduction("none");
/// assert_close(&loss.forward(&tensor([1.0, 2.0]), &tensor([0.0, 4.0])), [1.0, 2.0]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct L1Loss {
    reduction: Reduction,
}

impl L1Loss {
    /// The mean over all elements.
    pub fn new() -> L1Loss {
        L1Loss::default()
    }

    reduction_option!("L1Loss");

    /// The loss of a prediction and its target, as [`l1_loss`].
    #[track_caller]
    pub fn forward(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        let (y_hat, y) = check::pair("l1_loss", y_hat, y);
        pair_loss::absolute(&y_hat, &y, self.reduction)
    }
}
