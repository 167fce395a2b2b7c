//! Loops over elements that ops share: one input, two inputs with broadcasting, and sums.

use smallvec::SmallVec;

use crate::dtype::{DType, Element, Number, with_number};
use crate::error::Error;
use crate::shape::{self, Dims};
use crate::tensor::Tensor;

impl Tensor {
    /// Floats stay, other types become f32: the input of exp, mean and the like.
    pub(crate) fn float_or_same(&self) -> Tensor {
        if self.dtype().is_float() {
            self.clone()
        } else {
            self.to_dtype(DType::F32)
        }
    }

    /// Bool becomes i64: the input of sums and products.
    pub(crate) fn number_or_same(&self) -> Tensor {
        if self.dtype() == DType::Bool {
            self.to_dtype(DType::I64)
        } else {
            self.clone()
        }
    }
}

/// `f` of every element.
pub(crate) fn map<T: Element, U: Element>(x: &Tensor, f: impl Fn(T) -> U) -> Tensor {
    let values: Vec<U> = x.values::<T>().iter().map(|&v| f(v)).collect();
    Tensor::from_values(values, x.0.layout.shape.clone())
}

/// `f` of every pair of elements, after broadcasting; both have elements of type `T`.
pub(crate) fn zip<T: Element, U: Element>(
    op: &str,
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U,
) -> Result<Tensor, Error> {
    let shape = shape::broadcast_dims(op, a.shape(), b.shape())?;
    let count = shape::numel(&shape);
    let contiguous = a.is_contiguous() && b.is_contiguous();
    let values: Vec<U> = if contiguous && a.shape() == b.shape() {
        let (a, b) = (a.values::<T>(), b.values::<T>());
        a.iter().zip(b.iter()).map(|(&x, &y)| f(x, y)).collect()
    } else if b.numel() == 1 && a.numel() == count {
        let y = b.values::<T>()[0];
        a.values::<T>().iter().map(|&x| f(x, y)).collect()
    } else if a.numel() == 1 && b.numel() == count {
        let x = a.values::<T>()[0];
        b.values::<T>().iter().map(|&y| f(x, y)).collect()
    } else {
        zip_strided(a, b, &shape, f)
    };
    Ok(Tensor::from_values(values, shape))
}

fn zip_strided<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    shape: &[usize],
    f: impl Fn(T, T) -> U,
) -> Vec<U> {
    let (left, right) = (&a.0.layout, &b.0.layout);
    let a_strides = shape::broadcast_strides(&left.shape, &left.strides, shape);
    let b_strides = shape::broadcast_strides(&right.shape, &right.strides, shape);
    let (a_storage, b_storage) = (a.0.buffer.snapshot(), b.0.buffer.snapshot());
    let (x, y) = (T::slice(&a_storage), T::slice(&b_storage));
    let mut out = Vec::with_capacity(shape::numel(shape));
    let n = shape.last().copied().unwrap_or(1);
    let step = (
        a_strides.last().copied().unwrap_or(0),
        b_strides.last().copied().unwrap_or(0),
    );
    shape::rows(shape, &a_strides, &b_strides, |i, j| {
        let (i, j) = (i + left.offset, j + right.offset);
        // Rows whose elements are neighbours, or one element repeated, are loops that vectorise.
        match step {
            (1, 1) => out.extend(x[i..i + n].iter().zip(&y[j..j + n]).map(|(&x, &y)| f(x, y))),
            (1, 0) => out.extend(x[i..i + n].iter().map(|&x| f(x, y[j]))),
            (0, 1) => out.extend(y[j..j + n].iter().map(|&y| f(x[i], y))),
            (s, t) => out.extend((0..n).map(|k| f(x[i + k * s], y[j + k * t]))),
        }
    });
    out
}

/// `map!(x, v => v.exp())` for a float tensor.
macro_rules! map_real {
    ($x:expr, $v:ident => $body:expr) => {{
        let x: &$crate::tensor::Tensor = $x;
        $crate::dtype::with_real!(x.dtype(), T => {
            $crate::ops::kernel::map::<T, T>(x, |$v| $body)
        })
    }};
}

/// `zip_real!("name", a, b, (x, y) => x * y)` for two float tensors of one type.
macro_rules! zip_real {
    ($op:expr, $a:expr, $b:expr, ($x:ident, $y:ident) => $body:expr) => {{
        let (a, b): (&$crate::tensor::Tensor, &$crate::tensor::Tensor) = ($a, $b);
        $crate::dtype::with_real!(a.dtype(), T => {
            $crate::ops::kernel::zip::<T, T>($op, a, b, |$x, $y| $body)
        })
    }};
}

pub(crate) use {map_real, zip_real};

/// In a backward pass both tensors have the output's shape, so a clash is a mistake of ours.
pub(crate) fn same_shape(result: Result<Tensor, Error>) -> Option<Tensor> {
    match result {
        Ok(grad) => Some(grad),
        Err(error) => unreachable!("{error}"),
    }
}

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

/// A function of every line along a dim to a line of the same length.
pub(crate) fn along<T: Element>(x: &Tensor, dim: usize, f: impl Fn(&[T], &mut [T])) -> Tensor {
    let around = Around::dim(x.shape(), dim);
    let values = x.values::<T>();
    let mut out = vec![T::default(); values.len()];
    if around.inner == 1 && around.length > 0 {
        for (line, target) in values
            .chunks_exact(around.length)
            .zip(out.chunks_exact_mut(around.length))
        {
            f(line, target);
        }
    } else {
        let mut target = vec![T::default(); around.length];
        for i in 0..around.outer * around.inner {
            let line: Vec<T> = (0..around.length)
                .map(|j| values[around.at(i, j)])
                .collect();
            f(&line, &mut target);
            target
                .iter()
                .enumerate()
                .for_each(|(j, &v)| out[around.at(i, j)] = v);
        }
    }
    Tensor::from_values(out, x.0.layout.shape.clone())
}

/// Adds the elements by halves, so that rounding errors grow with the logarithm of the count.
pub(crate) fn pairwise_sum<T: Number>(values: &[T]) -> T {
    const BLOCK: usize = 256;
    if values.len() > BLOCK {
        let half = (values.len() / 2).next_multiple_of(8);
        return pairwise_sum(&values[..half]) + pairwise_sum(&values[half..]);
    }
    // Eight sums side by side fill the vector registers.
    let mut lanes = [T::default(); 8];
    let chunks = values.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane += v;
        }
    }
    let mut sum = T::default();
    for &v in lanes.iter().chain(rest) {
        sum += v;
    }
    sum
}

/// Adds the rows of a block to `target`, by halves as in [`pairwise_sum`].
fn add_rows<T: Number>(block: &[T], target: &mut [T]) {
    const ROWS: usize = 64;
    let inner = target.len();
    let rows = block.len() / inner;
    if rows <= ROWS {
        for row in block.chunks_exact(inner) {
            target.iter_mut().zip(row).for_each(|(sum, &v)| *sum += v);
        }
        return;
    }
    let (first, second) = block.split_at(rows / 2 * inner);
    for half in [first, second] {
        let mut partial = vec![T::default(); inner];
        add_rows(half, &mut partial);
        target
            .iter_mut()
            .zip(&partial)
            .for_each(|(sum, &v)| *sum += v);
    }
}

/// Sums over one dim; the result has the shape without it.
fn sum_one<T: Number>(values: &[T], around: &Around) -> Vec<T> {
    let &Around {
        outer,
        length,
        inner,
    } = around;
    if inner == 1 {
        if length == 0 {
            return vec![T::default(); outer];
        }
        return values.chunks_exact(length).map(pairwise_sum).collect();
    }
    let mut out = vec![T::default(); outer * inner];
    if length * inner == 0 {
        return out;
    }
    for (block, target) in values
        .chunks_exact(length * inner)
        .zip(out.chunks_exact_mut(inner))
    {
        add_rows(block, target);
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
        let mut shape: Dims = x.0.layout.shape.clone();
        let values = x.values::<T>();
        if dims.len() == shape.len() {
            return Tensor::from_values(vec![pairwise_sum::<T>(&values)], out_shape);
        }
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
