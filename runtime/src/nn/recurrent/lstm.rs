//! The long short-term memory.

use std::fmt;

use crate::nn::recurrent::stack::{Stack, recurrent_layer};
use crate::nn::{Module, Params, observe};
use crate::ops::recurrent::Cell;
use crate::tensor::Tensor;

/// A long short-term memory: a cell state that gates write, keep and read.
///
/// i_t = σ(W_ii x_t + b_ii + W_hi h_(t-1) + b_hi), f_t and o_t the same with W_if and so on,
/// g_t = tanh(W_ig x_t + b_ig + W_hg h_(t-1) + b_hg), c_t = f_t c_(t-1) + i_t g_t,
/// h_t = o_t tanh(c_t); S. Hochreiter and J. Schmidhuber, "Long short-term memory" (1997), with the
/// forget gate of F. Gers et al. (2000).
///
/// The input is `[steps, batch, inputs]`, the output the states h after every step,
/// `[steps, batch, hidden]`; [`forward_states`](LSTM::forward_states) gives the last state as well.
/// The parameters are `weight_ih_l0` `[4 hidden, inputs]`, `weight_hh_l0` `[4 hidden, hidden]`, `bias_ih_l0` and
/// `bias_hh_l0` `[4 hidden]` (first i, then f, g, o), all uniform in ±1/√hidden, as in PyTorch (`torch.nn.LSTM`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = LSTM::new(28, 64).batch_first(true);
/// assert_eq!(layer.parameters().count(), 24064);
/// let y = layer.forward(&randn(&[8, 10, 28]));
/// assert_eq!(y.shape(), [8, 10, 64]);
///
/// no_grad(|| layer.parameters().iter().for_each(|p| p.tensor.fill_(0.0)));
/// assert_close(&layer.forward(&ones(&[1, 2, 28])), &zeros(&[1, 2, 64]));
/// ```
#[derive(Clone)]
pub struct LSTM {
    stack: Stack,
}

impl LSTM {
    /// A layer from `inputs` numbers per step to a state of `hidden` numbers.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize) -> LSTM {
        LSTM {
            stack: Stack::new("LSTM", Cell::Lstm, inputs, hidden),
        }
    }

    /// The output, and the last states h_n and c_n, from states of 0.
    ///
    /// `[steps, batch, inputs] -> [steps, batch, hidden], ([layers, batch, hidden], the same)`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (y, (h, c)) = LSTM::new(3, 4).forward_states(&randn(&[5, 2, 3]));
    /// assert_eq!((h.shape(), c.shape()), (&[1, 2, 4][..], &[1, 2, 4][..]));
    /// assert_close(&h.i(0), &y.i(-1));
    /// ```
    #[track_caller]
    pub fn forward_states(&self, x: &Tensor) -> (Tensor, (Tensor, Tensor)) {
        with_states(self.stack.run(x, &[]))
    }

    /// The output, and the last states h_n and c_n, from the states h_0 and c_0 `[layers, batch, hidden]`, for a sequence that goes on.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (layer, x) = (LSTM::new(3, 4), randn(&[5, 2, 3]));
    /// let (_, (h, c)) = layer.forward_states(&x.i(..3));
    /// let (rest, _) = layer.forward_from(&x.i(3..), (&h, &c));
    /// assert_close(&rest, &layer.forward(&x).i(3..));
    /// ```
    #[track_caller]
    pub fn forward_from(
        &self,
        x: &Tensor,
        (h_0, c_0): (&Tensor, &Tensor),
    ) -> (Tensor, (Tensor, Tensor)) {
        with_states(self.stack.run(x, &[h_0, c_0]))
    }
}

recurrent_layer!(LSTM);

fn with_states((output, mut states): (Tensor, Vec<Tensor>)) -> (Tensor, (Tensor, Tensor)) {
    let h = states.swap_remove(0);
    (output, (h, states.swap_remove(0)))
}
