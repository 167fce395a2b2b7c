//! Another shape for the same elements.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, IntList, Ints, show};
use crate::tensor::{Layout, Tensor};

impl Tensor {
    /// The elements in another shape, in the same order; one size may be -1 and is computed.
    ///
    /// y = x, dx = dy; no elements are copied where they lie in order.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 6, 1);
    /// assert_eq!(x.reshape(&[2, -1]).shape(), [2, 3]);
    /// assert_eq!(x.reshape(&[2, 3]).at(&[1, 0]), 3.0);
    /// ```
    #[track_caller]
    pub fn reshape(&self, shape: impl Ints) -> Tensor {
        self.reshape_list(&shape.ints())
    }

    #[track_caller]
    fn reshape_list(&self, shape: &IntList) -> Tensor {
        self.reshape_dims(shape::infer("reshape", shape.as_slice(), self.shape()).or_raise())
    }

    /// All elements in one dim.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3]).flatten().shape(), [6]);
    /// ```
    #[track_caller]
    pub fn flatten(&self) -> Tensor {
        self.reshape_dims(Dims::from_slice(&[self.numel()]))
    }

    #[track_caller]
    pub(crate) fn reshape_dims(&self, shape: Dims) -> Tensor {
        Tensor::apply(Reshape { shape }, &[self])
    }
}

struct Reshape {
    shape: Dims,
}

fn reshape(x: &Tensor, shape: &[usize]) -> Result<Tensor, Error> {
    if shape::numel(shape) != x.numel() {
        return Err(Error::new(
            "reshape",
            format!(
                "{} has {} elements, {} has {}",
                show(x.shape()),
                x.numel(),
                show(shape),
                shape::numel(shape)
            ),
        ));
    }
    let source = if x.is_contiguous() {
        x.detach()
    } else {
        x.copy()
    };
    let layout = Layout {
        offset: source.0.layout.offset,
        ..Layout::row_major(shape.into())
    };
    Ok(source.view_as(layout))
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        reshape(x[0], &self.shape)
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![reshape(grad, saved.shape(0)).ok()]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "reshape",
    math: "y = x in another shape, dx = dy in the shape of x",
    cases: || {
        vec![
            Case::new("table to table", &[sample(&[2, 6])], |x| {
                x[0].reshape(&[3, -1])
            }),
            Case::new("transposed", &[sample(&[2, 3])], |x| x[0].t().reshape(&[6])),
            Case::new("to one number", &[sample(&[1, 1])], |x| {
                x[0].reshape([0_usize; 0])
            }),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].reshape(&[3, 0])),
        ]
    },
    wrong: || {
        vec![
            Case::new("too few", &[sample(&[2, 3])], |x| x[0].reshape(&[5])),
            Case::new("not whole", &[sample(&[2, 3])], |x| x[0].reshape(&[4, -1])),
        ]
    },
};
