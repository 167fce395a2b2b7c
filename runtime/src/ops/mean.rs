//! Means.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::kernel;
use crate::ops::spec::{Case, Spec, sample};
use crate::ops::sum::spread;
use crate::shape::{self, Dims, IntList, Ints, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The mean of all elements; NaN where there are none.
    ///
    /// y = Σ x / n, dx = dy / n; `[..] -> []`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([[1.0, 2.0], [3.0, 4.0]]).mean(), 2.5);
    /// ```
    #[track_caller]
    pub fn mean(&self) -> Tensor {
        mean(self, (0..self.ndim()).collect(), false)
    }

    /// The mean over a dim, or several, which disappear.
    ///
    /// `[n, m] -> [n]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 2.0], [3.0, 4.0]]).mean_dim(0), [2.0, 3.0]);
    /// ```
    #[track_caller]
    pub fn mean_dim(&self, dims: impl Ints) -> Tensor {
        mean_list(self, &dims.ints(), false)
    }

    /// The mean over a dim, or several, which stay with size 1.
    ///
    /// `[n, m] -> [n, 1]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 2.0], [3.0, 4.0]]).mean_keepdim(1), [[1.5], [3.5]]);
    /// ```
    #[track_caller]
    pub fn mean_keepdim(&self, dims: impl Ints) -> Tensor {
        mean_list(self, &dims.ints(), true)
    }
}

#[track_caller]
fn mean_list(x: &Tensor, dims: &IntList, keepdim: bool) -> Tensor {
    mean(
        x,
        shape::dims("mean", dims.as_slice(), x.shape()).or_raise(),
        keepdim,
    )
}

#[track_caller]
fn mean(x: &Tensor, dims: Dims, keepdim: bool) -> Tensor {
    if !x.dtype().is_float() {
        Error::new(
            "mean",
            format!(
                "needs floats, the tensor of shape {} is {}",
                show(x.shape()),
                x.dtype()
            ),
        )
        .help("x.float().mean()")
        .raise();
    }
    Tensor::apply(Mean { dims, keepdim }, &[x])
}

struct Mean {
    dims: Dims,
    keepdim: bool,
}

impl Mean {
    fn count(&self, shape: &[usize]) -> f64 {
        self.dims.iter().map(|&d| shape[d]).product::<usize>() as f64
    }
}

impl Op for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(kernel::sum(x[0], &self.dims, self.keepdim) / self.count(x[0].shape()))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape = saved.shape(0);
        vec![Some(spread(&(grad / self.count(shape)), shape, &self.dims))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "mean",
    math: "y = Σ x / n, dx = dy / n",
    cases: || {
        vec![
            Case::new("all", &[sample(&[2, 3])], |x| x[0].mean()),
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].mean_dim(0)),
            Case::new("columns", &[sample(&[2, 3])], |x| x[0].mean_keepdim(1)),
            Case::new("two dims", &[sample(&[2, 3, 2])], |x| x[0].mean_dim([0, 1])),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].mean_dim(1)),
        ]
    },
    wrong: || {
        vec![Case::new("no such dim", &[sample(&[2, 3])], |x| {
            x[0].mean_dim(2)
        })]
    },
};
