//! Elements in memory of their own.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_element;
use crate::error::Error;
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The same elements in memory of their own, in row-major order (PyTorch's `clone`).
    ///
    /// y = x, dx = dy; `[..] -> [..]`. Rust's `clone()` gives another handle to the same memory.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]);
    /// let y = x.copy();
    /// x.add_(1.0);
    /// assert_close(&y, [1.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn copy(&self) -> Tensor {
        Tensor::apply(Copy, &[self])
    }

    /// The tensor itself where its elements lie in row-major order, otherwise a copy that does.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(zeros(&[2, 3]).t().contiguous().is_contiguous());
    /// ```
    #[track_caller]
    pub fn contiguous(&self) -> Tensor {
        if self.is_contiguous() {
            self.clone()
        } else {
            self.copy()
        }
    }
}

struct Copy;

impl Op for Copy {
    fn name(&self) -> &'static str {
        "copy"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_element!(x[0].dtype(), T => {
            Tensor::from_values(x[0].values::<T>().into_vec(), x[0].0.layout.shape.clone())
        }))
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(grad.clone())]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "copy",
    math: "y = x, dx = dy",
    cases: || {
        let mut cases = Case::elementwise(sample, |x| x[0].copy());
        cases.push(Case::new("transposed", &[sample(&[2, 3])], |x| {
            x[0].t().contiguous()
        }));
        cases
    },
    wrong: Vec::new,
};
