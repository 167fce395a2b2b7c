//! Training or evaluation.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::nn::{ParamSource, Params};

/// Whether a layer trains or is evaluated; a handle, whose clones switch together.
///
/// A module that computes something else while it trains has one as a field and lists it in
/// `parameters`, so that `train()` and `eval()` of the whole model reach it.
///
/// ```
/// use cuaderno::prelude::*;
///
/// struct Noise {
///     mode: Mode,
/// }
///
/// impl Module for Noise {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         if self.mode.is_training() { x + randn_like(x) } else { x.clone() }
///     }
///     fn parameters(&self) -> Params {
///         params![self.mode]
///     }
/// }
///
/// let model = seq![Noise { mode: Mode::new() }];
/// assert!(model.is_training());
/// model.eval();
/// assert_close(&model.forward(&ones(&[3])), [1.0, 1.0, 1.0]);
/// ```
#[derive(Clone)]
pub struct Mode(Arc<AtomicBool>);

impl Mode {
    /// A switch that stands on training.
    pub fn new() -> Mode {
        Mode(Arc::new(AtomicBool::new(true)))
    }

    /// Whether it stands on training.
    pub fn is_training(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it to training (true) or evaluation (false).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mode = Mode::new();
    /// mode.set_training(false);
    /// assert!(!mode.clone().is_training());
    /// ```
    pub fn set_training(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }
}

impl Default for Mode {
    fn default() -> Mode {
        Mode::new()
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_training() { "train" } else { "eval" })
    }
}

impl ParamSource for Mode {
    fn add_to(&self, name: &str, params: &mut Params) {
        params.push_mode(name, self);
    }
}
