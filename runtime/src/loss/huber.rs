//! Losses that are square near 0 and straight beyond.

use crate::error::Error;
use crate::loss::check;
use crate::loss::reduction::reduction_option;
use crate::ops::pair_loss::{self, Reduction};
use crate::tensor::Tensor;

/// Huber's loss with δ = 1: square for small differences, straight for large ones
/// (`torch.nn.functional.huber_loss`).
///
/// loss = mean of d² / 2 where |d| <= δ, and of δ (|d| - δ / 2) elsewhere, d = ŷ - y;
/// `[..], [..] -> []`. P. J. Huber, "Robust estimation of a location parameter" (1964).
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(huber_loss(&tensor([0.5, 3.0]), &tensor([0.0, 0.0])), 1.3125);
/// ```
#[inline]
#[track_caller]
pub fn huber_loss(y_hat: &Tensor, y: &Tensor) -> Tensor {
    HuberLoss::new().forward(y_hat, y)
}

/// [`huber_loss`] with another δ or reduction (`torch.nn.HuberLoss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let loss = HuberLoss::new().delta(2.0).reduction("none");
/// assert_close(&loss.forward(&tensor([1.0, 3.0]), &tensor([0.0, 0.0])), [0.5, 4.0]);
/// ```
#[derive(Clone, Debug)]
pub struct HuberLoss {
    delta: f64,
    reduction: Reduction,
}

impl Default for HuberLoss {
    fn default() -> HuberLoss {
        HuberLoss::new()
    }
}

impl HuberLoss {
    /// δ = 1, and the mean over all elements.
    pub fn new() -> HuberLoss {
        HuberLoss {
            delta: 1.0,
            reduction: Reduction::Mean,
        }
    }

    /// Where the square ends and the line begins; above 0.
    #[track_caller]
    pub fn delta(&self, delta: f64) -> HuberLoss {
        if delta.is_nan() || delta <= 0.0 {
            Error::new("HuberLoss", format!("delta must be above 0, it is {delta}")).raise();
        }
        HuberLoss {
            delta,
            ..self.clone()
        }
    }

    reduction_option!("HuberLoss");

    /// The loss of a prediction and its target, as [`huber_loss`].
    #[track_caller]
    pub fn forward(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        let (y_hat, y) = check::pair("huber_loss", y_hat, y);
        pair_loss::huber(&y_hat, &y, self.delta, self.reduction)
    }
}

/// The absolute error with a round bottom of width β = 1
/// (`torch.nn.functional.smooth_l1_loss`).
///
/// loss = mean of d² / (2 β) where |d| < β, and of |d| - β / 2 elsewhere, d = ŷ - y;
/// `[..], [..] -> []`. Huber's loss with δ = β, divided by β.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(smooth_l1_loss(&tensor([0.5, 3.0]), &tensor([0.0, 0.0])), 1.3125);
/// ```
#[inline]
#[track_caller]
pub fn smooth_l1_loss(y_hat: &Tensor, y: &Tensor) -> Tensor {
    SmoothL1Loss::new().forward(y_hat, y)
}

/// [`smooth_l1_loss`] with another β or reduction (`torch.nn.SmoothL1Loss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let loss = SmoothL1Loss::new().beta(2.0).reduction("none");
/// assert_close(&loss.forward(&tensor([1.0, 3.0]), &tensor([0.0, 0.0])), [0.25, 2.0]);
/// ```
#[derive(Clone, Debug)]
pub struct SmoothL1Loss {
    beta: f64,
    reduction: Reduction,
}

impl Default for SmoothL1Loss {
    fn default() -> SmoothL1Loss {
        SmoothL1Loss::new()
    }
}

impl SmoothL1Loss {
    /// β = 1, and the mean over all elements.
    pub fn new() -> SmoothL1Loss {
        SmoothL1Loss {
            beta: 1.0,
            reduction: Reduction::Mean,
        }
    }

    /// The width of the round bottom; 0 makes it the absolute error.
    #[track_caller]
    pub fn beta(&self, beta: f64) -> SmoothL1Loss {
        if beta.is_nan() || beta < 0.0 {
            Error::new(
                "SmoothL1Loss",
                format!("beta must not be below 0, it is {beta}"),
            )
            .raise();
        }
        SmoothL1Loss {
            beta,
            ..self.clone()
        }
    }

    reduction_option!("SmoothL1Loss");

    /// The loss of a prediction and its target, as [`smooth_l1_loss`].
    #[track_caller]
    pub fn forward(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        let (y_hat, y) = check::pair("smooth_l1_loss", y_hat, y);
        pair_loss::smooth(&y_hat, &y, self.beta, self.reduction)
    }
}
