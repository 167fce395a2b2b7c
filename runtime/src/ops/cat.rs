//! Tensors joined.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Element, with_element};
use crate::error::{Error, OrRaise};
use crate::memory;
use crate::ops::kernel::Around;
use crate::ops::narrow::split;
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{self, Dims, Int, show};
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// Tensors one after the other along a dim that exists.
///
/// y = \[x₀; x₁; ..\], dxᵢ = its part of dy; `[n, ..], [m, ..] -> [n + m, ..]` for dim 0
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (a, b) = (tensor([[1.0], [2.0]]), tensor([[3.0], [4.0]]));
/// assert_close(&cat(&[&a, &b], 0), [[1.0], [2.0], [3.0], [4.0]]);
/// assert_close(&cat(&[&a, &b], 1), [[1.0, 3.0], [2.0, 4.0]]);
/// ```
#[track_caller]
pub fn cat(tensors: &[&Tensor], dim: impl Int) -> Tensor {
    cat_dim(tensors, dim.int())
}

#[track_caller]
fn cat_dim(tensors: &[&Tensor], dim: isize) -> Tensor {
    let Some(first) = tensors.first() else {
        Error::new("cat", "needs at least one tensor").raise();
    };
    joined(tensors, shape::dim("cat", dim, first.shape()).or_raise())
}

/// Tensors of one shape side by side along a new dim.
///
/// `[..], [..] -> [2, ..]` for dim 0
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (a, b) = (tensor([1.0, 2.0]), tensor([3.0, 4.0]));
/// assert_close(&stack(&[&a, &b], 0), [[1.0, 2.0], [3.0, 4.0]]);
/// assert_close(&stack(&[&a, &b], 1), [[1.0, 3.0], [2.0, 4.0]]);
/// ```
#[track_caller]
pub fn stack(tensors: &[&Tensor], dim: impl Int) -> Tensor {
    stack_dim(tensors, dim.int())
}

#[track_caller]
fn stack_dim(tensors: &[&Tensor], dim: isize) -> Tensor {
    if let Some(wrong) = tensors.iter().find(|x| x.shape() != tensors[0].shape()) {
        Error::new(
            "stack",
            format!(
                "all shapes must be equal: the first is {}, another is {}",
                show(tensors[0].shape()),
                show(wrong.shape())
            ),
        )
        .help("cat joins along a dim that exists and allows different sizes there")
        .raise();
    }
    let Some(first) = tensors.first() else {
        Error::new("stack", "needs at least one tensor").raise();
    };
    let parts: Vec<Tensor> = tensors.iter().map(|x| x.unsqueeze(dim)).collect();
    let place = if dim < 0 {
        dim + first.ndim() as isize + 1
    } else {
        dim
    };
    joined(&parts.iter().collect::<Vec<_>>(), place as usize)
}

#[track_caller]
fn joined(tensors: &[&Tensor], dim: usize) -> Tensor {
    let dtype = tensors
        .iter()
        .fold(tensors[0].dtype(), |d, x| d.promote(x.dtype()));
    let cast: Vec<Tensor> = tensors.iter().map(|x| x.to_dtype(dtype)).collect();
    Tensor::apply(Cat { dim }, &cast.iter().collect::<Vec<_>>())
}

/// Each row of `out` is a row of every part, one behind the other; parts come with their width.
fn join<T: Element>(parts: &[(&[T], usize)], out: &mut [T]) {
    let width: usize = parts.iter().map(|&(_, width)| width).sum();
    threads::pieces(out, 1, GRAIN, |start, mut piece| {
        let (mut row, mut column) = (start / width.max(1), start % width.max(1));
        while !piece.is_empty() {
            for &(values, width) in parts {
                if column >= width {
                    column -= width;
                    continue;
                }
                let (target, rest) = piece.split_at_mut((width - column).min(piece.len()));
                let from = row * width + column;
                target.copy_from_slice(&values[from..from + target.len()]);
                piece = rest;
                column = 0;
            }
            row += 1;
        }
    });
}

struct Cat {
    dim: usize,
}

impl Op for Cat {
    fn name(&self) -> &'static str {
        "cat"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let dim = self.dim;
        let mut shape: Dims = x[0].0.layout.shape.clone();
        for (i, part) in x.iter().enumerate().skip(1) {
            let fits = part.ndim() == shape.len()
                && (0..shape.len()).all(|d| d == dim || part.shape()[d] == shape[d]);
            if !fits {
                let shapes: Vec<String> = x.iter().map(|x| show(x.shape())).collect();
                return Err(Error::new(
                    "cat",
                    format!(
                        "all sizes but that of dim {dim} must be equal: the shapes are {}, and the \
                         one at place {i} differs from the first",
                        shapes.join(", ")
                    ),
                ));
            }
            shape[dim] += part.shape()[dim];
        }
        Ok(with_element!(x[0].dtype(), T => {
            let parts: Vec<_> = x
                .iter()
                .map(|x| (x.values::<T>(), Around::dim(x.shape(), dim)))
                .collect();
            let mut out = memory::buffer::<T>(shape::numel(&shape));
            let rows: Vec<(&[T], usize)> = parts
                .iter()
                .map(|(values, around)| (&values[..], around.length * around.inner))
                .collect();
            join(&rows, &mut out);
            Tensor::from_values::<T>(out, shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let lengths = (0..saved.count())
            .map(|i| saved.shape(i)[self.dim])
            .collect();
        split(grad, self.dim, &lengths)
            .into_iter()
            .map(Some)
            .collect()
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "cat",
    math: "y = [x₀; x₁; ..], dxᵢ = its part of dy",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[2, 3]), other(&[1, 3])], |x| {
                cat(&[&x[0], &x[1]], 0)
            }),
            Case::new("columns", &[sample(&[2, 1]), other(&[2, 2])], |x| {
                cat(&[&x[0], &x[1]], -1)
            }),
            Case::new("stacked", &[sample(&[2, 2]), other(&[2, 2])], |x| {
                stack(&[&x[0], &x[1]], 1)
            }),
            Case::new("empty", &[sample(&[0, 3]), other(&[2, 3])], |x| {
                cat(&[&x[0], &x[1]], 0)
            }),
        ]
    },
    wrong: || {
        vec![
            Case::new("columns differ", &[sample(&[2, 3]), sample(&[2, 4])], |x| {
                cat(&[&x[0], &x[1]], 0)
            }),
            Case::new("dims differ", &[sample(&[2, 3]), sample(&[3])], |x| {
                cat(&[&x[0], &x[1]], 0)
            }),
        ]
    },
};
