//! The cross-entropy of two classes, of probabilities.

use crate::loss::check;
use crate::loss::reduction::{reduce, reduction_option};
use crate::ops::pair_loss::{self, Reduction};
use crate::tensor::Tensor;

/// The cross-entropy of probabilities and targets between 0 and 1
/// (`torch.nn.functional.binary_cross_entropy`).
///
/// loss = mean of -(y ln p + (1 - y) ln(1 - p)); `[..], [..] -> []`. Logarithms count as at least
/// -100, as in PyTorch. Of a network's scores,
/// [`binary_cross_entropy_with_logits`](crate::loss::binary_cross_entropy_with_logits) is more
/// precise than sigmoid followed by this.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(binary_cross_entropy(&tensor([0.9, 0.2]), &tensor([1.0, 0.0])), 0.164252);
/// ```
#[inline]
#[track_caller]
pub fn binary_cross_entropy(p: &Tensor, y: &Tensor) -> Tensor {
    BCELoss::new().forward(p, y)
}

/// [`binary_cross_entropy`] with weights or another reduction (`torch.nn.BCELoss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let loss = BCELoss::new().reduction("sum");
/// assert_close(loss.forward(&tensor([0.5, 0.5]), &tensor([1.0, 0.0])), 1.386294);
/// ```
#[derive(Clone, Debug, Default)]
pub struct BCELoss {
    weight: Option<Tensor>,
    reduction: Reduction,
}

impl BCELoss {
    /// The mean over all elements, each with weight 1.
    pub fn new() -> BCELoss {
        BCELoss::default()
    }

    /// What each element's loss is multiplied by; any shape that broadcasts to the prediction's.
    pub fn weight(&self, weight: &Tensor) -> BCELoss {
        BCELoss {
            weight: Some(weight.clone()),
            ..self.clone()
        }
    }

    reduction_option!("BCELoss");

    /// The loss of probabilities and their targets, as [`binary_cross_entropy`].
    #[track_caller]
    pub fn forward(&self, p: &Tensor, y: &Tensor) -> Tensor {
        const NAME: &str = "binary_cross_entropy";
        let (p, y) = check::pair(NAME, p, y);
        let help = "of scores: binary_cross_entropy_with_logits(&scores, &y), or \
                    binary_cross_entropy(&scores.sigmoid(), &y)";
        check::probabilities(NAME, "prediction", &p, help);
        check::probabilities(NAME, "target", &y, check::TWO_CLASSES);
        match &self.weight {
            None => pair_loss::bce(&p, &y, self.reduction),
            Some(weight) => {
                let losses = pair_loss::bce(&p, &y, Reduction::None);
                reduce(&check::weighted(NAME, &losses, weight), self.reduction)
            }
        }
    }
}
