//! What RNN, LSTM and GRU have in common: layers on top of each other, in one or two directions.

use std::fmt;

use crate::error::Error;
use crate::nn::{Dropout, Module as _, Params};
use crate::ops::recurrent::{Cell, recurrent};
use crate::ops::{cat, stack};
use crate::random::rand;
use crate::shape::show;
use crate::tensor::{Tensor, filled};

/// The parameters of one layer in one direction.
#[derive(Clone)]
pub(super) struct Weights {
    /// `[g h, in]`, for g gates.
    pub(super) input: Tensor,
    /// `[g h, h]`
    pub(super) state: Tensor,
    /// Both `[g h]`.
    pub(super) bias: Option<[Tensor; 2]>,
}

impl Weights {
    /// Uniform in ±1/√hidden, the biases as well.
    #[track_caller]
    pub(super) fn new(layer: &str, cell: Cell, inputs: usize, hidden: usize) -> Weights {
        if hidden == 0 {
            Error::new(layer, "needs a state of at least one number, hidden is 0").raise();
        }
        let bound = 1.0 / (hidden as f64).sqrt();
        let uniform = |shape: &[usize]| ((rand(shape) * 2.0 - 1.0) * bound).requires_grad();
        let width = cell.gates() * hidden;
        Weights {
            input: uniform(&[width, inputs]),
            state: uniform(&[width, hidden]),
            bias: Some([uniform(&[width]), uniform(&[width])]),
        }
    }

    /// Adds the parameters under PyTorch's names, which end in `place`.
    pub(super) fn add_to(&self, params: &mut Params, place: &str) {
        params.push(&format!("weight_ih{place}"), &self.input);
        params.push(&format!("weight_hh{place}"), &self.state);
        if let Some([input, state]) = &self.bias {
            params.push(&format!("bias_ih{place}"), input);
            params.push(&format!("bias_hh{place}"), state);
        }
    }

    /// Runs the cell over `[t, n, in]` from its states `[n, h]`; everything becomes one float type.
    pub(super) fn run(&self, cell: Cell, reverse: bool, x: &Tensor, states: &[Tensor]) -> Tensor {
        let x = x.float_or_same();
        let mut inputs = vec![&x, &self.input, &self.state];
        inputs.extend(states);
        inputs.extend(self.bias.iter().flatten());
        let dtype = inputs
            .iter()
            .fold(x.dtype(), |dtype, x| dtype.promote(x.dtype()));
        let same: Vec<Tensor> = inputs.into_iter().map(|x| x.to_dtype(dtype)).collect();
        let rest: Vec<&Tensor> = same[3..].iter().collect();
        recurrent(cell, reverse, &same[0], [&same[1], &same[2]], &rest)
    }
}

/// The layers and their options.
#[derive(Clone)]
pub(super) struct Stack {
    name: &'static str,
    pub(super) cell: Cell,
    inputs: usize,
    hidden: usize,
    num_layers: usize,
    bidirectional: bool,
    batch_first: bool,
    dropout: Option<(f64, Dropout)>,
    /// Layer by layer, of each the forward direction first.
    weights: Vec<Weights>,
}

impl Stack {
    #[track_caller]
    pub(super) fn new(name: &'static str, cell: Cell, inputs: usize, hidden: usize) -> Stack {
        Stack {
            name,
            cell,
            inputs,
            hidden,
            num_layers: 1,
            bidirectional: false,
            batch_first: false,
            dropout: None,
            weights: vec![Weights::new(name, cell, inputs, hidden)],
        }
    }

    fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// The same with so many layers and directions, all with new parameters.
    #[track_caller]
    pub(super) fn sized(&self, num_layers: usize, bidirectional: bool) -> Stack {
        if num_layers == 0 {
            Error::new(self.name, "needs at least one layer, num_layers is 0").raise();
        }
        let directions = 1 + usize::from(bidirectional);
        let has_bias = self.weights[0].bias.is_some();
        let weights = (0..num_layers * directions).map(|i| {
            let inputs = if i < directions {
                self.inputs
            } else {
                self.hidden * directions
            };
            let mut weights = Weights::new(self.name, self.cell, inputs, self.hidden);
            weights.bias = weights.bias.filter(|_| has_bias);
            weights
        });
        Stack {
            weights: weights.collect(),
            num_layers,
            bidirectional,
            ..self.clone()
        }
    }

    pub(super) fn with_layers(&self, num_layers: usize) -> Stack {
        self.sized(num_layers, self.bidirectional)
    }

    pub(super) fn with_directions(&self, bidirectional: bool) -> Stack {
        self.sized(self.num_layers, bidirectional)
    }

    pub(super) fn with_batch_first(&self, batch_first: bool) -> Stack {
        Stack {
            batch_first,
            ..self.clone()
        }
    }

    #[track_caller]
    pub(super) fn with_dropout(&self, p: f64) -> Stack {
        Stack {
            dropout: Some((p, Dropout::new(p))).filter(|_| p != 0.0),
            ..self.clone()
        }
    }

    pub(super) fn without_bias(&self) -> Stack {
        let mut stack = self.clone();
        stack
            .weights
            .iter_mut()
            .for_each(|weights| weights.bias = None);
        stack
    }

    pub(super) fn parameters(&self) -> Params {
        let mut params = Params::new();
        for (i, weights) in self.weights.iter().enumerate() {
            let layer = i / self.directions();
            let reverse = if i % self.directions() == 1 {
                "_reverse"
            } else {
                ""
            };
            weights.add_to(&mut params, &format!("_l{layer}{reverse}"));
        }
        // So that train() and eval() reach it.
        if let Some((_, dropout)) = &self.dropout {
            params.push("dropout", dropout);
        }
        params
    }

    /// The output of the last layer, and the last states of every layer, `[layers, n, h]` each;
    /// from these states if there are any, and from 0 otherwise.
    #[track_caller]
    pub(super) fn run(&self, x: &Tensor, states: &[&Tensor]) -> (Tensor, Vec<Tensor>) {
        self.check(x, states);
        let batched = x.ndim() == 3;
        let mut input = match (batched, self.batch_first) {
            (false, _) => x.unsqueeze(1),
            (true, true) => x.transpose(0, 1),
            (true, false) => x.clone(),
        };
        let (steps, batch) = (input.shape()[0], input.shape()[1]);
        let is_lstm = self.cell == Cell::Lstm;
        let from: Vec<Tensor> = states
            .iter()
            .map(|s| {
                if batched {
                    (*s).clone()
                } else {
                    s.unsqueeze(1)
                }
            })
            .collect();
        let zeros = filled(
            self.name,
            &[batch, self.hidden],
            0.0,
            self.weights[0].state.dtype(),
        );
        let (mut hs, mut cs) = (Vec::new(), Vec::new());
        for layer in 0..self.num_layers {
            let mut outputs = Vec::new();
            for direction in 0..self.directions() {
                let i = layer * self.directions() + direction;
                let start: Vec<Tensor> = if from.is_empty() {
                    vec![zeros.clone(); 1 + usize::from(is_lstm)]
                } else {
                    from.iter().map(|s| s.select(0, i)).collect()
                };
                let reverse = direction == 1;
                let mut output = self.weights[i].run(self.cell, reverse, &input, &start);
                if is_lstm {
                    cs.push(output.select(0, steps));
                    output = output.narrow(0, 0, steps);
                }
                hs.push(output.select(0, if reverse { 0 } else { steps - 1 }));
                outputs.push(output);
            }
            input = match &outputs[..] {
                [forward, backward] => cat(&[forward, backward], 2),
                _ => outputs.swap_remove(0),
            };
            if let (Some((_, dropout)), true) = (&self.dropout, layer + 1 < self.num_layers) {
                input = dropout.forward(&input);
            }
        }
        let output = match (batched, self.batch_first) {
            (false, _) => input.squeeze_dim(1),
            (true, true) => input.transpose(0, 1),
            (true, false) => input,
        };
        let mut last = vec![hs];
        if is_lstm {
            last.push(cs);
        }
        let joined = |tables: Vec<Tensor>| {
            let all = match &tables[..] {
                [only] => only.unsqueeze(0),
                _ => stack(&tables.iter().collect::<Vec<_>>(), 0),
            };
            if batched { all } else { all.squeeze_dim(1) }
        };
        (output, last.into_iter().map(joined).collect())
    }

    #[track_caller]
    fn check(&self, x: &Tensor, states: &[&Tensor]) {
        let help = if self.batch_first {
            "the input is [batch, steps, inputs], or [steps, inputs] of one sequence"
        } else {
            "the input is [steps, batch, inputs], or [steps, inputs] of one sequence; \
             batch_first(true) is for [batch, steps, inputs]"
        };
        if !matches!(x.ndim(), 2 | 3) {
            Error::new(
                self.name,
                format!(
                    "the input must have 3 dims, or 2 for one sequence, it is {}",
                    show(x.shape())
                ),
            )
            .help(help)
            .raise();
        }
        if x.size(-1) != self.inputs {
            Error::new(
                self.name,
                format!(
                    "the last dim of the input must be {}: the input is {}, so {} != {}",
                    self.inputs,
                    show(x.shape()),
                    x.size(-1),
                    self.inputs
                ),
            )
            .help(help)
            .raise();
        }
        let (steps, batch) = match (x.shape(), self.batch_first) {
            (&[batch, steps, _], true) => (steps, Some(batch)),
            (&[steps, batch, _], false) => (steps, Some(batch)),
            (shape, _) => (shape[0], None),
        };
        if steps == 0 {
            Error::new(
                self.name,
                format!("there is no step, the input is {}", show(x.shape())),
            )
            .help(help)
            .raise();
        }
        let mut wanted = vec![self.num_layers * self.directions()];
        wanted.extend(batch);
        wanted.push(self.hidden);
        for (state, name) in states.iter().zip(["h_0", "c_0"]) {
            if state.shape() != wanted {
                Error::new(
                    self.name,
                    format!(
                        "{name} must be {}, it is {}; the input is {}",
                        show(&wanted),
                        show(state.shape()),
                        show(x.shape())
                    ),
                )
                .help(
                    "a state is [layers, batch, hidden], with twice the layers for two directions",
                )
                .raise();
            }
        }
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}, {}", self.name, self.inputs, self.hidden)?;
        if self.cell == Cell::Relu {
            write!(f, ", relu")?;
        }
        if self.num_layers > 1 {
            write!(f, ", {} layers", self.num_layers)?;
        }
        if self.weights[0].bias.is_none() {
            write!(f, ", no bias")?;
        }
        if self.batch_first {
            write!(f, ", batch first")?;
        }
        if let Some((p, _)) = &self.dropout {
            write!(f, ", dropout {p}")?;
        }
        if self.bidirectional {
            write!(f, ", bidirectional")?;
        }
        write!(f, ")")
    }
}

/// The options of a recurrent layer, and what `Module` asks of it.
macro_rules! recurrent_layer {
    ($Layer:ident) => {
        impl $Layer {
            /// So many layers, each of which goes through the outputs of the one below; the
            /// parameters are drawn anew.
            #[track_caller]
            pub fn num_layers(&self, num_layers: usize) -> $Layer {
                $Layer {
                    stack: self.stack.with_layers(num_layers),
                }
            }

            /// Whether each layer also goes through the sequence from its end, with parameters of
            /// its own; the output then has both side by side, `[.., 2 hidden]`. The parameters are
            /// drawn anew.
            pub fn bidirectional(&self, bidirectional: bool) -> $Layer {
                $Layer {
                    stack: self.stack.with_directions(bidirectional),
                }
            }

            /// Whether input and output are `[batch, steps, ..]`; the states stay
            /// `[layers, batch, hidden]`.
            pub fn batch_first(&self, batch_first: bool) -> $Layer {
                $Layer {
                    stack: self.stack.with_batch_first(batch_first),
                }
            }

            /// Dropout with probability `p` between the layers, while the model trains.
            #[track_caller]
            pub fn dropout(&self, p: f64) -> $Layer {
                $Layer {
                    stack: self.stack.with_dropout(p),
                }
            }

            /// The same layer without biases.
            pub fn no_bias(&self) -> $Layer {
                $Layer {
                    stack: self.stack.without_bias(),
                }
            }
        }

        impl Module for $Layer {
            fn forward(&self, x: &Tensor) -> Tensor {
                observe(self, || self.stack.run(x, &[]).0)
            }

            fn parameters(&self) -> Params {
                self.stack.parameters()
            }

            fn name(&self) -> String {
                format!("{self:?}")
            }
        }

        impl fmt::Debug for $Layer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.stack.fmt(f)
            }
        }
    };
}

pub(super) use recurrent_layer;

/// The output and the only state of a run.
pub(super) fn with_state((output, mut states): (Tensor, Vec<Tensor>)) -> (Tensor, Tensor) {
    (output, states.swap_remove(0))
}
