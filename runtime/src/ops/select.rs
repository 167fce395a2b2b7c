//! One entry of a dim.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::narrow::Narrow;
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, Int};
use crate::tensor::Tensor;

impl Tensor {
    /// One entry of a dim, which disappears; no elements are copied.
    ///
    /// y = x[.., index, ..], dx = dy there and 0 elsewhere; `[n, m] -> [m]` for dim 0
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.select(0, -1), [3.0, 4.0]);
    /// assert_close(&x.select(1, 0), [1.0, 3.0]);
    /// ```
    #[track_caller]
    pub fn select(&self, dim: impl Int, index: impl Int) -> Tensor {
        select(self, dim.int(), index.int())
    }
}

#[track_caller]
fn select(x: &Tensor, dim: isize, index: isize) -> Tensor {
    let dim = shape::dim("select", dim, x.shape()).or_raise();
    let index = shape::index("select", index, dim, x.shape()).or_raise();
    Tensor::apply(Select { dim, index }, &[x])
}

struct Select {
    dim: usize,
    index: usize,
}

impl Op for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let mut layout = x[0].0.layout.clone();
        layout.offset += self.index * layout.strides[self.dim];
        layout.shape.remove(self.dim);
        layout.strides.remove(self.dim);
        Ok(x[0].view_as(layout))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let mut shape = Dims::from_slice(grad.shape());
        shape.insert(self.dim, 1);
        let narrow = Narrow {
            dim: self.dim,
            start: self.index,
            length: 1,
        };
        narrow.backward(saved, &grad.reshape_dims(shape))
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "select",
    math: "y = x[.., index, ..], dx = dy there, 0 elsewhere",
    cases: || {
        vec![
            Case::new("row", &[sample(&[3, 2])], |x| x[0].select(0, 1)),
            Case::new("column", &[sample(&[2, 3, 2])], |x| x[0].select(-1, -1)),
            Case::new("of a vector", &[sample(&[3])], |x| x[0].select(0, 2)),
            Case::new("empty", &[sample(&[3, 0])], |x| x[0].select(0, 0)),
        ]
    },
    wrong: || {
        vec![
            Case::new("out of range", &[sample(&[2, 3])], |x| x[0].select(1, 3)),
            Case::new("one number", &[sample(&[])], |x| x[0].select(0, 0)),
        ]
    },
};
