//! What a training run leaves behind.

use crate::data::Table;
use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::files::{StateDict, Stateful};
use crate::tensor::{Tensor, tensor_of};
use crate::train::scores::{Score, Scores};

mod shown;

/// The loss of every batch, and of every epoch the loss and the metrics: mean and standard
/// deviation over its batches, as [`Scores`] defines them.
///
/// The series of the training data have the names `loss`, `accuracy` and so on, those of the
/// validation data `valid loss`, `valid accuracy`; besides there are `lr` and `seconds`. Training
/// values are measured while the model changes, each before its batch's step; validation values
/// after the epoch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
/// let model = seq![Linear::new(1, 1)];
/// let mut opt = Sgd::new(model.parameters(), 0.1);
/// let history = Trainer::new(3).valid(&data).fit(&model, &data, &mut opt, mse_loss);
/// assert_eq!(history.batch_loss().len(), 6);
/// assert_eq!(history.series("valid loss").len(), 3);
/// assert!(history.last("loss") >= history.last("valid loss"));
/// assert_eq!(history.names(), ["loss", "valid loss", "lr", "seconds"]);
/// ```
#[derive(Clone)]
pub struct History {
    batches_per_epoch: usize,
    batch_loss: Vec<f64>,
    epochs: Vec<Epoch>,
    best: Option<usize>,
    stopped: Option<String>,
    unsaved: Option<Error>,
}

/// What is known of an epoch.
#[derive(Clone)]
pub(super) struct Epoch {
    pub(super) train: Scores,
    pub(super) valid: Option<Scores>,
    /// The learning rate of its last step.
    pub(super) lr: f64,
    pub(super) seconds: f64,
}

/// What comes before the names of validation values.
pub(super) const VALID: &str = "valid ";

impl Epoch {
    /// Mean and deviation of every series, by name.
    fn series(&self) -> impl Iterator<Item = (String, f64, f64)> {
        let train = self.train.list().iter().map(|s| (s.name.clone(), s));
        let valid = self.valid.iter().flat_map(Scores::list);
        let valid = valid.map(|s| (format!("{VALID}{}", s.name), s));
        train.chain(valid).map(|(name, s)| (name, s.mean, s.std))
    }
}

impl History {
    pub(super) fn new(batches_per_epoch: usize) -> History {
        History {
            batches_per_epoch,
            batch_loss: Vec::new(),
            epochs: Vec::new(),
            best: None,
            stopped: None,
            unsaved: None,
        }
    }

    pub(super) fn record_batch(&mut self, loss: f64) {
        self.batch_loss.push(loss);
    }

    pub(super) fn record_epoch(&mut self, epoch: Epoch) {
        self.epochs.push(epoch);
    }

    pub(super) fn set_best(&mut self, epoch: usize) {
        self.best = Some(epoch);
    }

    pub(super) fn set_stopped(&mut self, reason: &str) {
        self.stopped = Some(reason.to_owned());
    }

    /// Takes note of a checkpoint that could not be written; the first one is kept.
    pub(super) fn set_unsaved(&mut self, error: Error) {
        self.unsaved.get_or_insert(error);
    }

    /// The name and the mean of every measured series in the last epoch.
    pub(super) fn newest(&self) -> Vec<(String, f64)> {
        let newest = self.epochs.last().into_iter().flat_map(Epoch::series);
        newest.map(|(name, mean, _)| (name, mean)).collect()
    }

    /// How many epochs are done, with fractions.
    pub(super) fn epochs_done(&self) -> f64 {
        self.batch_loss.len() as f64 / self.batches_per_epoch.max(1) as f64
    }

    /// How many epochs there are.
    pub fn len(&self) -> usize {
        self.epochs.len()
    }

    /// Whether no epoch has ended.
    pub fn is_empty(&self) -> bool {
        self.epochs.is_empty()
    }

    /// The loss of every batch, in order.
    pub fn batch_loss(&self) -> Vec<f64> {
        self.batch_loss.clone()
    }

    /// The mean loss of every epoch's examples, each measured before its batch's step.
    pub fn epoch_loss(&self) -> Vec<f64> {
        self.series("loss")
    }

    /// The mean loss of the last epoch; NaN before the first has ended.
    pub fn last_loss(&self) -> f64 {
        self.last("loss")
    }

    /// The names of the series.
    pub fn names(&self) -> Vec<String> {
        let own = ["lr", "seconds"].map(str::to_owned);
        match self.epochs.first() {
            Some(epoch) => epoch.series().map(|(name, ..)| name).chain(own).collect(),
            None => Vec::new(),
        }
    }

    /// The value of every epoch: the mean over its batches, the learning rate of its last step, or
    /// the seconds that it took, validation included.
    ///
    /// # Panics
    /// If no series has this name.
    #[track_caller]
    pub fn series(&self, name: &str) -> Vec<f64> {
        self.values("series", name, |mean, _| mean).or_raise()
    }

    /// The standard deviation between the batches of every epoch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0.0, 8.0, 1.0).unsqueeze(1);
    /// let data = DataLoader::new(&TensorDataset::new(&x, &x), 4);
    /// let model = seq![Linear::new(1, 1)];
    /// let mut still = Sgd::new(model.parameters(), 0.0);
    /// let history = fit(&model, &data, &mut still, mse_loss, 2);
    /// let losses = history.batch_loss();
    /// assert_close_within(history.std("loss")[0], (losses[0] - losses[1]).abs() / 2.0, 1e-6);
    /// ```
    ///
    /// # Panics
    /// If no series has this name.
    #[track_caller]
    pub fn std(&self, name: &str) -> Vec<f64> {
        self.values("std", name, |_, std| std).or_raise()
    }

    /// The value of the last epoch; NaN before the first has ended.
    ///
    /// # Panics
    /// If no series has this name.
    #[track_caller]
    pub fn last(&self, name: &str) -> f64 {
        let values = self.values("last", name, |mean, _| mean).or_raise();
        values.last().copied().unwrap_or(f64::NAN)
    }

    fn values(
        &self,
        op: &str,
        name: &str,
        pick: impl Fn(f64, f64) -> f64,
    ) -> Result<Vec<f64>, Error> {
        let value = |epoch: &Epoch| match name {
            "lr" => Some(pick(epoch.lr, 0.0)),
            "seconds" => Some(pick(epoch.seconds, 0.0)),
            _ => {
                let found = epoch.series().find(|(known, ..)| known == name);
                found.map(|(_, mean, std)| pick(mean, std))
            }
        };
        let values: Option<Vec<f64>> = self.epochs.iter().map(value).collect();
        values.ok_or_else(|| {
            let names = self.names().join(", ");
            Error::new(
                op,
                format!("there is no series {name:?}; there are: {names}"),
            )
        })
    }

    /// The epoch, counted from 1, with the best value of what the [`Trainer`](crate::train::Trainer)
    /// watches: the loss, that of the validation data if there are any, unless told otherwise.
    pub fn best_epoch(&self) -> Option<usize> {
        self.best
    }

    /// Why training ended before its last epoch, if it did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// An error if a checkpoint could not be written; training went on without it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    /// let model = seq![Linear::new(1, 1)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let trainer = Trainer::new(3).save_every(1, "/no such folder/run.safetensors");
    /// let history = trainer.fit(&model, &data, &mut opt, mse_loss);
    /// let reason = history.saved().unwrap_err().to_string();
    /// assert!(reason.contains("/no such folder/run.safetensors"));
    /// ```
    pub fn saved(&self) -> Result<(), Error> {
        self.unsaved.clone().map_or(Ok(()), Err)
    }

    /// A row for each epoch: the mean and the deviation of every series, learning rate, seconds.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    /// let model = seq![Linear::new(1, 1)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let table = fit(&model, &data, &mut opt, mse_loss, 3).to_table();
    /// assert_eq!(table.column_names(), ["epoch", "loss", "loss std", "lr", "seconds"]);
    /// assert_close(&table.column("epoch"), [1.0, 2.0, 3.0]);
    /// ```
    pub fn to_table(&self) -> Table {
        let column = |values: Vec<f64>| tensor_of(DType::F64, values);
        let epoch = (1..=self.len()).map(|epoch| epoch as f64).collect();
        let mut table = Table::empty(self.len()).with_column("epoch", &column(epoch));
        for name in self.names() {
            table = table.with_column(&name, &column(self.series(&name)));
            if !matches!(&*name, "lr" | "seconds") {
                table = table.with_column(&format!("{name} std"), &column(self.std(&name)));
            }
        }
        table
    }
}

/// The names of a stored history.
const BATCHES: &str = "batch loss";

impl Stateful for History {
    fn state(&self) -> StateDict {
        let stored =
            |values: Vec<f64>| Tensor::from_values(values.clone(), [values.len()].as_slice());
        let mut state = StateDict::new();
        state.insert(BATCHES, &stored(self.batch_loss.clone()));
        state.set_note("best", self.best.unwrap_or(0));
        for (i, name) in self.names().iter().enumerate() {
            state.set_note(&format!("series.{i}"), name);
            let mean = self.values("state", name, |mean, _| mean);
            let std = self.values("state", name, |_, std| std);
            state.insert(&format!("mean.{i}"), &stored(mean.unwrap_or_default()));
            state.insert(&format!("std.{i}"), &stored(std.unwrap_or_default()));
        }
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        let numbers = |name: String| match state.get(&name) {
            Some(tensor) if tensor.dtype() == DType::F64 => Ok(tensor.to_vec_f64()),
            _ => Err(Error::new(
                "load_state",
                format!("a history needs the numbers {name:?}"),
            )),
        };
        let mut loaded = History::new(self.batches_per_epoch);
        loaded.batch_loss = numbers(BATCHES.to_owned())?;
        let best = state.note("best").and_then(|text| text.parse().ok());
        loaded.best = best.filter(|&epoch| epoch > 0);
        for i in 0.. {
            let Some(name) = state.note(&format!("series.{i}")) else {
                break;
            };
            let mean = numbers(format!("mean.{i}"))?;
            let std = numbers(format!("std.{i}"))?;
            let empty = || Epoch {
                train: Scores::new(Vec::new()),
                valid: None,
                lr: 0.0,
                seconds: 0.0,
            };
            loaded
                .epochs
                .resize_with(mean.len().max(loaded.len()), empty);
            for (epoch, (mean, std)) in loaded.epochs.iter_mut().zip(mean.into_iter().zip(std)) {
                epoch.put(name, mean, std);
            }
        }
        *self = loaded;
        Ok(())
    }
}

impl Epoch {
    fn put(&mut self, series: &str, mean: f64, std: f64) {
        let score = |name: &str| Score {
            name: name.to_owned(),
            mean,
            std,
        };
        match (series, series.strip_prefix(VALID)) {
            ("lr", _) => self.lr = mean,
            ("seconds", _) => self.seconds = mean,
            (_, Some(name)) => {
                let valid = self.valid.get_or_insert_with(|| Scores::new(Vec::new()));
                valid.push(score(name));
            }
            (name, None) => self.train.push(score(name)),
        }
    }
}
