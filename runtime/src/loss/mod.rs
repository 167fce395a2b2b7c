//! Losses: how far a prediction is from the truth, as one number.
//!
//! Each is a function of the prediction and the target (`mse_loss(&y_hat, &y)`), which
//! [`fit`](crate::train::fit) takes, and a value with options
//! (`MSELoss::new().reduction("sum").forward(&y_hat, &y)`), with PyTorch's names and numbers.

mod bce;
mod bce_with_logits;
mod check;
mod cross_entropy;
mod hinge;
mod huber;
mod kl_div;
mod l1;
mod mse;
mod nll;
mod reduction;

pub use bce::{BCELoss, binary_cross_entropy};
pub use bce_with_logits::{BCEWithLogitsLoss, binary_cross_entropy_with_logits};
pub use cross_entropy::{CrossEntropyLoss, cross_entropy};
pub use hinge::{HingeLoss, hinge_loss};
pub use huber::{HuberLoss, SmoothL1Loss, huber_loss, smooth_l1_loss};
pub use kl_div::{KLDivLoss, kl_div};
pub use l1::{L1Loss, l1_loss};
pub use mse::{MSELoss, mse_loss};
pub use nll::{NLLLoss, nll_loss};
