//! Products of all elements up to each.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Element, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{Around, along};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Int};
use crate::tensor::Tensor;

impl Tensor {
    /// The product of the elements up to each one along a dim.
    ///
    /// y_i = x_0 .. x_i, dx_k = the sum of dy_i y_i / x_k over i ≥ k, computed without dividing, so
    /// that zeros do no harm; `[..] -> [..]`. Floats are multiplied in f64.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([2.0, 3.0, 4.0]).cumprod(0), [2.0, 6.0, 24.0]);
    /// ```
    #[track_caller]
    pub fn cumprod(&self, dim: impl Int) -> Tensor {
        cumprod(self, dim.int())
    }
}

#[track_caller]
fn cumprod(x: &Tensor, dim: isize) -> Tensor {
    let dim = shape::dim("cumprod", dim, x.shape()).or_raise();
    Tensor::apply(CumProd { dim }, &[&x.number_or_same()])
}

struct CumProd {
    dim: usize,
}

/// The gradient of one line: what comes before an element, times what comes from it on.
fn gradient(x: &[f64], grad: &[f64], out: &mut [f64]) {
    let mut before = 1.0;
    for (out, x) in out.iter_mut().zip(x) {
        *out = before;
        before *= x;
    }
    // dy_k + x_(k+1) (dy_(k+1) + x_(k+2) (..)), from the end on.
    let mut rest = 0.0;
    for k in (0..x.len()).rev() {
        rest = grad[k] + x.get(k + 1).map_or(0.0, |next| next * rest);
        out[k] *= rest;
    }
}

impl Op for CumProd {
    fn name(&self) -> &'static str {
        "cumprod"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        if x[0].dtype() == DType::I64 {
            return Ok(along::<i64>(x[0], self.dim, |line, target| {
                let mut product = 1_i64;
                for (&v, target) in line.iter().zip(target) {
                    product = product.wrapping_mul(v);
                    *target = product;
                }
            }));
        }
        Ok(
            with_real!(x[0].dtype(), T => along::<T>(x[0], self.dim, |line, target| {
                let mut product = 1.0;
                for (&v, target) in line.iter().zip(target) {
                    product *= Element::to_f64(v);
                    *target = <T as Element>::from_f64(product);
                }
            })),
        )
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let x = saved.input(0);
        let around = Around::dim(x.shape(), self.dim);
        let length = around.length;
        let mut lines = [vec![0.0; length], vec![0.0; length], vec![0.0; length]];
        let out = with_real!(grad.dtype(), T => {
            let (x, grad) = (x.values::<T>(), grad.values::<T>());
            let mut out: Vec<T> = vec![0.0; x.len()];
            for i in 0..around.outer * around.inner {
                let [values, grads, found] = &mut lines;
                for j in 0..length {
                    values[j] = Element::to_f64(x[around.at(i, j)]);
                    grads[j] = Element::to_f64(grad[around.at(i, j)]);
                }
                gradient(values, grads, found);
                for (j, &v) in found.iter().enumerate() {
                    out[around.at(i, j)] = <T as Element>::from_f64(v);
                }
            }
            Tensor::from_values(out, saved.shape(0))
        });
        vec![Some(out)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "cumprod",
    math: "y_i = x_0 .. x_i, dx_k = Σ dy_i y_i / x_k over i ≥ k",
    cases: || {
        vec![
            Case::new("columns", &[sample(&[2, 4])], |x| x[0].cumprod(1)),
            Case::new("rows", &[sample(&[3, 2])], |x| x[0].cumprod(0)),
            Case::new("middle", &[sample(&[2, 3, 2])], |x| x[0].cumprod(-2)),
            Case::new("a zero", &[zeros_at(&[2])], |x| x[0].cumprod(0)),
            Case::new("two zeros", &[zeros_at(&[1, 3])], |x| x[0].cumprod(0)),
            Case::new("zero first", &[zeros_at(&[0, 4])], |x| x[0].cumprod(0)),
            Case::new("empty", &[sample(&[0, 2])], |x| x[0].cumprod(0)),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].cumprod(2)),
            Case::new("one number", &[sample(&[])], |x| x[0].cumprod(0)),
        ]
    },
};

/// Five numbers with zeros at some places.
fn zeros_at(places: &[usize]) -> Tensor {
    let x = sample(&[5]).copy();
    for &place in places {
        x.select(0, place).zero_();
    }
    x
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn whole_numbers_stay_whole() {
        assert_eq!(arange(1, 6, 1).cumprod(0).to_vec_i64(), [1, 2, 6, 24, 120]);
        assert_eq!(
            tensor([[1, 2], [3, 4]]).t().cumprod(0).to_vec_i64(),
            [1, 3, 2, 12]
        );
    }
}
