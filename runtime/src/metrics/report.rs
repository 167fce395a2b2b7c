//! Precision, recall and F1 of every class in one table.

use std::fmt;

use crate::display::{MimeBundle, Rich, escape_html};
use crate::error::{Error, OrRaise};
use crate::metrics::averages::{Counts, counts, macro_, micro, weighted};
use crate::metrics::classes::pair;
use crate::tensor::Tensor;

/// A table of scores, made by [`classification_report`].
#[derive(Clone)]
pub struct ClassificationReport {
    labels: Vec<i64>,
    names: Vec<String>,
    counts: Vec<Counts>,
    digits: usize,
}

/// Precision, recall, F1 and number of examples of every class, with their averages.
///
/// It prints as scikit-learn's does. The classes are those that occur in `y_hat` or `y`; with
/// scores, `[n, k]`, they are 0..k. `y_hat` and `y` are those of
/// [`accuracy`](crate::metrics::accuracy).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (y_hat, y) = (tensor([0, 1, 1, 0, 1, 0]), tensor([0, 0, 1, 1, 1, 0]));
/// let report = classification_report(&y_hat, &y).class_names(&["no", "yes"]);
/// assert_eq!(
///     report.to_string().lines().nth(3).unwrap(),
///     "         yes       0.67      0.67      0.67         3",
/// );
/// ```
#[track_caller]
pub fn classification_report(y_hat: &Tensor, y: &Tensor) -> ClassificationReport {
    let pair = pair("classification_report", y_hat, y).or_raise();
    let labels = pair.labels();
    ClassificationReport {
        names: labels.iter().map(i64::to_string).collect(),
        counts: counts(&pair, &labels),
        labels,
        digits: 2,
    }
}

impl ClassificationReport {
    /// The same report with names for the classes 0, 1, ..; it has a row for each name.
    #[track_caller]
    pub fn class_names(&self, names: &[impl AsRef<str>]) -> ClassificationReport {
        self.named(names.iter().map(|name| name.as_ref().to_owned()).collect())
    }

    #[track_caller]
    fn named(&self, names: Vec<String>) -> ClassificationReport {
        let mut all = vec![Counts::default(); names.len()];
        for (label, counts) in self.labels.iter().zip(&self.counts) {
            match usize::try_from(*label).ok().and_then(|i| all.get_mut(i)) {
                Some(place) => *place = *counts,
                None => Error::new(
                    "class_names",
                    format!("class {label} has no name among {names:?}"),
                )
                .raise(),
            }
        }
        ClassificationReport {
            labels: (0..names.len() as i64).collect(),
            names,
            counts: all,
            digits: self.digits,
        }
    }

    /// The same report with this many digits behind the point.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let report = classification_report(&tensor([0, 1]), &tensor([0, 1])).digits(4);
    /// assert!(report.to_string().contains("1.0000"));
    /// ```
    pub fn digits(&self, digits: usize) -> ClassificationReport {
        ClassificationReport {
            digits,
            ..self.clone()
        }
    }

    /// The part of the predictions that are right.
    pub fn accuracy(&self) -> f64 {
        micro(&self.counts, Counts::recall)
    }

    /// The precision of every class, `[k]` in f64.
    pub fn precision(&self) -> Tensor {
        self.column(Counts::precision)
    }

    /// The recall of every class, `[k]` in f64.
    pub fn recall(&self) -> Tensor {
        self.column(Counts::recall)
    }

    /// The F1 of every class, `[k]` in f64.
    pub fn f1_score(&self) -> Tensor {
        self.column(Counts::f1)
    }

    /// How many examples every class has, `[k]` of i64.
    pub fn support(&self) -> Tensor {
        let support: Vec<i64> = self.counts.iter().map(|c| c.present as i64).collect();
        let shape = [support.len()];
        Tensor::from_values(support, shape.as_slice())
    }

    fn column(&self, score: fn(Counts) -> f64) -> Tensor {
        let scores: Vec<f64> = self.counts.iter().map(|&c| score(c)).collect();
        let shape = [scores.len()];
        Tensor::from_values(scores, shape.as_slice())
    }

    fn total(&self) -> usize {
        self.counts.iter().map(|c| c.present).sum()
    }

    /// Names with precision, recall, F1 and support: of classes, and of averages. Of the accuracy
    /// only one number is given.
    fn rows(&self) -> (Vec<Row>, Vec<Row>) {
        let of_class = |(name, counts): (&String, &Counts)| Row {
            name: name.clone(),
            scores: vec![counts.precision(), counts.recall(), counts.f1()],
            support: counts.present,
        };
        let average = |name: &str, over: Average| Row {
            name: name.to_owned(),
            scores: [Counts::precision, Counts::recall, Counts::f1]
                .map(|score| over(&self.counts, score))
                .to_vec(),
            support: self.total(),
        };
        let accuracy = Row {
            name: "accuracy".to_owned(),
            scores: vec![self.accuracy()],
            support: self.total(),
        };
        (
            self.names.iter().zip(&self.counts).map(of_class).collect(),
            vec![
                accuracy,
                average("macro avg", macro_),
                average("weighted avg", weighted),
            ],
        )
    }
}

/// How the scores of all classes become one.
type Average = fn(&[Counts], fn(Counts) -> f64) -> f64;

struct Row {
    name: String,
    scores: Vec<f64>,
    support: usize,
}

const HEADS: [&str; 4] = ["precision", "recall", "f1-score", "support"];

impl fmt::Display for ClassificationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (classes, averages) = self.rows();
        let names = self.names.iter().map(|name| name.chars().count());
        let width = names.fold("weighted avg".len().max(self.digits), usize::max);
        write!(f, "{:>width$} ", "")?;
        for head in HEADS {
            write!(f, " {head:>9}")?;
        }
        writeln!(f, "\n")?;
        for (i, row) in classes.iter().chain(&averages).enumerate() {
            if i == classes.len() {
                writeln!(f)?;
            }
            write!(f, "{:>width$} ", row.name)?;
            for _ in row.scores.len()..3 {
                write!(f, " {:>9}", "")?;
            }
            for score in &row.scores {
                write!(f, " {score:>9.*}", self.digits)?;
            }
            writeln!(f, " {:>9}", row.support)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ClassificationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Rich for ClassificationReport {
    fn mime_bundle(&self) -> MimeBundle {
        let (classes, averages) = self.rows();
        let head: String = HEADS
            .iter()
            .map(|head| format!("<th>{head}</th>"))
            .collect();
        let mut rows = String::new();
        for row in classes.iter().chain(&averages) {
            rows += &format!("<tr><th>{}</th>", escape_html(&row.name));
            rows += &"<td></td>".repeat(3 - row.scores.len());
            for score in &row.scores {
                rows += &format!("<td>{score:.*}</td>", self.digits);
            }
            rows += &format!("<td>{}</td></tr>", row.support);
        }
        MimeBundle::text(self.to_string()).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th></th>{head}</tr></thead>\
             <tbody>{rows}</tbody></table>"
        ))
    }
}

crate::display::rich_result!(ClassificationReport);
