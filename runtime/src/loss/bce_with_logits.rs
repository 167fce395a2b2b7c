//! The cross-entropy of two classes, of scores.

use crate::loss::check;
use crate::loss::reduction::{reduce, reduction_option};
use crate::ops::pair_loss::{self, Reduction};
use crate::tensor::{Tensor, zeros_like};

/// The cross-entropy of scores, whose sigmoid is the probability, and targets between 0 and 1
/// (`torch.nn.functional.binary_cross_entropy_with_logits`).
///
/// loss = mean of -(y ln σ(x) + (1 - y) ln(1 - σ(x))); `[..], [..] -> []`. No score is too large:
/// the logarithms are computed as ln(1 + e^-|x|).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (scores, y) = (tensor([0.0, 2.0, -1.0]), tensor([1.0, 1.0, 0.0]));
/// assert_close(binary_cross_entropy_with_logits(&scores, &y), 0.377779);
/// ```
#[inline]
#[track_caller]
pub fn binary_cross_entropy_with_logits(scores: &Tensor, y: &Tensor) -> Tensor {
    BCEWithLogitsLoss::new().forward(scores, y)
}

/// [`binary_cross_entropy_with_logits`] with weights or another reduction
/// (`torch.nn.BCEWithLogitsLoss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// // Three times as many zeros as ones: each one counts three times.
/// let loss = BCEWithLogitsLoss::new().pos_weight(&tensor([3.0])).reduction("none");
/// assert_close(&loss.forward(&tensor([0.0, 0.0]), &tensor([1, 0])), [2.079442, 0.693147]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct BCEWithLogitsLoss {
    weight: Option<Tensor>,
    pos_weight: Option<Tensor>,
    reduction: Reduction,
}

impl BCEWithLogitsLoss {
    /// The mean over all elements, each with weight 1.
    pub fn new() -> BCEWithLogitsLoss {
        BCEWithLogitsLoss::default()
    }

    /// What each element's loss is multiplied by; any shape that broadcasts to the scores'.
    pub fn weight(&self, weight: &Tensor) -> BCEWithLogitsLoss {
        BCEWithLogitsLoss {
            weight: Some(weight.clone()),
            ..self.clone()
        }
    }

    /// What the part of the target 1 is multiplied by, for each column of the scores; more than 1
    /// where ones are rare.
    pub fn pos_weight(&self, pos_weight: &Tensor) -> BCEWithLogitsLoss {
        BCEWithLogitsLoss {
            pos_weight: Some(pos_weight.clone()),
            ..self.clone()
        }
    }

    reduction_option!("BCEWithLogitsLoss");

    /// The loss of scores and their targets, as [`binary_cross_entropy_with_logits`].
    #[track_caller]
    pub fn forward(&self, scores: &Tensor, y: &Tensor) -> Tensor {
        const NAME: &str = "binary_cross_entropy_with_logits";
        let (x, y) = check::pair(NAME, scores, y);
        check::probabilities(NAME, "target", &y, check::TWO_CLASSES);
        if self.weight.is_none() && self.pos_weight.is_none() {
            return pair_loss::bce_with_logits(&x, &y, self.reduction);
        }
        let mut losses = pair_loss::bce_with_logits(&x, &y, Reduction::None);
        if let Some(pos_weight) = &self.pos_weight {
            // -ln σ(x) is the loss of the target 1; it counts y (w - 1) times more.
            let of_ones = pair_loss::bce_with_logits(&x, &(zeros_like(&x) + 1.0), Reduction::None);
            let more = check::weighted(NAME, &y, &(pos_weight - 1.0));
            losses = &losses + more * of_ones;
        }
        if let Some(weight) = &self.weight {
            losses = check::weighted(NAME, &losses, weight);
        }
        reduce(&losses, self.reduction)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn huge_scores_have_finite_losses_and_slopes() {
        let x = tensor([1e4, -1e4, 1e4, -1e4, 30.0]).requires_grad();
        let y = tensor([1.0, 0.0, 0.0, 1.0, 1.0]);
        let losses = BCEWithLogitsLoss::new().reduction("none").forward(&x, &y);
        assert_close(&losses, [0.0, 0.0, 1e4, 1e4, 9.357623e-14]);
        losses.sum().backward();
        assert_close(&x.grad(), [0.0, 0.0, 1.0, -1.0, 0.0]);
    }

    #[test]
    #[should_panic(expected = "the target must be between 0 and 1: it is [2] and has 2\nhelp: ")]
    fn classes_1_and_2_are_refused() {
        binary_cross_entropy_with_logits(&zeros(&[2]), &tensor([1, 2]));
    }
}
