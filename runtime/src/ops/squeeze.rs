//! Dims of size 1, removed or added.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Int, show};
use crate::tensor::{Layout, Tensor};

impl Tensor {
    /// The tensor without its dims of size 1; no elements are copied.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[1, 3, 1]).squeeze().shape(), [3]);
    /// ```
    #[track_caller]
    pub fn squeeze(&self) -> Tensor {
        let ones = |d: &usize| self.shape()[*d] == 1;
        (0..self.ndim())
            .rev()
            .filter(ones)
            .fold(self.clone(), |x, dim| Tensor::apply(Squeeze { dim }, &[&x]))
    }

    /// The tensor without one dim, whose size must be 1.
    ///
    /// `[n, 1] -> [n]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[3, 1]).squeeze_dim(1).shape(), [3]);
    /// ```
    #[track_caller]
    pub fn squeeze_dim(&self, dim: impl Int) -> Tensor {
        self.squeeze_at(dim.int())
    }

    #[track_caller]
    fn squeeze_at(&self, dim: isize) -> Tensor {
        let dim = shape::dim("squeeze", dim, self.shape()).or_raise();
        Tensor::apply(Squeeze { dim }, &[self])
    }

    /// The tensor with a dim of size 1 put before `dim`; -1 puts it last.
    ///
    /// `[n] -> [n, 1]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]);
    /// assert_eq!(x.unsqueeze(0).shape(), [1, 2]);
    /// assert_eq!(x.unsqueeze(-1).shape(), [2, 1]);
    /// ```
    #[track_caller]
    pub fn unsqueeze(&self, dim: impl Int) -> Tensor {
        self.unsqueeze_at(dim.int())
    }

    #[track_caller]
    fn unsqueeze_at(&self, dim: isize) -> Tensor {
        let rank = self.ndim() as isize;
        let place = if dim < 0 { dim + rank + 1 } else { dim };
        if !(0..=rank).contains(&place) {
            Error::new(
                "unsqueeze",
                format!(
                    "place {dim} is out of range: {} has places {} to {rank}",
                    show(self.shape()),
                    -rank - 1
                ),
            )
            .raise();
        }
        Tensor::apply(
            Unsqueeze {
                dim: place as usize,
            },
            &[self],
        )
    }
}

struct Squeeze {
    dim: usize,
}

struct Unsqueeze {
    dim: usize,
}

fn squeezed(x: &Tensor, dim: usize) -> Tensor {
    let mut layout = x.0.layout.clone();
    layout.shape.remove(dim);
    layout.strides.remove(dim);
    x.view_as(layout)
}

fn unsqueezed(x: &Tensor, dim: usize) -> Tensor {
    let Layout {
        mut shape,
        mut strides,
        offset,
    } = x.0.layout.clone();
    shape.insert(dim, 1);
    strides.insert(dim, 1);
    x.view_as(Layout {
        shape,
        strides,
        offset,
    })
}

impl Op for Squeeze {
    fn name(&self) -> &'static str {
        "squeeze"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let (dim, shape) = (self.dim, x[0].shape());
        if shape[dim] != 1 {
            return Err(Error::new(
                "squeeze",
                format!(
                    "dim {dim} must have size 1, the shape is {}, so {} != 1",
                    show(shape),
                    shape[dim]
                ),
            ));
        }
        Ok(squeezed(x[0], dim))
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(unsqueezed(grad, self.dim))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

impl Op for Unsqueeze {
    fn name(&self) -> &'static str {
        "unsqueeze"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(unsqueezed(x[0], self.dim))
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(squeezed(grad, self.dim))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "squeeze",
    math: "y = x without (unsqueeze: with) a dim of size 1, dx = dy in the shape of x",
    cases: || {
        vec![
            Case::new("one dim", &[sample(&[2, 1, 3])], |x| x[0].squeeze_dim(1)),
            Case::new("all", &[sample(&[1, 2, 1])], |x| x[0].squeeze()),
            Case::new("added last", &[sample(&[2, 3])], |x| x[0].unsqueeze(-1)),
            Case::new("added to one number", &[sample(&[])], |x| x[0].unsqueeze(0)),
            Case::new("empty", &[sample(&[0, 1])], |x| x[0].squeeze()),
        ]
    },
    wrong: || {
        vec![Case::new("not 1", &[sample(&[2, 3])], |x| {
            x[0].squeeze_dim(1)
        })]
    },
};
