//! A range of one dim.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::{Error, OrRaise};
use crate::ops::kernel::Around;
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, Int, show};
use crate::tensor::{Tensor, filled};

impl Tensor {
    /// `length` entries of one dim from `start` on; no elements are copied.
    ///
    /// y = x[.., start..start + length, ..], dx = dy there and 0 elsewhere.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_close(&x.narrow(1, 1, 2), [[2.0, 3.0], [5.0, 6.0]]);
    /// ```
    #[track_caller]
    pub fn narrow(&self, dim: impl Int, start: impl Int, length: usize) -> Tensor {
        narrow(self, dim.int(), start.int(), length)
    }
}

#[track_caller]
fn narrow(x: &Tensor, dim: isize, start: isize, length: usize) -> Tensor {
    let dim = shape::dim("narrow", dim, x.shape()).or_raise();
    let size = x.shape()[dim];
    let first = if start < 0 {
        start + size as isize
    } else {
        start
    };
    let end = usize::try_from(first)
        .ok()
        .and_then(|first| first.checked_add(length));
    if end.is_none_or(|end| end > size) {
        Error::new(
            "narrow",
            format!(
                "{length} entries from {start} on do not fit: dim {dim} has size {size}, the \
                 shape is {}, so {}",
                show(x.shape()),
                match usize::try_from(first) {
                    Ok(first) => format!("{first} + {length} > {size}"),
                    Err(_) => format!("{start} < -{size}"),
                }
            ),
        )
        .help("the arguments are the dim, the start and the length, not the end")
        .raise();
    }
    Tensor::apply(
        Narrow {
            dim,
            start: first as usize,
            length,
        },
        &[x],
    )
}

pub(crate) struct Narrow {
    pub(crate) dim: usize,
    pub(crate) start: usize,
    pub(crate) length: usize,
}

impl Op for Narrow {
    fn name(&self) -> &'static str {
        "narrow"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let mut layout = x[0].0.layout.clone();
        layout.offset += self.start * layout.strides[self.dim];
        layout.shape[self.dim] = self.length;
        Ok(x[0].view_as(layout))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape = saved.shape(0);
        let around = Around::dim(shape, self.dim);
        let out = filled("narrow", shape, 0.0, grad.dtype());
        let (row, part) = (around.length * around.inner, self.length * around.inner);
        let start = self.start * around.inner;
        if part > 0 {
            with_real!(grad.dtype(), T => {
                let source = grad.values::<T>();
                out.overwrite::<T>(|target| {
                    for (to, from) in target.chunks_exact_mut(row).zip(source.chunks_exact(part)) {
                        to[start..start + part].copy_from_slice(from);
                    }
                });
            });
        }
        vec![Some(out)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

/// Consecutive parts of one dim with the given lengths, which add up to its size.
pub(crate) fn split(x: &Tensor, dim: usize, lengths: &Dims) -> Vec<Tensor> {
    let mut start = 0;
    lengths
        .iter()
        .map(|&length| {
            let part = Tensor::apply(Narrow { dim, start, length }, &[x]);
            start += length;
            part
        })
        .collect()
}

pub(crate) const SPEC: Spec = Spec {
    name: "narrow",
    math: "y = x[.., start..start + length, ..], dx = dy there, 0 elsewhere",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[4, 3])], |x| x[0].narrow(0, 1, 2)),
            Case::new("columns", &[sample(&[2, 4])], |x| x[0].narrow(-1, 2, 2)),
            Case::new("from the end", &[sample(&[2, 3, 2])], |x| {
                x[0].narrow(1, -1, 1)
            }),
            Case::new("empty", &[sample(&[2, 3])], |x| x[0].narrow(0, 2, 0)),
            Case::new("of nothing", &[sample(&[0, 3])], |x| x[0].narrow(1, 0, 2)),
        ]
    },
    wrong: || {
        vec![
            Case::new("too long", &[sample(&[2, 3])], |x| x[0].narrow(1, 1, 3)),
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].narrow(2, 0, 1)),
        ]
    },
};
