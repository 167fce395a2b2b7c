//! The gated recurrent unit.

use std::fmt;

use crate::nn::recurrent::stack::{Stack, recurrent_layer, with_state};
use crate::nn::{Module, Params, observe};
use crate::ops::recurrent::Cell;
use crate::tensor::Tensor;

/// A gated recurrent unit: gates decide how much of the state stays.
///
/// r_t = σ(W_ir x_t + b_ir + W_hr h_(t-1) + b_hr), z_t the same with W_iz and so on,
/// n_t = tanh(W_in x_t + b_in + r_t (W_hn h_(t-1) + b_hn)), h_t = (1 - z_t) n_t + z_t h_(t-1);
/// K. Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), with the reset
/// gate where PyTorch has it.
///
/// The input is `[steps, batch, inputs]`, the output the states h after every step,
/// `[steps, batch, hidden]`; [`forward_states`](GRU::forward_states) gives the last state as well.
/// The parameters are `weight_ih_l0` `[3 hidden, inputs]`, `weight_hh_l0` `[3 hidden, hidden]`, `bias_ih_l0` and
/// `bias_hh_l0` `[3 hidden]` (first r, then z, then n), all uniform in ±1/√hidden, as in PyTorch (`torch.nn.GRU`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = GRU::new(28, 64).batch_first(true);
/// assert_eq!(layer.parameters().count(), 18048);
/// let y = layer.forward(&randn(&[8, 10, 28]));
/// assert_eq!(y.shape(), [8, 10, 64]);
///
/// no_grad(|| layer.parameters().iter().for_each(|p| p.tensor.fill_(0.0)));
/// assert_close(&layer.forward(&ones(&[1, 2, 28])), &zeros(&[1, 2, 64]));
/// ```
#[derive(Clone)]
pub struct GRU {
    stack: Stack,
}

impl GRU {
    /// A layer from `inputs` numbers per step to a state of `hidden` numbers.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize) -> GRU {
        GRU {
            stack: Stack::new("GRU", Cell::Gru, inputs, hidden),
        }
    }

    /// The output, and the last state h_n, from a state of 0.
    ///
    /// `[steps, batch, inputs] -> [steps, batch, hidden], [layers, batch, hidden]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (y, h) = GRU::new(3, 4).forward_states(&randn(&[5, 2, 3]));
    /// assert_eq!(h.shape(), [1, 2, 4]);
    /// assert_close(&h.i(0), &y.i(-1));
    /// ```
    #[track_caller]
    pub fn forward_states(&self, x: &Tensor) -> (Tensor, Tensor) {
        with_state(self.stack.run(x, &[]))
    }

    /// The output, and the last state h_n, from the state h_0 `[layers, batch, hidden]`, for a sequence that goes on.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (layer, x) = (GRU::new(3, 4), randn(&[5, 2, 3]));
    /// let (_, h) = layer.forward_states(&x.i(..3));
    /// let (rest, _) = layer.forward_from(&x.i(3..), &h);
    /// assert_close(&rest, &layer.forward(&x).i(3..));
    /// ```
    #[track_caller]
    pub fn forward_from(&self, x: &Tensor, h_0: &Tensor) -> (Tensor, Tensor) {
        with_state(self.stack.run(x, &[h_0]))
    }
}

recurrent_layer!(GRU);
