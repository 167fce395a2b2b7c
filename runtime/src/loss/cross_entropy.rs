//! The cross-entropy of scores for several classes.

use crate::dtype::DType;
use crate::error::Error;
use crate::loss::check;
use crate::loss::reduction::{reduce, reduction_option};
use crate::ops::cross_entropy::CrossEntropy;
use crate::ops::pair_loss::Reduction;
use crate::shape::{Dims, numel, show};
use crate::tensor::{Tensor, tensor_of};

/// The cross-entropy of scores and classes: the mean of -ln p of each row's class, where softmax
/// makes probabilities p of the scores (`torch.nn.functional.cross_entropy`).
///
/// loss = Σ_i (ln Σ_c eˣⁱᶜ - x_(i, y_i)) / n; `[n, c], [n] -> []`, and `[n, c, d..], [n, d..] -> []`
/// for a class per place of an image. Classes are whole numbers from 0. A target of floats of the
/// scores' shape holds a probability per class: loss = -Σ y ln p / n.
///
/// The scores are what the last linear layer gives: softmax before this loss flattens the
/// gradients, and the loss cannot fall below ln(e + c - 1) - 1, which nobody can notice from
/// outside.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let scores = tensor([[2.0, 1.0, 0.1]]);
/// assert_close(cross_entropy(&scores, &tensor([0])), 0.417030);
/// assert_close(cross_entropy(&scores, &tensor([[0.5, 0.5, 0.0]])), 0.917030);
/// ```
#[inline]
#[track_caller]
pub fn cross_entropy(scores: &Tensor, y: &Tensor) -> Tensor {
    CrossEntropyLoss::new().forward(scores, y)
}

/// [`cross_entropy`] with options (`torch.nn.CrossEntropyLoss`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let scores = tensor([[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]]);
/// let loss = CrossEntropyLoss::new().label_smoothing(0.1).reduction("none");
/// assert_close(&loss.forward(&scores, &tensor([0, 2])), [0.513697, 1.098612]);
/// ```
#[derive(Clone, Debug)]
pub struct CrossEntropyLoss {
    weight: Option<Tensor>,
    ignore_index: i64,
    label_smoothing: f64,
    reduction: Reduction,
}

impl Default for CrossEntropyLoss {
    fn default() -> CrossEntropyLoss {
        CrossEntropyLoss::new()
    }
}

impl CrossEntropyLoss {
    /// The mean over all rows, each class with weight 1, ignoring targets of -100.
    pub fn new() -> CrossEntropyLoss {
        CrossEntropyLoss {
            weight: None,
            ignore_index: -100,
            label_smoothing: 0.0,
            reduction: Reduction::Mean,
        }
    }

    /// What each class counts, `[c]`: more than 1 for a rare one.
    ///
    /// Of classes the mean is divided by the sum of the weights of the rows, of probabilities by
    /// the number of rows, as in PyTorch.
    pub fn weight(&self, weight: &Tensor) -> CrossEntropyLoss {
        CrossEntropyLoss {
            weight: Some(weight.clone()),
            ..self.clone()
        }
    }

    /// The target of rows that do not count, such as padding.
    pub fn ignore_index(&self, ignore_index: i64) -> CrossEntropyLoss {
        CrossEntropyLoss {
            ignore_index,
            ..self.clone()
        }
    }

    /// How much of each target is spread evenly over all classes, from 0 to 1.
    ///
    /// C. Szegedy et al., "Rethinking the Inception architecture" (2016), section 7.
    #[track_caller]
    pub fn label_smoothing(&self, label_smoothing: f64) -> CrossEntropyLoss {
        if !(0.0..=1.0).contains(&label_smoothing) {
            Error::new(
                "CrossEntropyLoss",
                format!("label_smoothing must be between 0 and 1, it is {label_smoothing}"),
            )
            .raise();
        }
        CrossEntropyLoss {
            label_smoothing,
            ..self.clone()
        }
    }

    reduction_option!("CrossEntropyLoss");

    /// The loss of scores and classes or probabilities, as [`cross_entropy`].
    #[track_caller]
    pub fn forward(&self, scores: &Tensor, y: &Tensor) -> Tensor {
        let rows = Rows {
            loss: "cross_entropy",
            logits: true,
            weight: &self.weight,
            ignore_index: self.ignore_index,
            smoothing: self.label_smoothing,
            reduction: self.reduction,
        };
        if y.dtype().is_float() && y.shape() == scores.shape() && y.ndim() > 0 {
            rows.of_probabilities(scores, y)
        } else {
            rows.of_classes(scores, y)
        }
    }
}

/// What the losses of rows of scores have in common.
pub(super) struct Rows<'a> {
    pub(super) loss: &'static str,
    pub(super) logits: bool,
    pub(super) weight: &'a Option<Tensor>,
    pub(super) ignore_index: i64,
    pub(super) smoothing: f64,
    pub(super) reduction: Reduction,
}

impl Rows<'_> {
    #[track_caller]
    pub(super) fn of_classes(&self, scores: &Tensor, y: &Tensor) -> Tensor {
        let scores = scores.float_or_same();
        let dim = class_dim(&scores);
        let per_row: Dims = (0..scores.ndim())
            .filter(|&d| d != dim)
            .map(|d| scores.shape()[d])
            .collect();
        if scores.ndim() == 0 || *y.shape() != *per_row || y.dtype() != DType::I64 {
            self.refuse(&scores, y, &per_row);
        }
        let count = scores.shape()[dim];
        let op = CrossEntropy {
            logits: self.logits,
            classes: self.classes(y, &scores, count),
            weight: self.weights(&scores, count),
            smoothing: self.smoothing,
            reduction: self.reduction,
        };
        // The classes last, then all other dims as one.
        let rows = match scores.ndim() {
            2 => scores,
            _ => scores
                .movedim(dim as isize, -1)
                .reshape_dims(Dims::from_slice(&[op.classes.len(), count])),
        };
        let loss = Tensor::apply(op, &[&rows]);
        match self.reduction {
            Reduction::None if per_row.len() != 1 => loss.reshape_dims(per_row),
            _ => loss,
        }
    }

    #[track_caller]
    fn of_probabilities(&self, scores: &Tensor, y: &Tensor) -> Tensor {
        let dim = class_dim(scores);
        let count = scores.shape()[dim];
        check::probabilities(
            self.loss,
            "target",
            y,
            "a target of the scores' shape holds probabilities; classes are i64, one per row",
        );
        let mut y = y.to_dtype(scores.dtype());
        if self.smoothing > 0.0 {
            y = &y * (1.0 - self.smoothing) + self.smoothing / count as f64;
        }
        if let Some(weight) = self.weights(scores, count) {
            let mut shape = Dims::from_elem(1, scores.ndim());
            shape[dim] = count;
            let weight = tensor_of(y.dtype(), weight).reshape_dims(shape);
            y = &y * weight;
        }
        let losses = -(y * scores.log_softmax(dim as isize)).sum_dim(dim as isize);
        reduce(&losses, self.reduction)
    }

    /// The weights, one for each class.
    #[track_caller]
    fn weights(&self, scores: &Tensor, count: usize) -> Option<Vec<f64>> {
        let weight = self.weight.as_ref()?;
        if weight.shape() != [count] {
            Error::new(
                self.loss,
                format!(
                    "needs one weight for each class: the weight is {}, the scores are {}, so there \
                     are {count} classes",
                    show(weight.shape()),
                    show(scores.shape())
                ),
            )
            .raise();
        }
        Some(weight.numbers())
    }

    #[track_caller]
    fn classes(&self, y: &Tensor, scores: &Tensor, count: usize) -> Vec<Option<usize>> {
        let class = |&label: &i64| {
            if label == self.ignore_index {
                return None;
            }
            match usize::try_from(label) {
                Ok(class) if class < count => Some(class),
                _ => self.no_such_class(label, y, scores, count),
            }
        };
        y.values::<i64>().iter().map(class).collect()
    }

    #[track_caller]
    fn no_such_class(&self, label: i64, y: &Tensor, scores: &Tensor, count: usize) -> ! {
        let error = Error::new(
            self.loss,
            format!(
                "the target has class {label}, but the number of classes is {count}: the scores are \
                 {}, the target is {}",
                show(scores.shape()),
                show(y.shape())
            ),
        );
        match (label, count) {
            (0.., 1) => error.help(
                "one score per row: binary_cross_entropy_with_logits(&scores, &y), or a last layer \
                 with an output for each class",
            ),
            (0.., _) => error.help(format!(
                "classes are counted from 0 to {}; the last layer needs an output for each",
                count - 1
            )),
            _ => error.help(format!(
                "CrossEntropyLoss::new().ignore_index({label}) leaves such rows out"
            )),
        }
        .raise()
    }

    /// Says what is wrong with the shape or type of a target.
    #[track_caller]
    fn refuse(&self, scores: &Tensor, y: &Tensor, per_row: &[usize]) -> ! {
        let error = Error::new(
            self.loss,
            format!(
                "needs a class for each row: the scores are {}, so the target is {} of i64, not {} \
                 of {}",
                show(scores.shape()),
                show(per_row),
                show(y.shape()),
                y.dtype()
            ),
        );
        let same = *y.shape() == *per_row;
        if scores.ndim() == 0 {
            error.help("a row of scores has one for each class")
        } else if same {
            error.help("y.long() makes whole numbers of it")
        } else if y.shape() == scores.shape() && self.logits {
            error.help("y.float() makes probabilities of it, one for each class")
        } else if y.shape() == scores.shape() {
            error.help("y.argmax(1) gives the class of each row")
        } else if y.numel() == numel(per_row) {
            let whole = if y.dtype() == DType::I64 {
                ""
            } else {
                ".long()"
            };
            error.help(format!("y.reshape(&{}){whole}", show(per_row)))
        } else {
            error.help("the classes are dim 1 of the scores, [n, c] or [n, c, ..]")
        }
        .raise()
    }
}

/// The dim along which the classes lie: of a single row the only one.
fn class_dim(scores: &Tensor) -> usize {
    usize::from(scores.ndim() > 1)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn softmax_before_it_has_a_floor() {
        for (classes, floor) in [(3, 0.551445), (4, 0.743668), (10, 1.461150)] {
            let certain = tensor([0]).one_hot(classes).float();
            assert_close(cross_entropy(&certain, &tensor([0])), floor);
        }
    }

    #[test]
    fn huge_scores_have_finite_losses_and_slopes() {
        let x = tensor([[1e4, 0.0, -1e4], [3e38, -3e38, 0.0]]).requires_grad();
        let losses = CrossEntropyLoss::new()
            .reduction("none")
            .forward(&x, &tensor([1, 0]));
        assert_close(&losses, [1e4, 0.0]);
        losses.sum().backward();
        assert_close(&x.grad(), [[1.0, -1.0, 0.0], [0.0, 0.0, 0.0]]);
    }

    #[test]
    fn an_untrained_model_has_the_logarithm_of_the_classes() {
        let y = tensor([0, 1, 9]);
        assert_close(cross_entropy(&zeros(&[3, 10]), &y), 10f64.ln());
        let even = zeros(&[3, 10]) + 0.1;
        assert_close(cross_entropy(&zeros(&[3, 10]), &even), 10f64.ln());
    }
}
