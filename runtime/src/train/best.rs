//! The best epoch so far: to come back to its weights, and to stop when none better comes.

use crate::dtype::DType;
use crate::error::Error;
use crate::files::{StateDict, Stateful, Weights};
use crate::tensor::Tensor;
use crate::train::callback::{Callback, Run};

/// Watches one series of the history.
pub(super) struct Best {
    /// The series.
    pub(super) watched: String,
    pub(super) higher_is_better: bool,
    /// Epochs without a better value after which training stops.
    pub(super) patience: Option<usize>,
    /// Whether the weights of the best epoch come back at the end.
    pub(super) restores: bool,
    value: f64,
    epoch: usize,
    waited: usize,
    weights: Option<StateDict>,
}

impl Best {
    pub(super) fn new(watched: &str, higher_is_better: bool) -> Best {
        Best {
            watched: watched.to_owned(),
            higher_is_better,
            patience: None,
            restores: false,
            value: f64::NAN,
            epoch: 0,
            waited: 0,
            weights: None,
        }
    }

    /// The best epoch so far; 0 if none had a value.
    pub(super) fn epoch(&self) -> usize {
        self.epoch
    }

    /// What is not a number is never better, and anything is better than that.
    fn is_better(&self, value: f64) -> bool {
        match self.higher_is_better {
            _ if self.value.is_nan() => !value.is_nan(),
            true => value > self.value,
            false => value < self.value,
        }
    }

    fn stop_if_waited(&self, run: &mut Run<'_>) {
        if self
            .patience
            .is_some_and(|patience| self.waited >= patience)
        {
            let (what, waited) = (&self.watched, self.waited);
            run.stop(&format!("no better {what} for {waited} epochs"));
        }
    }
}

impl Callback for Best {
    fn on_train_begin(&mut self, run: &mut Run<'_>) {
        self.stop_if_waited(run);
    }

    fn on_epoch_end(&mut self, run: &mut Run<'_>) {
        let value = run.history.last(&self.watched);
        if self.is_better(value) {
            (self.value, self.epoch, self.waited) = (value, run.epoch, 0);
            self.weights = self.restores.then(|| run.model.state_dict());
            run.history.set_best(run.epoch);
        } else {
            self.waited += 1;
        }
        self.stop_if_waited(run);
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) {
        if let Some(weights) = self.weights.take() {
            // They are the model's own, so they fit.
            let _ = run.model.load_state_dict(&weights);
        }
    }
}

impl Stateful for Best {
    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.insert("value", &Tensor::scalar(self.value, DType::F64));
        state.set_note("epoch", self.epoch);
        state.set_note("waited", self.waited);
        if let Some(weights) = &self.weights {
            state.insert_part("weights", weights);
        }
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        let missing = |what: &str| {
            Error::new(
                "load_state",
                format!("the best epoch so far has no {what:?}"),
            )
        };
        let whole = |name: &str| {
            let number = state.note(name).and_then(|text| text.parse().ok());
            number.ok_or_else(|| missing(name))
        };
        let value = state.get("value").filter(|value| value.numel() == 1);
        let value = value.ok_or_else(|| missing("value"))?.item();
        (self.value, self.epoch, self.waited) = (value, whole("epoch")?, whole("waited")?);
        let weights = state.part("weights");
        self.weights = (self.restores && !weights.is_empty()).then_some(weights);
        Ok(())
    }
}
