//! Stochastic gradient descent.

use crate::autograd::no_grad;
use crate::error::Error;
use crate::nn::Params;
use crate::optim::Optimizer;

/// Stochastic gradient descent: every parameter moves against its gradient.
///
/// w ← w - lr · dw (`torch.optim.SGD`)
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0, 2.0]).requires_grad();
/// let mut opt = Sgd::new(params![w], 0.1);
/// w.square().sum().backward();
/// opt.step();
/// assert_close(&w, [0.8, 1.6]);
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    params: Params,
    lr: f64,
}

impl Sgd {
    /// Descent with the given learning rate.
    #[track_caller]
    pub fn new(params: Params, lr: f64) -> Sgd {
        if params.is_empty() {
            Error::new("Sgd", "the list of parameters is empty")
                .help("a model of your own lists them: fn parameters(&self) -> Params { params![self.w, self.b] }")
                .raise();
        }
        if let Some(p) = params.iter().find(|p| !p.tensor.is_leaf()) {
            Error::new(
                "Sgd",
                format!("{} of shape {:?} is not a leaf", p.name, p.tensor.shape()),
            )
            .help("make the parameter with requires_grad()")
            .raise();
        }
        if !(lr.is_finite() && lr >= 0.0) {
            Error::new(
                "Sgd",
                format!("the learning rate must be a number ≥ 0, it is {lr}"),
            )
            .raise();
        }
        Sgd { params, lr }
    }
}

impl Optimizer for Sgd {
    fn step(&mut self) {
        no_grad(|| {
            for p in self.params.iter() {
                if let Some(grad) = p.tensor.try_grad() {
                    p.tensor.add_scaled(&grad, -self.lr);
                }
            }
        });
    }

    fn zero_grad(&self) {
        self.params.iter().for_each(|p| p.tensor.zero_grad());
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }
}
