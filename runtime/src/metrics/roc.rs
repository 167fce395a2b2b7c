//! What a threshold trades: found cases against false alarms.

use std::fmt;

use crate::display::{MimeBundle, Rich};
use crate::error::{Error, OrRaise};
use crate::metrics::classes::{both, labels, scored};
use crate::plot::Figure;
use crate::shape::show;
use crate::tensor::Tensor;

/// The receiver operating characteristic, made by [`roc_curve`].
#[derive(Clone)]
pub struct RocCurve {
    fpr: Vec<f64>,
    tpr: Vec<f64>,
    thresholds: Vec<f64>,
}

/// For every threshold, which part of class 1 lies above it and which part of class 0.
///
/// `scores` are those of class 1, logits or probabilities, `[n]` or `[n, 1]`; `y` is 0 or 1.
/// Points between which the curve is straight are left out, and the first threshold is infinite,
/// as in scikit-learn.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let roc = roc_curve(&tensor([0.1, 0.4, 0.35, 0.8]), &tensor([0, 0, 1, 1]));
/// assert_close(&roc.fpr(), [0.0, 0.0, 0.5, 0.5, 1.0]);
/// assert_close(&roc.tpr(), [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(roc.auc(), 0.75);
/// ```
#[track_caller]
pub fn roc_curve(scores: &Tensor, y: &Tensor) -> RocCurve {
    let truth = labels("roc_curve", "the truth", y).or_raise();
    match scores.shape() {
        [n] | [n, 1] if *n == truth.len() => {
            curve("roc_curve", &scores.to_vec_f64(), &truth).or_raise()
        }
        _ => both("roc_curve", "needs one score for each example", scores, y)
            .help("scores.select(1, 1) is the score of class 1 where each class has one")
            .raise(),
    }
}

/// The area under the ROC curve: how often an example of class 1 has a higher score than one of
/// class 0.
///
/// 1 sorts perfectly, 0.5 is chance. `scores` are those of class 1, `[n]` or `[n, 1]`, or one for
/// each class, `[n, k]`: of two the second counts, and for more it is the plain mean over the
/// classes of one against the rest (scikit-learn's `multi_class="ovr"`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(roc_auc(&tensor([0.1, 0.4, 0.35, 0.8]), &tensor([0, 0, 1, 1])), 0.75);
/// ```
#[track_caller]
pub fn roc_auc(scores: &Tensor, y: &Tensor) -> f64 {
    auc("roc_auc", scores, y).or_raise()
}

fn auc(op: &str, scores: &Tensor, y: &Tensor) -> Result<f64, Error> {
    let truth = labels(op, "the truth", y)?;
    if scores.shape().first() != Some(&truth.len()) {
        return Err(both(op, "both need as many rows", scores, y));
    }
    let (values, columns) = match (scored(scores), scores.shape()) {
        (Some(k), _) => (scores.to_vec_f64(), k),
        (None, [_] | [_, 1]) => (scores.to_vec_f64(), 1),
        _ => {
            return Err(both(
                op,
                "needs one score for each example, or for each class",
                scores,
                y,
            ));
        }
    };
    let column =
        |j: usize| -> Vec<f64> { values.iter().skip(j).step_by(columns).copied().collect() };
    if columns <= 2 {
        return Ok(curve(op, &column(columns - 1), &truth)?.auc());
    }
    if let Some(class) = truth.iter().find(|&&c| c < 0 || c >= columns as i64) {
        return Err(Error::new(
            op,
            format!(
                "class {class} has no score, the scores are {}",
                show(scores.shape())
            ),
        ));
    }
    let mut sum = 0.0;
    for class in 0..columns {
        let own: Vec<i64> = truth
            .iter()
            .map(|&c| i64::from(c == class as i64))
            .collect();
        sum += curve(op, &column(class), &own)?.auc();
    }
    Ok(sum / columns as f64)
}

fn curve(op: &str, scores: &[f64], truth: &[i64]) -> Result<RocCurve, Error> {
    if let Some(class) = truth.iter().find(|&&c| c != 0 && c != 1) {
        return Err(
            Error::new(op, format!("the truth must be 0 or 1, it holds {class}"))
                .help("y.eq(2) makes 0 and 1 out of \"is it class 2?\""),
        );
    }
    let positive = truth.iter().filter(|&&c| c == 1).count();
    let negative = truth.len() - positive;
    if positive == 0 || negative == 0 {
        return Err(Error::new(
            op,
            format!(
                "needs examples of both classes, there are {negative} of class 0 and {positive} of class 1"
            ),
        ));
    }
    if scores.iter().any(|s| s.is_nan()) {
        return Err(Error::new(op, "the scores hold NaN"));
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    // False alarms and hits with everything down to a score taken as class 1.
    let mut points: Vec<(usize, usize, f64)> = Vec::new();
    let (mut alarms, mut hits) = (0, 0);
    for (place, &i) in order.iter().enumerate() {
        hits += usize::from(truth[i] == 1);
        alarms += usize::from(truth[i] == 0);
        if order
            .get(place + 1)
            .is_none_or(|&next| scores[next] != scores[i])
        {
            points.push((alarms, hits, scores[i]));
        }
    }
    let corner = |i: usize| {
        if i == 0 || i + 1 == points.len() {
            return true;
        }
        let (before, at, after) = (points[i - 1], points[i], points[i + 1]);
        at.0 - before.0 != after.0 - at.0 || at.1 - before.1 != after.1 - at.1
    };
    let kept: Vec<(usize, usize, f64)> = (0..points.len())
        .filter(|&i| corner(i))
        .map(|i| points[i])
        .collect();
    let all = || std::iter::once((0, 0, f64::INFINITY)).chain(kept.iter().copied());
    Ok(RocCurve {
        fpr: all().map(|p| p.0 as f64 / negative as f64).collect(),
        tpr: all().map(|p| p.1 as f64 / positive as f64).collect(),
        thresholds: all().map(|p| p.2).collect(),
    })
}

impl RocCurve {
    /// The part of class 0 above each threshold, false alarms; `[m]` in f64.
    pub fn fpr(&self) -> Tensor {
        vector(&self.fpr)
    }

    /// The part of class 1 above each threshold, found cases; `[m]` in f64.
    pub fn tpr(&self) -> Tensor {
        vector(&self.tpr)
    }

    /// The thresholds, falling; a score counts as class 1 if it is at least as high. `[m]` in f64.
    pub fn thresholds(&self) -> Tensor {
        vector(&self.thresholds)
    }

    /// The area under the curve, by trapezia.
    pub fn auc(&self) -> f64 {
        let step =
            |i: usize| (self.fpr[i] - self.fpr[i - 1]) * (self.tpr[i] + self.tpr[i - 1]) / 2.0;
        (1..self.fpr.len()).map(step).sum()
    }

    /// The curve, beside the line of chance.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let roc = roc_curve(&tensor([0.1, 0.9]), &tensor([0, 1]));
    /// assert!(roc.plot().to_svg().contains("AUC 1.000"));
    /// ```
    pub fn plot(&self) -> Figure {
        Figure::new()
            .line(&self.fpr, &self.tpr)
            .label(&format!("AUC {:.3}", self.auc()))
            .line([0.0, 1.0], [0.0, 1.0])
            .label("chance")
            .title("ROC curve")
            .xlabel("false positive rate")
            .ylabel("true positive rate")
    }
}

fn vector(values: &[f64]) -> Tensor {
    Tensor::from_values(values.to_vec(), [values.len()].as_slice())
}

impl fmt::Debug for RocCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RocCurve of {} points, AUC {:.4}",
            self.fpr.len(),
            self.auc()
        )
    }
}

impl Rich for RocCurve {
    fn mime_bundle(&self) -> MimeBundle {
        let picture = self.plot().mime_bundle();
        picture.with("text/plain", format!("{self:?}"))
    }
}

crate::display::rich_result!(RocCurve);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(
        expected = "roc_auc: needs examples of both classes, there are 0 of class 0 and 2 of class 1"
    )]
    fn one_class_has_no_curve() {
        roc_auc(&tensor([0.1, 0.2]), &tensor([1, 1]));
    }

    #[test]
    #[should_panic(expected = "help: scores.select(1, 1)")]
    fn scores_of_both_classes_are_too_many() {
        roc_curve(&zeros(&[2, 2]), &tensor([0, 1]));
    }

    #[test]
    fn the_score_of_the_second_class_counts() {
        let scores = tensor([[0.9, 0.1], [0.2, 0.8]]);
        assert_eq!(roc_auc(&scores, &tensor([0, 1])), 1.0);
    }
}
