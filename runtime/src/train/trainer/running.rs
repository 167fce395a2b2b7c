//! A run of a trainer: everything is made ready, and the loop is called.

use std::cell::RefCell;
use std::rc::Rc;

use crate::data::DataLoader;
use crate::error::{Error, OrRaise};
use crate::nn::{Module, Params};
use crate::optim::{Optimizer, clip_grad_norm_, clip_grad_value_};
use crate::tensor::Tensor;
use crate::train::best::Best;
use crate::train::callback::{Callback, Callbacks, Run};
use crate::train::evaluate::{Modes, check_not_empty};
use crate::train::history::VALID;
use crate::train::keep::Keeper;
use crate::train::live::Live;
use crate::train::pace::Paces;
use crate::train::scores::{LossFn, MetricFn};
use crate::train::trainer::Clip;
use crate::train::training::{check_trainable, train};
use crate::train::{History, Trainer};

impl Trainer {
    /// Trains a model.
    ///
    /// # Panics
    /// If a loss is NaN or infinite, before its step, so that the weights are those before that
    /// batch; if the loader has no batch; if all parameters are frozen; if what is watched is no
    /// series; if the checkpoint that it goes on from belongs to another model or optimiser.
    #[track_caller]
    pub fn fit(
        &self,
        model: &dyn Module,
        data: &DataLoader,
        opt: &mut dyn Optimizer,
        loss: impl Fn(&Tensor, &Tensor) -> Tensor,
    ) -> History {
        self.train(model, data, opt, &loss)
    }

    #[track_caller]
    fn train(
        &self,
        model: &dyn Module,
        data: &DataLoader,
        opt: &mut dyn Optimizer,
        loss: LossFn<'_>,
    ) -> History {
        check_not_empty("fit", data);
        let params = model.parameters();
        check_trainable("fit", &params);
        let _modes = Modes::keep(&params);

        let mut best = self.best();
        (best.patience, best.restores) = (self.patience, self.keeps_best);
        let paces = Rc::new(RefCell::new(Paces {
            list: self.paces.iter().map(|pace| (pace.0)()).collect(),
            watched: best.watched.clone(),
        }));
        let best = Rc::new(RefCell::new(best));
        let keeper = Keeper {
            saves: self.saves.clone(),
            paces: paces.clone(),
            best: best.clone(),
        };
        let mut run = Run {
            model,
            opt,
            epoch: 0,
            epochs: self.epochs,
            batch: 0,
            batches: data.len(),
            loss: f64::NAN,
            history: History::new(data.len()),
            stop: None,
        };
        if let Some(checkpoint) = &self.resumed {
            keeper.resume(checkpoint, &mut run).or_raise();
        }
        let mut callbacks: Vec<Rc<RefCell<dyn Callback>>> = Vec::new();
        if !self.quiet {
            let names: Vec<&str> = self.metrics.iter().map(|(name, _)| name.as_str()).collect();
            let live = Live::new(self.epochs * data.len(), &names);
            callbacks.push(Rc::new(RefCell::new(live)));
        }
        callbacks.extend(self.callbacks.iter().cloned());
        callbacks.extend([best as Rc<RefCell<dyn Callback>>, paces]);
        callbacks.push(Rc::new(RefCell::new(keeper)));
        train(self, &mut run, data, loss, &mut Callbacks(callbacks));
        run.history
    }

    /// What is watched, which has to be a series that there will be.
    #[track_caller]
    fn best(&self) -> Best {
        let own = if self.valid.is_some() {
            "valid loss"
        } else {
            "loss"
        };
        let (watched, higher) = match &self.watched {
            Some((watched, higher)) => (watched.as_str(), *higher),
            None => (own, false),
        };
        let metrics = self.metrics.iter().map(|(name, _)| name.clone());
        let mut known: Vec<String> = std::iter::once("loss".to_owned()).chain(metrics).collect();
        if self.valid.is_some() {
            known.extend(known.clone().iter().map(|name| format!("{VALID}{name}")));
        }
        if !known.iter().any(|name| name == watched) {
            let message = format!(
                "nothing to watch has the name {watched:?}; there are: {}",
                known.join(", ")
            );
            let error = Error::new("fit", message);
            match watched.starts_with(VALID) && self.valid.is_none() {
                true => error
                    .help("valid(&loader) gives the trainer validation data")
                    .raise(),
                false => error.raise(),
            }
        }
        Best::new(watched, higher)
    }

    pub(in crate::train) fn metrics(&self) -> Vec<(&str, MetricFn<'_>)> {
        let metrics = self.metrics.iter();
        metrics
            .map(|(name, metric)| (name.as_str(), &**metric as MetricFn<'_>))
            .collect()
    }

    /// Ends training before a loss that is no number gets into the weights.
    #[track_caller]
    pub(in crate::train) fn check_finite(&self, run: &Run<'_>) {
        if run.loss.is_finite() || self.any_loss {
            return;
        }
        let (loss, batch, epoch, lr) = (run.loss, run.batch, run.epoch, run.opt.lr());
        Error::new("fit", format!("the loss is {loss} in batch {batch} of epoch {epoch}"))
            .help(format!(
                "try a learning rate smaller than {lr}, scaled inputs, or clip_grad_norm(1.0), and look \
                 for NaN in the data; allow_non_finite() goes on regardless"
            ))
            .raise();
    }

    pub(in crate::train) fn clip_gradients(&self, params: &Params) {
        match self.clip {
            Some(Clip::Norm(max_norm)) => {
                clip_grad_norm_(params, max_norm);
            }
            Some(Clip::Value(limit)) => clip_grad_value_(params, limit),
            None => {}
        }
    }
}
