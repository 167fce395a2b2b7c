//! Words and numbers as numbers that a model can take.

use crate::data::LabelEncoder;
use crate::error::{Error, OrRaise};
use crate::shape::show;
use crate::tensor::Tensor;

/// Words as rows with one 1 each (`sklearn.preprocessing.OneHotEncoder`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let encoder = OneHotEncoder::fit(&["red", "green", "red"]);
/// assert_eq!(encoder.classes(), ["green", "red"]);
/// assert_close(&encoder.transform(&["red", "green"]), [[0.0, 1.0], [1.0, 0.0]]);
/// ```
#[derive(Clone, Debug)]
pub struct OneHotEncoder {
    labels: LabelEncoder,
    ignore_unknown: bool,
}

impl OneHotEncoder {
    /// Learns which words there are.
    pub fn fit(words: &[impl AsRef<str>]) -> OneHotEncoder {
        OneHotEncoder {
            labels: LabelEncoder::fit(words),
            ignore_unknown: false,
        }
    }

    /// Whether a word that was not there becomes a row of zeros; else it is an error.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let encoder = OneHotEncoder::fit(&["red", "green"]).ignore_unknown(true);
    /// assert_close(&encoder.transform(&["blue"]), [[0.0, 0.0]]);
    /// ```
    pub fn ignore_unknown(&self, on: bool) -> OneHotEncoder {
        OneHotEncoder {
            ignore_unknown: on,
            ..self.clone()
        }
    }

    /// The word of each column, in order.
    pub fn classes(&self) -> Vec<String> {
        self.labels.classes()
    }

    /// A row for each word, `[n, k]` of f32.
    #[track_caller]
    pub fn transform(&self, words: &[impl AsRef<str>]) -> Tensor {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        self.rows(&words).or_raise()
    }

    fn rows(&self, words: &[&str]) -> Result<Tensor, Error> {
        let classes = self.labels.classes();
        let mut rows = vec![0_f32; words.len() * classes.len()];
        for (i, word) in words.iter().enumerate() {
            match classes.binary_search_by(|class| class.as_str().cmp(word)) {
                Ok(j) => rows[i * classes.len() + j] = 1.0,
                Err(_) if self.ignore_unknown => {}
                Err(_) => {
                    return Err(Error::new(
                        "OneHotEncoder",
                        format!("{word:?} was not there when it was fitted to {classes:?}"),
                    )
                    .help("ignore_unknown(true) makes a row of zeros of it"));
                }
            }
        }
        Ok(Tensor::from_values(
            rows,
            [words.len(), classes.len()].as_slice(),
        ))
    }

    /// The word of each row's largest number.
    #[track_caller]
    pub fn inverse_transform(&self, rows: &Tensor) -> Vec<String> {
        let k = self.labels.classes().len();
        if rows.ndim() != 2 || rows.size(1) != k {
            Error::new(
                "OneHotEncoder",
                format!(
                    "was fitted to {k} words, the rows are {}",
                    show(rows.shape())
                ),
            )
            .raise();
        }
        self.labels.inverse_transform(&rows.argmax(1))
    }
}

/// The numbers of every column as 0, 1, .. in their order (`sklearn.preprocessing.OrdinalEncoder`).
///
/// Classes that are written 1, 2, 3 become 0, 1, 2.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let encoder = OrdinalEncoder::fit(&tensor([1, 3, 2, 3]));
/// assert_close(&encoder.transform(&tensor([3, 1])), [2.0, 0.0]);
/// assert_close(&encoder.inverse_transform(&tensor([2.0, 0.0])), [3.0, 1.0]);
/// ```
#[derive(Clone, Debug)]
pub struct OrdinalEncoder {
    /// The different numbers of each column, in order.
    categories: Vec<Vec<f64>>,
}

impl OrdinalEncoder {
    /// Learns the numbers of every column of `[n, k]`, or of `[n]`.
    #[track_caller]
    pub fn fit(x: &Tensor) -> OrdinalEncoder {
        if !matches!(x.ndim(), 1 | 2) || x.is_empty() {
            Error::new(
                "OrdinalEncoder",
                format!(
                    "needs a vector or a table with rows, the shape is {}",
                    show(x.shape())
                ),
            )
            .raise();
        }
        let values = x.to_vec_f64();
        if values.iter().any(|v| v.is_nan()) {
            Error::new("OrdinalEncoder", "the numbers hold NaN, which has no order").raise();
        }
        let k = width(x);
        let column = |j: usize| {
            let mut column: Vec<f64> = values.iter().skip(j).step_by(k).copied().collect();
            column.sort_by(f64::total_cmp);
            column.dedup();
            column
        };
        OrdinalEncoder {
            categories: (0..k).map(column).collect(),
        }
    }

    /// The different numbers of each column, in order.
    pub fn categories(&self) -> Vec<Vec<f64>> {
        self.categories.clone()
    }

    /// The place of every number in its column's order, f32 of the same shape.
    #[track_caller]
    pub fn transform(&self, x: &Tensor) -> Tensor {
        self.each(x, |categories, value| {
            let place = categories.iter().position(|&category| category == value);
            place.map(|i| i as f64).ok_or_else(|| {
                format!("{value} was not there when it was fitted to {categories:?}")
            })
        })
    }

    /// Undoes [`OrdinalEncoder::transform`].
    #[track_caller]
    pub fn inverse_transform(&self, places: &Tensor) -> Tensor {
        self.each(places, |categories, place| {
            let known = (place >= 0.0 && place.fract() == 0.0)
                .then(|| categories.get(place as usize).copied());
            known
                .flatten()
                .ok_or_else(|| format!("there is no place {place} in {categories:?}"))
        })
    }

    #[track_caller]
    fn each(&self, x: &Tensor, f: impl Fn(&[f64], f64) -> Result<f64, String>) -> Tensor {
        let k = self.categories.len();
        if !matches!(x.ndim(), 1 | 2) || width(x) != k {
            Error::new(
                "OrdinalEncoder",
                format!(
                    "was fitted to {k} columns, the shape is {}",
                    show(x.shape())
                ),
            )
            .raise();
        }
        let number = |(i, value): (usize, f64)| {
            let found = f(&self.categories[i % k], value);
            found
                .map(|v| v as f32)
                .map_err(|what| Error::new("OrdinalEncoder", what))
        };
        let values = x.to_vec_f64().into_iter().enumerate().map(number);
        Tensor::from_values(
            values.collect::<Result<Vec<f32>, Error>>().or_raise(),
            x.shape(),
        )
    }
}

fn width(x: &Tensor) -> usize {
    if x.ndim() == 2 { x.size(1) } else { 1 }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(expected = "help: ignore_unknown(true) makes a row of zeros of it")]
    fn unknown_words_are_refused() {
        OneHotEncoder::fit(&["a"]).transform(&["b"]);
    }

    #[test]
    fn words_come_back() {
        let encoder = OneHotEncoder::fit(&["b", "a", "c"]);
        let rows = encoder.transform(&["c", "a"]);
        assert_eq!(encoder.inverse_transform(&rows), ["c", "a"]);
    }

    #[test]
    #[should_panic(expected = "OrdinalEncoder: 4 was not there when it was fitted to [1.0, 2.0]")]
    fn unknown_numbers_are_refused() {
        OrdinalEncoder::fit(&tensor([1, 2])).transform(&tensor([4]));
    }
}
