//! Which classes are taken for which.

use std::fmt;

use crate::display::{MimeBundle, Rich, escape_html};
use crate::error::{Error, OrRaise};
use crate::metrics::classes::pair;
use crate::tensor::Tensor;

/// A table of true against predicted classes, made by [`confusion_matrix`].
#[derive(Clone, PartialEq)]
pub struct ConfusionMatrix {
    labels: Vec<i64>,
    names: Vec<String>,
    /// Rows are true classes, columns predicted ones.
    counts: Vec<i64>,
}

/// How often each true class, a row, is predicted as each class, a column.
///
/// The classes are those that occur in `y_hat` or `y`, in order; with scores, `[n, k]`, they are
/// 0..k. `y_hat` and `y` are those of [`accuracy`](crate::metrics::accuracy).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (y_hat, y) = (tensor([0, 1, 1, 1, 2, 0, 2, 2]), tensor([0, 0, 1, 1, 2, 2, 2, 1]));
/// let matrix = confusion_matrix(&y_hat, &y);
/// assert_eq!(matrix.counts().to_vec_i64(), [1, 1, 0, 0, 2, 1, 1, 0, 2]);
/// assert_close(&matrix.normalized().select(0, 0), [0.5, 0.5, 0.0]);
/// ```
#[track_caller]
pub fn confusion_matrix(y_hat: &Tensor, y: &Tensor) -> ConfusionMatrix {
    let pair = pair("confusion_matrix", y_hat, y).or_raise();
    let labels = pair.labels();
    // A square of 10 000 classes is a mistake, such as numbers to predict taken for classes.
    if labels.len() > MOST {
        Error::new(
            "confusion_matrix",
            format!(
                "{} different classes are too many, the limit is {MOST}",
                labels.len()
            ),
        )
        .help("r2_score and mean_absolute_error measure predicted numbers")
        .raise();
    }
    let k = labels.len();
    let mut counts = vec![0; k * k];
    for (y_hat, y) in pair.y_hat.iter().zip(&pair.y) {
        if let (Ok(i), Ok(j)) = (labels.binary_search(y), labels.binary_search(y_hat)) {
            counts[i * k + j] += 1;
        }
    }
    ConfusionMatrix {
        names: labels.iter().map(i64::to_string).collect(),
        labels,
        counts,
    }
}

const MOST: usize = 1000;

impl ConfusionMatrix {
    /// The counts, `[k, k]` of i64: rows are true classes, columns predicted ones.
    pub fn counts(&self) -> Tensor {
        Tensor::from_values(self.counts.clone(), self.square().as_slice())
    }

    /// Every row divided by its sum, `[k, k]` in f64: which part of a class went where. The row of
    /// a class without examples is 0.
    pub fn normalized(&self) -> Tensor {
        Tensor::from_values(self.shares(), self.square().as_slice())
    }

    /// The class of each row and column, `[k]` of i64.
    pub fn classes(&self) -> Tensor {
        Tensor::from_values(self.labels.clone(), [self.labels.len()].as_slice())
    }

    /// The same table with names for the classes 0, 1, ..; it has a row for each name.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let matrix = confusion_matrix(&tensor([0, 1]), &tensor([0, 0])).class_names(&["cat", "dog"]);
    /// assert_eq!(
    ///     format!("{matrix:?}"),
    ///     "true \\ predicted  cat  dog\n             cat    1    1\n             dog    0    0",
    /// );
    /// ```
    #[track_caller]
    pub fn class_names(&self, names: &[impl AsRef<str>]) -> ConfusionMatrix {
        self.named(names.iter().map(|name| name.as_ref().to_owned()).collect())
    }

    #[track_caller]
    fn named(&self, names: Vec<String>) -> ConfusionMatrix {
        let k = names.len();
        let outside = self.labels.iter().find(|&&c| c < 0 || c >= k as i64);
        if let Some(class) = outside {
            Error::new(
                "class_names",
                format!("class {class} has no name among {names:?}"),
            )
            .raise();
        }
        let mut counts = vec![0; k * k];
        for (i, &row) in self.labels.iter().enumerate() {
            for (j, &column) in self.labels.iter().enumerate() {
                counts[row as usize * k + column as usize] = self.counts[i * self.labels.len() + j];
            }
        }
        ConfusionMatrix {
            labels: (0..k as i64).collect(),
            names,
            counts,
        }
    }

    fn square(&self) -> [usize; 2] {
        [self.labels.len(); 2]
    }

    fn shares(&self) -> Vec<f64> {
        let share = |row: &[i64]| -> Vec<f64> {
            let sum = row.iter().sum::<i64>().max(1) as f64;
            row.iter().map(|&count| count as f64 / sum).collect()
        };
        self.counts
            .chunks(self.labels.len())
            .flat_map(share)
            .collect()
    }
}

/// What stands above the names of true classes, and left of those of predicted ones.
const CORNER: &str = "true \\ predicted";

/// Classes that a table shows.
const SHOWN: usize = 40;

impl fmt::Debug for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let k = self.labels.len();
        let shown = k.min(SHOWN);
        let names = &self.names[..shown];
        let width = |s: &str| s.chars().count();
        let first = names
            .iter()
            .map(|n| width(n))
            .fold(width(CORNER), usize::max);
        let widest = self.counts.iter().map(|c| width(&c.to_string())).max();
        let cell = names
            .iter()
            .map(|n| width(n))
            .fold(widest.unwrap_or(1), usize::max)
            + 2;
        write!(f, "{CORNER:>first$}")?;
        for name in names {
            write!(f, "{name:>cell$}")?;
        }
        for (name, row) in names.iter().zip(self.counts.chunks(k)) {
            write!(f, "\n{name:>first$}")?;
            for count in &row[..shown] {
                write!(f, "{count:>cell$}")?;
            }
        }
        if shown < k {
            write!(f, "\nthe first {shown} of {k} classes")?;
        }
        Ok(())
    }
}

impl Rich for ConfusionMatrix {
    fn mime_bundle(&self) -> MimeBundle {
        let k = self.labels.len();
        let shown = k.min(SHOWN);
        let names: Vec<String> = self.names[..shown].iter().map(|n| escape_html(n)).collect();
        let head: String = names
            .iter()
            .map(|name| format!("<th>{name}</th>"))
            .collect();
        let shares = self.shares();
        let mut rows = String::new();
        for (i, name) in names.iter().enumerate() {
            rows += &format!("<tr><th>{name}</th>");
            for j in 0..shown {
                let (count, share) = (self.counts[i * k + j], shares[i * k + j]);
                rows += &format!(
                    "<td style=\"background:rgba(33,113,181,{:.2});text-align:right\" \
                     title=\"{:.1} % of this class\">{count}</td>",
                    // Numbers stay readable on the darkest square, in light and in dark themes.
                    0.75 * share,
                    100.0 * share,
                );
            }
            rows += "</tr>";
        }
        let rest = if shown < k {
            format!("; the first {shown} of {k} classes")
        } else {
            String::new()
        };
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table><thead><tr><th>true \\ predicted</th>{head}</tr></thead><tbody>{rows}</tbody></table>\
             <div style=\"opacity:.7;font-size:85%\">rows are true classes, columns predicted ones; \
             the darker, the larger the part of the row{rest}</div>"
        ))
    }
}

crate::display::rich_result!(ConfusionMatrix);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn names_add_classes_that_never_occur() {
        let matrix = confusion_matrix(&tensor([0, 2]), &tensor([0, 2]));
        assert_eq!(matrix.counts().shape(), [2, 2]);
        let named = matrix.class_names(&["a", "b", "c"]);
        assert_eq!(named.counts().to_vec_i64(), [1, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(named.normalized().select(0, 1).to_vec(), [0.0; 3]);
    }

    #[test]
    fn scores_name_every_class() {
        let matrix = confusion_matrix(&eye(3), &tensor([0, 1, 1]));
        assert_eq!(matrix.classes().to_vec_i64(), [0, 1, 2]);
    }

    #[test]
    fn names_are_escaped() {
        let matrix = confusion_matrix(&tensor([0]), &tensor([0])).class_names(&["<b>"]);
        let bundle = matrix.mime_bundle();
        let html = bundle.get("text/html").unwrap();
        assert!(html.contains("&lt;b&gt;") && !html.contains("<b>"));
    }

    #[test]
    #[should_panic(expected = "class_names: class 2 has no name among [\"a\", \"b\"]")]
    fn every_class_needs_a_name() {
        confusion_matrix(&tensor([0, 2]), &tensor([0, 2])).class_names(&["a", "b"]);
    }
}
