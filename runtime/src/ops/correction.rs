//! Variances and standard deviations with a divisor of one's own.

use crate::error::OrRaise;
use crate::ops::spec::{Case, Spec, sample};
use crate::ops::var::{root, variance};
use crate::shape::{self, IntList, Ints};
use crate::tensor::Tensor;

macro_rules! correction {
    ($name:ident, $keepdim:ident, $map:expr, $doc:literal, $math:literal, $result:literal) => {
        #[doc = concat!($doc, " over a dim, or several, which disappear, divided by n - `correction`.")]
        ///
        #[doc = concat!($math, "; `[n, m] -> [n]` for dim 1. Correction 0 is NumPy's default,")]
        /// 1 is PyTorch's; NaN where n ≤ c leaves 0 / 0.
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 2.0, 6.0]]).", stringify!($name), "(1, 0.0);")]
        #[doc = concat!("assert_close(&y, [", $result, "]);")]
        /// ```
        #[track_caller]
        pub fn $name(&self, dims: impl Ints, correction: f64) -> Tensor {
            $map(list(
                stringify!($name),
                self,
                &dims.ints(),
                correction,
                false,
            ))
        }

        #[doc = concat!("As [`Tensor::", stringify!($name), "`]; the dims stay with size 1.")]
        ///
        /// `[n, m] -> [n, 1]` for dim 1
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 2.0, 6.0]]).", stringify!($keepdim), "(1, 0.0);")]
        #[doc = concat!("assert_close(&y, [[", $result, "]]);")]
        /// ```
        #[track_caller]
        pub fn $keepdim(&self, dims: impl Ints, correction: f64) -> Tensor {
            $map(list(
                stringify!($name),
                self,
                &dims.ints(),
                correction,
                true,
            ))
        }
    };
}

impl Tensor {
    correction!(
        var_correction,
        var_correction_keepdim,
        std::convert::identity,
        "The variance",
        "y = Σ (x - mean x)² / (n - c)",
        "4.6666667"
    );
    correction!(
        std_correction,
        std_correction_keepdim,
        |variance: Tensor| root(&variance),
        "The standard deviation",
        "y = √(Σ (x - mean x)² / (n - c))",
        "2.1602469"
    );
}

#[track_caller]
fn list(op: &str, x: &Tensor, dims: &IntList, correction: f64, keepdim: bool) -> Tensor {
    let dims = shape::dims(op, dims.as_slice(), x.shape()).or_raise();
    variance(op, x, dims, correction, keepdim)
}

pub(crate) const SPEC: Spec = Spec {
    name: "var_correction",
    math: "y = Σ (x - mean x)² / (n - c), dx = 2 dy (x - mean x) / (n - c)",
    cases: || {
        vec![
            Case::new("rows", &[sample(&[3, 2])], |x| x[0].var_correction(0, 0.0)),
            Case::new("columns", &[sample(&[2, 3])], |x| {
                x[0].var_correction_keepdim(-1, 0.5)
            }),
            Case::new("all", &[sample(&[2, 3])], |x| {
                x[0].std_correction([0, 1], 0.0)
            }),
            Case::new("empty", &[sample(&[0, 3])], |x| {
                x[0].std_correction_keepdim(1, 0.0)
            }),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| {
                x[0].var_correction(2, 0.0)
            }),
            Case::new("whole", &[sample(&[2, 3])], |x| {
                x[0].long().std_correction(1, 0.0)
            }),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn one_is_the_default_of_var() {
        let x = tensor([[1.0, 2.0, 6.0], [0.0, -3.0, 3.0]]);
        assert_close(&x.var_correction(1, 1.0), x.var_dim(1));
        assert_close(&x.std_correction_keepdim(0, 1.0), x.std_keepdim(0));
        assert!(x.var_correction(0, 2.0).all().item() == 1.0);
        assert_close(&ones(1).var_correction(0, 1.0), f64::NAN);
    }
}
