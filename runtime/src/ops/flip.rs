//! Dims in reverse.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Element, with_element};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::Around;
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, IntList, Ints};
use crate::tensor::Tensor;

impl Tensor {
    /// The entries of some dims in reverse order.
    ///
    /// y_i = x_(n-1-i), dx = dy in reverse; `[..] -> [..]`. Unlike in NumPy it is a copy, and the
    /// dims are named.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.flip(1), [[2.0, 1.0], [4.0, 3.0]]);
    /// assert_close(&x.flip(&[0, 1]), [[4.0, 3.0], [2.0, 1.0]]);
    /// ```
    #[track_caller]
    pub fn flip(&self, dims: impl Ints) -> Tensor {
        flip(self, &dims.ints())
    }
}

#[track_caller]
fn flip(x: &Tensor, dims: &IntList) -> Tensor {
    let dims = shape::dims("flip", dims.as_slice(), x.shape()).or_raise();
    Tensor::apply(Flip { dims }, &[x])
}

struct Flip {
    dims: Dims,
}

fn reversed<T: Element>(values: &[T], around: &Around) -> Vec<T> {
    let row = around.length * around.inner;
    let mut out = Vec::with_capacity(values.len());
    if row == 0 {
        return out;
    }
    for block in values.chunks_exact(row) {
        if around.inner == 1 {
            out.extend(block.iter().rev());
        } else {
            let parts = block.chunks_exact(around.inner).rev();
            parts.for_each(|part| out.extend_from_slice(part));
        }
    }
    out
}

impl Op for Flip {
    fn name(&self) -> &'static str {
        "flip"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let shape = x[0].shape();
        Ok(with_element!(x[0].dtype(), T => {
            let mut values: Vec<T> = x[0].values::<T>().into_vec();
            for &dim in &self.dims {
                values = reversed(&values, &Around::dim(shape, dim));
            }
            Tensor::from_values::<T>(values, shape)
        }))
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![self.forward(&[grad]).ok()]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "flip",
    math: "y_i = x_(n-1-i), dx = dy in reverse",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[3, 2])], |x| x[0].flip(0)),
            Case::new("all", &[sample(&[2, 3, 2])], |x| x[0].flip(&[0, -1, 1])),
            Case::new("no dim", &[sample(&[2])], |x| x[0].flip([0_usize; 0])),
            Case::new("empty", &[sample(&[0, 2])], |x| x[0].flip(&[0, 1])),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].flip(2)),
            Case::new("twice", &[sample(&[2, 3])], |x| x[0].flip(&[1, -1])),
        ]
    },
};
