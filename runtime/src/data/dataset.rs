//! Examples by number.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::random;
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

/// Some examples of a data set, by their numbers.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let even = Subset::new(&iris(), &[0, 50, 100]);
/// assert_eq!(Dataset::len(&even), 3);
/// assert_eq!(even.batch(&[2, 0]).1.to_vec_i64(), [2, 0]);
/// ```
#[derive(Clone)]
pub struct Subset {
    dataset: Arc<dyn Dataset>,
    rows: Arc<[usize]>,
}

impl Subset {
    /// The examples `rows` of a data set, in this order.
    #[track_caller]
    pub fn new<D: Dataset + Clone + 'static>(dataset: &D, rows: &[usize]) -> Subset {
        Subset::of(Arc::new(dataset.clone()), rows)
    }

    #[track_caller]
    fn of(dataset: Arc<dyn Dataset>, rows: &[usize]) -> Subset {
        if let Some(row) = rows.iter().find(|&&row| row >= dataset.len()) {
            let count = dataset.len();
            Error::new("Subset", format!("there is no example {row} among {count}")).raise();
        }
        Subset {
            dataset,
            rows: rows.into(),
        }
    }

    /// The numbers of the examples in the whole data set.
    pub fn rows(&self) -> Vec<usize> {
        self.rows.to_vec()
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Dataset for Subset {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn batch(&self, rows: &[usize]) -> (Tensor, Tensor) {
        let inner: Vec<usize> = rows.iter().map(|&row| self.rows[row]).collect();
        self.dataset.batch(&inner)
    }
}

impl fmt::Debug for Subset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Subset of {} of {} examples",
            self.rows.len(),
            self.dataset.len()
        )
    }
}

/// Splits a data set at random into parts of the given sizes, which must add up to all of it
/// (`torch.utils.data.random_split`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let parts = random_split(&iris(), &[120, 30]);
/// assert_eq!((parts[0].len(), parts[1].len()), (120, 30));
/// ```
#[track_caller]
pub fn random_split<D: Dataset + Clone + 'static>(dataset: &D, sizes: &[usize]) -> Vec<Subset> {
    split(Arc::new(dataset.clone()), sizes)
}

#[track_caller]
fn split(dataset: Arc<dyn Dataset>, sizes: &[usize]) -> Vec<Subset> {
    let (count, sum) = (
        dataset.len(),
        sizes.iter().fold(0, |a: usize, b| a.saturating_add(*b)),
    );
    if sum != count {
        Error::new(
            "random_split",
            format!("the sizes {sizes:?} must add up to the number of examples: {sum} != {count}"),
        )
        .raise();
    }
    let order = random::draw(|stream| stream.permutation(count));
    let mut rest = order.as_slice();
    let part = |&size: &usize| {
        let (rows, behind) = rest.split_at(size);
        rest = behind;
        Subset::of(dataset.clone(), rows)
    };
    sizes.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn parts_hold_every_example_once() {
        let x = arange(0, 10, 1);
        let parts = random_split(&TensorDataset::new(&x, &x), &[3, 0, 7]);
        let mut rows: Vec<usize> = parts.iter().flat_map(Subset::rows).collect();
        assert_ne!(rows, (0..10).collect::<Vec<_>>());
        rows.sort_unstable();
        assert_eq!(rows, (0..10).collect::<Vec<_>>());
        let (found, _) = parts[0].batch(&[1]);
        assert_eq!(found.to_vec_i64(), [parts[0].rows()[1] as i64]);
    }

    #[test]
    #[should_panic(
        expected = "random_split: the sizes [3, 3] must add up to the number of examples: 6 != 10"
    )]
    fn sizes_add_up() {
        random_split(&TensorDataset::new(&zeros(&[10]), &zeros(&[10])), &[3, 3]);
    }

    #[test]
    #[should_panic(expected = "Subset: there is no example 10 among 10")]
    fn rows_exist() {
        Subset::new(&TensorDataset::new(&zeros(&[10]), &zeros(&[10])), &[10]);
    }
}
