//! Classes out of tensors: of labels, of whole numbers in floats, or of one score for each class.

use crate::error::Error;
use crate::host;
use crate::shape::show;
use crate::tensor::Tensor;

/// Predicted and true classes, as many of each and at least one.
pub(super) struct Pair {
    pub(super) y_hat: Vec<i64>,
    pub(super) y: Vec<i64>,
    /// How many classes there are, where the prediction has a score for each.
    pub(super) scored: Option<usize>,
}

impl Pair {
    /// The classes that either side names, in order; with scores, every class that has one.
    pub(super) fn labels(&self) -> Vec<i64> {
        let mut labels: Vec<i64> = self.y.iter().chain(&self.y_hat).copied().collect();
        labels.extend(0..self.scored.unwrap_or(0) as i64);
        labels.sort_unstable();
        labels.dedup();
        labels
    }
}

pub(super) fn pair(op: &str, y_hat: &Tensor, y: &Tensor) -> Result<Pair, Error> {
    host::check_interrupt();
    let scored = scored(y_hat);
    let (rows, truths) = (y_hat.shape().first(), y.shape().first());
    if rows != truths {
        return Err(both(op, "both need as many rows", y_hat, y));
    }
    if rows.is_none_or(|&n| n == 0) {
        return Err(both(op, "needs at least one example", y_hat, y));
    }
    if scored.is_none() && self::scored(y).is_some() {
        return Err(both(op, "the truth has a score for each class", y_hat, y)
            .help("the prediction comes first, the truth second; y.argmax(1) makes classes of one-hot rows"));
    }
    Ok(Pair {
        y_hat: match scored {
            Some(_) => best(op, y_hat)?,
            None => labels(op, "the prediction", y_hat)?,
        },
        y: labels(op, "the truth", y)?,
        scored,
    })
}

/// How many classes have a score: the columns of a table of floats with more than one.
pub(super) fn scored(x: &Tensor) -> Option<usize> {
    match *x.shape() {
        [_, k] if k > 1 && x.dtype().is_float() => Some(k),
        _ => None,
    }
}

/// The class with the highest score, for every row.
fn best(op: &str, scores: &Tensor) -> Result<Vec<i64>, Error> {
    let values = scores.to_vec_f64();
    if values.iter().any(|v| v.is_nan()) {
        return Err(Error::new(
            op,
            format!("the scores of shape {} hold NaN", show(scores.shape())),
        )
        .help("a loss that is NaN comes earlier: look for a division by 0 or a learning rate that is too high"));
    }
    let best = |row: &[f64]| {
        // The first of equal scores, as argmax has it.
        let better = |best: usize, i: usize| if row[i] > row[best] { i } else { best };
        (1..row.len()).fold(0, better) as i64
    };
    Ok(values.chunks(scores.shape()[1]).map(best).collect())
}

/// Whole numbers in `[n]` or `[n, 1]`, whatever their type.
pub(crate) fn labels(op: &str, what: &str, x: &Tensor) -> Result<Vec<i64>, Error> {
    if !matches!(x.shape(), [_] | [_, 1]) {
        return Err(Error::new(
            op,
            format!(
                "{what} needs one class for each example, [n], its shape is {}",
                show(x.shape())
            ),
        ));
    }
    if !x.dtype().is_float() {
        return Ok(x.to_vec_i64());
    }
    let values = x.to_vec_f64();
    match values.iter().find(|v| v.fract() != 0.0 || v.abs() > 1e15) {
        None => Ok(values.into_iter().map(|v| v as i64).collect()),
        Some(value) => Err(Error::new(
            op,
            format!(
                "{what} needs whole numbers as classes, it holds {value}; its shape is {}",
                show(x.shape())
            ),
        )
        .help("y_hat.gt(0.0) makes classes of logits, y_hat.gt(0.5) of probabilities")),
    }
}

pub(super) fn both(op: &str, what: &str, y_hat: &Tensor, y: &Tensor) -> Error {
    let (y_hat, y) = (show(y_hat.shape()), show(y.shape()));
    Error::new(
        op,
        format!("{what}: the prediction is {y_hat}, the truth {y}"),
    )
}
