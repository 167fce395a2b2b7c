//! A tensor as lines along one of its dims.

use crate::dtype::Element;
use crate::memory;
use crate::shape;
use crate::simd;
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

/// The largest element of a line; NaN is passed over.
#[inline(always)]
pub(crate) fn largest<T: Element>(line: &[T], lowest: T) -> T {
    // Side by side, as in sums: one after the other they would wait for each other.
    let mut lanes = [lowest; 16];
    let chunks = line.chunks_exact(16);
    let rest = chunks.remainder();
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
    if dim + 1 < x.ndim() {
        let last = x.ndim() - 1;
        let turned = along(&x.detach().transpose(dim, last), last, f);
        return turned.transpose(dim, last).contiguous();
    }
    let length = x.shape()[dim];
    let values = x.values::<T>();
    let mut out = memory::buffer::<T>(values.len());
    if length > 0 {
        threads::pieces(&mut out, length, GRAIN / 8, |start, piece| {
            let part = &values[start..start + piece.len()];
            simd::widest(|| {
                for (line, target) in part
                    .chunks_exact(length)
                    .zip(piece.chunks_exact_mut(length))
                {
                    f(line, target);
                }
            });
        });
    }
    Tensor::from_values(out, x.0.layout.shape.clone())
}
