//! The diagonal of a matrix.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::spec::{Case, Spec, sample};
use crate::ops::strided::assign;
use crate::shape::{Dims, show};
use crate::tensor::{Layout, Tensor, checked_numel, filled};

impl Tensor {
    /// The diagonal of a matrix, or the matrix with a vector on its diagonal and 0 elsewhere.
    ///
    /// y_i = x_ii, or y_ii = x_i; dx = dy there, 0 elsewhere;
    /// `[n, m] -> [min(n, m)]`, `[n] -> [n, n]`. The result is a copy.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 2.0], [3.0, 4.0]]).diag(), [1.0, 4.0]);
    /// assert_close(&tensor([1.0, 4.0]).diag(), [[1.0, 0.0], [0.0, 4.0]]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn diag(&self) -> Tensor {
        diag(self)
    }
}

#[track_caller]
fn diag(x: &Tensor) -> Tensor {
    Tensor::apply(Diag, &[x])
}

struct Diag;

/// The diagonal of a matrix, as a view.
fn diagonal(x: &Tensor) -> Tensor {
    let layout = &x.0.layout;
    x.view_as(Layout {
        shape: Dims::from_slice(&[layout.shape[0].min(layout.shape[1])]),
        strides: Dims::from_slice(&[layout.strides[0] + layout.strides[1]]),
        offset: layout.offset,
    })
}

/// The matrix of a shape with a vector on its diagonal.
fn matrix(x: &Tensor, shape: &[usize]) -> Tensor {
    let out = filled("diag", shape, 0.0, x.dtype());
    assign(&diagonal(&out), x);
    out
}

impl Op for Diag {
    fn name(&self) -> &'static str {
        "diag"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        match *x[0].shape() {
            [n] => {
                checked_numel("diag", &[n, n])?;
                Ok(matrix(x[0], &[n, n]))
            }
            [_, _] => Ok(diagonal(x[0]).copy()),
            _ => Err(Error::new(
                "diag",
                format!(
                    "needs a vector or a matrix, the shape is {}",
                    show(x[0].shape())
                ),
            )),
        }
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(match saved.shape(0) {
            [_] => diagonal(grad),
            shape => matrix(grad, shape),
        })]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "diag",
    math: "y_i = x_ii or y_ii = x_i, dx = dy there, 0 elsewhere",
    cases: || {
        vec![
            Case::new("of a matrix", &[sample(&[3, 3])], |x| x[0].diag()),
            Case::new("of a wide one", &[sample(&[2, 3])], |x| x[0].diag()),
            Case::new("of a high one", &[sample(&[3, 2])], |x| x[0].diag()),
            Case::new("to a matrix", &[sample(&[3])], |x| x[0].diag()),
            Case::new("empty", &[sample(&[0])], |x| x[0].diag()),
            Case::new("of an empty matrix", &[sample(&[0, 2])], |x| x[0].diag()),
        ]
    },
    wrong: || {
        vec![
            Case::new("one number", &[sample(&[])], |x| x[0].diag()),
            Case::new("three dims", &[sample(&[2, 2, 2])], |x| x[0].diag()),
        ]
    },
};
