//! The mean of each window.

use std::slice::ChunksExact;

use super::windows::Window;
use crate::dtype::{Element, Number};
use crate::memory;
use crate::simd;
use crate::threads::{self, GRAIN};

pub(super) fn forward<T: Number>(
    x: &[T],
    size: [usize; 2],
    [down, across]: &[Vec<Window>; 2],
) -> Vec<T> {
    let [height, width] = size;
    let plane = height * width;
    let result = down.len() * across.len();
    let mut out = memory::buffer::<T>(x.len() / plane * result);
    let grain = (GRAIN * result / plane).max(result);
    threads::pieces(&mut out, result, grain, |start, piece| {
        let planes = x[start / result * plane..].chunks_exact(plane);
        simd::widest!(means(planes, piece, width, down, across));
    });
    out
}

/// What a mean multiplies its sum by.
fn share<T: Number>(rows: &Window, columns: &Window) -> T {
    Element::from_f64(1.0 / (rows.divisor * columns.divisor) as f64)
}

/// The gradient of the input, `planes` of the given size.
pub(super) fn backward<T: Number>(
    grad: &[T],
    planes: usize,
    size: [usize; 2],
    [down, across]: &[Vec<Window>; 2],
) -> Vec<T> {
    let [height, width] = size;
    let plane = height * width;
    let result = down.len() * across.len();
    let mut out = memory::buffer::<T>(planes * plane);
    threads::pieces(&mut out, plane, GRAIN, |start, piece| {
        let grads = grad[start / plane * result..].chunks_exact(result);
        simd::widest!(shares(grads, piece, plane, width, down, across));
    });
    out
}

// Inlined for certain, so that they get wide instructions.
#[inline(always)]
fn means<T: Number>(
    planes: ChunksExact<'_, T>,
    out: &mut [T],
    width: usize,
    down: &[Window],
    across: &[Window],
) {
    let mut line = vec![T::default(); width];
    let result = down.len() * across.len();
    for (x, y) in planes.zip(out.chunks_exact_mut(result)) {
        for (rows, target) in down.iter().zip(y.chunks_exact_mut(across.len())) {
            line.fill(T::default());
            for row in rows.places() {
                let row = &x[row * width..][..width];
                line.iter_mut().zip(row).for_each(|(sum, &v)| *sum += v);
            }
            for (y, window) in target.iter_mut().zip(across) {
                let mut sum = T::default();
                for i in window.places() {
                    sum += line[i];
                }
                *y = sum * share(rows, window);
            }
        }
    }
}

#[inline(always)]
fn shares<T: Number>(
    grads: ChunksExact<'_, T>,
    out: &mut [T],
    plane: usize,
    width: usize,
    down: &[Window],
    across: &[Window],
) {
    let mut line = vec![T::default(); width];
    for (dx, dy) in out.chunks_exact_mut(plane).zip(grads) {
        dx.fill(T::default());
        for (rows, dy) in down.iter().zip(dy.chunks_exact(across.len())) {
            line.fill(T::default());
            for (window, &g) in across.iter().zip(dy) {
                let g = g * share(rows, window);
                for i in window.places() {
                    line[i] += g;
                }
            }
            for row in rows.places() {
                let target = &mut dx[row * width..][..width];
                target.iter_mut().zip(&line).for_each(|(y, &g)| *y += g);
            }
        }
    }
}
