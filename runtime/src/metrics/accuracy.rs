//! How many predictions are right.

use crate::error::{Error, OrRaise};
use crate::metrics::classes::{labels, pair, scored};
use crate::shape::show;
use crate::tensor::Tensor;

/// The part of the predictions that are right.
///
/// accuracy = number of i with y_hat_i = y_i, divided by n. `y_hat` holds classes, `[n]`, or a
/// score for each class, `[n, k]`, of which the highest counts: logits serve as well as
/// probabilities. `y` holds classes, `[n]` or `[n, 1]`. Whole numbers may come as floats.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let logits = tensor([[2.0, -1.0], [0.3, 0.1], [-1.0, 4.0]]);
/// assert_close_within(accuracy(&logits, &tensor([0, 1, 1])), 2.0 / 3.0, 1e-12);
/// assert_eq!(accuracy(&tensor([0, 1]), &tensor([0, 1])), 1.0);
/// ```
#[track_caller]
pub fn accuracy(y_hat: &Tensor, y: &Tensor) -> f64 {
    let pair = pair("accuracy", y_hat, y).or_raise();
    let right = pair.y_hat.iter().zip(&pair.y).filter(|(a, b)| a == b);
    right.count() as f64 / pair.y.len() as f64
}

/// The part of the examples whose class is among the `k` with the highest scores.
///
/// `y_hat` is `[n, classes]`, `y` is `[n]`. Among equal scores the higher class counts as higher,
/// as in scikit-learn.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let scores = tensor([[0.5, 0.2, 0.2], [0.3, 0.4, 0.2], [0.2, 0.4, 0.3], [0.7, 0.2, 0.1]]);
/// assert_eq!(top_k_accuracy(&scores, &tensor([0, 1, 2, 2]), 2), 0.75);
/// ```
#[track_caller]
pub fn top_k_accuracy(y_hat: &Tensor, y: &Tensor, k: usize) -> f64 {
    top_k(y_hat, y, k).or_raise()
}

fn top_k(y_hat: &Tensor, y: &Tensor, k: usize) -> Result<f64, Error> {
    let op = "top_k_accuracy";
    let Some(classes) = scored(y_hat) else {
        return Err(Error::new(
            op,
            format!(
                "needs a score for each class, [n, classes], the shape is {}",
                show(y_hat.shape())
            ),
        ));
    };
    // The checks of rows and types.
    pair(op, y_hat, y)?;
    if k == 0 || k > classes {
        return Err(Error::new(
            op,
            format!("k must be 1 to {classes}, the number of classes, it is {k}"),
        ));
    }
    let y = labels(op, "the truth", y)?;
    let scores = y_hat.to_vec_f64();
    let mut hits = 0;
    for (row, &class) in scores.chunks(classes).zip(&y) {
        let Some(&own) = usize::try_from(class).ok().and_then(|i| row.get(i)) else {
            return Err(Error::new(
                op,
                format!(
                    "class {class} has no score, the scores are {}",
                    show(y_hat.shape())
                ),
            ));
        };
        let class = class as usize;
        let ahead = |(i, &score): (usize, &f64)| score > own || (score == own && i > class);
        let before = row.iter().enumerate().filter(|&e| ahead(e)).count();
        hits += usize::from(before < k);
    }
    Ok(hits as f64 / y.len() as f64)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn classes_come_in_many_forms() {
        let y = tensor([[1.0], [0.0], [1.0]]);
        assert_eq!(accuracy(&tensor([true, false, true]), &y), 1.0);
        assert_eq!(accuracy(&tensor([[1], [0], [1]]), &y), 1.0);
        assert_eq!(accuracy(&tensor([1.0, 0.0, 1.0]), &y.flatten()), 1.0);
    }

    #[test]
    #[should_panic(expected = "help: y_hat.gt(0.0) makes classes of logits")]
    fn one_score_is_ambiguous() {
        accuracy(&tensor([0.7, 0.2]), &tensor([1, 0]));
    }

    #[test]
    #[should_panic(expected = "the prediction comes first, the truth second")]
    fn the_order_is_checked() {
        accuracy(&tensor([1, 0]), &tensor([[0.7, 0.2], [0.1, 0.9]]));
    }

    #[test]
    #[should_panic(
        expected = "accuracy: both need as many rows: the prediction is [2], the truth [3]"
    )]
    fn rows_must_agree() {
        accuracy(&tensor([1, 0]), &tensor([1, 0, 1]));
    }

    #[test]
    #[should_panic(expected = "hold NaN")]
    fn broken_scores_are_refused() {
        accuracy(&tensor([[f64::NAN, 1.0]]), &tensor([1]));
    }

    #[test]
    #[should_panic(expected = "class 5 has no score")]
    fn every_class_needs_a_score() {
        top_k_accuracy(&tensor([[0.1, 0.9]]), &tensor([5]), 1);
    }
}
