//! The same factor at every step.

use crate::optim::Optimizer;
use crate::optim::schedule::{Fields, Schedule, change_lrs, fields, schedule_state};

/// Multiplies the learning rate by γ at every step.
///
/// lr = lr₀ γᵗ (`torch.optim.lr_scheduler.ExponentialLR`)
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 1.0);
/// let mut schedule = ExponentialLR::new(0.9);
/// for _ in 0..3 {
///     opt.step();
///     schedule.step(&mut opt);
/// }
/// assert_close(opt.lr(), 0.729);
/// ```
#[derive(Clone, Debug)]
pub struct ExponentialLR {
    gamma: f64,
    last_epoch: f64,
}

impl ExponentialLR {
    /// A learning rate that falls by the factor γ.
    pub fn new(gamma: f64) -> ExponentialLR {
        ExponentialLR {
            gamma,
            last_epoch: 0.0,
        }
    }

    fn fields(&mut self) -> Fields<'_> {
        fields!(self; gamma, last_epoch)
    }
}

impl Schedule for ExponentialLR {
    fn step(&mut self, opt: &mut dyn Optimizer) {
        self.last_epoch += 1.0;
        change_lrs(opt, |_, lr| lr * self.gamma);
    }

    schedule_state!("ExponentialLR");
}
