//! Steps at chosen places.

use crate::optim::Optimizer;
use crate::optim::schedule::{Fields, Schedule, change_lrs, fields, listed, schedule_state};

/// Multiplies the learning rate by γ at each of some steps; γ is 0.1.
///
/// lr = lr₀ γ^(milestones passed) (`torch.optim.lr_scheduler.MultiStepLR`)
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 1.0);
/// let mut schedule = MultiStepLR::new(&[2, 3]).gamma(0.5);
/// let mut lrs = vec![];
/// for _ in 0..4 {
///     opt.step();
///     schedule.step(&mut opt);
///     lrs.push(opt.lr());
/// }
/// assert_close(&tensor(lrs), [1.0, 0.5, 0.25, 0.25]);
/// ```
#[derive(Clone, Debug)]
pub struct MultiStepLR {
    milestones: Vec<f64>,
    gamma: f64,
    last_epoch: f64,
}

impl MultiStepLR {
    /// A change after each of these numbers of steps.
    pub fn new(milestones: &[usize]) -> MultiStepLR {
        MultiStepLR {
            milestones: milestones.iter().map(|&step| step as f64).collect(),
            gamma: 0.1,
            last_epoch: 0.0,
        }
    }

    /// The same with another factor γ.
    pub fn gamma(&self, gamma: f64) -> MultiStepLR {
        MultiStepLR {
            gamma,
            ..self.clone()
        }
    }

    fn fields(&mut self) -> Fields<'_> {
        let mut all = fields!(self; gamma, last_epoch);
        all.extend(listed("milestone", &mut self.milestones));
        all
    }
}

impl Schedule for MultiStepLR {
    fn step(&mut self, opt: &mut dyn Optimizer) {
        self.last_epoch += 1.0;
        let reached = self.milestones.iter().filter(|&&m| m == self.last_epoch);
        let factor = self.gamma.powi(reached.count() as i32);
        if factor != 1.0 {
            change_lrs(opt, |_, lr| lr * factor);
        }
    }

    schedule_state!("MultiStepLR", milestones => "milestone");
}
