//! A tensor as lines along one of its dims.

use crate::dtype::Element;
use crate::memory;
use crate::ops::kernel::Real;
use crate::shape;
use crate::simd::{self, Work};
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// A tensor as a block of `outer * length * inner` elements around one dim.
pub(crate) struct Around {
    pub(crate) outer: usize,
    pub(crate) length: usize,
    pub(crate) inner: usize,
}

impl Around {
    pub(crate) fn dim(shape: &[usize], dim: usize) -> Around {
        Around {
            outer: shape::numel(&shape[..dim]),
            length: shape[dim],
            inner: shape::numel(&shape[dim + 1..]),
        }
    }

    /// Where entry `place` of the dim lies, in line `i` of the `outer * inner` lines along it.
    pub(crate) fn at(&self, i: usize, place: usize) -> usize {
        (i / self.inner * self.length + place) * self.inner + i % self.inner
    }
}

/// eˣ⁻ᵐ of each element in `out`, where m is the largest; m, and the sum of these.
///
/// In one pass, and 16 sums side by side: this is most of what a softmax costs.
#[inline(always)]
pub(crate) fn exponentials<T: Real>(line: &[T], out: &mut [T], fused: bool) -> (T, T) {
    const BLOCK: usize = 512;
    const LANES: usize = 16;
    let m = largest(line, T::from_f64(f64::NEG_INFINITY));
    let (mut total, mut lost) = (T::default(), T::default());
    for (xs, ys) in line.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
        let mut lanes = [T::default(); LANES];
        let (xs, x_rest) = xs.as_chunks::<LANES>();
        let (ys, y_rest) = ys.as_chunks_mut::<LANES>();
        for (y, x) in ys.iter_mut().zip(xs) {
            for i in 0..LANES {
                y[i] = (x[i] - m).exponential_below_0(fused);
                lanes[i] += y[i];
            }
        }
        for ((y, &x), lane) in y_rest.iter_mut().zip(x_rest).zip(&mut lanes) {
            *y = (x - m).exponential_below_0(fused);
            *lane += *y;
        }
        // What rounding loses is carried over from block to block (Kahan, 1965).
        let part = lanes.iter().fold(T::default(), |sum, &lane| sum + lane) - lost;
        let next = total + part;
        lost = (next - total) - part;
        total = next;
    }
    (m, total)
}

/// The largest element of a line; NaN is passed over.
#[inline(always)]
pub(crate) fn largest<T: Element>(line: &[T], lowest: T) -> T {
    // Side by side, as in sums: one after the other they would wait for each other.
    let mut lanes = [lowest; 32];
    let (chunks, rest) = line.as_chunks::<32>();
    let pick = |a: T, b: T| if b > a { b } else { a };
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = pick(*lane, v);
        }
    }
    lanes.iter().chain(rest).copied().fold(lowest, pick)
}

/// A function of every line along a dim to a line of the same length.
pub(crate) fn along<T: Element>(
    x: &Tensor,
    dim: usize,
    f: impl Fn(&[T], &mut [T]) + Sync,
) -> Tensor {
    struct Plain<F>(F);

    impl<T, F: Fn(&[T], &mut [T]) + Sync> LineWork<T> for Plain<F> {
        #[inline(always)]
        fn run(&self, line: &[T], out: &mut [T], _: bool) {
            (self.0)(line, out);
        }
    }

    lines(x, dim, &Plain(f))
}

/// What is done to each line, see [`Work`].
pub(crate) trait LineWork<T>: Sync {
    /// Fills `out`, which is as long as the line.
    fn run(&self, line: &[T], out: &mut [T], fused: bool);
}

/// As [`along`], for work that is not small.
pub(crate) fn lines<T: Element, W: LineWork<T>>(x: &Tensor, dim: usize, work: &W) -> Tensor {
    if dim + 1 < x.ndim() {
        let last = x.ndim() - 1;
        let turned = lines(&x.detach().transpose(dim, last), last, work);
        return turned.transpose(dim, last).contiguous();
    }
    let length = x.shape()[dim];
    let values = x.values::<T>();
    let mut out = memory::buffer::<T>(values.len());
    if length > 0 {
        threads::pieces(&mut out, length, GRAIN / 8, |start, piece| {
            simd::dispatch(Lines {
                values: &values[start..start + piece.len()],
                out: piece,
                length,
                work,
            });
        });
    }
    Tensor::from_values(out, x.0.layout.shape.clone())
}

/// Some lines that lie one after the other.
struct Lines<'a, T, W> {
    values: &'a [T],
    out: &'a mut [T],
    length: usize,
    work: &'a W,
}

impl<T: Element, W: LineWork<T>> Work for Lines<'_, T, W> {
    type Output = ();

    #[inline(always)]
    fn run(self, fused: bool) {
        let targets = self.out.chunks_exact_mut(self.length);
        for (line, target) in self.values.chunks_exact(self.length).zip(targets) {
            self.work.run(line, target, fused);
        }
    }
}
