//! The logarithm of softmax along a dim, without its overflow.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{LineWork, Real, exponentials, lines};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Int};
use crate::tensor::Tensor;

impl Tensor {
    /// The logarithm of softmax along a dim, without its overflow.
    ///
    /// y = x - ln Σ eˣ, dx = dy - eʸ Σ dy; `[n, k] -> [n, k]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[0.0, 0.0], [0.0, 1000.0]]).log_softmax(1), [[-0.693147, -0.693147], [-1000.0, 0.0]]);
    /// ```
    #[track_caller]
    pub fn log_softmax(&self, dim: impl Int) -> Tensor {
        log_softmax(&self.float_or_same(), dim.int())
    }
}

#[track_caller]
fn log_softmax(x: &Tensor, dim: isize) -> Tensor {
    let dim = shape::dim("log_softmax", dim, x.shape()).or_raise();
    Tensor::apply(LogSoftmax { dim }, &[x])
}

struct LogSoftmax {
    dim: usize,
}

struct Line;

impl<T: Real> LineWork<T> for Line {
    #[inline(always)]
    fn run(&self, line: &[T], out: &mut [T], fused: bool) {
        let (largest, sum) = exponentials(line, out, fused);
        let shift = sum.logarithm(fused);
        for (y, &x) in out.iter_mut().zip(line) {
            // In this order no digits are lost where the numbers are large.
            *y = (x - largest) - shift;
        }
    }
}

impl Op for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_real!(x[0].dtype(), T => lines::<T, _>(x[0], self.dim, &Line)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(
            grad - saved.output().exp() * grad.sum_keepdim(self.dim),
        )]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "log_softmax",
    math: "y = x - ln Σ eˣ, dx = dy - eʸ Σ dy",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].log_softmax(-1)),
            Case::new("columns", &[sample(&[3, 2])], |x| x[0].log_softmax(0)),
            Case::new("middle", &[sample(&[2, 3, 2])], |x| x[0].log_softmax(1)),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].log_softmax(1)),
            Case::new("empty dim", &[sample(&[2, 0])], |x| x[0].log_softmax(1)),
        ]
    },
    wrong: || {
        vec![Case::new("no such dim", &[sample(&[2, 3])], |x| {
            x[0].log_softmax(2)
        })]
    },
};
