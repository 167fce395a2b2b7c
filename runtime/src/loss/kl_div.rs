//! The Kullback-Leibler divergence.

use crate::error::Error;
use crate::loss::check;
use crate::loss::reduction::{named, reduce};
use crate::ops::pair_loss::{self, Reduction};
use crate::tensor::Tensor;

/// How far the distribution p is from q, given as ln q, per element of the tensors
/// (`torch.nn.functional.kl_div`).
///
/// loss = mean of p (ln p - ln q); `[..], [..] -> []`. As in PyTorch the prediction comes as
/// logarithms ([`Tensor::log_softmax`]), the target as probabilities, and the mean is over every
/// element: the divergence itself is the sum over a row, whose mean over the rows is
/// `KLDivLoss::new().reduction("batchmean")`. Where p is 0 the loss is 0.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (log_q, p) = (tensor([[0.5, 0.5]]).log(), tensor([[0.25, 0.75]]));
/// assert_close(kl_div(&log_q, &p), 0.065406);
/// assert_close(KLDivLoss::new().reduction("batchmean").forward(&log_q, &p), 0.130812);
/// ```
#[inline]
#[track_caller]
pub fn kl_div(log_q: &Tensor, p: &Tensor) -> Tensor {
    KLDivLoss::new().forward(log_q, p)
}

/// [`kl_div`] with another reduction, or with the target as logarithms too
/// (`torch.nn.KLDivLoss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let q = tensor([[0.5, 0.5], [0.25, 0.75]]);
/// let loss = KLDivLoss::new().log_target(true).reduction("batchmean");
/// assert_close(loss.forward(&q.log(), &q.log()), 0.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct KLDivLoss {
    log_target: bool,
    /// Whether the mean is over rows, not elements.
    per_row: bool,
    reduction: Reduction,
}

impl KLDivLoss {
    /// The mean over all elements, with probabilities as targets.
    pub fn new() -> KLDivLoss {
        KLDivLoss::default()
    }

    /// Whether the target comes as ln p.
    pub fn log_target(&self, log_target: bool) -> KLDivLoss {
        KLDivLoss {
            log_target,
            ..self.clone()
        }
    }

    /// What becomes of the losses of single elements: "batchmean" is the sum divided by the number
    /// of rows, "mean" (at first) that divided by the number of elements, "sum" the sum, and
    /// "none" leaves them as they are.
    #[track_caller]
    pub fn reduction(&self, reduction: &str) -> KLDivLoss {
        let per_row = reduction == "batchmean";
        KLDivLoss {
            per_row,
            reduction: if per_row {
                Reduction::Sum
            } else {
                named("KLDivLoss", reduction)
            },
            ..self.clone()
        }
    }

    /// The divergence of p from q, as [`kl_div`].
    #[track_caller]
    pub fn forward(&self, log_q: &Tensor, p: &Tensor) -> Tensor {
        const NAME: &str = "kl_div";
        let (log_q, p) = check::pair(NAME, log_q, p);
        let loss = if self.log_target {
            reduce(&(p.exp() * (&p - log_q)), self.reduction)
        } else {
            let help = "of logarithms: KLDivLoss::new().log_target(true)";
            check::probabilities(NAME, "target", &p, help);
            pair_loss::kl_div(&log_q, &p, self.reduction)
        };
        match (self.per_row, p.shape().first()) {
            (false, _) => loss,
            (true, Some(&rows)) => loss / rows as f64,
            (true, None) => Error::new(NAME, "\"batchmean\" needs rows, the shapes are []").raise(),
        }
    }
}
