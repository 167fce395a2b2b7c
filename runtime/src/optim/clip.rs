//! Limits for gradients, between `backward` and the optimiser's step.

use crate::dtype::{DType, Element, with_real};
use crate::error::Error;
use crate::nn::Params;
use crate::simd;
use crate::tensor::Tensor;

/// Scales all gradients so that their norm, taken over all of them, is at most `max_norm`; gives
/// the norm they had.
///
/// n = √Σ dw², dw ← dw · min(1, max_norm / (n + 1e-6)) (`torch.nn.utils.clip_grad_norm_`)
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.5, 2.0]).requires_grad();
/// w.square().sum().backward();
/// assert_close(clip_grad_norm_(&params![w], 1.0), 5.0);
/// assert_close(&w.grad(), [0.6, 0.8]);
/// ```
#[track_caller]
pub fn clip_grad_norm_(params: &Params, max_norm: f64) -> f64 {
    check_limit("clip_grad_norm_", "the largest norm", max_norm);
    let grads = gradients(params);
    let squares: f64 = grads.iter().map(sum_of_squares).sum();
    let norm = squares.sqrt();
    let factor = max_norm / (norm + 1e-6);
    // A norm that is NaN spoils every gradient, as in PyTorch, so that it is noticed.
    if factor < 1.0 || factor.is_nan() {
        for grad in &grads {
            change(grad, |value| value * factor);
        }
    }
    norm
}

/// Holds every number of every gradient between `-limit` and `limit`.
///
/// dw ← min(max(dw, -limit), limit) (`torch.nn.utils.clip_grad_value_`)
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.5, -0.1]).requires_grad();
/// w.square().sum().backward();
/// clip_grad_value_(&params![w], 1.0);
/// assert_close(&w.grad(), [1.0, -0.2]);
/// ```
#[track_caller]
pub fn clip_grad_value_(params: &Params, limit: f64) {
    check_limit("clip_grad_value_", "the limit", limit);
    for grad in gradients(params) {
        change(&grad, |value| value.clamp(-limit, limit));
    }
}

#[track_caller]
fn check_limit(op: &str, what: &str, limit: f64) {
    if limit.is_nan() || limit < 0.0 {
        Error::new(op, format!("{what} must be a number ≥ 0, it is {limit}")).raise();
    }
}

/// The gradients there are; that of a parameter listed twice once.
fn gradients(params: &Params) -> Vec<Tensor> {
    let mut grads: Vec<Tensor> = Vec::new();
    for grad in params.iter().filter_map(|p| p.tensor.try_grad()) {
        if !grads.iter().any(|known| known.shares_memory(&grad)) {
            grads.push(grad);
        }
    }
    grads
}

/// Added in f64, where squares of f32 are exact and can't overflow.
fn sum_of_squares(grad: &Tensor) -> f64 {
    let grad = if grad.dtype() == DType::F16 {
        grad.float()
    } else {
        grad.clone()
    };
    with_real!(grad.dtype(), T => {
        let values = grad.values::<T>();
        // Sums side by side fill the vector registers.
        let mut lanes = [0.0; 16];
        simd::widest!({
            for chunk in values.chunks(lanes.len()) {
                for (lane, &v) in lanes.iter_mut().zip(chunk) {
                    *lane += v.to_f64() * v.to_f64();
                }
            }
        });
        lanes.iter().sum()
    })
}

/// Changes every number of a gradient in place.
fn change(grad: &Tensor, f: impl Fn(f64) -> f64) {
    if grad.dtype() == DType::F16 {
        let wide = grad.float();
        change(&wide, f);
        return grad.copy_(&wide);
    }
    with_real!(grad.dtype(), T => {
        grad.overwrite::<T>(|values| {
            values.iter_mut().for_each(|v| *v = T::from_f64(f(v.to_f64())));
        });
    });
}
