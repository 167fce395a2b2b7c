//! Adagrad.

use crate::nn::Params;
use crate::optim::groups::{Groups, MOST, Rule, check_not_negative, optimizer};
use crate::optim::pass::Weight;

/// Adagrad: every parameter has a step of its own, which shrinks with the gradients it has seen.
///
/// v ← v + dw², w ← w - lr / (1 + (t - 1) η) · dw / (√v + ε) at step t, with η = 0 and ε = 1e-10.
/// Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011 (`torch.optim.Adagrad`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0, -200.0]).requires_grad();
/// let mut opt = Adagrad::new(params![w], 0.1);
/// w.square().sum().backward();
/// opt.step();
/// assert_close(&w, [0.9, -199.9]);
/// ```
#[derive(Clone)]
pub struct Adagrad {
    groups: Groups<AdagradRule>,
}

#[derive(Clone)]
struct AdagradRule {
    lr: f64,
    lr_decay: f64,
    weight_decay: f64,
    start: f64,
    eps: f64,
}

impl Adagrad {
    /// Adagrad with the given learning rate; 0.01 is usual.
    #[track_caller]
    pub fn new(params: Params, lr: f64) -> Adagrad {
        let rule = AdagradRule {
            lr,
            lr_decay: 0.0,
            weight_decay: 0.0,
            start: 0.0,
            eps: 1e-10,
        };
        Adagrad {
            groups: Groups::new(&params, rule),
        }
    }

    /// The same with a learning rate that falls as lr / (1 + (t - 1) η).
    #[track_caller]
    pub fn lr_decay(&self, lr_decay: f64) -> Adagrad {
        check_not_negative("Adagrad", "the decay of the learning rate", lr_decay);
        Adagrad {
            groups: self.groups.with(|rule| rule.lr_decay = lr_decay),
        }
    }

    /// The same with weight decay λ: dw + λ w takes the place of dw.
    #[track_caller]
    pub fn weight_decay(&self, weight_decay: f64) -> Adagrad {
        check_not_negative("Adagrad", "the weight decay", weight_decay);
        Adagrad {
            groups: self.groups.with(|rule| rule.weight_decay = weight_decay),
        }
    }

    /// The same with sums of squares that start from this number instead of 0, which makes the
    /// first steps smaller.
    #[track_caller]
    pub fn initial_accumulator_value(&self, value: f64) -> Adagrad {
        check_not_negative("Adagrad", "the initial accumulator value", value);
        Adagrad {
            groups: self.groups.with(|rule| rule.start = value),
        }
    }

    /// The same with another ε, which keeps the quotient finite.
    #[track_caller]
    pub fn eps(&self, eps: f64) -> Adagrad {
        check_not_negative("Adagrad", "eps", eps);
        Adagrad {
            groups: self.groups.with(|rule| rule.eps = eps),
        }
    }
}

impl Rule for AdagradRule {
    const NAME: &'static str = "Adagrad";
    type Factors = [f64; 3];

    fn settings(&mut self) -> Vec<(&'static str, &mut f64)> {
        vec![
            ("lr", &mut self.lr),
            ("lr_decay", &mut self.lr_decay),
            ("weight_decay", &mut self.weight_decay),
            ("initial_accumulator_value", &mut self.start),
            ("eps", &mut self.eps),
        ]
    }

    fn memories(&self) -> &'static [&'static str] {
        &["sum"]
    }

    fn start(&self) -> f64 {
        self.start
    }

    fn factors(&self, step: u64) -> [f64; 3] {
        let lr = self.lr / (1.0 + (step - 1) as f64 * self.lr_decay);
        [lr, self.weight_decay, self.eps]
    }

    #[inline(always)]
    fn update<T: Weight>(f: &[f64; 3], w: &mut [T], g: &[T], memory: [&mut [T]; MOST]) {
        let [lr, decay, eps] = f.map(T::from_f64);
        let [sums, ..] = memory;
        for ((w, &g), sum) in w.iter_mut().zip(g).zip(sums) {
            let d = g + decay * *w;
            *sum += d * d;
            *w -= lr * (d / (sum.root() + eps));
        }
    }
}

optimizer!(Adagrad, "0.01");
