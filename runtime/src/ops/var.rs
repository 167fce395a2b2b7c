//! Variances and standard deviations.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{map_real, reduced, same_shape, squared_deviations, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, IntList, Ints, show};
use crate::tensor::Tensor;

macro_rules! deviation {
    ($all:ident, $dim:ident, $keepdim:ident, $map:expr, $doc:literal, $math:literal, $result:literal) => {
        #[doc = concat!($doc, " of all elements.")]
        ///
        #[doc = concat!($math, "; `[..] -> []`")]
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([1.0, 2.0, 6.0]).", stringify!($all), "();")]
        #[doc = concat!("assert_close(y, ", $result, ");")]
        /// ```
        #[track_caller]
        pub fn $all(&self) -> Tensor {
            $map(variance(
                stringify!($all),
                self,
                (0..self.ndim()).collect(),
                1.0,
                false,
            ))
        }

        #[doc = concat!($doc, " over a dim, or several, which disappear.")]
        ///
        #[doc = concat!($math, "; `[n, m] -> [n]` for dim 1")]
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 2.0, 6.0]]).", stringify!($dim), "(1);")]
        #[doc = concat!("assert_close(&y, [", $result, "]);")]
        /// ```
        #[track_caller]
        pub fn $dim(&self, dims: impl Ints) -> Tensor {
            $map(var_list(stringify!($all), self, &dims.ints(), false))
        }

        #[doc = concat!($doc, " over a dim, or several, which stay with size 1.")]
        ///
        #[doc = concat!($math, "; `[n, m] -> [n, 1]` for dim 1")]
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 2.0, 6.0]]).", stringify!($keepdim), "(1);")]
        #[doc = concat!("assert_close(&y, [[", $result, "]]);")]
        /// ```
        #[track_caller]
        pub fn $keepdim(&self, dims: impl Ints) -> Tensor {
            $map(var_list(stringify!($all), self, &dims.ints(), true))
        }
    };
}

impl Tensor {
    deviation!(
        var,
        var_dim,
        var_keepdim,
        std::convert::identity,
        "The variance",
        "y = Σ (x - mean x)² / (n - 1), with Bessel's correction as in PyTorch",
        "7.0"
    );
    deviation!(
        std,
        std_dim,
        std_keepdim,
        |variance: Tensor| root(&variance),
        "The standard deviation",
        "y = √(Σ (x - mean x)² / (n - 1)), with Bessel's correction as in PyTorch",
        "2.6457513"
    );
}

#[track_caller]
fn var_list(op: &str, x: &Tensor, dims: &IntList, keepdim: bool) -> Tensor {
    let dims = shape::dims(op, dims.as_slice(), x.shape()).or_raise();
    variance(op, x, dims, 1.0, keepdim)
}

/// The variance that `op` asks for.
#[track_caller]
pub(crate) fn variance(op: &str, x: &Tensor, dims: Dims, correction: f64, keepdim: bool) -> Tensor {
    if !x.dtype().is_float() {
        Error::new(
            op,
            format!(
                "needs floats, the tensor of shape {} is {}",
                show(x.shape()),
                x.dtype()
            ),
        )
        .help("x.float() makes f32 of it")
        .raise();
    }
    let op = Var {
        dims,
        correction,
        keepdim,
    };
    Tensor::apply(op, &[x])
}

/// An op of its own, since a composed one would go over memory six times.
struct Var {
    dims: Dims,
    correction: f64,
    keepdim: bool,
}

impl Var {
    /// What squared deviations are divided by; 0 / 0 is NaN, as in PyTorch.
    fn divisor(&self, shape: &[usize]) -> f64 {
        let count: usize = self.dims.iter().map(|&d| shape[d]).product();
        (count as f64 - self.correction).max(0.0)
    }
}

impl Op for Var {
    fn name(&self) -> &'static str {
        "var"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let divisor = self.divisor(x[0].shape());
        let shape = reduced(x[0].shape(), &self.dims, self.keepdim);
        Ok(with_real!(x[0].dtype(), T => {
            let values = squared_deviations::<T>(x[0], &self.dims, |sum| sum / divisor);
            Tensor::from_values(values, shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let x = saved.input(0);
        let grad = grad.reshape_dims(reduced(x.shape(), &self.dims, true));
        let centred = x - x.mean_keepdim(&self.dims[..]);
        // Far from 0 the mean is rounded by more than deviations may be off.
        let centred = &centred - centred.mean_keepdim(&self.dims[..]);
        vec![Some(centred * (grad * (2.0 / self.divisor(x.shape()))))]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

/// The root of a variance, whose slope at 0 is 0 as in PyTorch's `std`; that of `sqrt` is infinite,
/// and times the 0 that the variance passes on it would be NaN.
#[track_caller]
pub(crate) fn root(variance: &Tensor) -> Tensor {
    Tensor::apply(Root, &[variance])
}

struct Root;

impl Op for Root {
    fn name(&self) -> &'static str {
        "std"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], v => v.sqrt()))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("std", grad, saved.output(), (g, y) => {
            if y == 0.0 { 0.0 } else { g / (y + y) }
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "var",
    math: "y = Σ (x - mean x)² / (n - 1), dx = 2 dy (x - mean x) / (n - 1)",
    cases: || {
        vec![
            Case::new("all", &[sample(&[2, 3])], |x| x[0].var()),
            Case::new("rows", &[sample(&[3, 2])], |x| x[0].var_dim(0)),
            Case::new("standard deviation", &[sample(&[2, 3])], |x| {
                x[0].std_keepdim(1)
            }),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].std_dim(1)),
        ]
    },
    wrong: || {
        vec![Case::new("no such dim", &[sample(&[2, 3])], |x| {
            x[0].var_dim(2)
        })]
    },
};
