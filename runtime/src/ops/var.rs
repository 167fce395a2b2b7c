//! Variances and standard deviations.

use crate::error::{Error, OrRaise};
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
            $map(var(self, &(0..self.ndim()).collect::<Dims>(), false))
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
            $map(var_list(self, &dims.ints(), false))
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
            $map(var_list(self, &dims.ints(), true))
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
        |variance: Tensor| variance.sqrt(),
        "The standard deviation",
        "y = √(Σ (x - mean x)² / (n - 1)), with Bessel's correction as in PyTorch",
        "2.6457513"
    );
}

#[track_caller]
fn var_list(x: &Tensor, dims: &IntList, keepdim: bool) -> Tensor {
    var(
        x,
        &shape::dims("var", dims.as_slice(), x.shape()).or_raise(),
        keepdim,
    )
}

// Composed of ops that know their gradients: dx = 2 dy (x - mean x) / (n - 1).
#[track_caller]
fn var(x: &Tensor, dims: &[usize], keepdim: bool) -> Tensor {
    if !x.dtype().is_float() {
        Error::new(
            "var",
            format!(
                "needs floats, the tensor of shape {} is {}",
                show(x.shape()),
                x.dtype()
            ),
        )
        .help("x.float().var()")
        .raise();
    }
    let count: usize = dims.iter().map(|&d| x.shape()[d]).product();
    let squares = (x - x.mean_keepdim(dims)).square();
    let total = if keepdim {
        squares.sum_keepdim(dims)
    } else {
        squares.sum_dim(dims)
    };
    // One element has no variance: 0 / 0 is NaN, as in PyTorch.
    total / (count as f64 - 1.0).max(0.0)
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
