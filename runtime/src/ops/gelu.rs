//! The Gaussian error linear unit, exact and approximate.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element times the probability that a normal number is smaller.
    ///
    /// y = x Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2, dx = dy (Φ(x) + x φ(x)) with φ the normal density;
    /// `[..] -> [..]`. Hendrycks and Gimpel, "Gaussian error linear units" (2016).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-1.0, 0.0, 2.0]).gelu(), [-0.15865525, 0.0, 1.9544997]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn gelu(&self) -> Tensor {
        exact(self)
    }

    /// As [`Tensor::gelu`], approximated with tanh as in GPT-2: faster, and off by at most 0.0005.
    ///
    /// y = x (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715 x³),
    /// dx = dy ((1 + tanh u) / 2 + x (1 - tanh² u) u' / 2); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-1.0, 0.0, 2.0]).gelu_tanh(), [-0.158808, 0.0, 1.9545977]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn gelu_tanh(&self) -> Tensor {
        approximate(self)
    }
}

#[track_caller]
fn exact(x: &Tensor) -> Tensor {
    Tensor::apply(Gelu, &[&x.float_or_same()])
}

#[track_caller]
fn approximate(x: &Tensor) -> Tensor {
    Tensor::apply(GeluTanh, &[&x.float_or_same()])
}

struct Gelu;

impl Op for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], (x, fused) => {
            let root = std::f64::consts::FRAC_1_SQRT_2 as T;
            0.5 * x * (1.0 + (x * root).error_function(fused))
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("gelu", grad, saved.input(0), (g, x, fused) => {
            let root = std::f64::consts::FRAC_1_SQRT_2 as T;
            // 1 / √(2π), the density at 0.
            let top = (0.5 * std::f64::consts::FRAC_2_SQRT_PI) as T * root;
            let density = top * (-0.5 * x * x).exponential(fused);
            g * (0.5 * (1.0 + (x * root).error_function(fused)) + x * density)
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

struct GeluTanh;

const CUBIC: f64 = 0.044_715;
/// √(2/π)
const SLOPE: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;

impl Op for GeluTanh {
    fn name(&self) -> &'static str {
        "gelu_tanh"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(map_real!(x[0], (x, fused) => {
            let inner = SLOPE as T * (x + CUBIC as T * x * x * x);
            0.5 * x * (1.0 + inner.hyperbolic_tangent(fused))
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = zip_real!("gelu_tanh", grad, saved.input(0), (g, x, fused) => {
            let inner = SLOPE as T * (x + CUBIC as T * x * x * x);
            let slope = SLOPE as T * (1.0 + 3.0 * CUBIC as T * x * x);
            let t = inner.hyperbolic_tangent(fused);
            g * 0.5 * (1.0 + t + x * (1.0 - t * t) * slope)
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "gelu",
    math: "y = x Φ(x), dx = dy (Φ(x) + x φ(x))",
    cases: || Case::elementwise(sample, |x| x[0].gelu()),
    wrong: Vec::new,
};

pub(crate) const TANH: Spec = Spec {
    name: "gelu_tanh",
    math: "y = x (1 + t) / 2, t = tanh u, u = √(2/π) (x + 0.044715 x³), dx = dy (1 + t + x (1 - t²) u') / 2",
    cases: || Case::elementwise(sample, |x| x[0].gelu_tanh()),
    wrong: Vec::new,
};
