//! Products of elements.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Element, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::lines::{reduce, spread_lines};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, IntList, Ints};
use crate::tensor::Tensor;

impl Tensor {
    /// The product of all elements; 1 where there are none.
    ///
    /// y = Π x, dxᵢ = dy Π xⱼ over all other j; `[..] -> []`. A product of whole numbers beyond
    /// i64 wraps around, as in PyTorch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([[1.0, 2.0], [3.0, 4.0]]).prod(), 24.0);
    /// ```
    #[track_caller]
    pub fn prod(&self) -> Tensor {
        prod(self, (0..self.ndim()).collect(), false)
    }

    /// The product over a dim, or several, which disappear.
    ///
    /// `[n, m] -> [n]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.prod_dim(0), [3.0, 8.0]);
    /// ```
    #[track_caller]
    pub fn prod_dim(&self, dims: impl Ints) -> Tensor {
        prod_list(self, &dims.ints(), false)
    }

    /// The product over a dim, or several, which stay with size 1.
    ///
    /// `[n, m] -> [n, 1]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.prod_keepdim(1), [[2.0], [12.0]]);
    /// ```
    #[track_caller]
    pub fn prod_keepdim(&self, dims: impl Ints) -> Tensor {
        prod_list(self, &dims.ints(), true)
    }
}

#[track_caller]
fn prod_list(x: &Tensor, dims: &IntList, keepdim: bool) -> Tensor {
    let dims = shape::dims("prod", dims.as_slice(), x.shape()).or_raise();
    prod(x, dims, keepdim)
}

#[track_caller]
fn prod(x: &Tensor, dims: Dims, keepdim: bool) -> Tensor {
    Tensor::apply(Prod { dims, keepdim }, &[&x.number_or_same()])
}

struct Prod {
    dims: Dims,
    keepdim: bool,
}

impl Op for Prod {
    fn name(&self) -> &'static str {
        "prod"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let (x, dims, keepdim) = (x[0], &self.dims, self.keepdim);
        if x.dtype() == DType::I64 {
            let product = |line: &[i64]| line.iter().fold(1_i64, |p, &v| p.wrapping_mul(v));
            return Ok(reduce(x, dims, keepdim, product));
        }
        // In f64, since rounding errors of many factors add up.
        Ok(
            with_real!(x.dtype(), T => reduce::<T, T>(x, dims, keepdim, |line| {
                line.iter().fold(1.0, |p, &v| p * Element::to_f64(v)) as T
            })),
        )
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let x = saved.input(0);
        // The product of the factors before and behind, not the whole one divided by the factor,
        // which may be 0.
        let grad = with_real!(x.dtype(), T => {
            spread_lines::<T>(x, &self.dims, grad, |line, g, target| {
                let mut before = 1.0;
                for (t, &v) in target.iter_mut().zip(line) {
                    *t = before as T;
                    before *= Element::to_f64(v);
                }
                let mut behind = Element::to_f64(g);
                for (t, &v) in target.iter_mut().zip(line).rev() {
                    *t = (Element::to_f64(*t) * behind) as T;
                    behind *= Element::to_f64(v);
                }
            })
        });
        vec![Some(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "prod",
    math: "y = Π x, dxᵢ = dy Π xⱼ over all other j",
    cases: || {
        let zeros = |places: &[usize]| {
            let x = sample(&[2, 3]);
            x.overwrite::<f64>(|values| places.iter().for_each(|&i| values[i] = 0.0));
            x
        };
        vec![
            Case::new("all", &[sample(&[2, 3])], |x| x[0].prod()),
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].prod_dim(0)),
            Case::new("columns", &[sample(&[2, 3])], |x| x[0].prod_keepdim(-1)),
            Case::new("two dims", &[sample(&[2, 3, 2])], |x| x[0].prod_dim([2, 0])),
            Case::new("a zero", &[zeros(&[1])], |x| x[0].prod_dim(1)),
            Case::new("two zeros", &[zeros(&[1, 2])], |x| x[0].prod_dim(1)),
            Case::new("one number", &[sample(&[])], |x| x[0].prod()),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].prod()),
            Case::new("empty dim", &[sample(&[2, 0])], |x| x[0].prod_dim(1)),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].prod_dim(2)),
            Case::new("twice", &[sample(&[2, 3])], |x| x[0].prod_dim([1, -1])),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn nothing_gives_one() {
        assert_close(&zeros(&[2, 0]).prod_dim(1), [1.0, 1.0]);
        assert_eq!(zeros(&[2, 0]).prod_dim(0).shape(), [0]);
    }

    #[test]
    fn whole_numbers_stay_whole() {
        assert_eq!(tensor([[2, 3], [4, 5]]).prod_dim(1).to_vec_i64(), [6, 20]);
        assert_eq!(tensor([true, true]).prod().dtype(), DType::I64);
        assert_eq!(tensor([i64::MAX, 2]).prod().to_vec_i64(), [-2]);
    }

    #[test]
    fn one_zero_leaves_its_own_slope() {
        let x = tensor([2.0, 0.0, 5.0]).requires_grad();
        x.prod().backward();
        assert_close(&x.grad(), [0.0, 10.0, 0.0]);
    }
}
