//! Sums of squared deviations from the mean, in one pass over memory.
//!
//! Each block that fits a cache has its mean and its sum taken in turn; blocks are combined as in
//! Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
//! variances" (1979), in f64.

use crate::dtype::Number;
use crate::memory;
use crate::ops::kernel::{Around, pairwise_sum};
use crate::simd;
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// The count, the mean and the sum of squared deviations of some numbers.
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn and(self, other: Moments) -> Moments {
        let count = self.count + other.count;
        if self.count == 0.0 {
            return other;
        }
        let delta = other.mean - self.mean;
        Moments {
            count,
            mean: self.mean + delta * other.count / count,
            squares: self.squares
                + other.squares
                + delta * delta * self.count * other.count / count,
        }
    }
}

const BLOCK: usize = 4096;

/// Σ (v - mean)²
pub(crate) fn squares_around<T: Number>(values: &[T], mean: T) -> f64 {
    simd::widest!({
        const LANES: usize = 32;
        let mut lanes = [T::default(); LANES];
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, &v) in lanes.iter_mut().zip(chunk) {
                let d = v - mean;
                *lane += d * d;
            }
        }
        let mut sum = 0.0;
        for &v in rest {
            let d = (v - mean).to_f64();
            sum += d * d;
        }
        lanes.iter().fold(sum, |sum, lane| sum + lane.to_f64())
    })
}

fn of_block<T: Number>(values: &[T]) -> Moments {
    let count = values.len() as f64;
    let mean = T::from_f64(pairwise_sum(values).to_f64() / count);
    Moments {
        count,
        mean: mean.to_f64(),
        squares: squares_around(values, mean),
    }
}

fn of_line<T: Number>(values: &[T], parallel: bool) -> Moments {
    let blocks = values.len().div_ceil(BLOCK);
    let block = |i: usize| of_block(&values[i * BLOCK..values.len().min((i + 1) * BLOCK)]);
    if parallel && values.len() > 2 * GRAIN {
        let all = threads::collect(blocks, true, block);
        return all.into_iter().fold(Moments::default(), Moments::and);
    }
    (0..blocks)
        .map(block)
        .fold(Moments::default(), Moments::and)
}

/// `finish(Σ (x - mean)²)` along the dims `dims`, which are the first or the last ones or are
/// brought there; the result has the shape `shape`.
pub(crate) fn squared_deviations<T: Number>(
    x: &Tensor,
    dims: &[usize],
    finish: impl Fn(f64) -> f64 + Sync,
) -> Vec<T> {
    let reduced = |d: &usize| dims.contains(d);
    let first = (0..x.ndim()).take_while(reduced).count();
    let count: usize = dims.iter().map(|&d| x.shape()[d]).product();
    let lines = x
        .shape()
        .iter()
        .enumerate()
        .filter(|(d, _)| !dims.contains(d));
    let lines: usize = lines.map(|(_, &size)| size).product();
    let mut out = memory::buffer::<T>(lines);
    if first == dims.len() && lines > 1 {
        let around = Around {
            outer: 1,
            length: count,
            inner: lines,
        };
        columns(&x.values::<T>(), &around, &mut out, finish);
        return out;
    }
    let kept = (0..x.ndim()).filter(|d| !dims.contains(d));
    let order: Vec<usize> = kept.chain((0..x.ndim()).filter(reduced)).collect();
    let turned = x.detach().permute(order);
    let values = turned.values::<T>();
    if lines == 1 {
        out[0] = T::from_f64(finish(of_line(&values, true).squares));
        return out;
    }
    threads::pieces(
        &mut out,
        1,
        (GRAIN / count.max(1)).max(1),
        |start, piece| {
            for (i, y) in piece.iter_mut().enumerate() {
                let at = (start + i) * count;
                *y = T::from_f64(finish(of_line(&values[at..at + count], false).squares));
            }
        },
    );
    out
}

/// As above for the columns of a table.
fn columns<T: Number>(
    values: &[T],
    around: &Around,
    out: &mut [T],
    finish: impl Fn(f64) -> f64 + Sync,
) {
    const ROWS: usize = 64;
    const WIDTH: usize = 256;
    let &Around { length, inner, .. } = around;
    threads::pieces(out, 16, (GRAIN / length.max(1)).max(16), |start, piece| {
        for (strip, target) in piece.chunks_mut(WIDTH).enumerate() {
            let at = start + strip * WIDTH;
            let mut all = [Moments::default(); WIDTH];
            let mut sums = [T::default(); WIDTH];
            let mut squares = [T::default(); WIDTH];
            for block in values.chunks(ROWS * inner) {
                let rows = (block.len() / inner) as f64;
                let lines = || {
                    block
                        .chunks_exact(inner)
                        .map(|row| &row[at..at + target.len()])
                };
                sums.fill(T::default());
                squares.fill(T::default());
                simd::widest!({
                    for line in lines() {
                        line.iter().zip(&mut sums).for_each(|(&v, sum)| *sum += v);
                    }
                    for sum in &mut sums {
                        *sum = T::from_f64(sum.to_f64() / rows);
                    }
                    for line in lines() {
                        for ((&v, &mean), square) in line.iter().zip(&sums).zip(&mut squares) {
                            let d = v - mean;
                            *square += d * d;
                        }
                    }
                });
                for ((moments, mean), square) in all.iter_mut().zip(&sums).zip(&squares) {
                    *moments = moments.and(Moments {
                        count: rows,
                        mean: mean.to_f64(),
                        squares: square.to_f64(),
                    });
                }
            }
            for (y, moments) in target.iter_mut().zip(&all) {
                *y = T::from_f64(finish(moments.squares));
            }
        }
    });
}
