//! Rows of a table by indices of any shape.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_real};
use crate::error::Error;
use crate::ops::spec::{Case, Spec, indices, sample};
use crate::shape::{self, Dims, show};
use crate::tensor::{Tensor, filled};

impl Tensor {
    /// The rows of this table that a tensor of whole numbers of any shape names.
    ///
    /// y = w[index], dw = the sum of dy over every place that names the row;
    /// `[rows, k]`, index `[..] -> [.., k]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = tensor([[0.0, 0.1], [1.0, 1.1], [2.0, 2.1]]);
    /// let y = table.embedding(&tensor([[2, 0]]));
    /// assert_close(&y, [[[2.0, 2.1], [0.0, 0.1]]]);
    /// ```
    #[track_caller]
    pub fn embedding(&self, index: &Tensor) -> Tensor {
        embedding(self, index, None)
    }
}

/// As the method, where a row may be one that learns nothing.
#[track_caller]
pub(crate) fn embedding(table: &Tensor, index: &Tensor, padding: Option<usize>) -> Tensor {
    Tensor::apply(Embedding { padding }, &[table, index])
}

struct Embedding {
    padding: Option<usize>,
}

fn rows(table: &[usize], index: &Tensor) -> Result<Vec<usize>, Error> {
    let shapes = || {
        format!(
            "the table is {}, the index {}",
            show(table),
            show(index.shape())
        )
    };
    if table.len() != 2 {
        return Err(Error::new(
            "embedding",
            format!("the table must have two dims: {}", shapes()),
        ));
    }
    if index.dtype() != DType::I64 {
        return Err(Error::new(
            "embedding",
            format!(
                "the index must be i64, it is {}: {}",
                index.dtype(),
                shapes()
            ),
        )
        .help("index.long() makes whole numbers of it"));
    }
    let check = |&i: &i64| {
        usize::try_from(i)
            .ok()
            .filter(|&i| i < table[0])
            .ok_or_else(|| {
                Error::new(
                    "embedding",
                    format!(
                        "index {i} is out of range for {} rows: {}",
                        table[0],
                        shapes()
                    ),
                )
                .help("the first row is 0, and indices are not counted from the end")
            })
    };
    index.values::<i64>().iter().map(check).collect()
}

impl Op for Embedding {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let rows = rows(x[0].shape(), x[1])?;
        let width = x[0].shape()[1];
        let mut shape: Dims = x[1].0.layout.shape.clone();
        shape.push(width);
        Ok(with_real!(x[0].dtype(), T => {
            let table = x[0].values::<T>();
            let mut out = Vec::with_capacity(rows.len() * width);
            for row in rows {
                out.extend_from_slice(&table[row * width..(row + 1) * width]);
            }
            Tensor::from_values::<T>(out, shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape = saved.shape(0);
        let Ok(rows) = rows(shape, saved.input(1)) else {
            unreachable!("checked in forward");
        };
        let width = shape[1];
        let out = filled("embedding", shape, 0.0, grad.dtype());
        if shape::numel(shape) > 0 {
            with_real!(grad.dtype(), T => {
                let source = grad.values::<T>();
                out.overwrite::<T>(|target| {
                    for (row, line) in rows.iter().zip(source.chunks_exact(width)) {
                        if self.padding == Some(*row) {
                            continue;
                        }
                        let target = &mut target[row * width..(row + 1) * width];
                        target.iter_mut().zip(line).for_each(|(y, &g)| *y += g);
                    }
                });
            });
        }
        vec![Some(out), None]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "embedding",
    math: "y = w[index], dw = Σ dy over every place that names the row",
    cases: || {
        vec![
            Case::new("vector", &[sample(&[3, 2])], |x| {
                x[0].embedding(&indices(&[2, 0, 2]))
            }),
            Case::new("table", &[sample(&[3, 2])], |x| {
                x[0].embedding(&indices(&[2, 0, 1, 1]).reshape(&[2, 2]))
            }),
            Case::new("empty", &[sample(&[3, 2])], |x| {
                x[0].embedding(&indices(&[]))
            }),
        ]
    },
    wrong: || {
        vec![
            Case::new("out of range", &[sample(&[2, 3])], |x| {
                x[0].embedding(&indices(&[2]))
            }),
            Case::new("negative", &[sample(&[2, 3])], |x| {
                x[0].embedding(&indices(&[-1]))
            }),
            Case::new("floats", &[sample(&[2, 3]), sample(&[2])], |x| {
                x[0].embedding(&x[1])
            }),
            Case::new("three dims", &[sample(&[2, 3, 1])], |x| {
                x[0].embedding(&indices(&[1]))
            }),
        ]
    },
};
