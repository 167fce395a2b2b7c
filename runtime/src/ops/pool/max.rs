//! The largest element of each window.

use std::slice::ChunksExact;

use super::windows::Window;
use crate::dtype::{Element, Number};
use crate::memory;
use crate::simd;
use crate::threads::{self, GRAIN};

/// The larger of the two, or NaN.
#[inline(always)]
fn larger<T: PartialOrd + Copy>(a: T, b: T) -> T {
    // NaN is the only number that differs from itself.
    #[allow(clippy::eq_op)]
    let nan = b != b;
    if b > a || nan { b } else { a }
}

/// Whether windows are pairs side by side.
fn paired(windows: &[Window]) -> bool {
    let pair = |(i, w): (usize, &Window)| w.start == 2 * i && w.count == 2 && w.step == 1;
    windows.iter().enumerate().all(pair)
}

pub(super) fn forward<T: Number>(
    x: &[T],
    size: [usize; 2],
    [down, across]: &[Vec<Window>; 2],
) -> Vec<T> {
    let [height, width] = size;
    let plane = height * width;
    let result = down.len() * across.len();
    let mut out = memory::buffer::<T>(x.len() / plane * result);
    let pairs = paired(across);
    threads::pieces(&mut out, result, grain(plane, result), |start, piece| {
        let planes = x[start / result * plane..].chunks_exact(plane);
        simd::widest!(planes_of_max(planes, piece, width, down, across, pairs));
    });
    out
}

// Inlined for certain, so that it gets wide instructions.
#[inline(always)]
fn planes_of_max<T: Number>(
    planes: ChunksExact<'_, T>,
    out: &mut [T],
    width: usize,
    down: &[Window],
    across: &[Window],
    pairs: bool,
) {
    let lowest = <T as Element>::from_f64(f64::NEG_INFINITY);
    let mut line = vec![T::default(); width];
    let result = down.len() * across.len();
    for (x, y) in planes.zip(out.chunks_exact_mut(result)) {
        for (rows, target) in down.iter().zip(y.chunks_exact_mut(across.len())) {
            line.fill(lowest);
            for row in rows.places() {
                let row = &x[row * width..][..width];
                line.iter_mut()
                    .zip(row)
                    .for_each(|(m, &v)| *m = larger(*m, v));
            }
            if pairs {
                let (pairs, _) = line.as_chunks::<2>();
                let targets = target.iter_mut().zip(pairs);
                targets.for_each(|(y, &[a, b])| *y = larger(a, b));
                continue;
            }
            for (y, window) in target.iter_mut().zip(across) {
                *y = window.places().fold(lowest, |m, i| larger(m, line[i]));
            }
        }
    }
}

/// The gradient of `x`: of each window, its first largest element gets that of the result.
pub(super) fn backward<T: Number>(
    x: &[T],
    grad: &[T],
    size: [usize; 2],
    windows: &[Vec<Window>; 2],
) -> Vec<T> {
    let [height, width] = size;
    let plane = height * width;
    let [down, across] = windows;
    let result = down.len() * across.len();
    let mut out = memory::buffer::<T>(x.len());
    let quads = paired(down) && paired(across);
    threads::pieces(
        &mut out,
        plane,
        grain(plane, result) / result * plane,
        |start, piece| {
            let first = start / plane;
            let x = x[start..].chunks_exact(plane);
            let grads = grad[first * result..].chunks_exact(result);
            simd::widest!({
                for ((dx, x), dy) in piece.chunks_exact_mut(plane).zip(x).zip(grads) {
                    if quads {
                        plane_of_quads(dx, x, dy, width, across.len());
                    } else {
                        any_plane(dx, x, dy, width, windows);
                    }
                }
            });
        },
    );
    out
}

/// Elements of the result that one thread computes alone.
fn grain(plane: usize, result: usize) -> usize {
    (GRAIN * result / plane).max(result)
}

#[inline(always)]
fn plane_of_quads<T: Number>(dx: &mut [T], x: &[T], dy: &[T], width: usize, across: usize) {
    let zero = T::default();
    let rows = dx.len() / width / 2;
    for ((dx, x), dy) in dx
        .chunks_exact_mut(2 * width)
        .zip(x.chunks_exact(2 * width))
        .zip(dy.chunks_exact(across))
    {
        let ((upper, lower), (upper_dx, lower_dx)) = (x.split_at(width), dx.split_at_mut(width));
        let (upper, _) = upper.as_chunks::<2>();
        let (lower, _) = lower.as_chunks::<2>();
        let (upper_dx, upper_rest) = upper_dx.as_chunks_mut::<2>();
        let (lower_dx, lower_rest) = lower_dx.as_chunks_mut::<2>();
        upper_rest.fill(zero);
        lower_rest.fill(zero);
        for i in 0..across {
            let ([a, b], [c, d]) = (upper[i], lower[i]);
            let m = larger(larger(a, b), larger(c, d));
            let g = dy[i];
            let (first, second, third) = (a == m, b == m, c == m);
            let pick = |yes: bool| if yes { g } else { zero };
            upper_dx[i] = [pick(first), pick(!first & second)];
            let rest = !(first | second);
            lower_dx[i] = [pick(rest & third), pick(rest & !third)];
        }
    }
    dx[rows * 2 * width..].fill(zero);
}

fn any_plane<T: Number>(dx: &mut [T], x: &[T], dy: &[T], width: usize, windows: &[Vec<Window>; 2]) {
    dx.fill(T::default());
    let [down, across] = windows;
    for (rows, dy) in down.iter().zip(dy.chunks_exact(across.len())) {
        for (columns, &g) in across.iter().zip(dy) {
            let mut best: Option<(T, usize)> = None;
            for row in 0..rows.count {
                let start = (rows.start + row * rows.step) * width + columns.start;
                for column in 0..columns.count {
                    let at = start + column * columns.step;
                    let v = x[at];
                    #[allow(clippy::eq_op)]
                    let nan = v != v;
                    if best.is_none_or(|(m, _)| v > m || nan) {
                        best = Some((v, at));
                    }
                }
            }
            if let Some((_, at)) = best {
                dx[at] += g;
            }
        }
    }
}
