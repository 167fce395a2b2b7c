//! Adadelta.

use crate::nn::Params;
use crate::optim::groups::{Groups, MOST, Rule, check_fraction, check_not_negative, optimizer};
use crate::optim::pass::Weight;

/// Adadelta: steps as large as the steps before, which need no learning rate.
///
/// v ← ρ v + (1 - ρ) dw², Δ = √(u + ε) / √(v + ε) · dw, u ← ρ u + (1 - ρ) Δ², w ← w - lr · Δ,
/// with ρ = 0.9 and ε = 1e-6. Zeiler, "ADADELTA: an adaptive learning rate method", 2012
/// (`torch.optim.Adadelta`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = Adadelta::new(params![w], 1.0);
/// (w.square() * 0.5).sum().backward();
/// opt.step();
/// assert_close(&w, [0.9968377]);
/// ```
#[derive(Clone)]
pub struct Adadelta {
    groups: Groups<AdadeltaRule>,
}

#[derive(Clone)]
struct AdadeltaRule {
    lr: f64,
    rho: f64,
    eps: f64,
    weight_decay: f64,
}

impl Adadelta {
    /// Adadelta with a factor for all steps; 1.0 is usual.
    #[track_caller]
    pub fn new(params: Params, lr: f64) -> Adadelta {
        let rule = AdadeltaRule {
            lr,
            rho: 0.9,
            eps: 1e-6,
            weight_decay: 0.0,
        };
        Adadelta {
            groups: Groups::new(&params, rule),
        }
    }

    /// The same with another ρ: how much of both running means is kept at each step.
    #[track_caller]
    pub fn rho(&self, rho: f64) -> Adadelta {
        check_fraction("Adadelta", "rho", rho);
        Adadelta {
            groups: self.groups.with(|rule| rule.rho = rho),
        }
    }

    /// The same with another ε: its root is about how far the first step goes.
    #[track_caller]
    pub fn eps(&self, eps: f64) -> Adadelta {
        check_not_negative("Adadelta", "eps", eps);
        Adadelta {
            groups: self.groups.with(|rule| rule.eps = eps),
        }
    }

    /// The same with weight decay λ: dw + λ w takes the place of dw.
    #[track_caller]
    pub fn weight_decay(&self, weight_decay: f64) -> Adadelta {
        check_not_negative("Adadelta", "the weight decay", weight_decay);
        Adadelta {
            groups: self.groups.with(|rule| rule.weight_decay = weight_decay),
        }
    }
}

impl Rule for AdadeltaRule {
    const NAME: &'static str = "Adadelta";
    type Factors = [f64; 4];

    fn settings(&mut self) -> Vec<(&'static str, &mut f64)> {
        vec![
            ("lr", &mut self.lr),
            ("rho", &mut self.rho),
            ("eps", &mut self.eps),
            ("weight_decay", &mut self.weight_decay),
        ]
    }

    fn memories(&self) -> &'static [&'static str] {
        &["square_avg", "acc_delta"]
    }

    fn factors(&self, _step: u64) -> [f64; 4] {
        [self.lr, self.rho, self.eps, self.weight_decay]
    }

    #[inline(always)]
    fn update<T: Weight>(f: &[f64; 4], w: &mut [T], g: &[T], memory: [&mut [T]; MOST]) {
        let [lr, rho, eps, decay] = f.map(T::from_f64);
        let take = T::from_f64(1.0 - f[1]);
        let [squares, steps, _] = memory;
        for (((w, &g), v), u) in w.iter_mut().zip(g).zip(squares).zip(steps) {
            let d = g + decay * *w;
            *v = rho * *v + take * d * d;
            let step = (*u + eps).root() / (*v + eps).root() * d;
            *u = rho * *u + take * step * step;
            *w -= lr * step;
        }
    }
}

optimizer!(Adadelta, "1.0");
