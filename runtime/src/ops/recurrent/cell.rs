//! One step of each recurrent layer, and the way back, on rows of numbers.
//!
//! A row of gates holds what the input and the state add up to, one part of `hidden` numbers for
//! each gate; the forward step replaces it with the gates themselves, which the way back reads.

use crate::gemm::Factor;
use crate::ops::kernel::Real;
use crate::simd::Work;

/// A float that recurrent layers compute with.
pub(super) trait Float: Factor + Real {}

impl Float for f32 {}
impl Float for f64 {}

/// Which layer, as PyTorch orders its gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// h = tanh(a)
    Tanh,
    /// h = max(0, a)
    Relu,
    /// i, f, g, o: c = f c + i g, h = o tanh(c)
    Lstm,
    /// r, z, n: n = tanh(a + r u), h = (1 - z) n + z h, with u from the state alone
    Gru,
}

/// One row of a forward step.
pub(super) struct Forward<'a, T> {
    pub(super) gates: &'a mut [T],
    /// What is added to the gates: both biases.
    pub(super) bias: &'a [T],
    /// u of a GRU, with its bias.
    pub(super) extra: &'a mut [T],
    /// The state before the step, and after it.
    pub(super) h: &'a mut [T],
    /// The cell state of an LSTM before the step, and after it.
    pub(super) c: &'a mut [T],
}

/// One row of a step back.
pub(super) struct Backward<'a, T> {
    pub(super) gates: &'a [T],
    /// u of a GRU.
    pub(super) extra: &'a [T],
    /// The state after the step.
    pub(super) h: &'a [T],
    /// The state before the step.
    pub(super) h_before: &'a [T],
    pub(super) c: &'a [T],
    pub(super) c_before: &'a [T],
    /// The gradient of the state after the step; what reaches the state before it directly is left
    /// there.
    pub(super) dh: &'a mut [T],
    /// The gradient of the cell state after the step, replaced with that before it.
    pub(super) dc: &'a mut [T],
    /// The gradient of what the gates added up.
    pub(super) d_gates: &'a mut [T],
    /// The same of the part that comes from the state, where it differs (a GRU's).
    pub(super) d_hidden: &'a mut [T],
}

impl Cell {
    /// How many parts a row of gates has.
    pub(crate) fn gates(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Cell::Tanh | Cell::Relu => "rnn",
            Cell::Gru => "gru",
            Cell::Lstm => "lstm",
        }
    }
}

impl<T: Float> Work for (Cell, Forward<'_, T>) {
    type Output = ();

    #[inline(always)]
    fn run(self, fused: bool) {
        let (cell, row) = self;
        match cell {
            Cell::Tanh => rnn(
                row,
                #[inline(always)]
                |a| a.hyperbolic_tangent(fused),
            ),
            Cell::Relu => rnn(
                row,
                #[inline(always)]
                |a| if a < T::default() { T::default() } else { a },
            ),
            Cell::Lstm => lstm(row, fused),
            Cell::Gru => gru(row, fused),
        }
    }
}

impl<T: Float> Work for (Cell, Backward<'_, T>) {
    type Output = ();

    #[inline(always)]
    fn run(self, fused: bool) {
        let (cell, row) = self;
        match cell {
            Cell::Tanh => rnn_back(
                row,
                #[inline(always)]
                |h| T::from_f64(1.0) - h * h,
            ),
            Cell::Relu => rnn_back(
                row,
                #[inline(always)]
                |h| T::from_f64(if h > T::default() { 1.0 } else { 0.0 }),
            ),
            Cell::Lstm => lstm_back(row, fused),
            Cell::Gru => gru_back(row),
        }
    }
}

/// The parts of a row, one for each gate.
#[inline(always)]
fn parts<T, const N: usize>(row: &[T]) -> [&[T]; N] {
    let size = row.len() / N;
    std::array::from_fn(|i| &row[i * size..(i + 1) * size])
}

#[inline(always)]
fn parts_mut<T, const N: usize>(row: &mut [T]) -> [&mut [T]; N] {
    let size = row.len() / N;
    let mut parts = row.chunks_exact_mut(size);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

#[inline(always)]
fn rnn<T: Float>(row: Forward<'_, T>, f: impl Fn(T) -> T) {
    for ((h, &a), &b) in row.h.iter_mut().zip(row.gates.iter()).zip(row.bias) {
        *h = f(a + b);
    }
}

#[inline(always)]
fn rnn_back<T: Float>(row: Backward<'_, T>, slope: impl Fn(T) -> T) {
    let size = row.h.len();
    let (dh, d_gates) = (&mut row.dh[..size], &mut row.d_gates[..size]);
    for j in 0..size {
        d_gates[j] = dh[j] * slope(row.h[j]);
        dh[j] = T::default();
    }
}

#[inline(always)]
fn lstm<T: Float>(row: Forward<'_, T>, fused: bool) {
    let size = row.h.len();
    let [i, f, g, o] = parts_mut::<T, 4>(row.gates);
    let [bi, bf, bg, bo] = parts::<T, 4>(row.bias);
    let (h, c) = (&mut row.h[..size], &mut row.c[..size]);
    let (i, f, g, o) = (
        &mut i[..size],
        &mut f[..size],
        &mut g[..size],
        &mut o[..size],
    );
    let (bi, bf, bg, bo) = (&bi[..size], &bf[..size], &bg[..size], &bo[..size]);
    for j in 0..size {
        i[j] = (i[j] + bi[j]).logistic(fused);
        f[j] = (f[j] + bf[j]).logistic(fused);
        g[j] = (g[j] + bg[j]).hyperbolic_tangent(fused);
        o[j] = (o[j] + bo[j]).logistic(fused);
        c[j] = f[j] * c[j] + i[j] * g[j];
        h[j] = o[j] * c[j].hyperbolic_tangent(fused);
    }
}

#[inline(always)]
fn lstm_back<T: Float>(row: Backward<'_, T>, fused: bool) {
    let one = T::from_f64(1.0);
    let size = row.h.len();
    let [i, f, g, o] = parts::<T, 4>(row.gates).map(|part| &part[..size]);
    let [di, df, dg, d_o] = parts_mut::<T, 4>(row.d_gates).map(|part| &mut part[..size]);
    let (dh, dc) = (&mut row.dh[..size], &mut row.dc[..size]);
    let (c, before) = (&row.c[..size], &row.c_before[..size]);
    for j in 0..size {
        let t = c[j].hyperbolic_tangent(fused);
        let d = dc[j] + dh[j] * o[j] * (one - t * t);
        di[j] = d * g[j] * i[j] * (one - i[j]);
        df[j] = d * before[j] * f[j] * (one - f[j]);
        dg[j] = d * i[j] * (one - g[j] * g[j]);
        d_o[j] = dh[j] * t * o[j] * (one - o[j]);
        dc[j] = d * f[j];
        dh[j] = T::default();
    }
}

#[inline(always)]
fn gru<T: Float>(row: Forward<'_, T>, fused: bool) {
    let one = T::from_f64(1.0);
    let size = row.h.len();
    let [r, z, n] = parts_mut::<T, 3>(row.gates).map(|part| &mut part[..size]);
    let [br, bz, bn] = parts::<T, 3>(row.bias).map(|part| &part[..size]);
    // Of the state's part only the last third is kept, with its bias in it.
    let [ur, uz, un] = parts_mut::<T, 3>(row.extra).map(|part| &mut part[..size]);
    let h = &mut row.h[..size];
    for j in 0..size {
        r[j] = (r[j] + ur[j] + br[j]).logistic(fused);
        z[j] = (z[j] + uz[j] + bz[j]).logistic(fused);
        n[j] = (n[j] + bn[j] + r[j] * un[j]).hyperbolic_tangent(fused);
        h[j] = (one - z[j]) * n[j] + z[j] * h[j];
    }
}

#[inline(always)]
fn gru_back<T: Float>(row: Backward<'_, T>) {
    let one = T::from_f64(1.0);
    let size = row.h.len();
    let [r, z, n] = parts::<T, 3>(row.gates).map(|part| &part[..size]);
    let [dr, dz, dn] = parts_mut::<T, 3>(row.d_gates).map(|part| &mut part[..size]);
    let [er, ez, en] = parts_mut::<T, 3>(row.d_hidden).map(|part| &mut part[..size]);
    let (dh, u, before) = (
        &mut row.dh[..size],
        &row.extra[..size],
        &row.h_before[..size],
    );
    for j in 0..size {
        let d = dh[j];
        let d_n = d * (one - z[j]) * (one - n[j] * n[j]);
        let d_r = d_n * u[j] * r[j] * (one - r[j]);
        let d_z = d * (before[j] - n[j]) * z[j] * (one - z[j]);
        (dr[j], dz[j], dn[j]) = (d_r, d_z, d_n);
        (er[j], ez[j], en[j]) = (d_r, d_z, d_n * r[j]);
        dh[j] = d * z[j];
    }
}
