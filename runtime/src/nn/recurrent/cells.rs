//! One step of a recurrent layer as a layer of its own, for loops that a student writes.

use std::fmt;

use crate::error::Error;
use crate::nn::recurrent::rnn::nonlinearity;
use crate::nn::recurrent::stack::Weights;
use crate::nn::{Module, Params, observe};
use crate::ops::recurrent::Cell;
use crate::shape::show;
use crate::tensor::{Tensor, filled};

/// What the three cells share.
#[derive(Clone)]
struct Step {
    name: &'static str,
    cell: Cell,
    weights: Weights,
}

impl Step {
    #[track_caller]
    fn new(name: &'static str, cell: Cell, inputs: usize, hidden: usize) -> Step {
        Step {
            name,
            cell,
            weights: Weights::new(name, cell, inputs, hidden),
        }
    }

    fn without_bias(&self) -> Step {
        let mut step = self.clone();
        step.weights.bias = None;
        step
    }

    fn sizes(&self) -> (usize, usize) {
        (self.weights.input.shape()[1], self.weights.state.shape()[1])
    }

    /// The states after a step from these, or from 0 if there are none.
    #[track_caller]
    fn run(&self, x: &Tensor, states: &[&Tensor]) -> Vec<Tensor> {
        self.check(x, states);
        let batched = x.ndim() == 2;
        let rows = |x: &Tensor| if batched { x.clone() } else { x.unsqueeze(0) };
        let x = rows(x);
        let is_lstm = self.cell == Cell::Lstm;
        let start: Vec<Tensor> = if states.is_empty() {
            let shape = [x.shape()[0], self.sizes().1];
            let zeros = filled(self.name, &shape, 0.0, self.weights.state.dtype());
            vec![zeros; 1 + usize::from(is_lstm)]
        } else {
            states.iter().map(|state| rows(state)).collect()
        };
        let out = self.weights.run(self.cell, false, &x.unsqueeze(0), &start);
        (0..start.len())
            .map(|i| out.select(0, i))
            .map(|state| if batched { state } else { state.squeeze_dim(0) })
            .collect()
    }

    #[track_caller]
    fn check(&self, x: &Tensor, states: &[&Tensor]) {
        let (inputs, hidden) = self.sizes();
        let fits = |x: &Tensor, width: usize| matches!(x.ndim(), 1 | 2) && x.size(-1) == width;
        if !fits(x, inputs) {
            Error::new(
                self.name,
                format!(
                    "the input must be [batch, {inputs}] or [{inputs}], it is {}",
                    show(x.shape())
                ),
            )
            .help("a cell takes one step; of a sequence that is x.i(t)")
            .raise();
        }
        for state in states {
            let mut wanted = x.shape().to_vec();
            wanted[x.ndim() - 1] = hidden;
            if *state.shape() != *wanted {
                Error::new(
                    self.name,
                    format!(
                        "the state must be {}, it is {}; the input is {}",
                        show(&wanted),
                        show(state.shape()),
                        show(x.shape())
                    ),
                )
                .help(format!("at the first step: zeros(&{})", show(&wanted)))
                .raise();
            }
        }
    }

    fn parameters(&self) -> Params {
        let mut params = Params::new();
        self.weights.add_to(&mut params, "");
        params
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (inputs, hidden) = self.sizes();
        let relu = if self.cell == Cell::Relu {
            ", relu"
        } else {
            ""
        };
        let bias = if self.weights.bias.is_none() {
            ", no bias"
        } else {
            ""
        };
        write!(f, "{}({inputs}, {hidden}{relu}{bias})", self.name)
    }
}

macro_rules! cell {
    ($Cell:ident) => {
        impl $Cell {
            /// The same cell without biases.
            pub fn no_bias(&self) -> $Cell {
                $Cell {
                    step: self.step.without_bias(),
                }
            }
        }

        impl Module for $Cell {
            /// The state after one step from a state of 0.
            fn forward(&self, x: &Tensor) -> Tensor {
                observe(self, || self.step.run(x, &[]).swap_remove(0))
            }

            fn parameters(&self) -> Params {
                self.step.parameters()
            }

            fn name(&self) -> String {
                format!("{self:?}")
            }
        }

        impl fmt::Debug for $Cell {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.step.fmt(f)
            }
        }
    };
}

/// One step of [`RNN`](crate::nn::RNN): the next state of an input and a state.
///
/// `[batch, inputs], [batch, hidden] -> [batch, hidden]`. The parameters are `weight_ih`,
/// `weight_hh`, `bias_ih` and `bias_hh`, as in PyTorch (`torch.nn.RNNCell`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let cell = RNNCell::new(28, 64);
/// assert_eq!(cell.parameters().count(), 6016);
/// let x = randn(&[10, 8, 28]);
/// let mut h = zeros(&[8, 64]);
/// for t in 0..10 {
///     h = cell.step(&x.i(t), &h);
/// }
/// assert_eq!(h.shape(), [8, 64]);
/// ```
#[derive(Clone)]
pub struct RNNCell {
    step: Step,
}

impl RNNCell {
    /// A cell from `inputs` numbers to a state of `hidden` numbers.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize) -> RNNCell {
        RNNCell {
            step: Step::new("RNNCell", Cell::Tanh, inputs, hidden),
        }
    }

    /// Whether h = "tanh" (at first) or "relu" of the sum.
    #[track_caller]
    pub fn nonlinearity(&self, name: &str) -> RNNCell {
        let mut step = self.step.clone();
        step.cell = nonlinearity("RNNCell", name);
        RNNCell { step }
    }

    /// The state after the step.
    #[track_caller]
    pub fn step(&self, x: &Tensor, h: &Tensor) -> Tensor {
        self.step.run(x, &[h]).swap_remove(0)
    }
}

cell!(RNNCell);

/// One step of [`GRU`](crate::nn::GRU): the next state of an input and a state.
///
/// `[batch, inputs], [batch, hidden] -> [batch, hidden]`. The parameters are `weight_ih`,
/// `weight_hh`, `bias_ih` and `bias_hh`, as in PyTorch (`torch.nn.GRUCell`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let cell = GRUCell::new(28, 64);
/// assert_eq!(cell.parameters().count(), 18048);
/// let x = randn(&[10, 8, 28]);
/// let mut h = zeros(&[8, 64]);
/// for t in 0..10 {
///     h = cell.step(&x.i(t), &h);
/// }
/// assert_eq!(h.shape(), [8, 64]);
/// ```
#[derive(Clone)]
pub struct GRUCell {
    step: Step,
}

impl GRUCell {
    /// A cell from `inputs` numbers to a state of `hidden` numbers.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize) -> GRUCell {
        GRUCell {
            step: Step::new("GRUCell", Cell::Gru, inputs, hidden),
        }
    }

    /// The state after the step.
    #[track_caller]
    pub fn step(&self, x: &Tensor, h: &Tensor) -> Tensor {
        self.step.run(x, &[h]).swap_remove(0)
    }
}

cell!(GRUCell);

/// One step of [`LSTM`](crate::nn::LSTM): the next states of an input and both states.
///
/// `[batch, inputs], ([batch, hidden], the same) -> ([batch, hidden], the same)`. The parameters are
/// `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`, as in PyTorch (`torch.nn.LSTMCell`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let cell = LSTMCell::new(28, 64);
/// assert_eq!(cell.parameters().count(), 24064);
/// let x = randn(&[10, 8, 28]);
/// let (mut h, mut c) = (zeros(&[8, 64]), zeros(&[8, 64]));
/// for t in 0..10 {
///     (h, c) = cell.step(&x.i(t), (&h, &c));
/// }
/// assert_eq!(h.shape(), [8, 64]);
/// ```
#[derive(Clone)]
pub struct LSTMCell {
    step: Step,
}

impl LSTMCell {
    /// A cell from `inputs` numbers to states of `hidden` numbers.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize) -> LSTMCell {
        LSTMCell {
            step: Step::new("LSTMCell", Cell::Lstm, inputs, hidden),
        }
    }

    /// h and c after the step.
    #[track_caller]
    pub fn step(&self, x: &Tensor, (h, c): (&Tensor, &Tensor)) -> (Tensor, Tensor) {
        let mut states = self.step.run(x, &[h, c]);
        let h = states.swap_remove(0);
        (h, states.swap_remove(0))
    }
}

cell!(LSTMCell);
