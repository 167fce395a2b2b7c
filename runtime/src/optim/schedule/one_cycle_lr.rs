//! Up, and down to nothing, once.

use std::f64::consts::PI;

use crate::error::Error;
use crate::optim::Optimizer;
use crate::optim::schedule::{Fields, Schedule, check_positive, fields, listed, schedule_state};

/// Lets the learning rate rise to `max_lr` in the first 30 % of all steps and then fall to nearly
/// nothing, while momentum (or Adam's first β) falls from 0.95 to 0.85 and rises again.
///
/// It starts from max_lr / 25 and ends at max_lr / 250 000, along half cosines. It is for steps
/// after every batch. Smith and Topin, "Super-convergence: very fast training of neural networks
/// using large learning rates", 2018 (`torch.optim.lr_scheduler.OneCycleLR`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 0.1).momentum(0.9);
/// let mut schedule = OneCycleLR::new(&mut opt, 1.0, 10);
/// assert_close(opt.lr(), 0.04);
/// for _ in 0..2 {
///     opt.step();
///     schedule.step(&mut opt);
/// }
/// assert_close(opt.lr(), 1.0);
/// assert_close(&tensor(opt.momenta()), [0.85]);
/// ```
#[derive(Clone, Debug)]
pub struct OneCycleLR {
    max_lr: f64,
    total_steps: f64,
    pct_start: f64,
    div_factor: f64,
    final_div_factor: f64,
    base_momentum: f64,
    max_momentum: f64,
    /// 1 or 0, as all fields are numbers.
    linear: f64,
    three_phase: f64,
    cycle_momentum: f64,
    last_epoch: f64,
    /// The momenta before the first step.
    momenta: Vec<f64>,
}

impl OneCycleLR {
    /// A cycle of `total_steps` batches; the first learning rate and momentum are set now.
    #[track_caller]
    pub fn new(opt: &mut dyn Optimizer, max_lr: f64, total_steps: usize) -> OneCycleLR {
        check_positive("OneCycleLR", "the number of steps", total_steps);
        let momenta = opt.momenta();
        let schedule = OneCycleLR {
            max_lr,
            total_steps: total_steps as f64,
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
            base_momentum: 0.85,
            max_momentum: 0.95,
            linear: 0.0,
            three_phase: 0.0,
            cycle_momentum: f64::from(!momenta.is_empty()),
            last_epoch: 0.0,
            momenta,
        };
        schedule.apply(opt);
        schedule
    }

    /// The same with another part of the steps, between 0 and 1, in which the learning rate rises.
    #[track_caller]
    pub fn pct_start(&self, pct_start: f64) -> OneCycleLR {
        if !(0.0..=1.0).contains(&pct_start) {
            Error::new(
                "OneCycleLR",
                format!("pct_start must be at least 0 and at most 1, it is {pct_start}"),
            )
            .raise();
        }
        OneCycleLR {
            pct_start,
            ..self.clone()
        }
    }

    /// The same along `"linear"` lines instead of `"cos"`.
    #[track_caller]
    pub fn anneal_strategy(&self, strategy: &str) -> OneCycleLR {
        let linear = match strategy {
            "cos" => 0.0,
            "linear" => 1.0,
            _ => Error::new(
                "OneCycleLR",
                format!("anneal_strategy is \"cos\" or \"linear\", not {strategy:?}"),
            )
            .raise(),
        };
        OneCycleLR {
            linear,
            ..self.clone()
        }
    }

    /// The same with another end: the first learning rate divided by this.
    pub fn final_div_factor(&self, final_div_factor: f64) -> OneCycleLR {
        OneCycleLR {
            final_div_factor,
            ..self.clone()
        }
    }

    /// Whether the learning rate falls back to where it started as slowly as it rose, and to
    /// nearly nothing only after that.
    pub fn three_phase(&self, on: bool) -> OneCycleLR {
        OneCycleLR {
            three_phase: f64::from(on),
            ..self.clone()
        }
    }

    /// The same with another start: max_lr divided by this. The optimiser is given, since its
    /// learning rate changes now.
    pub fn div_factor(&self, opt: &mut dyn Optimizer, div_factor: f64) -> OneCycleLR {
        let schedule = OneCycleLR {
            div_factor,
            ..self.clone()
        };
        schedule.apply(opt);
        schedule
    }

    /// The same with momentum between other bounds. The optimiser is given, since its momentum
    /// changes now.
    pub fn momentum(&self, opt: &mut dyn Optimizer, base: f64, max: f64) -> OneCycleLR {
        let schedule = OneCycleLR {
            base_momentum: base,
            max_momentum: max,
            ..self.clone()
        };
        schedule.apply(opt);
        schedule
    }

    /// The same with momentum as it was before. The optimiser is given, since its momentum changes
    /// now.
    pub fn keep_momentum(&self, opt: &mut dyn Optimizer) -> OneCycleLR {
        opt.set_momenta(&self.momenta);
        OneCycleLR {
            cycle_momentum: 0.0,
            ..self.clone()
        }
    }

    /// The last step of each phase, with the learning rate and the momentum there; the first entry
    /// is the start.
    fn corners(&self) -> Vec<(f64, f64, f64)> {
        let start = self.max_lr / self.div_factor;
        let end = start / self.final_div_factor;
        let (low, high) = (self.base_momentum, self.max_momentum);
        let top = self.pct_start * self.total_steps - 1.0;
        let last = self.total_steps - 1.0;
        let mut corners = vec![(0.0, start, high), (top, self.max_lr, low)];
        if self.three_phase != 0.0 {
            corners.push((2.0 * top, start, high));
        }
        corners.push((last, end, high));
        corners
    }

    /// Sets the learning rate and the momentum of the step that is reached.
    fn apply(&self, opt: &mut dyn Optimizer) {
        let corners = self.corners();
        let phase = (1..corners.len() - 1)
            .find(|&i| self.last_epoch <= corners[i].0)
            .unwrap_or(corners.len() - 1);
        let (from, to) = (corners[phase - 1], corners[phase]);
        let part = if to.0 > from.0 {
            (self.last_epoch - from.0) / (to.0 - from.0)
        } else {
            1.0
        };
        let between = |a: f64, b: f64| {
            if self.linear != 0.0 {
                (b - a) * part + a
            } else {
                b + (a - b) / 2.0 * (1.0 + (PI * part).cos())
            }
        };
        opt.set_lr(between(from.1, to.1));
        if self.cycle_momentum != 0.0 {
            let momentum = between(from.2, to.2);
            opt.set_momenta(&vec![momentum; opt.momenta().len()]);
        }
    }

    fn fields(&mut self) -> Fields<'_> {
        let mut all = fields!(
            self;
            max_lr, total_steps, pct_start, div_factor, final_div_factor, base_momentum,
            max_momentum, linear, three_phase, cycle_momentum, last_epoch
        );
        all.extend(listed("momentum", &mut self.momenta));
        all
    }
}

impl Schedule for OneCycleLR {
    fn step(&mut self, opt: &mut dyn Optimizer) {
        if self.last_epoch >= self.total_steps {
            Error::new(
                "OneCycleLR",
                format!(
                    "the cycle has {} steps, and this is one more",
                    self.total_steps
                ),
            )
            .help("give it the number of all batches: epochs * data.len()")
            .raise();
        }
        self.last_epoch += 1.0;
        self.apply(opt);
    }

    schedule_state!("OneCycleLR", momenta => "momentum");
}
