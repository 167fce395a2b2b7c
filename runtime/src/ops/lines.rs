//! Reductions over several dims, line by line: a line is what becomes one number.

use crate::dtype::Element;
use crate::ops::kernel::reduced;
use crate::shape::{self, Dims};
use crate::tensor::{Layout, Tensor};

/// The order of the dims that puts the reduced ones last.
fn reduced_last(rank: usize, dims: &[usize]) -> Dims {
    let kept = (0..rank).filter(|d| !dims.contains(d));
    kept.chain((0..rank).filter(|d| dims.contains(d))).collect()
}

fn permuted(layout: &Layout, order: &[usize]) -> Layout {
    Layout {
        shape: order.iter().map(|&d| layout.shape[d]).collect(),
        strides: order.iter().map(|&d| layout.strides[d]).collect(),
        offset: layout.offset,
    }
}

/// How many numbers a reduction over `dims` puts together, and how many results there are.
fn sizes(shape: &[usize], dims: &[usize]) -> (usize, usize) {
    let length = dims.iter().map(|&d| shape[d]).product();
    (length, shape::numel(&reduced(shape, dims, false)))
}

/// `f` of the numbers along `dims`, for each of the results.
pub(crate) fn reduce<T: Element, U: Element>(
    x: &Tensor,
    dims: &[usize],
    keepdim: bool,
    f: impl Fn(&[T]) -> U,
) -> Tensor {
    let order = reduced_last(x.ndim(), dims);
    let values = x.view_as(permuted(&x.0.layout, &order)).values::<T>();
    let (length, count) = sizes(x.shape(), dims);
    let results = (0..count).map(|i| f(&values[i * length..(i + 1) * length]));
    Tensor::from_values(results.collect(), reduced(x.shape(), dims, keepdim))
}

/// The way back of a reduction: `f` of a line of `x`, of the number in `grad` that belongs to it,
/// and of the line to fill.
pub(crate) fn spread_lines<T: Element>(
    x: &Tensor,
    dims: &[usize],
    grad: &Tensor,
    f: impl Fn(&[T], T, &mut [T]),
) -> Tensor {
    let order = reduced_last(x.ndim(), dims);
    let turned = x.view_as(permuted(&x.0.layout, &order));
    let (values, grads) = (turned.values::<T>(), grad.values::<T>());
    let (length, _) = sizes(x.shape(), dims);
    let mut out = vec![T::default(); values.len()];
    if length > 0 {
        let lines = values
            .chunks_exact(length)
            .zip(out.chunks_exact_mut(length));
        for ((line, target), &g) in lines.zip(grads.iter()) {
            f(line, g, target);
        }
    }
    let out = Tensor::from_values(out, turned.0.layout.shape.clone());
    let mut back: Dims = order.clone();
    order.iter().enumerate().for_each(|(i, &d)| back[d] = i);
    out.view_as(permuted(&out.0.layout, &back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn lines_run_over_the_reduced_dims() {
        let x = arange(0, 24, 1).reshape(&[2, 3, 4]);
        let sum = |line: &[i64]| line.iter().sum::<i64>();
        for dims in [&[][..], &[0], &[1], &[0, 2], &[2, 1], &[0, 1, 2]] {
            let found = reduce::<i64, i64>(&x, dims, true, sum);
            assert_eq!(
                found.to_vec_i64(),
                x.sum_keepdim(dims).to_vec_i64(),
                "{dims:?}"
            );
            let back = spread_lines::<i64>(&x, dims, &found, |line, total, target| {
                for (t, v) in target.iter_mut().zip(line) {
                    *t = 100 * v + total;
                }
            });
            let expected = &x * 100 + x.sum_keepdim(dims);
            assert_eq!(back.to_vec_i64(), expected.to_vec_i64(), "{dims:?}");
        }
    }
}
