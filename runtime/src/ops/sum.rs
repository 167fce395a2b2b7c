//! Sums.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{self, reduced};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, IntList, Ints};
use crate::tensor::Tensor;

impl Tensor {
    /// The sum of all elements.
    ///
    /// y = Σ x, dx = dy everywhere; `[..] -> []`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([[1.0, 2.0], [3.0, 4.0]]).sum(), 10.0);
    /// ```
    #[track_caller]
    pub fn sum(&self) -> Tensor {
        sum(self, (0..self.ndim()).collect(), false)
    }

    /// The sum over a dim, or several, which disappear.
    ///
    /// `[n, m] -> [n]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.sum_dim(0), [4.0, 6.0]);
    /// assert_close(x.sum_dim([0, 1]), 10.0);
    /// ```
    #[track_caller]
    pub fn sum_dim(&self, dims: impl Ints) -> Tensor {
        sum_list(self, &dims.ints(), false)
    }

    /// The sum over a dim, or several, which stay with size 1.
    ///
    /// `[n, m] -> [n, 1]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.sum_keepdim(1), [[3.0], [7.0]]);
    /// ```
    #[track_caller]
    pub fn sum_keepdim(&self, dims: impl Ints) -> Tensor {
        sum_list(self, &dims.ints(), true)
    }
}

#[track_caller]
fn sum_list(x: &Tensor, dims: &IntList, keepdim: bool) -> Tensor {
    sum(
        x,
        shape::dims("sum", dims.as_slice(), x.shape()).or_raise(),
        keepdim,
    )
}

#[track_caller]
fn sum(x: &Tensor, dims: Dims, keepdim: bool) -> Tensor {
    Tensor::apply(Sum { dims, keepdim }, &[&x.number_or_same()])
}

struct Sum {
    dims: Dims,
    keepdim: bool,
}

/// The gradient of a reduction, repeated along the reduced dims.
pub(crate) fn spread(grad: &Tensor, shape: &[usize], dims: &[usize]) -> Tensor {
    grad.reshape_dims(reduced(shape, dims, true)).expand(shape)
}

impl Op for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(kernel::sum(x[0], &self.dims, self.keepdim))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(spread(grad, saved.shape(0), &self.dims))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "sum",
    math: "y = Σ x, dx = dy",
    cases: || {
        vec![
            Case::new("all", &[sample(&[2, 3])], |x| x[0].sum()),
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].sum_dim(0)),
            Case::new("columns", &[sample(&[2, 3])], |x| x[0].sum_keepdim(-1)),
            Case::new("outer and inner", &[sample(&[2, 3, 2])], |x| {
                x[0].sum_dim([0, 2])
            }),
            Case::new("one number", &[sample(&[])], |x| x[0].sum()),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].sum()),
            Case::new("empty dim", &[sample(&[2, 0])], |x| x[0].sum_dim(1)),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].sum_dim(2)),
            Case::new("twice", &[sample(&[2, 3])], |x| x[0].sum_dim([1, -1])),
        ]
    },
};
