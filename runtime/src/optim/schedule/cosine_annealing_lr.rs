//! Half a wave down.

use std::f64::consts::PI;

use crate::optim::Optimizer;
use crate::optim::schedule::{
    Fields, Schedule, change_lrs, check_positive, fields, listed, schedule_state,
};

/// Lets the learning rate fall along half a cosine, and rise again after that.
///
/// lr = η + (lr₀ - η) (1 + cos(π t / T)) / 2 with η = 0. Loshchilov and Hutter, "SGDR: stochastic
/// gradient descent with warm restarts", 2017 (`torch.optim.lr_scheduler.CosineAnnealingLR`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 1.0);
/// let mut schedule = CosineAnnealingLR::new(4);
/// let mut lrs = vec![];
/// for _ in 0..4 {
///     opt.step();
///     schedule.step(&mut opt);
///     lrs.push(opt.lr());
/// }
/// assert_close(&tensor(lrs), [0.8535534, 0.5, 0.1464466, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct CosineAnnealingLR {
    t_max: f64,
    eta_min: f64,
    last_epoch: f64,
    /// The learning rates before the first step.
    base: Vec<f64>,
}

impl CosineAnnealingLR {
    /// A fall over `t_max` steps.
    #[track_caller]
    pub fn new(t_max: usize) -> CosineAnnealingLR {
        check_positive("CosineAnnealingLR", "the number of steps", t_max);
        CosineAnnealingLR {
            t_max: t_max as f64,
            eta_min: 0.0,
            last_epoch: 0.0,
            base: Vec::new(),
        }
    }

    /// The same with another lowest learning rate η.
    pub fn eta_min(&self, eta_min: f64) -> CosineAnnealingLR {
        CosineAnnealingLR {
            eta_min,
            ..self.clone()
        }
    }

    fn fields(&mut self) -> Fields<'_> {
        let mut all = fields!(self; t_max, eta_min, last_epoch);
        all.extend(listed("base_lr", &mut self.base));
        all
    }
}

impl Schedule for CosineAnnealingLR {
    fn step(&mut self, opt: &mut dyn Optimizer) {
        if self.last_epoch == 0.0 {
            self.base = opt.lrs();
        }
        self.last_epoch += 1.0;
        let (t, t_max, low) = (self.last_epoch, self.t_max, self.eta_min);
        let height = |t: f64| 1.0 + (PI * t / t_max).cos();
        // At the bottom the factor from step to step would be 0 / 0.
        let restarts = (t - 1.0 - t_max) % (2.0 * t_max) == 0.0;
        change_lrs(opt, |i, lr| {
            if restarts {
                lr + (self.base[i] - low) * (1.0 - (PI / t_max).cos()) / 2.0
            } else {
                height(t) / height(t - 1.0) * (lr - low) + low
            }
        });
    }

    schedule_state!("CosineAnnealingLR", base => "base_lr");
}
