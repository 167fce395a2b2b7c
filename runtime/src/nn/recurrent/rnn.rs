//! The plain recurrent layer.

use std::fmt;

use crate::error::Error;
use crate::nn::recurrent::stack::{Stack, recurrent_layer, with_state};
use crate::nn::{Module, Params, observe};
use crate::ops::recurrent::Cell;
use crate::tensor::Tensor;

/// A plain recurrent layer: each state is tanh of a weighted sum of the input and the state before.
///
/// h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh).
///
/// The input is `[steps, batch, inputs]`, the output the states h after every step,
/// `[steps, batch, hidden]`; [`forward_states`](RNN::forward_states) gives the last state as well.
/// The parameters are `weight_ih_l0` `[hidden, inputs]`, `weight_hh_l0` `[hidden, hidden]`, `bias_ih_l0` and
/// `bias_hh_l0` `[hidden]`, all uniform in ±1/√hidden, as in PyTorch (`torch.nn.RNN`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = RNN::new(28, 64).batch_first(true);
/// assert_eq!(layer.parameters().count(), 6016);
/// let y = layer.forward(&randn(&[8, 10, 28]));
/// assert_eq!(y.shape(), [8, 10, 64]);
///
/// no_grad(|| layer.parameters().iter().for_each(|p| p.tensor.fill_(0.0)));
/// assert_close(&layer.forward(&ones(&[1, 2, 28])), &zeros(&[1, 2, 64]));
/// ```
#[derive(Clone)]
pub struct RNN {
    stack: Stack,
}

impl RNN {
    /// A layer from `inputs` numbers per step to a state of `hidden` numbers.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize) -> RNN {
        RNN {
            stack: Stack::new("RNN", Cell::Tanh, inputs, hidden),
        }
    }

    /// Whether h = "tanh" (at first) or "relu" of the sum.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = RNN::new(3, 4).nonlinearity("relu");
    /// assert!(layer.forward(&randn(&[5, 2, 3])).min().item() >= 0.0);
    /// ```
    #[track_caller]
    pub fn nonlinearity(&self, name: &str) -> RNN {
        let mut stack = self.stack.clone();
        stack.cell = nonlinearity("RNN", name);
        RNN { stack }
    }

    /// The output, and the last state h_n, from a state of 0.
    ///
    /// `[steps, batch, inputs] -> [steps, batch, hidden], [layers, batch, hidden]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (y, h) = RNN::new(3, 4).forward_states(&randn(&[5, 2, 3]));
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
    /// let (layer, x) = (RNN::new(3, 4), randn(&[5, 2, 3]));
    /// let (_, h) = layer.forward_states(&x.i(..3));
    /// let (rest, _) = layer.forward_from(&x.i(3..), &h);
    /// assert_close(&rest, &layer.forward(&x).i(3..));
    /// ```
    #[track_caller]
    pub fn forward_from(&self, x: &Tensor, h_0: &Tensor) -> (Tensor, Tensor) {
        with_state(self.stack.run(x, &[h_0]))
    }
}

recurrent_layer!(RNN);

/// The cell of a name.
#[track_caller]
pub(super) fn nonlinearity(layer: &str, name: &str) -> Cell {
    match name {
        "tanh" => Cell::Tanh,
        "relu" => Cell::Relu,
        _ => Error::new(layer, format!("there is no nonlinearity {name:?}"))
            .help("\"tanh\" or \"relu\"")
            .raise(),
    }
}
