//! A table with a row for each word.

use std::fmt;

use crate::error::Error;
use crate::nn::{Module, Params, observe};
use crate::ops;
use crate::params;
use crate::random::randn;
use crate::tensor::Tensor;

/// A table with a learned row for each of some words; the input holds the words' numbers.
///
/// y = w[x]; x of whole numbers, `[..] -> [.., dim]`. Rows start standard normal, as in PyTorch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = Embedding::new(10, 3).padding_idx(0);
/// let y = layer.forward(&tensor([[2, 4, 0], [5, 0, 0]]));
/// assert_eq!(y.shape(), [2, 3, 3]);
/// assert_close(y.i((0, 2)), [0.0, 0.0, 0.0]);
/// ```
#[derive(Clone)]
pub struct Embedding {
    /// The rows, of shape `[words, dim]`.
    pub weight: Tensor,
    padding: Option<usize>,
}

impl Embedding {
    /// `num_embeddings` rows of `embedding_dim` numbers.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> Embedding {
        Embedding {
            weight: randn(&[num_embeddings, embedding_dim]).requires_grad(),
            padding: None,
        }
    }

    /// A new table of the same size, in which one row starts at 0 and gets no gradient: that of the
    /// word which fills up short texts.
    #[track_caller]
    pub fn padding_idx(&self, index: usize) -> Embedding {
        let (words, dim) = (self.weight.shape()[0], self.weight.shape()[1]);
        if index >= words {
            Error::new(
                "Embedding",
                format!(
                    "row {index} can't be the padding of {words} rows, the last is {}",
                    words - 1
                ),
            )
            .raise();
        }
        let weight = self.weight.detach().copy();
        weight
            .narrow(0, index, 1)
            .copy_(&crate::tensor::zeros(&[1, dim]));
        Embedding {
            weight: weight.requires_grad(),
            padding: Some(index),
        }
    }
}

impl Module for Embedding {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || ops::embedding(&self.weight, x, self.padding))
    }

    fn parameters(&self) -> Params {
        params![self.weight]
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, dim) = (self.weight.shape()[0], self.weight.shape()[1]);
        match self.padding {
            Some(index) => write!(f, "Embedding({words}, {dim}, padding {index})"),
            None => write!(f, "Embedding({words}, {dim})"),
        }
    }
}
