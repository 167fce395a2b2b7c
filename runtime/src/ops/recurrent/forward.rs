//! All steps of a recurrent layer.

use std::sync::{Mutex, PoisonError};

use super::cell::{Cell, Float, Forward};
use super::{Kept, Recurrent, Sizes, dims, parts, split};
use crate::gemm::{self, Matrix, Right};
use crate::memory;
use crate::simd;
use crate::tensor::Tensor;
use crate::threads;

/// What a thread fills: its rows of every step.
struct Part<'a, T> {
    gates: Vec<&'a mut [T]>,
    extra: Vec<&'a mut [T]>,
    out: Vec<&'a mut [T]>,
    /// The states before the first step.
    h: Vec<T>,
    c: Vec<T>,
}

/// What every step adds to its gates.
struct Biases<T> {
    gates: Vec<T>,
    /// A row of what the state adds up to, before the state is in it.
    state: Vec<T>,
}

impl Recurrent {
    pub(super) fn run<T: Float>(&self, sizes: &Sizes, x: &[&Tensor]) -> Tensor {
        let &Sizes {
            steps,
            batch,
            inputs,
            hidden,
            gates: width,
        } = sizes;
        let rows = steps * batch;
        let (values, w_ih, w_hh) = (x[0].values::<T>(), x[1].values::<T>(), x[2].values::<T>());
        let mut gates = memory::buffer::<T>(rows * width);
        gemm::multiply(
            Matrix::row_major(&values, rows, inputs),
            Matrix::row_major(&w_ih, width, inputs).transposed(),
            &mut gates,
        );
        let has_extra = matches!(self.cell, Cell::Lstm | Cell::Gru);
        let mut extra = memory::buffer::<T>(if has_extra { rows * hidden } else { 0 });
        let tables = steps + usize::from(self.is_lstm());
        let mut out = memory::buffer::<T>(tables * batch * hidden);

        let counts = parts(sizes);
        let biases = self.biases::<T>(sizes, x);
        let right = Right::new(
            Matrix::row_major(&w_hh, width, hidden).transposed(),
            counts[0],
            steps,
        );
        let states = |i: usize| {
            let values = x[i].values::<T>();
            let mut first = 0;
            let part = |&count: &usize| {
                let range = first * hidden..(first + count) * hidden;
                first += count;
                values[range].to_vec()
            };
            counts.iter().map(part).collect::<Vec<_>>()
        };
        let cells = if self.is_lstm() {
            states(4)
        } else {
            counts
                .iter()
                .map(|&count| vec![T::default(); count * hidden])
                .collect()
        };
        let extra_width = if has_extra { hidden } else { 0 };
        let work: Vec<Mutex<Part<'_, T>>> = split(&mut gates, steps, width, &counts)
            .into_iter()
            .zip(split(&mut extra, steps, extra_width, &counts))
            .zip(split(&mut out, tables, hidden, &counts))
            .zip(states(3).into_iter().zip(cells))
            .map(|(((gates, extra), out), (h, c))| {
                Mutex::new(Part {
                    gates,
                    extra,
                    out,
                    h,
                    c,
                })
            })
            .collect();
        threads::collect(work.len(), true, |i| {
            let mut part = work[i].lock().unwrap_or_else(PoisonError::into_inner);
            self.steps(&mut part, sizes, &right, &biases);
        });
        drop(work);

        let kept = Kept {
            gates: if has_extra {
                Tensor::from_values(gates, dims(&[steps, batch, width]))
            } else {
                Tensor::from_values(Vec::<T>::new(), dims(&[0]))
            },
            extra: Tensor::from_values(extra, dims(&[rows, extra_width])),
        };
        // An op runs once, so nothing is there yet.
        let _ = self.kept.set(kept);
        Tensor::from_values(out, dims(&[tables, batch, hidden]))
    }

    fn biases<T: Float>(&self, sizes: &Sizes, x: &[&Tensor]) -> Biases<T> {
        let width = sizes.gates;
        let state_width = if self.cell == Cell::Gru { width } else { 0 };
        let mut biases = Biases {
            gates: vec![T::default(); width],
            state: vec![T::default(); state_width],
        };
        let Some(at) = self.bias_at(x.len()) else {
            return biases;
        };
        let (b_ih, b_hh) = (x[at].values::<T>(), x[at + 1].values::<T>());
        for (j, bias) in biases.gates.iter_mut().enumerate() {
            *bias = b_ih[j];
            // A GRU multiplies the last part of the state's with r before it is added.
            if self.cell == Cell::Gru && j >= 2 * sizes.hidden {
                biases.state[j] = b_hh[j];
            } else {
                *bias += b_hh[j];
            }
        }
        biases
    }

    fn steps<T: Float>(
        &self,
        part: &mut Part<'_, T>,
        sizes: &Sizes,
        right: &Right<'_, T>,
        biases: &Biases<T>,
    ) {
        let (hidden, width) = (sizes.hidden, sizes.gates);
        let Part {
            gates,
            extra,
            out,
            h,
            c,
        } = part;
        let count = h.len() / hidden.max(1);
        let state_width = biases.state.len();
        let mut state = vec![T::default(); count * state_width];
        for i in 0..sizes.steps {
            let t = self.step(i, sizes.steps);
            let before = Matrix::row_major(h, count, hidden);
            if self.cell == Cell::Gru {
                for row in state.chunks_exact_mut(width) {
                    row.copy_from_slice(&biases.state);
                }
                right.add_product(before, &mut state);
            } else {
                right.add_product(before, gates[t]);
            }
            for n in 0..count {
                let row = Forward {
                    gates: &mut gates[t][n * width..][..width],
                    bias: &biases.gates,
                    extra: &mut state[n * state_width..][..state_width],
                    h: &mut h[n * hidden..][..hidden],
                    c: &mut c[n * hidden..][..hidden],
                };
                simd::dispatch((self.cell, row));
            }
            out[t].copy_from_slice(h);
            match self.cell {
                Cell::Lstm => extra[t].copy_from_slice(c),
                Cell::Gru => {
                    let rows = state.chunks_exact(width);
                    for (target, row) in extra[t].chunks_exact_mut(hidden).zip(rows) {
                        target.copy_from_slice(&row[2 * hidden..]);
                    }
                }
                Cell::Tanh | Cell::Relu => {}
            }
        }
        if self.is_lstm() {
            out[sizes.steps].copy_from_slice(c);
        }
    }
}
