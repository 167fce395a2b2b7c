//! Learning rates that change while a model is trained.
//!
//! As in PyTorch, each schedule changes the learning rate it finds at every step, so two of them on
//! one optimiser multiply. Those that set the first learning rate are given the optimiser when they
//! are made.

mod cosine_annealing_lr;
mod exponential_lr;
mod linear_lr;
mod multi_step_lr;
mod one_cycle_lr;
mod reduce_lr_on_plateau;
mod step_lr;

pub use cosine_annealing_lr::CosineAnnealingLR;
pub use exponential_lr::ExponentialLR;
pub use linear_lr::LinearLR;
pub use multi_step_lr::MultiStepLR;
pub use one_cycle_lr::OneCycleLR;
pub use reduce_lr_on_plateau::ReduceLROnPlateau;
pub use step_lr::StepLR;

use crate::error::Error;
use crate::optim::{OptimState, Optimizer};

/// A rule by which the learning rate changes from step to step.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 0.1);
/// let mut schedule = StepLR::new(2);
/// let mut lrs = vec![];
/// for epoch in 0..5 {
///     lrs.push(opt.lr());
///     opt.step();
///     schedule.step(&mut opt);
/// }
/// assert_close(&tensor(lrs), [0.1, 0.1, 0.01, 0.01, 0.001]);
/// ```
pub trait Schedule {
    /// Sets the learning rate of the next epoch, or of the next batch: call it after each.
    fn step(&mut self, opt: &mut dyn Optimizer);

    /// Where the schedule stands.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let w = tensor([1.0]).requires_grad();
    /// let mut opt = Sgd::new(params![w], 0.1);
    /// let mut schedule = ExponentialLR::new(0.9);
    /// schedule.step(&mut opt);
    /// assert_eq!(schedule.state_dict().number("last_epoch"), Some(1.0));
    /// ```
    fn state_dict(&self) -> OptimState;

    /// Takes over what [`Schedule::state_dict`] gave; the learning rate itself is in the
    /// optimiser's state.
    fn load_state_dict(&mut self, state: &OptimState) -> Result<(), Error>;
}

/// Changes the learning rate of each group.
fn change_lrs(opt: &mut dyn Optimizer, change: impl Fn(usize, f64) -> f64) {
    let lrs = opt.lrs();
    let changed: Vec<f64> = lrs
        .iter()
        .enumerate()
        .map(|(i, &lr)| change(i, lr))
        .collect();
    opt.set_lrs(&changed);
}

#[track_caller]
fn check_positive(op: &str, what: &str, count: usize) {
    if count == 0 {
        Error::new(op, format!("{what} must be at least 1, it is 0")).raise();
    }
}

/// Every number of a schedule by name: its settings and where it stands.
type Fields<'a> = Vec<(String, &'a mut f64)>;

fn save(kind: &str, fields: Fields<'_>) -> OptimState {
    let mut state = OptimState::new(kind);
    for (name, value) in fields {
        state.set_number(&name, *value);
    }
    state
}

/// Takes over all numbers, or none if one is missing.
fn load(state: &OptimState, kind: &str, fields: Fields<'_>) -> Result<(), Error> {
    state.check_kind(kind)?;
    let expect = |(name, _): &(String, &mut f64)| state.expect_number(name);
    let values: Vec<f64> = fields.iter().map(expect).collect::<Result<_, _>>()?;
    for ((_, field), value) in fields.into_iter().zip(values) {
        *field = value;
    }
    Ok(())
}

/// Fields of one number each, under their own names.
macro_rules! fields {
    ($of:expr; $($name:ident),*) => {
        vec![$((stringify!($name).to_owned(), &mut $of.$name)),*]
    };
}

/// A list of numbers under the names `name.0`, `name.1`, ..
fn listed<'a>(name: &str, values: &'a mut [f64]) -> Fields<'a> {
    let named = |(i, value): (usize, &'a mut f64)| (format!("{name}.{i}"), value);
    values.iter_mut().enumerate().map(named).collect()
}

/// The two methods about state of a schedule that has `fields`; a list takes the length that it has
/// in the state.
macro_rules! schedule_state {
    ($name:literal $(, $list:ident => $listed:literal)?) => {
        fn state_dict(&self) -> $crate::optim::OptimState {
            $crate::optim::schedule::save($name, self.clone().fields())
        }

        fn load_state_dict(
            &mut self,
            state: &$crate::optim::OptimState,
        ) -> Result<(), $crate::error::Error> {
            let mut loaded = self.clone();
            $(
                let known = |i: &usize| state.number(&format!("{}.{i}", $listed)).is_some();
                loaded.$list.resize((0..).take_while(known).count(), 0.0);
            )?
            $crate::optim::schedule::load(state, $name, loaded.fields())?;
            *self = loaded;
            Ok(())
        }
    };
}

use {fields, schedule_state};
