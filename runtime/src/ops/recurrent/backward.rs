//! The way back through all steps of a recurrent layer.

use std::sync::{Mutex, PoisonError};

use super::cell::{Backward, Cell, Float};
use super::{Kept, Recurrent, Sizes, dims, parts, split};
use crate::autograd::Saved;
use crate::gemm::{self, Matrix, Right};
use crate::memory;
use crate::ops::kernel;
use crate::simd;
use crate::tensor::Tensor;
use crate::threads;

/// What a thread fills: its rows of every step.
struct Part<'a, T> {
    d_gates: Vec<&'a mut [T]>,
    d_hidden: Vec<&'a mut [T]>,
    /// The gradients of the states before the first step, once it is done.
    dh: Vec<T>,
    dc: Vec<T>,
    /// Its first row in the batch.
    first: usize,
}

/// What all threads read; `[t, n, ..]` unless said otherwise.
struct Given<'a, T> {
    gates: &'a [T],
    extra: &'a [T],
    out: &'a [T],
    grad: &'a [T],
    /// `[n, h]`
    h_0: &'a [T],
    /// `[n, h]`; empty without cell states.
    c_0: &'a [T],
}

impl Recurrent {
    pub(super) fn run_back<T: Float>(
        &self,
        sizes: &Sizes,
        saved: &Saved,
        kept: &Kept,
        grad: &Tensor,
    ) -> Vec<Option<Tensor>> {
        let &Sizes {
            steps,
            batch,
            inputs,
            hidden,
            gates: width,
        } = sizes;
        let rows = steps * batch;
        let is_gru = self.cell == Cell::Gru;
        let (gates, extra) = (kept.gates.values::<T>(), kept.extra.values::<T>());
        let (out, grads) = (saved.output().values::<T>(), grad.values::<T>());
        let h_0 = saved.input(3).values::<T>();
        let c_0 = self.is_lstm().then(|| saved.input(4).values::<T>());
        let given = Given {
            gates: &gates,
            extra: &extra,
            out: &out,
            grad: &grads,
            h_0: &h_0,
            c_0: c_0.as_deref().unwrap_or_default(),
        };

        let mut d_gates = memory::buffer::<T>(rows * width);
        let hidden_width = if is_gru { width } else { 0 };
        let mut d_hidden = memory::buffer::<T>(rows * hidden_width);
        let counts = parts(sizes);
        let w_hh = saved.input(2).values::<T>();
        let right = Right::new(Matrix::row_major(&w_hh, width, hidden), counts[0], steps);
        let mut first = 0;
        let work: Vec<Mutex<Part<'_, T>>> = split(&mut d_gates, steps, width, &counts)
            .into_iter()
            .zip(split(&mut d_hidden, steps, hidden_width, &counts))
            .zip(&counts)
            .map(|((d_gates, d_hidden), &count)| {
                let dc = if self.is_lstm() {
                    grads[(rows + first) * hidden..][..count * hidden].to_vec()
                } else {
                    vec![T::default(); count * hidden]
                };
                first += count;
                Mutex::new(Part {
                    d_gates,
                    d_hidden,
                    dh: vec![T::default(); count * hidden],
                    dc,
                    first: first - count,
                })
            })
            .collect();
        let states = threads::collect(work.len(), true, |i| {
            let mut part = work[i].lock().unwrap_or_else(PoisonError::into_inner);
            self.steps_back(&mut part, sizes, &right, &given);
            (std::mem::take(&mut part.dh), std::mem::take(&mut part.dc))
        });
        drop(work);
        let (dh, dc): (Vec<Vec<T>>, Vec<Vec<T>>) = states.into_iter().unzip();

        // What a product with the transposed gradients gives, [g h, columns].
        let product = |d: &[T], right: Matrix<'_, T>| {
            let mut out = memory::buffer::<T>(width * right.columns);
            gemm::multiply(
                Matrix::row_major(d, rows, width).transposed(),
                right,
                &mut out,
            );
            Tensor::from_values(out, dims(&[width, right.columns]))
        };
        let of_state: &[T] = if is_gru { &d_hidden } else { &d_gates };
        let d_x = || {
            let w_ih = saved.input(1).values::<T>();
            let mut out = memory::buffer::<T>(rows * inputs);
            let left = Matrix::row_major(&d_gates, rows, width);
            gemm::multiply(left, Matrix::row_major(&w_ih, width, inputs), &mut out);
            Tensor::from_values(out, dims(&[steps, batch, inputs]))
        };
        let d_w_ih = || {
            let x = saved.input(0).values::<T>();
            product(&d_gates, Matrix::row_major(&x, rows, inputs))
        };
        let d_w_hh = || {
            let mut before = memory::buffer::<T>(rows * hidden);
            for (t, state) in before.chunks_exact_mut((batch * hidden).max(1)).enumerate() {
                state.copy_from_slice(self.before(t, sizes, &given.out[..rows * hidden], &h_0));
            }
            let grad = product(of_state, Matrix::row_major(&before, rows, hidden));
            memory::recycle(before);
            grad
        };
        let state =
            |parts: Vec<Vec<T>>| Tensor::from_values(parts.concat(), dims(&[batch, hidden]));
        let mut found = vec![
            saved.needs(0).then(d_x),
            saved.needs(1).then(d_w_ih),
            saved.needs(2).then(d_w_hh),
            saved.needs(3).then(|| state(dh)),
        ];
        if self.is_lstm() {
            found.push(saved.needs(4).then(|| state(dc)));
        }
        if let Some(at) = self.bias_at(saved.count()) {
            let sum = |d: Vec<T>| {
                let table = Tensor::from_values(d, dims(&[rows, width]));
                kernel::sum(&table, &[0], false)
            };
            let needed = saved.needs(at) || saved.needs(at + 1);
            let of_input = needed.then(|| sum(d_gates));
            let of_state = if is_gru {
                saved.needs(at + 1).then(|| sum(d_hidden))
            } else {
                of_input.clone()
            };
            found.push(of_input);
            found.push(of_state);
        }
        found
    }

    /// The table of the step that was computed before step `t`.
    fn before<'a, T>(&self, t: usize, sizes: &Sizes, tables: &'a [T], first: &'a [T]) -> &'a [T] {
        let size = sizes.batch * sizes.hidden;
        let place = if self.reverse {
            (t + 1 < sizes.steps).then_some(t + 1)
        } else {
            t.checked_sub(1)
        };
        match place {
            Some(place) => &tables[place * size..][..size],
            None => first,
        }
    }

    fn steps_back<T: Float>(
        &self,
        part: &mut Part<'_, T>,
        sizes: &Sizes,
        right: &Right<'_, T>,
        given: &Given<'_, T>,
    ) {
        let (hidden, width) = (sizes.hidden, sizes.gates);
        let (is_lstm, is_gru) = (self.is_lstm(), self.cell == Cell::Gru);
        let has_gates = is_lstm || is_gru;
        let Part {
            d_gates,
            d_hidden,
            dh,
            dc,
            first,
        } = part;
        let count = dh.len() / hidden.max(1);
        for i in (0..sizes.steps).rev() {
            let t = self.step(i, sizes.steps);
            let at = (t * sizes.batch + *first) * hidden;
            let grad = &given.grad[at..][..count * hidden];
            dh.iter_mut().zip(grad).for_each(|(d, &g)| *d += g);
            let h_before = &self.before(t, sizes, given.out, given.h_0)[*first * hidden..];
            let c_before = match is_lstm {
                true => &self.before(t, sizes, given.extra, given.c_0)[*first * hidden..],
                false => &[],
            };
            for n in 0..count {
                let row = t * sizes.batch + *first + n;
                let row = Backward {
                    gates: some(given.gates, has_gates, row, width),
                    extra: some(given.extra, is_gru, row, hidden),
                    h: some(given.out, true, row, hidden),
                    h_before: some(h_before, true, n, hidden),
                    c: some(given.extra, is_lstm, row, hidden),
                    c_before: some(c_before, is_lstm, n, hidden),
                    dh: &mut dh[n * hidden..][..hidden],
                    dc: &mut dc[n * hidden..][..hidden],
                    d_gates: &mut d_gates[t][n * width..][..width],
                    d_hidden: match is_gru {
                        true => &mut d_hidden[t][n * width..][..width],
                        false => &mut [],
                    },
                };
                simd::dispatch((self.cell, row));
            }
            let d = if is_gru { &d_hidden[t] } else { &d_gates[t] };
            right.add_product(Matrix::row_major(d, count, width), dh);
        }
    }
}

/// A row of a table that the layer has; nothing of one that it has not.
fn some<T>(values: &[T], has: bool, row: usize, width: usize) -> &[T] {
    if has {
        &values[row * width..][..width]
    } else {
        &[]
    }
}
