//! Classes with names as whole numbers.

use crate::error::{Error, OrRaise};
use crate::shape::show;
use crate::tensor::Tensor;

/// Words as the classes 0, 1, .., in the order of the alphabet
/// (`sklearn.preprocessing.LabelEncoder`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let encoder = LabelEncoder::fit(&["dog", "cat", "dog"]);
/// assert_eq!(encoder.classes(), ["cat", "dog"]);
/// assert_eq!(encoder.transform(&["dog", "cat"]).to_vec_i64(), [1, 0]);
/// assert_eq!(encoder.inverse_transform(&tensor([1])), ["dog"]);
/// ```
#[derive(Clone, Debug)]
pub struct LabelEncoder {
    classes: Vec<String>,
}

impl LabelEncoder {
    /// Learns which words there are.
    pub fn fit(words: &[impl AsRef<str>]) -> LabelEncoder {
        let mut classes: Vec<String> = words.iter().map(|word| word.as_ref().to_owned()).collect();
        classes.sort();
        classes.dedup();
        LabelEncoder { classes }
    }

    /// The word of each class, in order.
    pub fn classes(&self) -> Vec<String> {
        self.classes.clone()
    }

    /// The class of each word, `[n]` of i64.
    #[track_caller]
    pub fn transform(&self, words: &[impl AsRef<str>]) -> Tensor {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        self.encode(&words).or_raise()
    }

    fn encode(&self, words: &[&str]) -> Result<Tensor, Error> {
        let class = |word: &&str| {
            let place = self
                .classes
                .binary_search_by(|class| class.as_str().cmp(word));
            place.map(|i| i as i64).map_err(|_| {
                Error::new(
                    "LabelEncoder",
                    format!(
                        "{word:?} was not there when it was fitted to {:?}",
                        self.classes
                    ),
                )
            })
        };
        let classes = words
            .iter()
            .map(class)
            .collect::<Result<Vec<i64>, Error>>()?;
        let shape = [classes.len()];
        Ok(Tensor::from_values(classes, shape.as_slice()))
    }

    /// The word of each number, `[n]`.
    #[track_caller]
    pub fn inverse_transform(&self, classes: &Tensor) -> Vec<String> {
        let word = |class: i64| {
            let word = usize::try_from(class)
                .ok()
                .and_then(|i| self.classes.get(i));
            word.cloned().ok_or_else(|| {
                Error::new(
                    "LabelEncoder",
                    format!(
                        "there is no class {class} among {}; the tensor is {}",
                        self.classes.len(),
                        show(classes.shape())
                    ),
                )
            })
        };
        classes
            .to_vec_i64()
            .into_iter()
            .map(word)
            .collect::<Result<_, Error>>()
            .or_raise()
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(
        expected = "LabelEncoder: \"fox\" was not there when it was fitted to [\"cat\"]"
    )]
    fn new_words_are_refused() {
        LabelEncoder::fit(&["cat"]).transform(&["fox"]);
    }

    #[test]
    #[should_panic(expected = "there is no class -1 among 1")]
    fn classes_have_words() {
        LabelEncoder::fit(&["cat"]).inverse_transform(&tensor([-1]));
    }
}
