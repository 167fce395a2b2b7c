//! How a model is to be trained.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::rc::Rc;

use crate::data::DataLoader;
use crate::error::Error;
use crate::files::Checkpoint;
use crate::optim::{ReduceLROnPlateau, Schedule};
use crate::tensor::Tensor;
use crate::train::callback::{BatchEnd, Callback, EpochEnd, Run};
use crate::train::history::VALID;
use crate::train::keep::Save;
use crate::train::pace::{MakePace, Pace};

mod running;

type Metric = Rc<dyn Fn(&Tensor, &Tensor) -> f64>;

/// How a model is trained: for how many epochs, what is measured, and what happens besides.
///
/// For every batch: predict, measure the loss, compute gradients, limit them, take a step. After
/// every epoch: measure the validation data, in evaluation mode and without gradients. The model's
/// modes are afterwards what they were before; meanwhile a layer of which all parameters are frozen
/// stays on evaluation, so that a frozen batch norm keeps its running statistics.
///
/// A trainer can be used many times; schedules start anew with each run.
///
/// ```
/// use cuaderno::prelude::*;
///
/// manual_seed(1);
/// let parts = random_split(&iris(), &[120, 30]);
/// let train = DataLoader::new(&parts[0], 16).shuffle(true);
/// let valid = DataLoader::new(&parts[1], 30);
/// let model = seq![Linear::new(4, 16), ReLU, Linear::new(16, 3)];
/// let mut opt = Adam::new(model.parameters(), 0.01);
///
/// let trainer = Trainer::new(30)
///     .valid(&valid)
///     .metric("accuracy", accuracy)
///     .clip_grad_norm(1.0)
///     .schedule(&CosineAnnealingLR::new(30))
///     .early_stopping(10);
/// let history = trainer.fit(&model, &train, &mut opt, cross_entropy);
/// assert!(history.last("valid accuracy") > 0.9, "{history:?}");
/// ```
#[must_use = "every method gives a new trainer; write `let trainer = trainer.metric(..);`"]
#[derive(Clone)]
pub struct Trainer {
    epochs: usize,
    pub(super) valid: Option<DataLoader>,
    metrics: Vec<(String, Metric)>,
    clip: Option<Clip>,
    paces: Vec<MakePace>,
    /// The series that is watched, and whether higher is better.
    watched: Option<(String, bool)>,
    patience: Option<usize>,
    keeps_best: bool,
    saves: Vec<Save>,
    resumed: Option<Checkpoint>,
    callbacks: Vec<Rc<RefCell<dyn Callback>>>,
    quiet: bool,
    any_loss: bool,
}

#[derive(Clone, Copy, Debug)]
enum Clip {
    Norm(f64),
    Value(f64),
}

impl Trainer {
    /// A trainer for some epochs that shows a progress bar and a live loss curve.
    pub fn new(epochs: usize) -> Trainer {
        Trainer {
            epochs,
            valid: None,
            metrics: Vec::new(),
            clip: None,
            paces: Vec::new(),
            watched: None,
            patience: None,
            keeps_best: false,
            saves: Vec::new(),
            resumed: None,
            callbacks: Vec::new(),
            quiet: false,
            any_loss: false,
        }
    }

    /// The same trainer after a change.
    fn change(&self, f: impl FnOnce(&mut Trainer)) -> Trainer {
        let mut trainer = self.clone();
        f(&mut trainer);
        trainer
    }

    /// The same with data to measure after every epoch.
    pub fn valid(&self, data: &DataLoader) -> Trainer {
        self.change(|trainer| trainer.valid = Some(data.clone()))
    }

    /// The same with a number to measure on every batch of the training and the validation data:
    /// a function of the model's outputs and the targets.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let trainer = Trainer::new(5)
    ///     .metric("accuracy", accuracy)
    ///     .metric("top 2", |y_hat, y| top_k_accuracy(y_hat, y, 2));
    /// let model = seq![Linear::new(4, 3)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let history = trainer.fit(&model, &DataLoader::new(&iris(), 50), &mut opt, cross_entropy);
    /// assert!(history.last("top 2") >= history.last("accuracy"));
    /// ```
    ///
    /// # Panics
    /// If the name is taken, or begins with `valid `.
    #[track_caller]
    pub fn metric(
        &self,
        name: &str,
        metric: impl Fn(&Tensor, &Tensor) -> f64 + 'static,
    ) -> Trainer {
        let taken = self.metrics.iter().any(|(known, _)| known == name);
        if taken || ["loss", "lr", "seconds", ""].contains(&name) || name.starts_with(VALID) {
            Error::new("metric", format!("the name {name:?} is taken"))
                .help("every metric needs a name of its own; validation values get theirs by it")
                .raise();
        }
        self.change(|trainer| trainer.metrics.push((name.to_owned(), Rc::new(metric))))
    }

    /// The same with gradients scaled so that their norm over all parameters is at most `max_norm`;
    /// see [`clip_grad_norm_`](crate::optim::clip_grad_norm_).
    pub fn clip_grad_norm(&self, max_norm: f64) -> Trainer {
        self.change(|trainer| trainer.clip = Some(Clip::Norm(max_norm)))
    }

    /// The same with every number of the gradients held between -limit and limit; see
    /// [`clip_grad_value_`](crate::optim::clip_grad_value_).
    pub fn clip_grad_value(&self, limit: f64) -> Trainer {
        self.change(|trainer| trainer.clip = Some(Clip::Value(limit)))
    }

    /// The same with a schedule that steps after every epoch.
    pub fn schedule<S: Schedule + Clone + 'static>(&self, schedule: &S) -> Trainer {
        let schedule = schedule.clone();
        self.pace(Rc::new(move || Pace::Epoch(Box::new(schedule.clone()))))
    }

    /// The same with a schedule that steps after every batch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&iris(), 50);
    /// let model = seq![Linear::new(4, 3)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let cycle = OneCycleLR::new(&mut opt, 0.1, 10 * data.len());
    /// let trainer = Trainer::new(10).schedule_batches(&cycle);
    /// let lrs = trainer.fit(&model, &data, &mut opt, cross_entropy).series("lr");
    /// assert!(lrs[0] < lrs[2] && lrs[2] > 1000.0 * lrs[9]);
    /// ```
    pub fn schedule_batches<S: Schedule + Clone + 'static>(&self, schedule: &S) -> Trainer {
        let schedule = schedule.clone();
        self.pace(Rc::new(move || Pace::Batch(Box::new(schedule.clone()))))
    }

    /// The same with a schedule that steps after every epoch with the value that is watched, by
    /// default the validation loss: see [`Trainer::watch`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    /// let model = seq![Linear::new(1, 1)];
    /// let mut opt = Sgd::new(model.parameters(), 2.0);
    /// let plateau = ReduceLROnPlateau::new().patience(0).factor(0.5);
    /// let history = Trainer::new(8).schedule_plateau(&plateau).fit(&model, &data, &mut opt, mse_loss);
    /// assert!(history.last("lr") < 2.0);
    /// ```
    pub fn schedule_plateau(&self, schedule: &ReduceLROnPlateau) -> Trainer {
        let schedule = schedule.clone();
        self.pace(Rc::new(move || Pace::Plateau(schedule.clone())))
    }

    fn pace(&self, make: Rc<dyn Fn() -> Pace>) -> Trainer {
        self.change(|trainer| trainer.paces.push(MakePace(make)))
    }

    /// The same with another series of the history to watch for the best epoch, early stopping and
    /// plateaus: `"max"` where higher is better, as for an accuracy, `"min"` where lower is.
    ///
    /// By default it is `valid loss`, or `loss` without validation data.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&iris(), 50);
    /// let model = seq![Linear::new(4, 3)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let trainer = Trainer::new(20).metric("accuracy", accuracy).watch("accuracy", "max");
    /// let history = trainer.fit(&model, &data, &mut opt, cross_entropy);
    /// let accuracies = history.series("accuracy");
    /// let best = accuracies[history.best_epoch().unwrap() - 1];
    /// assert!(accuracies.iter().all(|a| *a <= best));
    /// ```
    ///
    /// # Panics
    /// If the mode is neither word.
    #[track_caller]
    pub fn watch(&self, series: &str, mode: &str) -> Trainer {
        let higher = match mode {
            "max" => true,
            "min" => false,
            _ => Error::new(
                "watch",
                format!("the mode is \"min\" or \"max\", not {mode:?}"),
            )
            .raise(),
        };
        self.change(|trainer| trainer.watched = Some((series.to_owned(), higher)))
    }

    /// The same, but training ends when so many epochs in a row have brought no better value of
    /// what is watched; the model then has the weights of its best epoch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    /// let model = seq![Linear::new(1, 1)];
    /// let mut still = Sgd::new(model.parameters(), 0.0);
    /// let trainer = Trainer::new(100).valid(&data).early_stopping(3);
    /// let history = trainer.fit(&model, &data, &mut still, mse_loss);
    /// assert_eq!((history.best_epoch(), history.len()), (Some(1), 4));
    /// assert_eq!(history.stopped(), Some("no better valid loss for 3 epochs"));
    /// ```
    ///
    /// # Panics
    /// If the patience is 0.
    #[track_caller]
    pub fn early_stopping(&self, patience: usize) -> Trainer {
        if patience == 0 {
            Error::new(
                "early_stopping",
                "the patience must be at least 1 epoch, it is 0",
            )
            .raise();
        }
        self.change(|trainer| (trainer.patience, trainer.keeps_best) = (Some(patience), true))
    }

    /// The same, but the model has at the end the weights of its best epoch.
    pub fn keep_best(&self) -> Trainer {
        self.change(|trainer| trainer.keeps_best = true)
    }

    /// The same with a checkpoint after every n epochs and after the last, each in the place of the
    /// one before; [`Trainer::resume`] goes on from it.
    ///
    /// If it cannot be written, training goes on, and [`History::saved`](crate::train::History::saved) tells.
    ///
    /// # Panics
    /// If n is 0.
    #[track_caller]
    pub fn save_every(&self, epochs: usize, path: impl AsRef<Path>) -> Trainer {
        if epochs == 0 {
            Error::new(
                "save_every",
                "the number of epochs must be at least 1, it is 0",
            )
            .raise();
        }
        self.save(Some(epochs), path.as_ref())
    }

    /// The same with a checkpoint after each epoch that is better than all before it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let path = std::env::temp_dir().join(format!("best-{}.safetensors", std::process::id()));
    /// let data = DataLoader::new(&iris(), 50);
    /// let model = seq![Linear::new(4, 3)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let trainer = Trainer::new(5).valid(&data).save_best(&path);
    /// let history = trainer.fit(&model, &data, &mut opt, cross_entropy);
    /// history.saved()?;
    /// assert_eq!(Some(Checkpoint::load(&path)?.epoch()), history.best_epoch());
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn save_best(&self, path: impl AsRef<Path>) -> Trainer {
        self.save(None, path.as_ref())
    }

    fn save(&self, every: Option<usize>, path: &Path) -> Trainer {
        let path = path.to_owned();
        self.change(|trainer| trainer.saves.push(Save { every, path }))
    }

    /// The same, but [`Trainer::fit`] goes on where the run of a checkpoint was, with the same
    /// numbers bit for bit as if it had not been stopped: weights, optimiser, schedules, random
    /// numbers, history. What callbacks of your own remember is not part of it.
    ///
    /// Without such a file training starts from the beginning, so that the same cell starts a run
    /// and goes on with it. It is an error if the file is there and is no checkpoint.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let path = std::env::temp_dir().join(format!("resumed-{}.safetensors", std::process::id()));
    /// let data = DataLoader::new(&iris(), 50).shuffle(true);
    /// for epochs in [2, 5] {
    ///     let model = seq![Linear::new(4, 3)];
    ///     let mut opt = Sgd::new(model.parameters(), 0.1);
    ///     let trainer = Trainer::new(epochs).save_every(1, &path).resume(&path)?;
    ///     assert_eq!(trainer.fit(&model, &data, &mut opt, cross_entropy).len(), epochs);
    /// }
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn resume(&self, path: impl AsRef<Path>) -> Result<Trainer, Error> {
        let path = path.as_ref();
        let resumed = match path.try_exists() {
            Ok(false) => None,
            _ => Some(Checkpoint::load(path)?),
        };
        Ok(self.change(|trainer| trainer.resumed = resumed))
    }

    /// The same with code of one's own that runs at certain moments.
    pub fn callback(&self, callback: impl Callback + 'static) -> Trainer {
        let callback = Rc::new(RefCell::new(callback));
        self.change(|trainer| trainer.callbacks.push(callback))
    }

    /// The same with a closure for the end of every epoch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&iris(), 50);
    /// let model = seq![Linear::new(4, 3)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let trainer = Trainer::new(3)
    ///     .on_epoch_end(|run| println!("epoch {}: loss {:.4}", run.epoch, run.value("loss")));
    /// trainer.fit(&model, &data, &mut opt, cross_entropy);
    /// ```
    pub fn on_epoch_end(&self, f: impl FnMut(&mut Run<'_>) + 'static) -> Trainer {
        self.callback(EpochEnd(f))
    }

    /// The same with a closure for the end of every batch.
    pub fn on_batch_end(&self, f: impl FnMut(&mut Run<'_>) + 'static) -> Trainer {
        self.callback(BatchEnd(f))
    }

    /// The same without progress bar and curve.
    pub fn quiet(&self) -> Trainer {
        self.change(|trainer| trainer.quiet = true)
    }

    /// The same, but training goes on when a loss is NaN or infinite.
    pub fn allow_non_finite(&self) -> Trainer {
        self.change(|trainer| trainer.any_loss = true)
    }
}

impl fmt::Debug for Trainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metrics: Vec<&str> = self.metrics.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Trainer")
            .field("epochs", &self.epochs)
            .field("valid", &self.valid)
            .field("metrics", &metrics)
            .field("clip", &self.clip)
            .field("schedules", &self.paces)
            .field("watched", &self.watched)
            .field("patience", &self.patience)
            .field("saves", &self.saves)
            .field("callbacks", &self.callbacks.len())
            .finish_non_exhaustive()
    }
}
