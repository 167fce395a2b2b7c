//! A straight line: warm-up.

use crate::error::Error;
use crate::optim::Optimizer;
use crate::optim::schedule::{
    Fields, Schedule, change_lrs, check_positive, fields, schedule_state,
};

/// Moves the learning rate along a line from a part of it to all of it: a warm-up.
///
/// lr = lr₀ (s + (e - s) t / n) up to step n, and lr₀ e from there; e is 1
/// (`torch.optim.lr_scheduler.LinearLR`)
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 1.0);
/// let mut schedule = LinearLR::new(&mut opt, 0.25, 3);
/// let mut lrs = vec![];
/// for _ in 0..5 {
///     lrs.push(opt.lr());
///     opt.step();
///     schedule.step(&mut opt);
/// }
/// assert_close(&tensor(lrs), [0.25, 0.5, 0.75, 1.0, 1.0]);
/// ```
#[derive(Clone, Debug)]
pub struct LinearLR {
    start_factor: f64,
    end_factor: f64,
    total_iters: f64,
    last_epoch: f64,
}

impl LinearLR {
    /// A line of `total_iters` steps from `start_factor` times the learning rate, which is set now.
    #[track_caller]
    pub fn new(opt: &mut dyn Optimizer, start_factor: f64, total_iters: usize) -> LinearLR {
        check_positive("LinearLR", "the number of steps", total_iters);
        if !(start_factor > 0.0 && start_factor <= 1.0) {
            Error::new(
                "LinearLR",
                format!("the start factor must be more than 0 and at most 1, it is {start_factor}"),
            )
            .raise();
        }
        change_lrs(opt, |_, lr| lr * start_factor);
        LinearLR {
            start_factor,
            end_factor: 1.0,
            total_iters: total_iters as f64,
            last_epoch: 0.0,
        }
    }

    /// The same line to another end e.
    #[track_caller]
    pub fn end_factor(&self, end_factor: f64) -> LinearLR {
        if !(0.0..=1.0).contains(&end_factor) {
            Error::new(
                "LinearLR",
                format!("the end factor must be at least 0 and at most 1, it is {end_factor}"),
            )
            .raise();
        }
        LinearLR {
            end_factor,
            ..self.clone()
        }
    }

    fn fields(&mut self) -> Fields<'_> {
        fields!(self; start_factor, end_factor, total_iters, last_epoch)
    }
}

impl Schedule for LinearLR {
    fn step(&mut self, opt: &mut dyn Optimizer) {
        self.last_epoch += 1.0;
        if self.last_epoch > self.total_iters {
            return;
        }
        let way = self.end_factor - self.start_factor;
        let before = self.total_iters * self.start_factor + (self.last_epoch - 1.0) * way;
        change_lrs(opt, |_, lr| lr * (1.0 + way / before));
    }

    schedule_state!("LinearLR");
}
