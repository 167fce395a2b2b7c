//! Initial values of parameters, by PyTorch's names and rules (`torch.nn.init`).
//!
//! Each function changes its tensor in place, whether or not it asks for a gradient, with numbers
//! that `manual_seed` repeats.

use crate::autograd::no_grad;
use crate::error::Error;
use crate::random;
use crate::shape::show;
use crate::tensor::Tensor;

/// Uniform between `low` and `high`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[1000]).requires_grad();
/// init::uniform_(&w, -0.1, 0.1);
/// assert!(w.abs().max().item() <= 0.1 && w.std().item() > 0.05);
/// ```
#[track_caller]
pub fn uniform_(tensor: &Tensor, low: f64, high: f64) {
    no_grad(|| tensor.uniform_(low, high));
}

/// Normal with the given mean and standard deviation.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[2, 1]).requires_grad();
/// init::normal_(&w, 0.0, 0.01);
/// assert!(w.abs().max().item() < 0.1);
/// ```
#[track_caller]
pub fn normal_(tensor: &Tensor, mean: f64, std: f64) {
    no_grad(|| tensor.normal_(mean, std));
}

/// One number everywhere.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = Linear::new(2, 1);
/// init::constant_(&layer.weight, 0.5);
/// assert_close(&layer.weight, [[0.5, 0.5]]);
/// ```
#[track_caller]
pub fn constant_(tensor: &Tensor, value: f64) {
    no_grad(|| tensor.fill_(value));
}

/// Zeros.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = Linear::new(2, 1);
/// init::zeros_(&layer.bias());
/// assert_close(&layer.bias(), [0.0]);
/// ```
#[track_caller]
pub fn zeros_(tensor: &Tensor) {
    constant_(tensor, 0.0);
}

/// Ones.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[2]).requires_grad();
/// init::ones_(&w);
/// assert_close(&w, [1.0, 1.0]);
/// ```
#[track_caller]
pub fn ones_(tensor: &Tensor) {
    constant_(tensor, 1.0);
}

/// Which number of connections keeps its variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// Those that come in: the size of values stays in the forward pass.
    In,
    /// Those that go out: the size of gradients stays in the backward pass.
    Out,
}

/// How many inputs each output has, and how many outputs each input: for a weight of shape
/// `[out, in, ..]` the sizes times that of a kernel.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(init::fans(&zeros(&[10, 3, 5, 5])), (75, 250));
/// ```
#[track_caller]
pub fn fans(tensor: &Tensor) -> (usize, usize) {
    fans_for("fans", tensor)
}

#[track_caller]
fn fans_for(op: &str, tensor: &Tensor) -> (usize, usize) {
    let [outputs, inputs, kernel @ ..] = tensor.shape() else {
        Error::new(
            op,
            format!(
                "a weight [out, in, ..] has at least two dims, this tensor is {}",
                show(tensor.shape())
            ),
        )
        .help("init::zeros_ or init::uniform_ suit a bias")
        .raise()
    };
    let size: usize = kernel.iter().product();
    (inputs * size, outputs * size)
}

/// By how much values have to grow to keep their size through an activation: `"linear"`,
/// `"sigmoid"`, `"tanh"`, `"relu"`, `"leaky_relu"` (of slope 0.01) or `"selu"`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(init::calculate_gain("tanh"), 5.0 / 3.0);
/// assert_close(init::calculate_gain("relu"), 2.0_f64.sqrt());
/// ```
#[track_caller]
pub fn calculate_gain(activation: &str) -> f64 {
    match activation {
        "linear" | "conv1d" | "conv2d" | "conv3d" | "sigmoid" | "identity" => 1.0,
        "tanh" => 5.0 / 3.0,
        "relu" => 2.0_f64.sqrt(),
        "leaky_relu" => leaky_gain(0.01),
        "selu" => 0.75,
        _ => Error::new(
            "calculate_gain",
            format!("{activation:?} has no known gain"),
        )
        .help("known are linear, sigmoid, tanh, relu, leaky_relu and selu")
        .raise(),
    }
}

/// The gain of the leaky rectifier: √(2 / (1 + slope²)).
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(init::leaky_gain(1.0), 1.0);
/// ```
pub fn leaky_gain(slope: f64) -> f64 {
    (2.0 / (1.0 + slope * slope)).sqrt()
}

/// Glorot and Bengio's uniform values, in ±√(6 / (in + out)).
///
/// Xavier Glorot and Yoshua Bengio, "Understanding the difficulty of training deep feedforward
/// neural networks" (2010).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = Linear::new(100, 50);
/// init::xavier_uniform_(&layer.weight);
/// assert_close_within(layer.weight.abs().max(), (6.0_f64 / 150.0).sqrt(), 0.002);
/// ```
#[track_caller]
pub fn xavier_uniform_(tensor: &Tensor) {
    xavier_uniform_with(tensor, 1.0);
}

/// As [`xavier_uniform_`], times a gain such as `calculate_gain("tanh")`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[50, 100]);
/// init::xavier_uniform_with(&w, 2.0);
/// assert_close_within(w.abs().max(), 2.0 * (6.0_f64 / 150.0).sqrt(), 0.004);
/// ```
#[track_caller]
pub fn xavier_uniform_with(tensor: &Tensor, gain: f64) {
    let bound = 3.0_f64.sqrt() * xavier_std("xavier_uniform_", tensor, gain);
    uniform_(tensor, -bound, bound);
}

/// Glorot and Bengio's normal values, of standard deviation √(2 / (in + out)).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[50, 100]);
/// init::xavier_normal_(&w);
/// assert_close_within(w.std(), (2.0_f64 / 150.0).sqrt(), 0.01);
/// ```
#[track_caller]
pub fn xavier_normal_(tensor: &Tensor) {
    xavier_normal_with(tensor, 1.0);
}

/// As [`xavier_normal_`], times a gain.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[50, 100]);
/// init::xavier_normal_with(&w, 3.0);
/// assert_close_within(w.std(), 3.0 * (2.0_f64 / 150.0).sqrt(), 0.03);
/// ```
#[track_caller]
pub fn xavier_normal_with(tensor: &Tensor, gain: f64) {
    normal_(tensor, 0.0, xavier_std("xavier_normal_", tensor, gain));
}

#[track_caller]
fn xavier_std(op: &str, tensor: &Tensor, gain: f64) -> f64 {
    let (inputs, outputs) = fans_for(op, tensor);
    gain * (2.0 / (inputs + outputs).max(1) as f64).sqrt()
}

/// He's uniform values for networks of rectifiers, in ±√(6 / in).
///
/// He and others, "Delving deep into rectifiers" (2015).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = Linear::new(100, 50);
/// init::kaiming_uniform_(&layer.weight);
/// assert_close_within(layer.weight.abs().max(), (6.0_f64 / 100.0).sqrt(), 0.003);
/// ```
#[track_caller]
pub fn kaiming_uniform_(tensor: &Tensor) {
    kaiming_uniform_with(tensor, Fan::In, calculate_gain("relu"));
}

/// As [`kaiming_uniform_`], for connections in or out, and with another gain.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[50, 100]);
/// init::kaiming_uniform_with(&w, init::Fan::Out, 1.0);
/// assert_close_within(w.abs().max(), (3.0_f64 / 50.0).sqrt(), 0.003);
/// ```
#[track_caller]
pub fn kaiming_uniform_with(tensor: &Tensor, fan: Fan, gain: f64) {
    let bound = 3.0_f64.sqrt() * kaiming_std("kaiming_uniform_", tensor, fan, gain);
    uniform_(tensor, -bound, bound);
}

/// He's normal values for networks of rectifiers, of standard deviation √(2 / in).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[50, 100]);
/// init::kaiming_normal_(&w);
/// assert_close_within(w.std(), (2.0_f64 / 100.0).sqrt(), 0.01);
/// ```
#[track_caller]
pub fn kaiming_normal_(tensor: &Tensor) {
    kaiming_normal_with(tensor, Fan::In, calculate_gain("relu"));
}

/// As [`kaiming_normal_`], for connections in or out, and with another gain.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[50, 100]);
/// init::kaiming_normal_with(&w, init::Fan::Out, 1.0);
/// assert_close_within(w.std(), (1.0_f64 / 50.0).sqrt(), 0.01);
/// ```
#[track_caller]
pub fn kaiming_normal_with(tensor: &Tensor, fan: Fan, gain: f64) {
    normal_(
        tensor,
        0.0,
        kaiming_std("kaiming_normal_", tensor, fan, gain),
    );
}

#[track_caller]
fn kaiming_std(op: &str, tensor: &Tensor, fan: Fan, gain: f64) -> f64 {
    let (inputs, outputs) = fans_for(op, tensor);
    let count = if fan == Fan::In { inputs } else { outputs };
    gain / (count.max(1) as f64).sqrt()
}

/// A random matrix whose rows (or columns, whichever are fewer) have length 1 and are at right
/// angles; dims after the first are taken together.
///
/// Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
/// linear neural networks" (2014).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[3, 5]);
/// init::orthogonal_(&w);
/// assert_close_within(&w.matmul(&w.t()), &eye(3), 1e-6);
/// ```
#[track_caller]
pub fn orthogonal_(tensor: &Tensor) {
    orthogonal_with(tensor, 1.0);
}

/// As [`orthogonal_`], times a gain.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[5, 3]);
/// init::orthogonal_with(&w, 2.0);
/// assert_close_within(&w.t().matmul(&w), eye(3) * 4.0, 1e-5);
/// ```
#[track_caller]
pub fn orthogonal_with(tensor: &Tensor, gain: f64) {
    fans_for("orthogonal_", tensor);
    let rows = tensor.shape()[0];
    let columns = tensor.numel() / rows.max(1);
    let (few, long) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<f64>> = (0..few).map(|_| normal_vector(long)).collect();
    for i in 0..few {
        let (done, rest) = vectors.split_at_mut(i);
        straighten(done, &mut rest[0]);
    }
    let value = |i: usize| {
        let (row, column) = (i / columns, i % columns);
        gain * if rows <= columns {
            vectors[row][column]
        } else {
            vectors[column][row]
        }
    };
    let values: Vec<f64> = (0..tensor.numel()).map(value).collect();
    no_grad(|| tensor.copy_(&Tensor::from_values(values, tensor.shape())));
}

fn normal_vector(length: usize) -> Vec<f64> {
    random::randn(&[length]).to_vec_f64()
}

/// Takes off what a vector has along others of length 1, and makes its length 1 (Gram and Schmidt;
/// twice, since rounding leaves a little the first time).
fn straighten(others: &[Vec<f64>], vector: &mut [f64]) {
    for _ in 0..2 {
        for other in others {
            let along: f64 = other.iter().zip(&*vector).map(|(a, b)| a * b).sum();
            vector
                .iter_mut()
                .zip(other)
                .for_each(|(v, o)| *v -= along * o);
        }
        let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|v| *v /= length);
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use crate::random::with_seed;

    #[test]
    fn a_seed_repeats_values() {
        for fill in [
            init::xavier_uniform_,
            init::kaiming_normal_,
            init::orthogonal_,
        ] {
            let [a, b] = [0, 1].map(|_| {
                let w = zeros(&[4, 2, 3, 3]).requires_grad();
                with_seed(3, || fill(&w));
                w
            });
            assert_close(&a, &b);
            assert!(a.is_leaf() && a.needs_grad() && a.std().item() > 0.0);
        }
    }

    #[test]
    #[should_panic(expected = "xavier_normal_: a weight [out, in, ..] has at least two dims")]
    fn a_bias_has_no_fans() {
        init::xavier_normal_(&zeros(&[3]));
    }
}
