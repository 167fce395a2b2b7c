//! Batches of a data set.

use std::fmt;
use std::sync::Arc;

use crate::data::Dataset;
use crate::error::Error;
use crate::host;
use crate::random::{self, Stream};
use crate::tensor::Tensor;

/// Batches of a data set, in order or shuffled anew for every pass.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = TensorDataset::new(&arange(0.0, 10.0, 1.0), &arange(0.0, 10.0, 1.0));
/// let loader = DataLoader::new(&data, 4).shuffle(true);
/// let sizes: Vec<usize> = loader.iter().map(|(x, _)| x.len()).collect();
/// assert_eq!(sizes, [4, 4, 2]);
/// for (x, y) in &loader {
///     assert_close(&x, &y);
/// }
/// ```
#[derive(Clone)]
pub struct DataLoader {
    dataset: Arc<dyn Dataset>,
    batch_size: usize,
    shuffle: bool,
    drop_last: bool,
    seed: Option<u64>,
}

impl DataLoader {
    /// Batches of `batch_size` examples; the last one may be smaller.
    #[track_caller]
    pub fn new<D: Dataset + Clone + 'static>(dataset: &D, batch_size: usize) -> DataLoader {
        DataLoader::of(Arc::new(dataset.clone()), batch_size)
    }

    /// As [`DataLoader::new`], for a data set that is shared already.
    #[track_caller]
    pub fn of(dataset: Arc<dyn Dataset>, batch_size: usize) -> DataLoader {
        if batch_size == 0 {
            Error::new("DataLoader", "the batch size must be at least 1, it is 0").raise();
        }
        DataLoader {
            dataset,
            batch_size,
            shuffle: false,
            drop_last: false,
            seed: None,
        }
    }

    /// Whether every pass has an order of its own.
    pub fn shuffle(&self, on: bool) -> DataLoader {
        DataLoader {
            shuffle: on,
            ..self.clone()
        }
    }

    /// Whether a last batch that is not full is left out.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = TensorDataset::new(&zeros(&[10, 1]), &zeros(&[10, 1]));
    /// assert_eq!(DataLoader::new(&data, 4).len(), 3);
    /// assert_eq!(DataLoader::new(&data, 4).drop_last(true).len(), 2);
    /// ```
    pub fn drop_last(&self, on: bool) -> DataLoader {
        DataLoader {
            drop_last: on,
            ..self.clone()
        }
    }

    /// Shuffles by a seed of its own, the same order in every pass; without it the order follows
    /// `manual_seed`.
    pub fn seed(&self, seed: u64) -> DataLoader {
        DataLoader {
            seed: Some(seed),
            ..self.clone()
        }
    }

    /// How many batches a pass has.
    pub fn len(&self) -> usize {
        let count = self.dataset.len();
        if self.drop_last {
            count / self.batch_size
        } else {
            count.div_ceil(self.batch_size)
        }
    }

    /// Whether there is no batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many examples the data set has.
    pub fn examples(&self) -> usize {
        self.dataset.len()
    }

    /// How many examples a full batch has.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// A pass over the data: pairs of inputs and targets.
    pub fn iter(&self) -> Batches {
        let count = self.dataset.len();
        let order = match (self.shuffle, self.seed) {
            (false, _) => (0..count).collect(),
            (true, Some(seed)) => Stream::new(seed).permutation(count),
            (true, None) => random::draw(|stream| stream.permutation(count)),
        };
        Batches {
            loader: self.clone(),
            order,
            next: 0,
        }
    }
}

impl IntoIterator for &DataLoader {
    type Item = (Tensor, Tensor);
    type IntoIter = Batches;

    fn into_iter(self) -> Batches {
        self.iter()
    }
}

impl fmt::Debug for DataLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DataLoader({} examples, batches of {}{})",
            self.examples(),
            self.batch_size,
            if self.shuffle { ", shuffled" } else { "" }
        )
    }
}

/// One pass over a [`DataLoader`].
#[derive(Clone, Debug)]
pub struct Batches {
    loader: DataLoader,
    order: Vec<usize>,
    next: usize,
}

impl Iterator for Batches {
    type Item = (Tensor, Tensor);

    fn next(&mut self) -> Option<(Tensor, Tensor)> {
        host::check_interrupt();
        if self.next >= self.loader.len() {
            return None;
        }
        let start = self.next * self.loader.batch_size;
        let end = (start + self.loader.batch_size).min(self.order.len());
        self.next += 1;
        Some(self.loader.dataset.batch(&self.order[start..end]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.loader.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Batches {}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn loader() -> DataLoader {
        let x = arange(0, 100, 1);
        DataLoader::new(&TensorDataset::new(&x, &x), 7).shuffle(true)
    }

    fn order(loader: &DataLoader) -> Vec<i64> {
        loader.iter().flat_map(|(x, _)| x.to_vec_i64()).collect()
    }

    #[test]
    fn shuffling_keeps_every_example_once() {
        let data = loader();
        let (first, second) = (order(&data), order(&data));
        assert_ne!(first, second);
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<i64>>());
    }

    #[test]
    fn a_seed_fixes_the_order() {
        let data = loader().seed(3);
        assert_eq!(order(&data), order(&data));
    }

    #[test]
    fn nothing_gives_no_batch() {
        let empty = TensorDataset::new(&zeros(&[0, 2]), &zeros(&[0, 1]));
        assert_eq!(DataLoader::new(&empty, 4).iter().count(), 0);
    }
}
