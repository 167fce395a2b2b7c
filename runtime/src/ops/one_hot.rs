//! Class labels as rows of zeros and ones, and how often each label comes.

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::host;
use crate::shape::{Dims, show};
use crate::tensor::{Tensor, checked_numel};

impl Tensor {
    /// Class labels as rows with one 1 each.
    ///
    /// y_ij = 1 where j = x_i, else 0; `[..] -> [.., num_classes]` of i64, as in PyTorch: take
    /// `.float()` of it where floats are needed. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([2, 0]).one_hot(3);
    /// assert_eq!(y.to_vec_i64(), [0, 0, 1, 1, 0, 0]);
    /// ```
    #[track_caller]
    pub fn one_hot(&self, num_classes: usize) -> Tensor {
        let labels = labels("one_hot", self);
        let mut shape = Dims::from_slice(self.shape());
        shape.push(num_classes);
        let mut out = vec![0_i64; checked_numel("one_hot", &shape).or_raise()];
        if let Some(wrong) = labels.iter().find(|&&label| label >= num_classes) {
            Error::new(
                "one_hot",
                format!(
                    "a label must be below the number of classes: the shape is {}, and {wrong} >= \
                     {num_classes}",
                    show(self.shape())
                ),
            )
            .raise();
        }
        for (i, label) in labels.into_iter().enumerate() {
            out[i * num_classes + label] = 1;
        }
        Tensor::from_values(out, shape)
    }

    /// How often each of the numbers 0, 1, .. comes in a vector of whole numbers.
    ///
    /// y_j = the count of x_i = j; `[n] -> [m]` of i64, where m is one more than the largest
    /// number and at least `min_length`. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([1, 3, 1]).bincount(0).to_vec_i64(), [0, 2, 0, 1]);
    /// assert_eq!(tensor([1]).bincount(3).to_vec_i64(), [0, 1, 0]);
    /// ```
    #[track_caller]
    pub fn bincount(&self, min_length: usize) -> Tensor {
        if self.ndim() != 1 {
            Error::new(
                "bincount",
                format!("needs a vector, the shape is {}", show(self.shape())),
            )
            .help("x.flatten() makes a vector of it")
            .raise();
        }
        let labels = labels("bincount", self);
        let length = labels
            .iter()
            .map(|label| label + 1)
            .fold(min_length, usize::max);
        let mut out = vec![0_i64; checked_numel("bincount", &[length]).or_raise()];
        labels.into_iter().for_each(|label| out[label] += 1);
        Tensor::from_values(out, Dims::from_slice(&[length]))
    }
}

/// Whole numbers that are not negative.
#[track_caller]
fn labels(op: &str, x: &Tensor) -> Vec<usize> {
    host::check_interrupt();
    if x.dtype() != DType::I64 {
        Error::new(
            op,
            format!(
                "needs whole numbers, the shape is {} and the type {}",
                show(x.shape()),
                x.dtype()
            ),
        )
        .help("x.long() makes whole numbers of it")
        .raise();
    }
    let label = |&v: &i64| {
        usize::try_from(v).map_err(|_| {
            Error::new(
                op,
                format!("{v} is negative, the shape is {}", show(x.shape())),
            )
        })
    };
    x.values::<i64>()
        .iter()
        .map(label)
        .collect::<Result<_, Error>>()
        .or_raise()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn labels_of_any_shape() {
        assert_eq!(tensor([[0, 1], [1, 1]]).one_hot(2).shape(), [2, 2, 2]);
        assert_eq!(tensor(1).one_hot(2).to_vec_i64(), [0, 1]);
        assert_eq!(zeros(0).long().one_hot(2).shape(), [0, 2]);
        assert_eq!(zeros(0).long().one_hot(0).shape(), [0, 0]);
        assert_eq!(zeros(0).long().bincount(2).to_vec_i64(), [0, 0]);
        let labels = arange(0, 4, 1);
        assert_eq!(labels.one_hot(4).to_vec(), eye(4).to_vec());
        assert_eq!(labels.i(step(.., 2)).bincount(0).to_vec_i64(), [1, 0, 1]);
    }

    #[test]
    #[should_panic(
        expected = "one_hot: a label must be below the number of classes: the shape is [1], and 3 >= 3"
    )]
    fn labels_are_below_the_count() {
        tensor([3]).one_hot(3);
    }

    #[test]
    #[should_panic(expected = "one_hot: -1 is negative, the shape is [2]")]
    fn labels_are_not_negative() {
        tensor([0, -1]).one_hot(3);
    }

    #[test]
    #[should_panic(expected = "bincount: needs whole numbers, the shape is [1] and the type f32")]
    fn labels_are_whole() {
        tensor([1.0]).bincount(0);
    }

    #[test]
    #[should_panic(expected = "bincount: the shape [9223372036854775808] is too large")]
    fn labels_fit_in_memory() {
        tensor([i64::MAX]).bincount(0);
    }
}
