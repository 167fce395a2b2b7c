//! Adam with weight decay apart from the gradient.

use crate::nn::Params;
use crate::optim::adam::{AdamRule, adam_options};
use crate::optim::groups::{Groups, check_fraction, check_not_negative, optimizer};

/// Adam with weight decay apart from the gradient: every step first shrinks the parameters.
///
/// w ← w (1 - lr · λ), then as [`Adam`](crate::optim::Adam); λ is 0.01. Loshchilov and Hutter,
/// "Decoupled weight decay regularization", 2019 (`torch.optim.AdamW`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0]).requires_grad();
/// let mut opt = AdamW::new(params![w], 0.01);
/// w.square().sum().backward();
/// opt.step();
/// assert_close(&w, [0.9899]);
/// ```
#[derive(Clone)]
pub struct AdamW {
    groups: Groups<AdamRule<true>>,
}

impl AdamW {
    /// AdamW with the given learning rate; 0.001 is usual.
    #[track_caller]
    pub fn new(params: Params, lr: f64) -> AdamW {
        AdamW {
            groups: Groups::new(&params, AdamRule::new(lr, 0.01)),
        }
    }

    /// The same with another weight decay λ.
    #[track_caller]
    pub fn weight_decay(&self, weight_decay: f64) -> AdamW {
        check_not_negative("AdamW", "the weight decay", weight_decay);
        AdamW {
            groups: (self.groups).with(|rule| rule.set_weight_decay(weight_decay)),
        }
    }
}

adam_options!(AdamW);
optimizer!(AdamW, "0.001");
