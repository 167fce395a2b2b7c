//! A recurrent layer over a whole sequence.
//!
//! One op instead of a dozen per step: the part of the input is one product for all steps, as are
//! the gradients of the weights; only the product with the state has to go step by step.

mod backward;
mod cell;
mod forward;

use std::sync::OnceLock;

use crate::autograd::{Op, Saved};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{Dims, show};
use crate::tensor::Tensor;
use crate::threads;

pub(crate) use cell::Cell;

/// The inputs are x `[t, n, in]`, w_ih `[g h, in]`, w_hh `[g h, h]`, h_0 `[n, h]`, for an LSTM c_0
/// `[n, h]`, and perhaps both biases `[g h]`, with g gates; the output is `[t, n, h]`, and for an
/// LSTM `[t + 1, n, h]`, where the last table is the last cell state.
pub(crate) struct Recurrent {
    cell: Cell,
    /// Whether the steps go from the last to the first.
    reverse: bool,
    kept: OnceLock<Kept>,
}

/// What the way back needs beside the inputs and the output.
struct Kept {
    /// `[t, n, g h]`; empty if the output says it all.
    gates: Tensor,
    /// The cell states of an LSTM, the u of a GRU.
    extra: Tensor,
}

/// Sizes of a call.
#[derive(Clone, Copy)]
struct Sizes {
    steps: usize,
    batch: usize,
    inputs: usize,
    hidden: usize,
    /// The width of a row of gates.
    gates: usize,
}

/// Runs a layer over a sequence; `rest` are h_0, for an LSTM c_0, and perhaps the biases.
#[track_caller]
pub(crate) fn recurrent(
    cell: Cell,
    reverse: bool,
    x: &Tensor,
    weights: [&Tensor; 2],
    rest: &[&Tensor],
) -> Tensor {
    let op = Recurrent {
        cell,
        reverse,
        kept: OnceLock::new(),
    };
    let mut inputs = vec![x, weights[0], weights[1]];
    inputs.extend(rest);
    Tensor::apply(op, &inputs)
}

impl Recurrent {
    fn is_lstm(&self) -> bool {
        self.cell == Cell::Lstm
    }

    /// Where the biases are among the inputs, if there are any.
    fn bias_at(&self, count: usize) -> Option<usize> {
        let at = 4 + usize::from(self.is_lstm());
        (count > at).then_some(at)
    }

    /// The step that is computed as number `i`.
    fn step(&self, i: usize, steps: usize) -> usize {
        if self.reverse { steps - 1 - i } else { i }
    }

    fn sizes(&self, shapes: &[&[usize]]) -> Result<Sizes, Error> {
        let (&[steps, batch, inputs], &[gates, hidden]) = (shapes[0], shapes[2]) else {
            return Err(self.clash(shapes));
        };
        let sizes = Sizes {
            steps,
            batch,
            inputs,
            hidden,
            gates,
        };
        let states = 1 + usize::from(self.is_lstm());
        let state = |i: usize| shapes[3 + i] == [batch, hidden];
        let bias = |i: &usize| shapes[*i] == [gates];
        let fits = shapes[1] == [gates, inputs]
            && gates == self.cell.gates() * hidden
            && (0..states).all(state)
            && (3 + states..shapes.len()).all(|i| bias(&i));
        if fits {
            Ok(sizes)
        } else {
            Err(self.clash(shapes))
        }
    }

    fn clash(&self, shapes: &[&[usize]]) -> Error {
        let names = if self.is_lstm() {
            ["x", "w_ih", "w_hh", "h_0", "c_0", "b_ih", "b_hh"]
        } else {
            ["x", "w_ih", "w_hh", "h_0", "b_ih", "b_hh", ""]
        };
        let list: Vec<String> = (names.iter().zip(shapes))
            .map(|(name, shape)| format!("{name} {}", show(shape)))
            .collect();
        Error::new(
            self.cell.name(),
            format!("the shapes do not fit: {}", list.join(", ")),
        )
    }
}

/// The rows of the batch that each thread takes through all steps.
fn parts(sizes: &Sizes) -> Vec<usize> {
    const ALONE: usize = 1 << 22;
    const ROWS: usize = 8;
    let work = sizes.steps * sizes.batch * sizes.gates * sizes.hidden;
    let count = if work < ALONE || sizes.steps < 2 {
        1
    } else {
        threads::num_threads().min(sizes.batch / ROWS).max(1)
    };
    let rows = sizes.batch.div_ceil(count);
    (0..count)
        .map(|i| rows.min(sizes.batch.saturating_sub(i * rows)))
        .collect()
}

/// The rows of every part in every step of a buffer, which lie apart.
fn split<'a, T>(
    mut buffer: &'a mut [T],
    steps: usize,
    width: usize,
    parts: &[usize],
) -> Vec<Vec<&'a mut [T]>> {
    let mut rows: Vec<Vec<&mut [T]>> = parts.iter().map(|_| Vec::with_capacity(steps)).collect();
    for _ in 0..steps {
        for (part, &count) in rows.iter_mut().zip(parts) {
            let (taken, rest) = buffer.split_at_mut(count * width);
            part.push(taken);
            buffer = rest;
        }
    }
    rows
}

impl Op for Recurrent {
    fn name(&self) -> &'static str {
        self.cell.name()
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let shapes: Vec<&[usize]> = x.iter().map(|x| x.shape()).collect();
        let sizes = self.sizes(&shapes)?;
        Ok(with_real!(x[0].dtype(), T => self.run::<T>(&sizes, x)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shapes: Vec<&[usize]> = (0..saved.count()).map(|i| saved.shape(i)).collect();
        let (Ok(sizes), Some(kept)) = (self.sizes(&shapes), self.kept.get()) else {
            unreachable!("checked in forward");
        };
        with_real!(grad.dtype(), T => self.run_back::<T>(&sizes, saved, kept, grad))
    }
}

/// x, both weights, the states and both biases of a small layer.
fn inputs(cell: Cell, steps: usize, batch: usize) -> Vec<Tensor> {
    let gates = cell.gates() * 2;
    let mut inputs = vec![
        sample(&[steps, batch, 3]),
        other(&[gates, 3]),
        sample(&[gates, 2]),
        other(&[batch, 2]),
    ];
    if cell == Cell::Lstm {
        inputs.push(sample(&[batch, 2]) * 0.9);
    }
    inputs.push(sample(&[gates]) * 0.5);
    inputs.push(other(&[gates]) * 0.5);
    inputs
}

fn call(cell: Cell, reverse: bool, x: &[Tensor]) -> Tensor {
    let rest: Vec<&Tensor> = x[3..].iter().collect();
    recurrent(cell, reverse, &x[0], [&x[1], &x[2]], &rest)
}

macro_rules! spec {
    ($SPEC:ident, $cell:expr, $name:literal, $math:literal) => {
        pub(crate) const $SPEC: Spec = Spec {
            name: $name,
            math: $math,
            cases: || {
                let whole = inputs($cell, 3, 2);
                let states = 4 + usize::from($cell == Cell::Lstm);
                vec![
                    Case::new("steps", &whole, |x| call($cell, false, x)),
                    Case::new("backwards", &whole, |x| call($cell, true, x)),
                    Case::new("no bias", &whole[..states], |x| call($cell, false, x)),
                    Case::new("one step", &inputs($cell, 1, 5), |x| call($cell, false, x)),
                    Case::new("more rows", &inputs($cell, 2, 5), |x| call($cell, false, x)),
                    Case::new("empty", &inputs($cell, 2, 0), |x| call($cell, false, x)),
                ]
            },
            wrong: || {
                let mut few = inputs($cell, 2, 2);
                few[0] = sample(&[2, 2, 4]);
                let mut batch = inputs($cell, 2, 2);
                batch[3] = sample(&[3, 2]);
                vec![
                    Case::new("inputs", &few, |x| call($cell, false, x)),
                    Case::new("batch", &batch, |x| call($cell, false, x)),
                ]
            },
        };
    };
}

spec!(
    RNN,
    Cell::Tanh,
    "rnn",
    "h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)"
);
spec!(
    LSTM,
    Cell::Lstm,
    "lstm",
    "i, f, g, o = σ, σ, tanh, σ of W_ih x_t + b_ih + W_hh h_(t-1) + b_hh, c_t = f c_(t-1) + i g, h_t = o tanh(c_t)"
);
spec!(
    GRU,
    Cell::Gru,
    "gru",
    "r, z = σ(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), n = tanh(W_in x_t + b_in + r (W_hn h_(t-1) + b_hn)), h_t = (1 - z) n + z h_(t-1)"
);

fn dims(shape: &[usize]) -> Dims {
    Dims::from_slice(shape)
}
