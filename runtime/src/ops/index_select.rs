//! Entries of a dim by a list of indices.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_element, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::Around;
use crate::ops::spec::{Case, Spec, indices, sample};
use crate::shape::{self, Dims, Int, show};
use crate::tensor::{Tensor, filled};

impl Tensor {
    /// The entries of a dim that a 1-D tensor of whole numbers names, in its order.
    ///
    /// y = x[.., index_j, ..], dx = the sum of dy over every j that names the entry.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// assert_close(&x.index_select(0, &tensor([2, 0])), [[5.0, 6.0], [1.0, 2.0]]);
    /// ```
    #[track_caller]
    pub fn index_select(&self, dim: impl Int, index: &Tensor) -> Tensor {
        self.index_select_dim(dim.int(), index)
    }

    #[track_caller]
    fn index_select_dim(&self, dim: isize, index: &Tensor) -> Tensor {
        let dim = shape::dim("index_select", dim, self.shape()).or_raise();
        Tensor::apply(IndexSelect { dim }, &[self, index])
    }

    /// Rows by a list of indices, without a graph; the indices are known to be in range.
    pub(crate) fn take_rows(&self, rows: &[usize]) -> Tensor {
        let mut shape: Dims = self.0.layout.shape.clone();
        shape[0] = rows.len();
        let width = shape::numel(&shape[1..]);
        with_element!(self.dtype(), T => {
            let source = self.values::<T>();
            let mut out = Vec::with_capacity(rows.len() * width);
            for &row in rows {
                out.extend_from_slice(&source[row * width..(row + 1) * width]);
            }
            Tensor::from_values::<T>(out, shape)
        })
    }
}

struct IndexSelect {
    dim: usize,
}

impl IndexSelect {
    fn positions(&self, x_shape: &[usize], index: &Tensor) -> Result<Vec<usize>, Error> {
        if index.ndim() != 1 || index.dtype() != DType::I64 {
            return Err(Error::new(
                "index_select",
                format!(
                    "the index must be 1-D of i64, it has shape {} and is {}; the tensor is {}",
                    show(index.shape()),
                    index.dtype(),
                    show(x_shape)
                ),
            )
            .help("tensor([0, 2]) names the first and the third entry"));
        }
        let check = |&i: &i64| shape::index("index_select", i as isize, self.dim, x_shape);
        index.values::<i64>().iter().map(check).collect()
    }
}

impl Op for IndexSelect {
    fn name(&self) -> &'static str {
        "index_select"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let positions = self.positions(x[0].shape(), x[1])?;
        let around = Around::dim(x[0].shape(), self.dim);
        let mut shape: Dims = x[0].0.layout.shape.clone();
        shape[self.dim] = positions.len();
        Ok(with_element!(x[0].dtype(), T => {
            let source = x[0].values::<T>();
            let mut out = Vec::with_capacity(shape::numel(&shape));
            for outer in 0..around.outer {
                if around.inner == 1 {
                    let line = &source[outer * around.length..];
                    out.extend(positions.iter().map(|&position| line[position]));
                    continue;
                }
                for &position in &positions {
                    let start = (outer * around.length + position) * around.inner;
                    out.extend_from_slice(&source[start..start + around.inner]);
                }
            }
            Tensor::from_values::<T>(out, shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape = saved.shape(0);
        let around = Around::dim(shape, self.dim);
        let Ok(positions) = self.positions(shape, saved.input(1)) else {
            unreachable!("checked in forward");
        };
        let out = filled("index_select", shape, 0.0, grad.dtype());
        with_real!(grad.dtype(), T => {
            let source = grad.values::<T>();
            out.overwrite::<T>(|target| {
                let mut from = 0;
                for outer in 0..around.outer {
                    for &position in &positions {
                        let to = (outer * around.length + position) * around.inner;
                        for k in 0..around.inner {
                            target[to + k] += source[from + k];
                        }
                        from += around.inner;
                    }
                }
            });
        });
        vec![Some(out), None]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "index_select",
    math: "y = x[.., index_j, ..], dx = Σ dy over every j that names the entry",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[3, 2])], |x| {
                x[0].index_select(0, &indices(&[2, 0]))
            }),
            Case::new("repeated", &[sample(&[2, 3])], |x| {
                x[0].index_select(1, &indices(&[1, 1, -1, 1]))
            }),
            Case::new("empty", &[sample(&[3, 2])], |x| {
                x[0].index_select(0, &indices(&[]))
            }),
            Case::new("of nothing", &[sample(&[3, 0])], |x| {
                x[0].index_select(0, &indices(&[1]))
            }),
        ]
    },
    wrong: || {
        vec![
            Case::new("out of range", &[sample(&[2, 3])], |x| {
                x[0].index_select(0, &indices(&[2]))
            }),
            Case::new("floats", &[sample(&[2, 3]), sample(&[2])], |x| {
                x[0].index_select(0, &x[1])
            }),
        ]
    },
};
