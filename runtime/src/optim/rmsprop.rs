//! RMSprop.

use crate::nn::Params;
use crate::optim::groups::{Groups, MOST, Rule, check_fraction, check_not_negative, optimizer};
use crate::optim::pass::Weight;

/// RMSprop: every gradient is divided by the root of a running mean of its square.
///
/// v ← α v + (1 - α) dw², w ← w - lr · dw / (√v + ε), with α = 0.99 and ε = 1e-8. Hinton, "Neural
/// networks for machine learning", lecture 6e, 2012 (`torch.optim.RMSprop`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0, -200.0]).requires_grad();
/// let mut opt = RMSprop::new(params![w], 0.01);
/// w.square().sum().backward();
/// opt.step();
/// assert_close(&w, [0.9, -199.9]);
/// ```
#[derive(Clone)]
pub struct RMSprop {
    groups: Groups<RMSpropRule>,
}

#[derive(Clone)]
struct RMSpropRule {
    lr: f64,
    alpha: f64,
    eps: f64,
    weight_decay: f64,
    momentum: f64,
    /// 1 or 0, as all settings are numbers.
    centered: f64,
}

impl RMSprop {
    /// RMSprop with the given learning rate; 0.01 is usual.
    #[track_caller]
    pub fn new(params: Params, lr: f64) -> RMSprop {
        let rule = RMSpropRule {
            lr,
            alpha: 0.99,
            eps: 1e-8,
            weight_decay: 0.0,
            momentum: 0.0,
            centered: 0.0,
        };
        RMSprop {
            groups: Groups::new(&params, rule),
        }
    }

    /// The same with another α: how much of the running means is kept at each step.
    #[track_caller]
    pub fn alpha(&self, alpha: f64) -> RMSprop {
        check_fraction("RMSprop", "alpha", alpha);
        RMSprop {
            groups: self.groups.with(|rule| rule.alpha = alpha),
        }
    }

    /// The same with another ε, which keeps the quotient finite.
    #[track_caller]
    pub fn eps(&self, eps: f64) -> RMSprop {
        check_not_negative("RMSprop", "eps", eps);
        RMSprop {
            groups: self.groups.with(|rule| rule.eps = eps),
        }
    }

    /// The same with weight decay λ: dw + λ w takes the place of dw.
    #[track_caller]
    pub fn weight_decay(&self, weight_decay: f64) -> RMSprop {
        check_not_negative("RMSprop", "the weight decay", weight_decay);
        RMSprop {
            groups: self.groups.with(|rule| rule.weight_decay = weight_decay),
        }
    }

    /// The same with momentum μ: b ← μ b + dw / (√v + ε), w ← w - lr · b.
    #[track_caller]
    pub fn momentum(&self, momentum: f64) -> RMSprop {
        check_not_negative("RMSprop", "the momentum", momentum);
        RMSprop {
            groups: self.groups.with(|rule| rule.momentum = momentum),
        }
    }

    /// Whether the variance of the gradient takes the place of its mean square: v - a² with the
    /// running mean a.
    pub fn centered(&self, on: bool) -> RMSprop {
        RMSprop {
            groups: self.groups.with(|rule| rule.centered = f64::from(on)),
        }
    }
}

#[derive(Clone, Copy)]
struct RMSpropFactors {
    lr: f64,
    alpha: f64,
    eps: f64,
    weight_decay: f64,
    momentum: f64,
    centered: bool,
}

impl Rule for RMSpropRule {
    const NAME: &'static str = "RMSprop";
    type Factors = RMSpropFactors;

    fn settings(&mut self) -> Vec<(&'static str, &mut f64)> {
        vec![
            ("lr", &mut self.lr),
            ("alpha", &mut self.alpha),
            ("eps", &mut self.eps),
            ("weight_decay", &mut self.weight_decay),
            ("momentum", &mut self.momentum),
            ("centered", &mut self.centered),
        ]
    }

    fn memories(&self) -> &'static [&'static str] {
        if self.centered == 0.0 && self.momentum == 0.0 {
            &["square_avg"]
        } else {
            &["square_avg", "grad_avg", "momentum_buffer"]
        }
    }

    fn momentum(&mut self) -> Option<&mut f64> {
        Some(&mut self.momentum)
    }

    fn factors(&self, _step: u64) -> RMSpropFactors {
        RMSpropFactors {
            lr: self.lr,
            alpha: self.alpha,
            eps: self.eps,
            weight_decay: self.weight_decay,
            momentum: self.momentum,
            centered: self.centered != 0.0,
        }
    }

    #[inline(always)]
    fn update<T: Weight>(f: &RMSpropFactors, w: &mut [T], g: &[T], memory: [&mut [T]; MOST]) {
        let [squares, means, velocity] = memory;
        let (lr, eps, decay) = (
            T::from_f64(f.lr),
            T::from_f64(f.eps),
            T::from_f64(f.weight_decay),
        );
        let (alpha, take) = (T::from_f64(f.alpha), T::from_f64(1.0 - f.alpha));
        let momentum = T::from_f64(f.momentum);
        let inputs = w.iter_mut().zip(g).zip(squares);
        if velocity.is_empty() || (!f.centered && f.momentum == 0.0) {
            for ((w, &g), v) in inputs {
                let d = g + decay * *w;
                *v = alpha * *v + take * d * d;
                *w -= lr * (d / (v.root() + eps));
            }
            return;
        }
        let centered = T::from_f64(f64::from(f.centered));
        for ((((w, &g), v), mean), b) in inputs.zip(means).zip(velocity) {
            let d = g + decay * *w;
            *v = alpha * *v + take * d * d;
            *mean += take * (d - *mean);
            let spread = *v - centered * *mean * *mean;
            *b = momentum * *b + d / (spread.root() + eps);
            *w -= lr * *b;
        }
    }
}

optimizer!(RMSprop, "0.01");
