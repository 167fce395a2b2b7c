//! Means and deviations over batches.

use std::fmt;
use std::ops::Index;

use crate::error::Error;
use crate::tensor::Tensor;

/// What a metric of the caller's is: a number for the outputs and the targets of a batch.
pub(super) type MetricFn<'a> = &'a dyn Fn(&Tensor, &Tensor) -> f64;

/// What a loss is: a tensor of one number for the outputs and the targets of a batch.
pub(super) type LossFn<'a> = &'a dyn Fn(&Tensor, &Tensor) -> Tensor;

/// The loss and the metrics of a pass over the data: of each the mean over the batches and the
/// standard deviation between them.
///
/// With nᵦ examples in batch b and N in all, mean m = Σ nᵦ vᵦ / N and std = √(Σ nᵦ (vᵦ - m)² / N).
/// The mean is that of all examples for a value that is itself a mean, such as the loss or the
/// accuracy; F1, R² or AUC are none, and want all outputs at once:
/// [`predict`](crate::train::predict). The deviation tells how much batches of this size differ,
/// not how sure the mean is.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = TensorDataset::new(&tensor([[1.0], [2.0], [6.0]]), &zeros(&[3, 1]));
/// let scores = evaluate(&Identity, &DataLoader::new(&data, 2), l1_loss, &[]);
/// // Batches of 2 and 1: losses 1.5 and 6.
/// assert_close(scores["loss"], 3.0);
/// assert_close(scores.std("loss"), 4.5_f64.sqrt());
/// ```
#[derive(Clone, PartialEq)]
pub struct Scores {
    list: Vec<Score>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Score {
    pub(super) name: String,
    pub(super) mean: f64,
    pub(super) std: f64,
}

impl Scores {
    pub(super) fn new(list: Vec<Score>) -> Scores {
        Scores { list }
    }

    pub(super) fn push(&mut self, score: Score) {
        self.list.push(score);
    }

    pub(super) fn list(&self) -> &[Score] {
        &self.list
    }

    /// The names: `loss`, then the metrics in the order in which they were given.
    pub fn names(&self) -> Vec<&str> {
        self.list.iter().map(|score| score.name.as_str()).collect()
    }

    /// The mean of a name; `scores["accuracy"]` panics where there is none, with the names that are.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    /// let scores = evaluate(&Identity, &data, mse_loss, &[]);
    /// assert_eq!((scores.get("loss"), scores.get("accuracy")), (Some(0.0), None));
    /// ```
    pub fn get(&self, name: &str) -> Option<f64> {
        self.find(name).map(|score| score.mean)
    }

    /// The standard deviation of a name between the batches.
    #[track_caller]
    pub fn std(&self, name: &str) -> f64 {
        match self.find(name) {
            Some(score) => score.std,
            None => self.no_such_name(name).raise(),
        }
    }

    fn find(&self, name: &str) -> Option<&Score> {
        self.list.iter().find(|score| score.name == name)
    }

    fn no_such_name(&self, name: &str) -> Error {
        Error::new(
            "scores",
            format!(
                "there is no {name:?}; there are: {}",
                self.names().join(", ")
            ),
        )
    }
}

impl Index<&str> for Scores {
    type Output = f64;

    #[track_caller]
    fn index(&self, name: &str) -> &f64 {
        match self.find(name) {
            Some(score) => &score.mean,
            None => self.no_such_name(name).raise(),
        }
    }
}

impl fmt::Debug for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |score: &Score| format!("{} {:.4} ± {:.4}", score.name, score.mean, score.std);
        f.write_str(&self.list.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}

/// The values of the batches so far.
pub(super) struct Tally<'a> {
    metrics: &'a [(&'a str, MetricFn<'a>)],
    /// The examples and the values of each batch: the loss, then the metrics.
    batches: Vec<(usize, Vec<f64>)>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(metrics: &'a [(&'a str, MetricFn<'a>)]) -> Tally<'a> {
        Tally {
            metrics,
            batches: Vec::new(),
        }
    }

    /// Measures a batch.
    pub(super) fn add(&mut self, loss: f64, y_hat: &Tensor, y: &Tensor, examples: usize) {
        let mut values = Vec::with_capacity(1 + self.metrics.len());
        values.push(loss);
        if !self.metrics.is_empty() {
            let y_hat = y_hat.detach();
            values.extend(self.metrics.iter().map(|(_, metric)| metric(&y_hat, y)));
        }
        self.batches.push((examples, values));
    }

    pub(super) fn scores(&self) -> Scores {
        let all: f64 = self.batches.iter().map(|(n, _)| *n as f64).sum();
        let names = std::iter::once("loss").chain(self.metrics.iter().map(|(name, _)| *name));
        let score = |(i, name): (usize, &str)| {
            let sum = |f: &dyn Fn(f64) -> f64| {
                let parts = self.batches.iter();
                parts
                    .map(|(n, values)| f(values[i]) * *n as f64)
                    .sum::<f64>()
            };
            let mean = sum(&|v| v) / all;
            let std = (sum(&|v| (v - mean).powi(2)) / all).sqrt();
            Score {
                name: name.to_owned(),
                mean,
                std,
            }
        };
        Scores::new(names.enumerate().map(score).collect())
    }
}
