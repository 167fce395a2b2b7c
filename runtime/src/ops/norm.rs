//! Lengths of vectors.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{self, map_real, reduced, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::ops::sum::spread;
use crate::shape::{self, Dims, IntList, Ints, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The length of the vector of all elements; 0 where there are none.
    ///
    /// y = √(Σ x²), dx = dy x / y, and 0 where y is 0; `[..] -> []`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([3.0, -4.0]).norm(), 5.0);
    /// ```
    #[track_caller]
    pub fn norm(&self) -> Tensor {
        norm(self, 2.0, (0..self.ndim()).collect(), false)
    }

    /// The length over a dim, or several, which disappear.
    ///
    /// `[n, m] -> [n]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[3.0, 4.0], [0.0, 2.0]]).norm_dim(1), [5.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn norm_dim(&self, dims: impl Ints) -> Tensor {
        norm_list(self, 2.0, &dims.ints(), false)
    }

    /// The length over a dim, or several, which stay with size 1.
    ///
    /// `[n, m] -> [n, 1]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[3.0, 4.0], [0.0, 2.0]]);
    /// assert_close(&x / x.norm_keepdim(1), [[0.6, 0.8], [0.0, 1.0]]);
    /// ```
    #[track_caller]
    pub fn norm_keepdim(&self, dims: impl Ints) -> Tensor {
        norm_list(self, 2.0, &dims.ints(), true)
    }

    /// The p-norm of all elements: 1 adds the absolute values, 2 is the length,
    /// `f64::INFINITY` takes the largest absolute value.
    ///
    /// y = (Σ |x|ᵖ)^(1/p), dx = dy sign x (|x| / y)ᵖ⁻¹; `[..] -> []`. For infinity dx is shared by
    /// the largest elements. The order p must be above 0.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([3.0, -4.0]);
    /// assert_close(x.norm_p(1.0), 7.0);
    /// assert_close(x.norm_p(f64::INFINITY), 4.0);
    /// ```
    #[track_caller]
    pub fn norm_p(&self, p: f64) -> Tensor {
        norm(self, p, (0..self.ndim()).collect(), false)
    }

    /// The p-norm over a dim, or several, which disappear; see [`Tensor::norm_p`].
    ///
    /// `[n, m] -> [n]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[3.0, -4.0], [0.0, 2.0]]);
    /// assert_close(&x.norm_p_dim(1.0, 1), [7.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn norm_p_dim(&self, p: f64, dims: impl Ints) -> Tensor {
        norm_list(self, p, &dims.ints(), false)
    }

    /// The p-norm over a dim, or several, which stay with size 1; see [`Tensor::norm_p`].
    ///
    /// `[n, m] -> [n, 1]` for dim 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[3.0, -4.0], [0.0, 2.0]]);
    /// assert_close(&x.norm_p_keepdim(1.0, 1), [[7.0], [2.0]]);
    /// ```
    #[track_caller]
    pub fn norm_p_keepdim(&self, p: f64, dims: impl Ints) -> Tensor {
        norm_list(self, p, &dims.ints(), true)
    }
}

#[track_caller]
fn norm_list(x: &Tensor, p: f64, dims: &IntList, keepdim: bool) -> Tensor {
    let dims = shape::dims("norm", dims.as_slice(), x.shape()).or_raise();
    norm(x, p, dims, keepdim)
}

#[track_caller]
fn norm(x: &Tensor, p: f64, dims: Dims, keepdim: bool) -> Tensor {
    let shape = show(x.shape());
    if !x.dtype().is_float() {
        Error::new(
            "norm",
            format!("needs floats, the tensor of shape {shape} is {}", x.dtype()),
        )
        .help("x.float().norm()")
        .raise();
    }
    if p.is_nan() || p <= 0.0 {
        Error::new(
            "norm",
            format!("the order must be above 0, it is {p}; the shape is {shape}"),
        )
        .help("1.0, 2.0 and f64::INFINITY are the usual ones")
        .raise();
    }
    let kind = match p {
        1.0 => Kind::One,
        2.0 => Kind::Two,
        f64::INFINITY => Kind::Largest,
        p => Kind::Power(p),
    };
    if let (Kind::Largest, Some(&dim)) = (kind, dims.iter().find(|&&d| x.shape()[d] == 0)) {
        Error::new(
            "norm",
            format!("dim {dim} is empty and has no largest element, the shape is {shape}"),
        )
        .raise();
    }
    let op = Norm {
        kind,
        dims,
        keepdim,
    };
    Tensor::apply(op, &[x])
}

#[derive(Clone, Copy)]
enum Kind {
    One,
    Two,
    Largest,
    Power(f64),
}

struct Norm {
    kind: Kind,
    dims: Dims,
    keepdim: bool,
}

impl Op for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let x = x[0];
        let sum = |terms: Tensor| kernel::sum(&terms, &self.dims, self.keepdim);
        Ok(match self.kind {
            Kind::One => sum(map_real!(x, x => x.abs())),
            Kind::Two => sum(map_real!(x, x => x * x)).sqrt(),
            Kind::Largest => (self.dims.iter())
                .fold(x.abs(), |largest, &dim| largest.max_keepdim(dim))
                .reshape_dims(reduced(x.shape(), &self.dims, self.keepdim)),
            Kind::Power(p) => sum(map_real!(x, x => x.abs().powf(p as T))).pow(1.0 / p),
        })
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (x, y) = (saved.input(0), saved.output());
        let wide = |y: &Tensor| spread(y, x.shape(), &self.dims);
        let grad = match self.kind {
            Kind::One => zip_real!("norm", x, &wide(grad), (x, g) => {
                // As PyTorch's sign: NaN has none.
                if x == 0.0 || x.is_nan() { 0.0 } else { g * x.signum() }
            }),
            Kind::Two => {
                let scale =
                    zip_real!("norm", grad, y, (g, y) => if y == 0.0 { 0.0 } else { g / y });
                let scale = same_shape(scale).map(|scale| wide(&scale));
                let Some(scale) = scale else {
                    unreachable!("checked by same_shape")
                };
                zip_real!("norm", x, &scale, (x, s) => x * s)
            }
            Kind::Largest => {
                // The sign of the largest elements, 0 elsewhere.
                let signs = zip_real!("norm", x, &wide(y), (x, y) => {
                    if x.abs() == y && x != 0.0 { x.signum() } else { 0.0 }
                });
                let Some(signs) = same_shape(signs) else {
                    unreachable!("checked by same_shape")
                };
                let count = kernel::sum(&map_real!(&signs, s => s.abs()), &self.dims, false);
                let share = grad.reshape_dims(Dims::from_slice(count.shape())) / count.maximum(1.0);
                zip_real!("norm", &signs, &wide(&share), (s, g) => s * g)
            }
            Kind::Power(p) => {
                let slope = with_real!(x.dtype(), T => {
                    kernel::zip::<T, T>("norm", x, &wide(y), |x, y| {
                        // At 0 the slope of |x|ᵖ is 0, or infinite on both sides.
                        if x == 0.0 { 0.0 } else { x.signum() * (x.abs() / y).powf(p as T - 1.0) }
                    })
                });
                slope.map(|slope| slope * wide(grad))
            }
        };
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::All
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "norm",
    math: "y = √(Σ x²), dx = dy x / y",
    cases: || {
        vec![
            Case::new("all", &[sample(&[2, 3])], |x| x[0].norm()),
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].norm_dim(0)),
            Case::new("columns", &[sample(&[2, 3])], |x| x[0].norm_keepdim(1)),
            Case::new("two dims", &[sample(&[2, 3, 2])], |x| x[0].norm_dim([0, 2])),
            Case::new("absolute", &[sample(&[2, 3])], |x| x[0].norm_p_dim(1.0, 1)),
            Case::new("largest", &[sample(&[2, 3])], |x| {
                x[0].norm_p_keepdim(f64::INFINITY, 1)
            }),
            Case::new("largest of all", &[sample(&[2, 3])], |x| {
                x[0].norm_p(f64::INFINITY)
            }),
            Case::new("cubes", &[sample(&[2, 3])], |x| x[0].norm_p_dim(3.0, 0)),
            Case::new("roots", &[sample(&[4])], |x| x[0].norm_p(0.5)),
            Case::new("one number", &[sample(&[])], |x| x[0].norm()),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].norm_dim(1)),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].norm_dim(2)),
            Case::new("order", &[sample(&[2, 3])], |x| x[0].norm_p(0.0)),
            Case::new("no largest", &[sample(&[2, 0])], |x| {
                x[0].norm_p(f64::INFINITY)
            }),
            Case::new("whole", &[sample(&[2, 3])], |x| {
                x[0].to_dtype(DType::I64).norm()
            }),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn at_zero_the_gradient_is_zero() {
        for p in [1.0, 2.0, 3.0, f64::INFINITY] {
            let x = zeros(&[2]).requires_grad();
            x.norm_p(p).backward();
            assert_close(&x.grad(), [0.0, 0.0]);
        }
    }

    #[test]
    fn the_largest_share_the_gradient() {
        let x = tensor([3.0, -3.0, 1.0]).requires_grad();
        x.norm_p(f64::INFINITY).backward();
        assert_close(&x.grad(), [0.5, -0.5, 0.0]);
    }

    #[test]
    fn nothing_has_no_length() {
        assert_close(zeros(&[0]).norm(), 0.0);
        assert_close(&zeros(&[2, 0]).norm_dim(1), [0.0, 0.0]);
    }

    #[test]
    fn orders_agree_with_their_formula() {
        let x = tensor([1.0, -2.0, 2.0]);
        assert_close(x.norm_p(3.0), 17.0_f64.cbrt());
        assert_close(x.norm_p(0.5), (1.0 + 2.0 * 2.0_f64.sqrt()).powi(2));
    }
}
