//! Steps at equal distances.

use crate::optim::Optimizer;
use crate::optim::schedule::{
    Fields, Schedule, change_lrs, check_positive, fields, schedule_state,
};

/// Multiplies the learning rate by γ every `step_size` steps; γ is 0.1.
///
/// lr = lr₀ γ^⌊t / step_size⌋ (`torch.optim.lr_scheduler.StepLR`)
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 1.0);
/// let mut schedule = StepLR::new(3).gamma(0.5);
/// for _ in 0..7 {
///     opt.step();
///     schedule.step(&mut opt);
/// }
/// assert_close(opt.lr(), 0.25);
/// ```
#[derive(Clone, Debug)]
pub struct StepLR {
    step_size: f64,
    gamma: f64,
    last_epoch: f64,
}

impl StepLR {
    /// A change every `step_size` steps.
    #[track_caller]
    pub fn new(step_size: usize) -> StepLR {
        check_positive("StepLR", "the number of steps", step_size);
        StepLR {
            step_size: step_size as f64,
            gamma: 0.1,
            last_epoch: 0.0,
        }
    }

    /// The same with another factor γ.
    pub fn gamma(&self, gamma: f64) -> StepLR {
        StepLR {
            gamma,
            ..self.clone()
        }
    }

    fn fields(&mut self) -> Fields<'_> {
        fields!(self; step_size, gamma, last_epoch)
    }
}

impl Schedule for StepLR {
    fn step(&mut self, opt: &mut dyn Optimizer) {
        self.last_epoch += 1.0;
        if self.last_epoch % self.step_size == 0.0 {
            change_lrs(opt, |_, lr| lr * self.gamma);
        }
    }

    schedule_state!("StepLR");
}
