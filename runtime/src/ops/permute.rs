//! Dims in another order.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, Int, IntList, Ints, show};
use crate::tensor::{Layout, Tensor};

impl Tensor {
    /// The dims in another order; no elements are copied.
    ///
    /// y[i_σ(0), ..] = x[i_0, ..], dx = dy in the old order.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3, 4]).permute(&[2, 0, 1]).shape(), [4, 2, 3]);
    /// ```
    #[track_caller]
    pub fn permute(&self, dims: impl Ints) -> Tensor {
        self.permute_list(&dims.ints())
    }

    #[track_caller]
    fn permute_list(&self, dims: &IntList) -> Tensor {
        let order = shape::dims("permute", dims.as_slice(), self.shape()).or_raise();
        if order.len() != self.ndim() {
            Error::new(
                "permute",
                format!(
                    "{:?} must name every dim of {} once, so {} != {}",
                    dims.as_slice(),
                    show(self.shape()),
                    order.len(),
                    self.ndim()
                ),
            )
            .raise();
        }
        Tensor::apply(Permute { order }, &[self])
    }

    /// Two dims exchanged; no elements are copied.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3, 4]).transpose(0, -1).shape(), [4, 3, 2]);
    /// ```
    #[track_caller]
    pub fn transpose(&self, dim0: impl Int, dim1: impl Int) -> Tensor {
        self.exchange(dim0.int(), dim1.int())
    }

    #[track_caller]
    fn exchange(&self, dim0: isize, dim1: isize) -> Tensor {
        let a = shape::dim("transpose", dim0, self.shape()).or_raise();
        let b = shape::dim("transpose", dim1, self.shape()).or_raise();
        let mut order: Dims = (0..self.ndim()).collect();
        order.swap(a, b);
        Tensor::apply(Permute { order }, &[self])
    }

    /// Dims moved to other places, the rest in its old order; no elements are copied.
    ///
    /// `[n, h, w, c] -> [n, c, h, w]` from -1 to 1; `from` and `to` may name several.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3, 4]).movedim(-1, 0).shape(), [4, 2, 3]);
    /// assert_eq!(zeros(&[2, 3, 4]).movedim(&[0, 1], &[2, 0]).shape(), [3, 4, 2]);
    /// ```
    #[track_caller]
    pub fn movedim(&self, from: impl Ints, to: impl Ints) -> Tensor {
        self.movedim_list(&from.ints(), &to.ints())
    }

    #[track_caller]
    fn movedim_list(&self, from: &IntList, to: &IntList) -> Tensor {
        let (from, to) = (from.as_slice(), to.as_slice());
        if from.len() != to.len() {
            Error::new(
                "movedim",
                format!(
                    "as many dims as places are needed: {from:?} to {to:?}, the shape is {}, and \
                     {} != {}",
                    show(self.shape()),
                    from.len(),
                    to.len()
                ),
            )
            .raise();
        }
        let from = shape::dims("movedim", from, self.shape()).or_raise();
        let to = shape::dims("movedim", to, self.shape()).or_raise();
        let mut rest = (0..self.ndim()).filter(|d| !from.contains(d));
        let order = (0..self.ndim()).map(|place| match to.iter().position(|&t| t == place) {
            Some(which) => Some(from[which]),
            None => rest.next(),
        });
        Tensor::apply(
            Permute {
                order: order.flatten().collect(),
            },
            &[self],
        )
    }

    /// Rows and columns of a table exchanged; no elements are copied.
    ///
    /// `[n, m] -> [m, n]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 2.0], [3.0, 4.0]]).t(), [[1.0, 3.0], [2.0, 4.0]]);
    /// ```
    #[track_caller]
    pub fn t(&self) -> Tensor {
        match self.ndim() {
            0 | 1 => self.clone(),
            2 => self.transpose(0, 1),
            n => Error::new(
                "t",
                format!(
                    "needs at most 2 dims, the shape is {}, with {n}",
                    show(self.shape())
                ),
            )
            .help("x.transpose(-2, -1) exchanges the last two")
            .raise(),
        }
    }
}

struct Permute {
    order: Dims,
}

fn permute(x: &Tensor, order: &[usize]) -> Tensor {
    let old = &x.0.layout;
    x.view_as(Layout {
        shape: order.iter().map(|&d| old.shape[d]).collect(),
        strides: order.iter().map(|&d| old.strides[d]).collect(),
        offset: old.offset,
    })
}

impl Op for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(permute(x[0], &self.order))
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let mut inverse = self.order.clone();
        for (new, &old) in self.order.iter().enumerate() {
            inverse[old] = new;
        }
        vec![Some(permute(grad, &inverse))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "permute",
    math: "y = x with its dims in another order, dx = dy in the old order",
    cases: || {
        vec![
            Case::new("three dims", &[sample(&[2, 3, 2])], |x| {
                x[0].permute(&[2, 0, 1])
            }),
            Case::new("transposed", &[sample(&[2, 3])], |x| x[0].t()),
            Case::new("moved", &[sample(&[2, 3, 2])], |x| x[0].movedim(-1, 0)),
            Case::new("two moved", &[sample(&[1, 2, 3, 2])], |x| {
                x[0].movedim(&[0, -1], &[1, 0])
            }),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].transpose(0, 1)),
        ]
    },
    wrong: || {
        vec![
            Case::new("twice", &[sample(&[2, 3])], |x| x[0].permute(&[0, 0])),
            Case::new("too few", &[sample(&[2, 3])], |x| x[0].permute(&[0])),
            Case::new("out of range", &[sample(&[2, 3])], |x| {
                x[0].permute(&[0, 2])
            }),
            Case::new("moved twice", &[sample(&[2, 3])], |x| {
                x[0].movedim(&[0, 1], &[1, -1])
            }),
            Case::new("two to one", &[sample(&[2, 3])], |x| {
                x[0].movedim(&[0, 1], 1)
            }),
        ]
    },
};
