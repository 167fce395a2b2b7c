//! Rules that turn gradients into better parameters.
//!
//! `groups` does what all optimisers share: it finds the parameters, walks their memory, and keeps
//! what an optimiser remembers. The file of an optimiser has its settings and its formula.

mod adadelta;
mod adagrad;
mod adam;
mod adamw;
mod clip;
mod groups;
mod pass;
mod restore;
mod rmsprop;
mod schedule;
mod sgd;
mod state;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamw::AdamW;
pub use clip::{clip_grad_norm_, clip_grad_value_};
pub use rmsprop::RMSprop;
pub use schedule::{
    CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, OneCycleLR, ReduceLROnPlateau,
    Schedule, StepLR,
};
pub use sgd::Sgd;
pub use state::OptimState;

use crate::error::Error;

/// A rule that changes parameters by their gradients.
///
/// An optimiser of your own needs the first four methods only.
///
/// ```
/// use cuaderno::prelude::*;
///
/// struct Descent {
///     w: Tensor,
///     lr: f64,
/// }
///
/// impl Optimizer for Descent {
///     fn step(&mut self) {
///         no_grad(|| self.w.sub_(self.w.grad() * self.lr));
///     }
///     fn zero_grad(&self) {
///         self.w.zero_grad();
///     }
///     fn lr(&self) -> f64 {
///         self.lr
///     }
///     fn set_lr(&mut self, lr: f64) {
///         self.lr = lr;
///     }
/// }
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Descent { w: w.clone(), lr: 0.1 };
/// w.square().sum().backward();
/// opt.step();
/// assert_close(&w, [0.8]);
/// ```
pub trait Optimizer {
    /// Changes every parameter that has a gradient.
    fn step(&mut self);

    /// Forgets all gradients; call it before `backward`, which adds to them.
    fn zero_grad(&self);

    /// The learning rate, of the first group if there are several.
    fn lr(&self) -> f64;

    /// Sets the learning rate of every group.
    fn set_lr(&mut self, lr: f64);

    /// The learning rate of each group.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (body, head) = (Linear::new(4, 3), Linear::new(3, 1));
    /// let opt = Sgd::new(body.parameters(), 0.001).add_group(&Sgd::new(head.parameters(), 0.1));
    /// assert_eq!(opt.lrs(), [0.001, 0.1]);
    /// ```
    fn lrs(&self) -> Vec<f64> {
        vec![self.lr()]
    }

    /// Sets the learning rate of each group: one number for each.
    fn set_lrs(&mut self, lrs: &[f64]) {
        if let [lr] = lrs {
            self.set_lr(*lr);
        }
    }

    /// What a one-cycle schedule moves against the learning rate, for each group: momentum, or the
    /// first beta of Adam. Empty where there is no such setting.
    fn momenta(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Sets what [`Optimizer::momenta`] gives.
    fn set_momenta(&mut self, _momenta: &[f64]) {}

    /// Everything that the next steps depend on, apart from the parameters: settings, and what was
    /// remembered of gradients so far.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let w = tensor([1.0, 2.0]).requires_grad();
    /// let mut opt = Sgd::new(params![w], 0.1).momentum(0.9);
    /// w.square().sum().backward();
    /// opt.step();
    /// let state = opt.state_dict();
    /// assert_close(&state.tensor("w.momentum_buffer").unwrap(), [2.0, 4.0]);
    /// assert_eq!(state.number("group.0.momentum"), Some(0.9));
    /// ```
    fn state_dict(&self) -> OptimState {
        let mut state = OptimState::new("optimizer");
        state.set_number("group.0.lr", self.lr());
        state
    }

    /// Takes over what [`Optimizer::state_dict`] gave; training then goes on as if it had never
    /// stopped, bit for bit. If the state is of other parameters, nothing is changed.
    fn load_state_dict(&mut self, state: &OptimState) -> Result<(), Error> {
        state.check_kind("optimizer")?;
        self.set_lr(state.expect_number("group.0.lr")?);
        Ok(())
    }
}
