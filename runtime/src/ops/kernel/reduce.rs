//! Sums of all elements and over dims.
//!
//! Elements are added by halves, so that rounding errors grow with the logarithm of the count, and
//! in an order that does not depend on the number of threads.

use smallvec::SmallVec;

use crate::dtype::{Number, with_number};
use crate::memory;
use crate::ops::kernel::Around;
use crate::shape::Dims;
use crate::simd;
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// Adds the elements by halves.
#[inline]
pub(crate) fn pairwise_sum<T: Number>(values: &[T]) -> T {
    const BLOCK: usize = 1024;
    if values.len() > BLOCK {
        let half = (values.len() / 2).next_multiple_of(LANES);
        return pairwise_sum(&values[..half]).plus(pairwise_sum(&values[half..]));
    }
    simd::widest!(lane_sum(values))
}

/// Sums side by side, which fill several vector registers.
const LANES: usize = 32;

#[inline(always)]
fn lane_sum<T: Number>(values: &[T]) -> T {
    let mut sum = T::default();
    if values.len() < LANES {
        for &v in values {
            sum = sum.plus(v);
        }
        return sum;
    }
    let mut lanes = [T::default(); LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = lane.plus(v);
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = lanes[i].plus(lanes[i + width]);
        }
        width /= 2;
    }
    for &v in rest {
        sum = sum.plus(v);
    }
    sum.plus(lanes[0])
}

/// The sum of many elements, in several threads.
fn sum_all<T: Number>(values: &[T]) -> T {
    const BLOCK: usize = 2 * GRAIN;
    if values.len() <= BLOCK {
        return pairwise_sum(values);
    }
    let blocks = values.len().div_ceil(BLOCK);
    let sums = threads::collect(blocks, true, |i| {
        pairwise_sum(&values[i * BLOCK..values.len().min((i + 1) * BLOCK)])
    });
    pairwise_sum(&sums)
}

/// Adds columns `first..first + target.len()` of the rows of a block to `target`, by halves.
fn add_rows<T: Number>(block: &[T], width: usize, first: usize, target: &mut [T]) {
    const ROWS: usize = 64;
    let rows = block.len() / width;
    let columns = target.len();
    if rows > ROWS {
        let (upper, lower) = block.split_at(rows / 2 / 4 * 4 * width);
        add_rows(upper, width, first, target);
        let mut partial = vec![T::default(); columns];
        add_rows(lower, width, first, &mut partial);
        target
            .iter_mut()
            .zip(&partial)
            .for_each(|(sum, &v)| *sum = sum.plus(v));
        return;
    }
    simd::widest!({
        let mut groups = block.chunks_exact(4 * width);
        for group in &mut groups {
            let row = |i: usize| &group[i * width + first..i * width + first + columns];
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            for i in 0..columns {
                target[i] = target[i].plus((a[i].plus(b[i])).plus(c[i].plus(d[i])));
            }
        }
        for row in groups.remainder().chunks_exact(width) {
            let row = &row[first..first + columns];
            target
                .iter_mut()
                .zip(row)
                .for_each(|(sum, &v)| *sum = sum.plus(v));
        }
    });
}

/// Sums over one dim; the result has the shape without it.
fn sum_one<T: Number>(values: &[T], around: &Around) -> Vec<T> {
    let &Around {
        outer,
        length,
        inner,
    } = around;
    let mut out = memory::buffer::<T>(outer * inner);
    if length == 0 || inner == 0 {
        out.fill(T::default());
    } else if inner == 1 {
        let grain = (GRAIN / length).max(1);
        threads::pieces(&mut out, 1, grain, |start, piece| {
            let lines = values[start * length..].chunks_exact(length);
            piece
                .iter_mut()
                .zip(lines)
                .for_each(|(y, line)| *y = pairwise_sum(line));
        });
    } else {
        // A piece is some columns of one block, or of several.
        let grain = (GRAIN / length).max(16);
        threads::pieces(&mut out, 16.min(inner), grain, |start, piece| {
            let mut at = start;
            let mut rest = piece;
            while !rest.is_empty() {
                let (block, first) = (at / inner, at % inner);
                let (target, later) = rest.split_at_mut((inner - first).min(rest.len()));
                target.fill(T::default());
                let size = length * inner;
                add_rows(
                    &values[block * size..(block + 1) * size],
                    inner,
                    first,
                    target,
                );
                at += target.len();
                rest = later;
            }
        });
    }
    out
}

/// The shape that is left when `dims` are reduced.
pub(crate) fn reduced(shape: &[usize], dims: &[usize], keepdim: bool) -> Dims {
    (0..shape.len())
        .filter(|d| keepdim || !dims.contains(d))
        .map(|d| if dims.contains(&d) { 1 } else { shape[d] })
        .collect()
}

/// The sum over `dims`, for numbers.
pub(crate) fn sum(x: &Tensor, dims: &[usize], keepdim: bool) -> Tensor {
    let out_shape = reduced(x.shape(), dims, keepdim);
    with_number!(x.dtype(), T => {
        let values = x.values::<T>();
        if dims.len() == x.ndim() {
            return Tensor::from_values(vec![sum_all::<T>(&values)], out_shape);
        }
        let mut shape: Dims = x.0.layout.shape.clone();
        let mut order: SmallVec<[usize; 4]> = dims.into();
        order.sort_unstable();
        let mut sums: Option<Vec<T>> = None;
        for &dim in order.iter().rev() {
            let around = Around::dim(&shape, dim);
            sums = Some(sum_one(sums.as_deref().unwrap_or(&values), &around));
            shape.remove(dim);
        }
        Tensor::from_values(sums.unwrap_or_else(|| values.to_vec()), out_shape)
    })
}

/// Sums the gradient of a broadcast result back to the shape of the input.
pub(crate) fn sum_to(grad: &Tensor, shape: &[usize]) -> Tensor {
    if grad.shape() == shape {
        return grad.clone();
    }
    let added = grad.ndim() - shape.len();
    let stretched = |d: usize| d >= added && shape[d - added] == 1 && grad.shape()[d] != 1;
    let dims: Dims = (0..grad.ndim())
        .filter(|&d| d < added || stretched(d))
        .collect();
    let total = sum(grad, &dims, false);
    total.reshape_dims(Dims::from_slice(shape))
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn long_sums_keep_their_digits() {
        let x = full(&[1 << 20, 2], 0.1);
        let expected = 0.1_f32 as f64 * (1 << 20) as f64;
        for total in x.sum_dim(0).to_vec_f64() {
            assert!(
                (total / expected - 1.0).abs() < 1e-6,
                "{total} for {expected}"
            );
        }
        let total = x.sum().item();
        assert!((total / (2.0 * expected) - 1.0).abs() < 1e-6, "{total}");
    }

    #[test]
    fn sums_of_whole_numbers_wrap_around() {
        let x = tensor(vec![i64::MAX; 140]).reshape(&[70, 2]);
        let wrapped = i64::MAX.wrapping_mul(70);
        assert_eq!(x.sum_dim(0).to_vec_i64(), [wrapped, wrapped]);
        assert_eq!(x.sum().to_vec_i64(), [i64::MAX.wrapping_mul(140)]);
        assert_eq!(x.sum_dim(1).to_vec_i64(), vec![-2; 70]);
    }

    #[test]
    fn sum_to_undoes_broadcasting() {
        for (small, large) in [
            (&[][..], &[2, 3][..]),
            (&[3], &[2, 3]),
            (&[2, 1], &[2, 3]),
            (&[1, 1], &[2, 3]),
            (&[1, 3], &[0, 3]),
        ] {
            let back = sum_to(&ones(large), small);
            assert_eq!(back.shape(), small);
            let ratio = numel_ratio(large, small);
            assert!(back.to_vec().iter().all(|&v| v == ratio), "{back}");
        }
    }

    fn numel_ratio(large: &[usize], small: &[usize]) -> f32 {
        large.iter().product::<usize>() as f32 / small.iter().product::<usize>() as f32
    }
}
