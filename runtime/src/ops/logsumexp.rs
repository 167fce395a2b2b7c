//! The logarithm of a sum of exponentials.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{self, map_real, reduced, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::ops::sum::spread;
use crate::shape::{self, Dims, IntList, Ints};
use crate::tensor::{Tensor, filled};

impl Tensor {
    /// The logarithm of the sum of the exponentials over a dim, or several, which disappear;
    /// without overflow.
    ///
    /// y = ln Σ eˣ, dx = dy e^(x - y), and 0 where all x are -∞ (PyTorch gives NaN there);
    /// `[n, m] -> [n]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[0.0, 0.0], [1000.0, 1000.0]]);
    /// assert_close(&x.logsumexp(1), [0.6931472, 1000.6931472]);
    /// ```
    #[track_caller]
    pub fn logsumexp(&self, dims: impl Ints) -> Tensor {
        logsumexp(self, &dims.ints(), false)
    }

    /// As [`Tensor::logsumexp`]; the dims stay with size 1.
    ///
    /// `[n, m] -> [n, 1]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x - x.logsumexp_keepdim(1), x.log_softmax(1));
    /// ```
    #[track_caller]
    pub fn logsumexp_keepdim(&self, dims: impl Ints) -> Tensor {
        logsumexp(self, &dims.ints(), true)
    }
}

#[track_caller]
fn logsumexp(x: &Tensor, dims: &IntList, keepdim: bool) -> Tensor {
    let dims = shape::dims("logsumexp", dims.as_slice(), x.shape()).or_raise();
    Tensor::apply(LogSumExp { dims, keepdim }, &[&x.float_or_same()])
}

struct LogSumExp {
    dims: Dims,
    keepdim: bool,
}

impl Op for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let (x, dims) = (x[0], &self.dims);
        let shape = reduced(x.shape(), dims, self.keepdim);
        if dims.iter().any(|&d| x.shape()[d] == 0) {
            return Ok(filled(self.name(), &shape, f64::NEG_INFINITY, x.dtype()));
        }
        let largest = (dims.iter()).fold(x.clone(), |largest, &dim| largest.max_keepdim(dim));
        // Less the largest, no exponential overflows; but ∞ - ∞ would be NaN.
        let shift = map_real!(&largest, v => if v.is_finite() { v } else { 0.0 });
        let terms = zip_real!("logsumexp", x, &shift, (x, shift) => (x - shift).exp())?;
        let sum = kernel::sum(&terms, dims, true);
        let y = zip_real!("logsumexp", &sum, &shift, (sum, shift) => sum.ln() + shift)?;
        Ok(y.reshape_dims(shape))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (x, y) = (saved.input(0), saved.output());
        let wide = |y: &Tensor| spread(y, x.shape(), &self.dims);
        let share = zip_real!("logsumexp", x, &wide(y), (x, y) => {
            if x.is_infinite() && x < 0.0 { 0.0 } else { (x - y).exp() }
        });
        vec![same_shape(share).map(|share| share * wide(grad))]
    }

    fn saves(&self) -> Saves {
        Saves::All
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "logsumexp",
    math: "y = ln Σ eˣ, dx = dy e^(x - y)",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].logsumexp(0)),
            Case::new("columns", &[sample(&[2, 3])], |x| {
                x[0].logsumexp_keepdim(-1)
            }),
            Case::new("two dims", &[sample(&[2, 3, 2])], |x| {
                x[0].logsumexp([0, 2])
            }),
            Case::new("one number", &[sample(&[1])], |x| x[0].logsumexp(0)),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].logsumexp(1)),
        ]
    },
    wrong: || {
        vec![Case::new("no such dim", &[sample(&[2, 3])], |x| {
            x[0].logsumexp(2)
        })]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn infinities_stay() {
        let infinity = f64::INFINITY;
        let x = tensor([[-infinity, -infinity], [infinity, 1.0], [0.0, -infinity]]);
        assert_close(&x.logsumexp(1), [-infinity, infinity, 0.0]);
        assert_close(&zeros(&[2, 0]).logsumexp(1), [-infinity, -infinity]);
        assert_eq!(zeros(&[2, 0]).logsumexp(0).shape(), [0]);
    }

    #[test]
    fn a_masked_row_has_no_gradient() {
        let infinity = f64::INFINITY;
        let x = tensor([[-infinity, -infinity], [0.0, 0.0]]).requires_grad();
        x.logsumexp(1).sum().backward();
        assert_close(&x.grad(), [[0.0, 0.0], [0.5, 0.5]]);
    }
}
