//! Examples by number.

use crate::error::Error;
use crate::tensor::Tensor;

/// Examples that can be fetched by number, several at once.
pub trait Dataset: Send + Sync {
    /// How many examples there are.
    fn len(&self) -> usize;

    /// Inputs and targets of some examples, one row each.
    fn batch(&self, rows: &[usize]) -> (Tensor, Tensor);

    /// Whether there is no example.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Examples in two tensors with a row each.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = TensorDataset::new(&tensor([[1.0], [2.0], [3.0]]), &tensor([10, 20, 30]));
/// let (x, y) = data.batch(&[2, 0]);
/// assert_close(&x, [[3.0], [1.0]]);
/// assert_eq!(y.to_vec_i64(), [30, 10]);
/// ```
#[derive(Clone, Debug)]
pub struct TensorDataset {
    x: Tensor,
    y: Tensor,
}

impl TensorDataset {
    /// The rows of `x` with the rows of `y`.
    #[track_caller]
    pub fn new(x: &Tensor, y: &Tensor) -> TensorDataset {
        if x.ndim() == 0 || y.ndim() == 0 || x.len() != y.len() {
            Error::new(
                "TensorDataset",
                format!(
                    "both tensors need as many rows: x is {:?}, y is {:?}",
                    x.shape(),
                    y.shape()
                ),
            )
            .raise();
        }
        TensorDataset {
            x: x.detach(),
            y: y.detach(),
        }
    }

    /// All inputs.
    pub fn x(&self) -> Tensor {
        self.x.clone()
    }

    /// All targets.
    pub fn y(&self) -> Tensor {
        self.y.clone()
    }
}

impl Dataset for TensorDataset {
    fn len(&self) -> usize {
        self.x.len()
    }

    fn batch(&self, rows: &[usize]) -> (Tensor, Tensor) {
        (self.x.take_rows(rows), self.y.take_rows(rows))
    }
}
