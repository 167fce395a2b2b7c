//! Stochastic gradient descent.

use crate::error::Error;
use crate::nn::Params;
use crate::optim::groups::{Groups, MOST, Rule, check_not_negative, optimizer};
use crate::optim::pass::Weight;

/// Stochastic gradient descent: every parameter moves against its gradient.
///
/// w ← w - lr · dw. With momentum μ, dampening τ and weight decay λ: d = dw + λ w,
/// v ← μ v + (1 - τ) d (d itself at the first step), w ← w - lr · v (`torch.optim.SGD`)
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
#[derive(Clone)]
pub struct Sgd {
    groups: Groups<SgdRule>,
}

#[derive(Clone)]
struct SgdRule {
    lr: f64,
    momentum: f64,
    dampening: f64,
    weight_decay: f64,
    /// 1 or 0, as all settings are numbers.
    nesterov: f64,
}

impl Sgd {
    /// Descent with the given learning rate.
    #[track_caller]
    pub fn new(params: Params, lr: f64) -> Sgd {
        let rule = SgdRule {
            lr,
            momentum: 0.0,
            dampening: 0.0,
            weight_decay: 0.0,
            nesterov: 0.0,
        };
        Sgd {
            groups: Groups::new(&params, rule),
        }
    }

    /// The same with momentum: v ← μ v + dw, w ← w - lr · v.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let w = tensor([1.0]).requires_grad();
    /// let mut opt = Sgd::new(params![w], 0.1).momentum(0.9);
    /// for _ in 0..3 {
    ///     opt.zero_grad();
    ///     (w.square() * 0.5).sum().backward();
    ///     opt.step();
    /// }
    /// assert_close(&w, [0.486]);
    /// ```
    #[track_caller]
    pub fn momentum(&self, momentum: f64) -> Sgd {
        check_not_negative("Sgd", "the momentum", momentum);
        Sgd {
            groups: self.groups.with(|rule| rule.momentum = momentum),
        }
    }

    /// The same with dampening τ: the momentum takes up (1 - τ) dw instead of dw.
    #[track_caller]
    pub fn dampening(&self, dampening: f64) -> Sgd {
        check_not_negative("Sgd", "the dampening", dampening);
        Sgd {
            groups: self.groups.with(|rule| rule.dampening = dampening),
        }
    }

    /// The same with weight decay λ: dw + λ w takes the place of dw.
    #[track_caller]
    pub fn weight_decay(&self, weight_decay: f64) -> Sgd {
        check_not_negative("Sgd", "the weight decay", weight_decay);
        Sgd {
            groups: self.groups.with(|rule| rule.weight_decay = weight_decay),
        }
    }

    /// Whether momentum looks one step ahead (Nesterov): w ← w - lr (d + μ v).
    ///
    /// It needs momentum and no dampening; a step without panics.
    pub fn nesterov(&self, on: bool) -> Sgd {
        Sgd {
            groups: self.groups.with(|rule| rule.nesterov = f64::from(on)),
        }
    }
}

#[derive(Clone, Copy)]
struct SgdFactors {
    lr: f64,
    momentum: f64,
    /// How much of the gradient the momentum takes up.
    take: f64,
    weight_decay: f64,
    nesterov: bool,
}

impl Rule for SgdRule {
    const NAME: &'static str = "Sgd";
    type Factors = SgdFactors;

    fn settings(&mut self) -> Vec<(&'static str, &mut f64)> {
        vec![
            ("lr", &mut self.lr),
            ("momentum", &mut self.momentum),
            ("dampening", &mut self.dampening),
            ("weight_decay", &mut self.weight_decay),
            ("nesterov", &mut self.nesterov),
        ]
    }

    fn memories(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 {
            &[]
        } else {
            &["momentum_buffer"]
        }
    }

    fn momentum(&mut self) -> Option<&mut f64> {
        Some(&mut self.momentum)
    }

    fn factors(&self, step: u64) -> SgdFactors {
        if self.nesterov != 0.0 && (self.momentum == 0.0 || self.dampening != 0.0) {
            Error::new(
                "Sgd",
                format!(
                    "nesterov needs momentum and no dampening, the momentum is {} and the dampening {}",
                    self.momentum, self.dampening
                ),
            )
            .help("Sgd::new(params, lr).momentum(0.9).nesterov(true)")
            .raise();
        }
        SgdFactors {
            lr: self.lr,
            momentum: self.momentum,
            take: if step == 1 { 1.0 } else { 1.0 - self.dampening },
            weight_decay: self.weight_decay,
            nesterov: self.nesterov != 0.0,
        }
    }

    #[inline(always)]
    fn update<T: Weight>(f: &SgdFactors, w: &mut [T], g: &[T], memory: [&mut [T]; MOST]) {
        let (lr, decay) = (T::from_f64(f.lr), T::from_f64(f.weight_decay));
        let [velocity, ..] = memory;
        if velocity.is_empty() || f.momentum == 0.0 {
            for (w, &g) in w.iter_mut().zip(g) {
                *w -= lr * (g + decay * *w);
            }
            return;
        }
        let (momentum, take) = (T::from_f64(f.momentum), T::from_f64(f.take));
        let nesterov = f.nesterov;
        for ((w, &g), v) in w.iter_mut().zip(g).zip(velocity) {
            let d = g + decay * *w;
            *v = momentum * *v + take * d;
            let along = if nesterov { d + momentum * *v } else { *v };
            *w -= lr * along;
        }
    }
}

optimizer!(Sgd, "0.1");
