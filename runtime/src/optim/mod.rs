//! Rules that turn gradients into better parameters.

mod sgd;

pub use sgd::Sgd;

/// A rule that changes parameters by their gradients.
pub trait Optimizer {
    /// Changes every parameter that has a gradient.
    fn step(&mut self);

    /// Forgets all gradients; call it before `backward`, which adds to them.
    fn zero_grad(&self);

    /// The learning rate.
    fn lr(&self) -> f64;

    /// Sets the learning rate.
    fn set_lr(&mut self, lr: f64);
}
