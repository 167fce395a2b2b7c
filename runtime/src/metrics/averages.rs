//! Precision, recall and F1.

use crate::error::{Error, OrRaise};
use crate::metrics::classes::{Pair, pair};
use crate::tensor::Tensor;

/// What one class, or all together, came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Predicted so, and right.
    pub(super) hits: usize,
    pub(super) predicted: usize,
    /// How many there are: the support.
    pub(super) present: usize,
}

impl Counts {
    pub(super) fn precision(self) -> f64 {
        ratio(self.hits, self.predicted)
    }

    pub(super) fn recall(self) -> f64 {
        ratio(self.hits, self.present)
    }

    pub(super) fn f1(self) -> f64 {
        ratio(2 * self.hits, self.predicted + self.present)
    }
}

/// 0 where nothing can be said, as scikit-learn does after a warning.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// The counts of every label.
pub(super) fn counts(pair: &Pair, labels: &[i64]) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); labels.len()];
    for (y_hat, y) in pair.y_hat.iter().zip(&pair.y) {
        if let Ok(i) = labels.binary_search(y_hat) {
            counts[i].predicted += 1;
            counts[i].hits += usize::from(y_hat == y);
        }
        if let Ok(i) = labels.binary_search(y) {
            counts[i].present += 1;
        }
    }
    counts
}

/// Over all classes: their counts added up.
pub(super) fn micro(counts: &[Counts], score: fn(Counts) -> f64) -> f64 {
    let add = |a: Counts, b: &Counts| Counts {
        hits: a.hits + b.hits,
        predicted: a.predicted + b.predicted,
        present: a.present + b.present,
    };
    score(counts.iter().fold(Counts::default(), add))
}

/// Over all classes: the plain mean.
pub(super) fn macro_(counts: &[Counts], score: fn(Counts) -> f64) -> f64 {
    counts.iter().map(|&c| score(c)).sum::<f64>() / counts.len() as f64
}

/// Over all classes: the mean weighed by how many examples each has.
pub(super) fn weighted(counts: &[Counts], score: fn(Counts) -> f64) -> f64 {
    let total: usize = counts.iter().map(|c| c.present).sum();
    let sum: f64 = counts.iter().map(|&c| score(c) * c.present as f64).sum();
    sum / total as f64
}

/// Of what was predicted as a class, the part that belongs to it.
///
/// precision = hits / predictions of the class; 0 where the class is never predicted. `average`
/// says of which class: "binary" is class 1 of the classes 0 and 1, "macro" the mean over classes,
/// "weighted" the mean weighed by the examples of each class, "micro" counts all classes together,
/// which is the accuracy. [`precision_per_class`] has each. `y_hat` and `y` are those of
/// [`accuracy`](crate::metrics::accuracy).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (y_hat, y) = (tensor([0, 1, 1, 1, 2, 0, 2, 2]), tensor([0, 0, 1, 1, 2, 2, 2, 1]));
/// assert_close_within(precision(&y_hat, &y, "macro"), (1.0 / 2.0 + 2.0 / 3.0 + 2.0 / 3.0) / 3.0, 1e-12);
/// assert_close_within(precision(&y_hat, &y, "micro"), 5.0 / 8.0, 1e-12);
/// ```
#[track_caller]
pub fn precision(y_hat: &Tensor, y: &Tensor, average: &str) -> f64 {
    averaged("precision", y_hat, y, average, Counts::precision).or_raise()
}

/// Of what belongs to a class, the part that was found.
///
/// recall = hits / examples of the class; 0 where there is none. `average` is that of
/// [`precision`]; "weighted" and "micro" are both the accuracy.
///
/// ```
/// use cuaderno::prelude::*;
///
/// // Two of three cases were found.
/// let (y_hat, y) = (tensor([0, 1, 1, 0, 0]), tensor([0, 1, 1, 1, 0]));
/// assert_close_within(recall(&y_hat, &y, "binary"), 2.0 / 3.0, 1e-12);
/// ```
#[track_caller]
pub fn recall(y_hat: &Tensor, y: &Tensor, average: &str) -> f64 {
    averaged("recall", y_hat, y, average, Counts::recall).or_raise()
}

/// The harmonic mean of precision and recall.
///
/// F1 = 2 · precision · recall / (precision + recall) = 2 · hits / (predictions + examples of the
/// class); 0 where both are 0. `average` is that of [`precision`]; "macro" is the mean of the F1
/// of each class.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (y_hat, y) = (tensor([0, 1, 1, 1, 2, 0, 2, 2]), tensor([0, 0, 1, 1, 2, 2, 2, 1]));
/// assert_close_within(f1_score(&y_hat, &y, "macro"), 0.611111111, 1e-6);
/// ```
#[track_caller]
pub fn f1_score(y_hat: &Tensor, y: &Tensor, average: &str) -> f64 {
    averaged("f1_score", y_hat, y, average, Counts::f1).or_raise()
}

/// The precision of every class, `[k]` in f64, in the order of the classes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&precision_per_class(&tensor([0, 1, 1]), &tensor([0, 1, 0])), [1.0, 0.5]);
/// ```
#[track_caller]
pub fn precision_per_class(y_hat: &Tensor, y: &Tensor) -> Tensor {
    each("precision_per_class", y_hat, y, Counts::precision).or_raise()
}

/// The recall of every class, `[k]` in f64, in the order of the classes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&recall_per_class(&tensor([0, 1, 1]), &tensor([0, 1, 0])), [0.5, 1.0]);
/// ```
#[track_caller]
pub fn recall_per_class(y_hat: &Tensor, y: &Tensor) -> Tensor {
    each("recall_per_class", y_hat, y, Counts::recall).or_raise()
}

/// The F1 of every class, `[k]` in f64, in the order of the classes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let f1 = f1_per_class(&tensor([0, 1, 1]), &tensor([0, 1, 0]));
/// assert_close(&f1, [2.0 / 3.0, 2.0 / 3.0]);
/// ```
#[track_caller]
pub fn f1_per_class(y_hat: &Tensor, y: &Tensor) -> Tensor {
    each("f1_per_class", y_hat, y, Counts::f1).or_raise()
}

fn each(op: &str, y_hat: &Tensor, y: &Tensor, score: fn(Counts) -> f64) -> Result<Tensor, Error> {
    let pair = pair(op, y_hat, y)?;
    let counts = counts(&pair, &pair.labels());
    let scores: Vec<f64> = counts.into_iter().map(score).collect();
    let shape = [scores.len()];
    Ok(Tensor::from_values(scores, shape.as_slice()))
}

fn averaged(
    op: &str,
    y_hat: &Tensor,
    y: &Tensor,
    average: &str,
    score: fn(Counts) -> f64,
) -> Result<f64, Error> {
    let pair = pair(op, y_hat, y)?;
    let labels = pair.labels();
    match average {
        "binary" => match labels.iter().find(|&&label| label != 0 && label != 1) {
            None => Ok(score(counts(&pair, &[0, 1])[1])),
            Some(other) => Err(Error::new(
                op,
                format!("\"binary\" is about the classes 0 and 1, and there is a class {other}"),
            )
            .help("\"macro\" averages over classes, \"weighted\" by their sizes, \"micro\" counts all together")),
        },
        "micro" => Ok(micro(&counts(&pair, &labels), score)),
        "macro" => Ok(macro_(&counts(&pair, &labels), score)),
        "weighted" => Ok(weighted(&counts(&pair, &labels), score)),
        _ => Err(Error::new(op, format!("there is no average {average:?}"))
            .help("\"binary\", \"micro\", \"macro\" or \"weighted\"")),
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(
        expected = "recall: \"binary\" is about the classes 0 and 1, and there is a class 2"
    )]
    fn binary_needs_two_classes() {
        recall(&tensor([0, 2]), &tensor([0, 1]), "binary");
    }

    #[test]
    #[should_panic(expected = "f1_score: there is no average \"mean\"")]
    fn averages_have_names() {
        f1_score(&tensor([0]), &tensor([0]), "mean");
    }

    #[test]
    #[should_panic(expected = "needs at least one example")]
    fn nothing_has_no_score() {
        precision(
            &tensor([0]).narrow(0, 0, 0),
            &tensor([0]).narrow(0, 0, 0),
            "macro",
        );
    }
}
