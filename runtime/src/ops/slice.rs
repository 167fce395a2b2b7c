//! Every n-th entry of a dim.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::index::{Steps, checked_step};
use crate::ops::spec::{Case, Spec, sample};
use crate::ops::strided::assign;
use crate::shape::{self, Int};
use crate::tensor::{Tensor, filled};

impl Tensor {
    /// The entries start, start + step, .. of a dim, up to but without `end`; nothing is copied.
    ///
    /// y = x\[.., start:end:step, ..\], dx = dy there and 0 elsewhere. Ends are read as in Python:
    /// negative ones count from the end, and those outside are moved inside.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([0.0, 1.0, 2.0, 3.0, 4.0]);
    /// assert_close(&x.slice(0, 1, 5, 2), [1.0, 3.0]);
    /// assert_close(&x.slice(0, -2, 9, 1), [3.0, 4.0]);
    /// ```
    #[track_caller]
    pub fn slice(&self, dim: impl Int, start: impl Int, end: impl Int, step: impl Int) -> Tensor {
        slice(self, dim.int(), start.int(), end.int(), step.int())
    }
}

#[track_caller]
fn slice(x: &Tensor, dim: isize, start: isize, end: isize, step: isize) -> Tensor {
    let dim = shape::dim("slice", dim, x.shape()).or_raise();
    let steps = Steps::new(start, end, checked_step("slice", step));
    Tensor::apply(Slice { dim, steps }, &[x])
}

pub(crate) struct Slice {
    pub(crate) dim: usize,
    pub(crate) steps: Steps,
}

impl Slice {
    fn view(&self, x: &Tensor) -> Tensor {
        let mut layout = x.0.layout.clone();
        let (start, count, step) = self.steps.resolve(layout.shape[self.dim]);
        layout.shape[self.dim] = count;
        if count > 0 {
            layout.offset += start * layout.strides[self.dim];
        }
        // With one entry the stride is never used, and a huge step could overflow it.
        if count > 1 {
            layout.strides[self.dim] *= step;
        }
        x.view_as(layout)
    }
}

impl Op for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(self.view(x[0]))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let out = filled("slice", saved.shape(0), 0.0, grad.dtype());
        assign(&self.view(&out), grad);
        vec![Some(out)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "slice",
    math: "y = x[.., start:end:step, ..], dx = dy there, 0 elsewhere",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[5, 2])], |x| x[0].slice(0, 1, 5, 2)),
            Case::new("columns", &[sample(&[2, 5])], |x| x[0].slice(-1, -4, 9, 3)),
            Case::new("of a slice", &[sample(&[7])], |x| {
                x[0].slice(0, 0, 7, 2).slice(0, 1, 4, 2)
            }),
            Case::new("empty", &[sample(&[2, 3])], |x| x[0].slice(1, 2, 1, 1)),
            Case::new("of nothing", &[sample(&[0, 3])], |x| x[0].slice(1, 0, 3, 2)),
        ]
    },
    wrong: || {
        vec![Case::new("no such dim", &[sample(&[2, 3])], |x| {
            x[0].slice(2, 0, 1, 1)
        })]
    },
};
