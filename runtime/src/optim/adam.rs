//! Adam.

use crate::nn::Params;
use crate::optim::groups::{Groups, MOST, Rule, check_fraction, check_not_negative, optimizer};
use crate::optim::pass::Weight;

/// Adam: every parameter moves by a running mean of its gradient over the root of that of the
/// squared gradient, so that the learning rate is about how far it moves.
///
/// m ← β₁ m + (1 - β₁) dw, v ← β₂ v + (1 - β₂) dw²,
/// w ← w - lr · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε) at step t, with β = (0.9, 0.999) and
/// ε = 1e-8. Kingma and Ba, "Adam: a method for stochastic optimization", 2015
/// (`torch.optim.Adam`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0, -200.0]).requires_grad();
/// let mut opt = Adam::new(params![w], 0.1);
/// w.square().sum().backward();
/// opt.step();
/// assert_close(&w, [0.9, -199.9]);
/// ```
#[derive(Clone)]
pub struct Adam {
    groups: Groups<AdamRule<false>>,
}

/// The rule of Adam, and with `APART` that of AdamW.
#[derive(Clone)]
pub(super) struct AdamRule<const APART: bool> {
    lr: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
    weight_decay: f64,
    /// 1 or 0, as all settings are numbers.
    amsgrad: f64,
}

impl<const APART: bool> AdamRule<APART> {
    pub(super) fn new(lr: f64, weight_decay: f64) -> AdamRule<APART> {
        AdamRule {
            lr,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay,
            amsgrad: 0.0,
        }
    }
}

/// The options that Adam and AdamW share.
macro_rules! adam_options {
    ($name:ident) => {
        impl $name {
            /// The same with other β: how much of the running means of the gradient and of its
            /// square is kept at each step.
            #[track_caller]
            pub fn betas(&self, beta1: f64, beta2: f64) -> $name {
                check_fraction(stringify!($name), "beta1", beta1);
                check_fraction(stringify!($name), "beta2", beta2);
                $name {
                    groups: self.groups.with(|rule| rule.set_betas(beta1, beta2)),
                }
            }

            /// The same with another ε, which keeps the quotient finite.
            #[track_caller]
            pub fn eps(&self, eps: f64) -> $name {
                check_not_negative(stringify!($name), "eps", eps);
                $name {
                    groups: self.groups.with(|rule| rule.set_eps(eps)),
                }
            }

            /// Whether the largest v so far is used instead of the latest (AMSGrad; Reddi, Kale
            /// and Kumar, "On the convergence of Adam and beyond", 2018).
            pub fn amsgrad(&self, on: bool) -> $name {
                $name {
                    groups: self.groups.with(|rule| rule.set_amsgrad(on)),
                }
            }
        }
    };
}

pub(super) use adam_options;

impl<const APART: bool> AdamRule<APART> {
    pub(super) fn set_betas(&mut self, beta1: f64, beta2: f64) {
        (self.beta1, self.beta2) = (beta1, beta2);
    }

    pub(super) fn set_eps(&mut self, eps: f64) {
        self.eps = eps;
    }

    pub(super) fn set_amsgrad(&mut self, on: bool) {
        self.amsgrad = f64::from(on);
    }

    pub(super) fn set_weight_decay(&mut self, weight_decay: f64) {
        self.weight_decay = weight_decay;
    }
}

impl Adam {
    /// Adam with the given learning rate; 0.001 is usual.
    #[track_caller]
    pub fn new(params: Params, lr: f64) -> Adam {
        Adam {
            groups: Groups::new(&params, AdamRule::new(lr, 0.0)),
        }
    }

    /// The same with weight decay λ: dw + λ w takes the place of dw.
    ///
    /// Adam scales this term with the rest of the gradient; in [`AdamW`](crate::optim::AdamW) it
    /// stays apart.
    #[track_caller]
    pub fn weight_decay(&self, weight_decay: f64) -> Adam {
        check_not_negative("Adam", "the weight decay", weight_decay);
        Adam {
            groups: (self.groups).with(|rule| rule.set_weight_decay(weight_decay)),
        }
    }
}

adam_options!(Adam);

#[derive(Clone, Copy)]
pub(super) struct AdamFactors {
    /// What is left of a parameter before the step, and what of it joins the gradient.
    shrink: f64,
    decay: f64,
    beta2: f64,
    take1: f64,
    take2: f64,
    /// 1 / √(1 - β₂ᵗ)
    root: f64,
    eps: f64,
    /// lr / (1 - β₁ᵗ)
    step: f64,
    amsgrad: bool,
}

impl<const APART: bool> Rule for AdamRule<APART> {
    const NAME: &'static str = if APART { "AdamW" } else { "Adam" };
    type Factors = AdamFactors;

    fn settings(&mut self) -> Vec<(&'static str, &mut f64)> {
        vec![
            ("lr", &mut self.lr),
            ("beta1", &mut self.beta1),
            ("beta2", &mut self.beta2),
            ("eps", &mut self.eps),
            ("weight_decay", &mut self.weight_decay),
            ("amsgrad", &mut self.amsgrad),
        ]
    }

    fn memories(&self) -> &'static [&'static str] {
        if self.amsgrad == 0.0 {
            &["exp_avg", "exp_avg_sq"]
        } else {
            &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"]
        }
    }

    fn momentum(&mut self) -> Option<&mut f64> {
        Some(&mut self.beta1)
    }

    fn factors(&self, step: u64) -> AdamFactors {
        let left = |beta: f64| 1.0 - beta.powf(step as f64);
        AdamFactors {
            shrink: if APART {
                1.0 - self.lr * self.weight_decay
            } else {
                1.0
            },
            decay: if APART { 0.0 } else { self.weight_decay },
            beta2: self.beta2,
            take1: 1.0 - self.beta1,
            take2: 1.0 - self.beta2,
            root: 1.0 / left(self.beta2).sqrt(),
            eps: self.eps,
            step: self.lr / left(self.beta1),
            amsgrad: self.amsgrad != 0.0,
        }
    }

    #[inline(always)]
    fn update<T: Weight>(f: &AdamFactors, w: &mut [T], g: &[T], memory: [&mut [T]; MOST]) {
        let [m, v, largest] = memory;
        let (shrink, decay) = (T::from_f64(f.shrink), T::from_f64(f.decay));
        let (beta2, take1, take2) = (
            T::from_f64(f.beta2),
            T::from_f64(f.take1),
            T::from_f64(f.take2),
        );
        let (root, eps, step) = (T::from_f64(f.root), T::from_f64(f.eps), T::from_f64(f.step));
        let inputs = w.iter_mut().zip(g).zip(m).zip(v);
        if f.amsgrad {
            for ((((w, &g), m), v), largest) in inputs.zip(largest) {
                let d = g + decay * *w;
                *m += take1 * (d - *m);
                *v = beta2 * *v + take2 * d * d;
                if *v > *largest {
                    *largest = *v;
                }
                *w = shrink * *w - step * (*m / (largest.root() * root + eps));
            }
            return;
        }
        for (((w, &g), m), v) in inputs {
            let d = g + decay * *w;
            *m += take1 * (d - *m);
            *v = beta2 * *v + take2 * d * d;
            *w = shrink * *w - step * (*m / (v.root() * root + eps));
        }
    }
}

optimizer!(Adam, "0.001");
