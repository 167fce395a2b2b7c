//! Every example is for validation once.

use crate::data::split::groups;
use crate::error::{Error, OrRaise};
use crate::metrics::classes;
use crate::random;
use crate::tensor::Tensor;

/// Cuts examples into k parts, each of which is for validation once and for training else.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0.0, 10.0, 1.0);
/// for fold in KFold::new(5).shuffle(true).folds(x.len()) {
///     let (x_train, x_valid) = (fold.train(&x), fold.valid(&x));
///     assert_eq!((x_train.len(), x_valid.len()), (8, 2));
/// }
/// ```
#[derive(Clone, Debug)]
pub struct KFold {
    k: usize,
    shuffle: bool,
}

/// The rows of one part of a [`KFold`], and all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    train: Vec<usize>,
    valid: Vec<usize>,
}

impl KFold {
    /// `k` parts, at least 2.
    #[track_caller]
    pub fn new(k: usize) -> KFold {
        if k < 2 {
            Error::new("KFold", format!("needs at least 2 parts, not {k}")).raise();
        }
        KFold { k, shuffle: false }
    }

    /// Whether examples are shuffled first; without it the parts follow one another.
    pub fn shuffle(&self, on: bool) -> KFold {
        KFold {
            shuffle: on,
            ..self.clone()
        }
    }

    /// The parts of `n` examples; the first ones are larger by one where they don't come out even
    /// (`sklearn.model_selection.KFold`).
    #[track_caller]
    pub fn folds(&self, n: usize) -> Vec<Fold> {
        if n < self.k {
            Error::new(
                "KFold",
                format!("{} parts of {n} examples: some would be empty", self.k),
            )
            .raise();
        }
        let order = match self.shuffle {
            true => random::draw(|stream| stream.permutation(n)),
            false => (0..n).collect(),
        };
        let mut part = vec![0; n];
        let mut next = order.into_iter();
        for fold in 0..self.k {
            let size = n / self.k + usize::from(fold < n % self.k);
            next.by_ref().take(size).for_each(|row| part[row] = fold);
        }
        self.parts(&part)
    }

    /// Parts with the same share of every class (`sklearn.model_selection.StratifiedKFold`); `y`
    /// has classes, `[n]` or `[n, 1]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = iris().y;
    /// for fold in KFold::new(5).stratified_folds(&y) {
    ///     assert_eq!(fold.valid(&y).bincount(3).to_vec_i64(), [10, 10, 10]);
    /// }
    /// ```
    #[track_caller]
    pub fn stratified_folds(&self, y: &Tensor) -> Vec<Fold> {
        let classes = classes::labels("stratified_folds", "the target", y).or_raise();
        let mut groups = groups(&classes);
        let largest = groups.iter().map(Vec::len).max().unwrap_or(0);
        if largest < self.k {
            Error::new(
                "stratified_folds",
                format!(
                    "no class has {} examples, one for each part; the largest has {largest}",
                    self.k
                ),
            )
            .raise();
        }
        // Classes in the order in which they first come, dealt out one by one as if sorted, so that
        // parts differ by one at most in size as well.
        groups.sort_by_key(|group| group[0]);
        let mut part = vec![0; classes.len()];
        let mut dealt = 0;
        for group in &mut groups {
            if self.shuffle {
                random::draw(|stream| stream.shuffle(group));
            }
            let mut sizes = vec![0; self.k];
            for i in dealt..dealt + group.len() {
                sizes[i % self.k] += 1;
            }
            dealt += group.len();
            let mut rows = group.iter();
            for (fold, &size) in sizes.iter().enumerate() {
                rows.by_ref().take(size).for_each(|&row| part[row] = fold);
            }
        }
        self.parts(&part)
    }

    /// From the part that each row is in.
    fn parts(&self, part: &[usize]) -> Vec<Fold> {
        let rows = |keep: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..part.len()).filter(|&row| keep(part[row])).collect()
        };
        let fold = |fold| Fold {
            train: rows(&|part| part != fold),
            valid: rows(&|part| part == fold),
        };
        (0..self.k).map(fold).collect()
    }
}

impl Fold {
    /// The rows of a tensor to train with.
    #[track_caller]
    pub fn train(&self, x: &Tensor) -> Tensor {
        self.rows(x, &self.train)
    }

    /// The rows of a tensor to validate with.
    #[track_caller]
    pub fn valid(&self, x: &Tensor) -> Tensor {
        self.rows(x, &self.valid)
    }

    /// The numbers of the rows to train with, for a [`Subset`](crate::data::Subset).
    pub fn train_rows(&self) -> Vec<usize> {
        self.train.clone()
    }

    /// The numbers of the rows to validate with.
    pub fn valid_rows(&self) -> Vec<usize> {
        self.valid.clone()
    }

    #[track_caller]
    fn rows(&self, x: &Tensor, rows: &[usize]) -> Tensor {
        let count = self.train.len() + self.valid.len();
        if x.ndim() == 0 || x.len() != count {
            Error::new(
                "fold",
                format!("was made for {count} rows, the tensor is {:?}", x.shape()),
            )
            .raise();
        }
        x.take_rows(rows)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn every_row_is_valid_once() {
        let y = tensor([2, 0, 0, 1, 0, 2, 1, 0, 0, 1, 2]);
        for folds in [
            KFold::new(3).folds(11),
            KFold::new(3).shuffle(true).folds(11),
            KFold::new(3).stratified_folds(&y),
            KFold::new(3).shuffle(true).stratified_folds(&y),
        ] {
            let mut rows: Vec<usize> = folds.iter().flat_map(Fold::valid_rows).collect();
            rows.sort_unstable();
            assert_eq!(rows, (0..11).collect::<Vec<_>>());
            for fold in folds {
                let all = [fold.train_rows(), fold.valid_rows()].concat();
                assert_eq!(all.len(), 11);
                assert!(fold.valid(&y).bincount(3).max().item() <= 4.0);
            }
        }
    }

    #[test]
    #[should_panic(expected = "KFold: 5 parts of 3 examples: some would be empty")]
    fn parts_are_not_empty() {
        KFold::new(5).folds(3);
    }
}
