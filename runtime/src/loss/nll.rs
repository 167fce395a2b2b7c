//! The negative log-likelihood.

use crate::loss::cross_entropy::Rows;
use crate::loss::reduction::reduction_option;
use crate::ops::pair_loss::Reduction;
use crate::tensor::Tensor;

/// The mean of -ln p of each row's class (`torch.nn.functional.nll_loss`).
///
/// loss = -Σ x_(i, y_i) / n; `[n, c], [n] -> []`, and `[n, c, d..], [n, d..] -> []`. The prediction
/// comes as logarithms of probabilities; of scores,
/// [`cross_entropy`](crate::loss::cross_entropy) is log_softmax and this in one.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let p = tensor([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]]);
/// assert_close(nll_loss(&p.log(), &tensor([0, 1])), 0.458145);
/// ```
#[inline]
#[track_caller]
pub fn nll_loss(log_p: &Tensor, y: &Tensor) -> Tensor {
    NLLLoss::new().forward(log_p, y)
}

/// [`nll_loss`] with weights, with targets to ignore, or another reduction (`torch.nn.NLLLoss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let log_p = tensor([[0.5, 0.5], [0.25, 0.75]]).log();
/// let loss = NLLLoss::new().weight(&tensor([3.0, 1.0]));
/// assert_close(loss.forward(&log_p, &tensor([0, 1])), (3.0 * 0.693147 + 0.287682) / 4.0);
/// ```
#[derive(Clone, Debug)]
pub struct NLLLoss {
    weight: Option<Tensor>,
    ignore_index: i64,
    reduction: Reduction,
}

impl Default for NLLLoss {
    fn default() -> NLLLoss {
        NLLLoss::new()
    }
}

impl NLLLoss {
    /// The mean over all rows, each class with weight 1, ignoring targets of -100.
    pub fn new() -> NLLLoss {
        NLLLoss {
            weight: None,
            ignore_index: -100,
            reduction: Reduction::Mean,
        }
    }

    /// What each class counts, `[c]`; the mean is divided by the sum of the weights of the rows.
    pub fn weight(&self, weight: &Tensor) -> NLLLoss {
        NLLLoss {
            weight: Some(weight.clone()),
            ..self.clone()
        }
    }

    /// The target of rows that do not count.
    pub fn ignore_index(&self, ignore_index: i64) -> NLLLoss {
        NLLLoss {
            ignore_index,
            ..self.clone()
        }
    }

    reduction_option!("NLLLoss");

    /// The loss of logarithms of probabilities and the rows' classes, as [`nll_loss`].
    #[track_caller]
    pub fn forward(&self, log_p: &Tensor, y: &Tensor) -> Tensor {
        Rows {
            loss: "nll_loss",
            logits: false,
            weight: &self.weight,
            ignore_index: self.ignore_index,
            smoothing: 0.0,
            reduction: self.reduction,
        }
        .of_classes(log_p, y)
    }
}
