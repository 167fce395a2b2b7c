//! Batches of a data set.

use std::fmt;
use std::sync::Arc;

use crate::data::Dataset;
use crate::data::workers::Workers;
use crate::error::Error;
use crate::host;
use crate::random::{self, Stream};
use crate::tensor::Tensor;
use crate::transforms;

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
    workers: usize,
    transform: Option<Transform>,
}

/// What is done to the inputs and targets of a batch.
type Transform = Arc<dyn Fn(&Tensor, &Tensor) -> (Tensor, Tensor) + Send + Sync>;

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
            workers: 0,
            transform: None,
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

    /// How many threads prepare batches while the model trains; 0, as at first, prepares each
    /// when it is asked for.
    ///
    /// The batches are the same for any number, random augmentation included. A few are prepared
    /// ahead, not all. Workers help where a batch costs time: decoding, augmenting.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let loader = DataLoader::new(&iris(), 32).shuffle(true).workers(2);
    /// assert_eq!(loader.iter().map(|(x, _)| x.len()).sum::<usize>(), 150);
    /// ```
    pub fn workers(&self, count: usize) -> DataLoader {
        DataLoader {
            workers: count,
            ..self.clone()
        }
    }

    /// The batches with `f` done to their inputs and targets, by the workers if there are any.
    ///
    /// Random numbers that `f` draws differ for every batch and pass, and follow the seed.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let noisy = DataLoader::new(&iris(), 50).map(|x, y| (x + randn_like(x) * 0.1, y.clone()));
    /// assert_eq!(noisy.len(), 3);
    /// ```
    pub fn map(
        &self,
        f: impl Fn(&Tensor, &Tensor) -> (Tensor, Tensor) + Send + Sync + 'static,
    ) -> DataLoader {
        let transform: Transform = match self.transform.clone() {
            None => Arc::new(f),
            Some(first) => Arc::new(move |x, y| {
                let (x, y) = first(x, y);
                f(&x, &y)
            }),
        };
        DataLoader {
            transform: Some(transform),
            ..self.clone()
        }
    }

    /// The batches with a transform done to their inputs, as [`DataLoader::map`]; what is random is
    /// drawn for each picture.
    ///
    /// Each loader has transforms of its own, so the part that validates is not augmented.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let pictures = TensorDataset::new(&rand(&[20, 1, 8, 8]), &zeros(&[20]));
    /// let loader = DataLoader::new(&pictures, 5).transform(&CenterCrop::new(6));
    /// assert!(loader.iter().all(|(x, _)| x.shape() == [5, 1, 6, 6]));
    /// ```
    pub fn transform<T: transforms::Transform + Clone + 'static>(
        &self,
        transform: &T,
    ) -> DataLoader {
        let transform = transform.clone();
        self.map(move |x, y| (transform.apply(x), y.clone()))
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
        let pass = Pass {
            dataset: self.dataset.clone(),
            transform: self.transform.clone(),
            order,
            batch_size: self.batch_size,
            batches: self.len(),
            seed: self.seed.unwrap_or_else(|| random::draw(Stream::bits)),
        };
        let pass = Arc::new(pass);
        Batches {
            workers: (self.workers > 0).then(|| Workers::start(&pass, self.workers)),
            pass,
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

/// What a pass over the data has to do.
pub(super) struct Pass {
    dataset: Arc<dyn Dataset>,
    transform: Option<Transform>,
    order: Vec<usize>,
    batch_size: usize,
    pub(super) batches: usize,
    /// Of the random numbers that making the batches takes.
    seed: u64,
}

impl Pass {
    /// Makes a batch; the same one on any thread.
    pub(super) fn batch(&self, number: usize) -> (Tensor, Tensor) {
        let start = number * self.batch_size;
        let end = (start + self.batch_size).min(self.order.len());
        // The golden ratio's digits keep the seeds of neighbouring batches apart.
        let seed = self.seed ^ (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        random::with_seed(seed, || {
            let (x, y) = self.dataset.batch(&self.order[start..end]);
            match &self.transform {
                Some(transform) => transform(&x, &y),
                None => (x, y),
            }
        })
    }
}

/// One pass over a [`DataLoader`].
pub struct Batches {
    pass: Arc<Pass>,
    workers: Option<Workers>,
    next: usize,
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batches({} of {} done)", self.next, self.pass.batches)
    }
}

impl Iterator for Batches {
    type Item = (Tensor, Tensor);

    fn next(&mut self) -> Option<(Tensor, Tensor)> {
        host::check_interrupt();
        if self.next >= self.pass.batches {
            return None;
        }
        let number = self.next;
        self.next += 1;
        Some(match &self.workers {
            Some(workers) => workers.batch(number),
            None => self.pass.batch(number),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.pass.batches - self.next;
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

    fn augmented_with_seed(workers: usize, seed: u64) -> Vec<f32> {
        let loader = loader().workers(workers).seed(seed);
        let loader = loader.map(|x, y| (x.float() + rand(&[x.len()]), y.clone()));
        loader.iter().flat_map(|(x, _)| x.to_vec()).collect()
    }

    #[test]
    fn batches_do_not_depend_on_workers() {
        let alone = augmented_with_seed(0, 3);
        assert_eq!(augmented_with_seed(1, 3), alone);
        assert_eq!(augmented_with_seed(5, 3), alone);
        assert_ne!(augmented_with_seed(5, 4), alone);
    }

    #[test]
    fn a_pass_may_end_early() {
        let mut batches = loader().workers(3).iter();
        assert!(batches.next().is_some());
        drop(batches);
        assert_eq!(loader().workers(200).iter().count(), 15);
    }

    #[test]
    #[should_panic(expected = "broken picture")]
    fn a_worker_that_panics_ends_the_pass() {
        let broken = loader().workers(2).map(|_, _| panic!("broken picture"));
        broken.iter().count();
    }

    #[test]
    fn nothing_gives_no_batch() {
        let empty = TensorDataset::new(&zeros(&[0, 2]), &zeros(&[0, 1]));
        assert_eq!(DataLoader::new(&empty, 4).iter().count(), 0);
    }
}
