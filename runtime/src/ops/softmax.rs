//! Softmax: positive numbers that add up to 1 along a dim.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{LineWork, Real, exponentials, lines};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Int};
use crate::tensor::Tensor;

impl Tensor {
    /// Softmax: positive numbers that add up to 1 along a dim.
    ///
    /// y = eˣ / Σ eˣ, dx = y (dy - Σ dy y); `[n, k] -> [n, k]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[0.0, 0.0], [0.0, 1000.0]]).softmax(1), [[0.5, 0.5], [0.0, 1.0]]);
    /// ```
    #[track_caller]
    pub fn softmax(&self, dim: impl Int) -> Tensor {
        softmax(&self.float_or_same(), dim.int())
    }
}

#[track_caller]
fn softmax(x: &Tensor, dim: isize) -> Tensor {
    let dim = shape::dim("softmax", dim, x.shape()).or_raise();
    Tensor::apply(Softmax { dim }, &[x])
}

struct Softmax {
    dim: usize,
}

struct Line;

impl<T: Real> LineWork<T> for Line {
    #[inline(always)]
    fn run(&self, line: &[T], out: &mut [T], fused: bool) {
        let (_, sum) = exponentials(line, out, fused);
        let scale = T::from_f64(1.0 / sum.to_f64());
        out.iter_mut().for_each(|y| *y = *y * scale);
    }
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_real!(x[0].dtype(), T => lines::<T, _>(x[0], self.dim, &Line)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let y = saved.output();
        let weighted = grad * y;
        vec![Some(&weighted - y * weighted.sum_keepdim(self.dim))]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "softmax",
    math: "y = eˣ / Σ eˣ, dx = y (dy - Σ dy y)",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].softmax(-1)),
            Case::new("columns", &[sample(&[3, 2])], |x| x[0].softmax(0)),
            Case::new("middle", &[sample(&[2, 3, 2])], |x| x[0].softmax(1)),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].softmax(1)),
            Case::new("empty dim", &[sample(&[2, 0])], |x| x[0].softmax(1)),
        ]
    },
    wrong: || {
        vec![Case::new("no such dim", &[sample(&[2, 3])], |x| {
            x[0].softmax(2)
        })]
    },
};
