//! A smaller learning rate where the loss does not fall any more.

use crate::error::Error;
use crate::optim::schedule::{Fields, change_lrs, fields, load, save};
use crate::optim::{OptimState, Optimizer};

/// Multiplies the learning rate by `factor` when the loss has not become better for more than
/// `patience` epochs.
///
/// A loss is better if it is below the best so far times (1 - 1e-4)
/// (`torch.optim.lr_scheduler.ReduceLROnPlateau`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 1.0);
/// let mut schedule = ReduceLROnPlateau::new().patience(1).factor(0.5);
/// let mut lrs = vec![];
/// for loss in [1.0, 0.9, 0.9, 0.9, 0.8] {
///     schedule.step(&mut opt, loss);
///     lrs.push(opt.lr());
/// }
/// assert_close(&tensor(lrs), [1.0, 1.0, 1.0, 0.5, 0.5]);
/// ```
#[derive(Clone, Debug)]
pub struct ReduceLROnPlateau {
    factor: f64,
    patience: f64,
    threshold: f64,
    cooldown: f64,
    min_lr: f64,
    eps: f64,
    /// 1 or 0, as all fields are numbers.
    larger_is_better: f64,
    threshold_is_relative: f64,
    best: f64,
    num_bad_epochs: f64,
    cooldown_counter: f64,
    last_epoch: f64,
}

impl Default for ReduceLROnPlateau {
    fn default() -> ReduceLROnPlateau {
        ReduceLROnPlateau::new()
    }
}

impl ReduceLROnPlateau {
    /// A factor of 0.1 after more than 10 epochs without a better loss.
    pub fn new() -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            factor: 0.1,
            patience: 10.0,
            threshold: 1e-4,
            cooldown: 0.0,
            min_lr: 0.0,
            eps: 1e-8,
            larger_is_better: 0.0,
            threshold_is_relative: 1.0,
            best: f64::INFINITY,
            num_bad_epochs: 0.0,
            cooldown_counter: 0.0,
            last_epoch: 0.0,
        }
    }

    /// The same with another factor, less than 1.
    #[track_caller]
    pub fn factor(&self, factor: f64) -> ReduceLROnPlateau {
        if factor.is_nan() || factor >= 1.0 {
            Error::new(
                "ReduceLROnPlateau",
                format!("the factor must be less than 1, it is {factor}"),
            )
            .raise();
        }
        ReduceLROnPlateau {
            factor,
            ..self.clone()
        }
    }

    /// The same with another number of epochs without a better loss that are let pass.
    pub fn patience(&self, patience: usize) -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            patience: patience as f64,
            ..self.clone()
        }
    }

    /// The same with `"max"`: larger is better, as for an accuracy; `"min"` is the default.
    #[track_caller]
    pub fn mode(&self, mode: &str) -> ReduceLROnPlateau {
        let larger = one_of("mode", mode, ["min", "max"]);
        ReduceLROnPlateau {
            larger_is_better: larger,
            best: if larger == 1.0 {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            },
            ..self.clone()
        }
    }

    /// The same with another threshold: by how much a loss has to be better to count.
    pub fn threshold(&self, threshold: f64) -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            threshold,
            ..self.clone()
        }
    }

    /// The same with `"abs"`: the threshold is a difference, not a part of the best loss, `"rel"`.
    #[track_caller]
    pub fn threshold_mode(&self, mode: &str) -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            threshold_is_relative: 1.0 - one_of("threshold_mode", mode, ["rel", "abs"]),
            ..self.clone()
        }
    }

    /// The same with epochs after a change in which nothing is counted.
    pub fn cooldown(&self, cooldown: usize) -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            cooldown: cooldown as f64,
            ..self.clone()
        }
    }

    /// The same with a lowest learning rate.
    pub fn min_lr(&self, min_lr: f64) -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            min_lr,
            ..self.clone()
        }
    }

    /// The same with another smallest change: a smaller one is not made. It is 1e-8.
    pub fn eps(&self, eps: f64) -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            eps,
            ..self.clone()
        }
    }

    /// Takes note of an epoch's loss, and sets the learning rate of the next epoch.
    pub fn step(&mut self, opt: &mut dyn Optimizer, loss: f64) {
        self.last_epoch += 1.0;
        if self.is_better(loss) {
            self.best = loss;
            self.num_bad_epochs = 0.0;
        } else {
            self.num_bad_epochs += 1.0;
        }
        if self.cooldown_counter > 0.0 {
            self.cooldown_counter -= 1.0;
            self.num_bad_epochs = 0.0;
        }
        if self.num_bad_epochs > self.patience {
            change_lrs(opt, |_, lr| {
                let smaller = (lr * self.factor).max(self.min_lr);
                if lr - smaller > self.eps { smaller } else { lr }
            });
            self.cooldown_counter = self.cooldown;
            self.num_bad_epochs = 0.0;
        }
    }

    fn is_better(&self, loss: f64) -> bool {
        let (best, threshold) = (self.best, self.threshold);
        match (
            self.larger_is_better != 0.0,
            self.threshold_is_relative != 0.0,
        ) {
            (false, true) => loss < best * (1.0 - threshold),
            (false, false) => loss < best - threshold,
            (true, true) => loss > best * (1.0 + threshold),
            (true, false) => loss > best + threshold,
        }
    }

    /// Where the schedule stands.
    pub fn state_dict(&self) -> OptimState {
        save("ReduceLROnPlateau", self.clone().fields())
    }

    /// Takes over what [`ReduceLROnPlateau::state_dict`] gave; the learning rate itself is in the
    /// optimiser's state.
    pub fn load_state_dict(&mut self, state: &OptimState) -> Result<(), Error> {
        load(state, "ReduceLROnPlateau", self.fields())
    }

    fn fields(&mut self) -> Fields<'_> {
        fields!(
            self;
            factor, patience, threshold, cooldown, min_lr, eps, larger_is_better,
            threshold_is_relative, best, num_bad_epochs, cooldown_counter, last_epoch
        )
    }
}

/// 0 for the first of two words, 1 for the second.
#[track_caller]
fn one_of(option: &str, word: &str, words: [&str; 2]) -> f64 {
    match words.iter().position(|&w| w == word) {
        Some(place) => place as f64,
        None => Error::new(
            "ReduceLROnPlateau",
            format!("{option} is {:?} or {:?}, not {word:?}", words[0], words[1]),
        )
        .raise(),
    }
}
