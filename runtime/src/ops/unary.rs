//! Smooth functions of each element, a few lines each.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::kernel::{Real as _, map_real, same_shape, zip_real};
use crate::ops::spec::{Case, Spec, positive, sample};
use crate::tensor::Tensor;

/// A method with its op and its entry in the table: the value as a function of the input `x`, the
/// derivative as one of the input or of the output, whichever is cheaper. `fused` is that of
/// `simd::Work`.
macro_rules! unary {
    (
        $(#[$doc:meta])*
        $name:ident, $op:ident, $spec:ident: $math:literal, $sample:ident,
        $x:ident $(, $fused:ident)? => $value:expr, $from:ident $v:ident $(, $f:ident)? => $slope:expr
    ) => {
        impl Tensor {
            $(#[$doc])*
            #[inline]
            #[track_caller]
            pub fn $name(&self) -> Tensor {
                $name(self)
            }
        }

        #[track_caller]
        fn $name(x: &Tensor) -> Tensor {
            Tensor::apply($op, &[&x.float_or_same()])
        }

        struct $op;

        impl Op for $op {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
                Ok(map_real!(x[0], ($x, unary!(@fused $($fused)?)) => $value))
            }

            fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
                let value = unary!(@saved $from, saved);
                let name = stringify!($name);
                let grad = zip_real!(
                    name,
                    grad,
                    value,
                    (g, $v, unary!(@fused $($f)?)) => g * ($slope)
                );
                vec![same_shape(grad)]
            }

            fn saves(&self) -> Saves {
                Saves::$from
            }
        }

        pub(crate) const $spec: Spec = Spec {
            name: stringify!($name),
            math: $math,
            cases: || Case::elementwise($sample, |x| x[0].$name()),
            wrong: Vec::new,
        };
    };
    (@saved Inputs, $saved:ident) => { $saved.input(0) };
    (@saved Output, $saved:ident) => { $saved.output() };
    (@fused) => { _ };
    (@fused $fused:ident) => { $fused };
}

/// Numbers between -0.9 and 0.9, where asin and acos are smooth.
fn small(shape: &[usize]) -> Tensor {
    sample(shape) * 0.6
}

unary! {
    /// One divided by each element; infinite at 0.
    ///
    /// y = 1 / x, dx = -dy y²; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([2.0, -4.0]).reciprocal(), [0.5, -0.25]);
    /// ```
    reciprocal, Reciprocal, RECIPROCAL: "y = 1 / x, dx = -dy y²", positive,
    x => x.recip(), Output y => -y * y
}

unary! {
    /// One divided by the square root of each element; NaN for negative ones.
    ///
    /// y = 1 / √x, dx = -dy y³ / 2; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([4.0, 0.25]).rsqrt(), [0.5, 2.0]);
    /// ```
    rsqrt, Rsqrt, RSQRT: "y = 1 / √x, dx = -dy y³ / 2", positive,
    x => x.sqrt().recip(), Output y => -0.5 * y * y * y
}

unary! {
    /// The logarithm of each element to the base 2; -∞ at 0, NaN below.
    ///
    /// y = log₂ x, dx = dy / (x ln 2); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.0, 8.0, 0.5]).log2(), [0.0, 3.0, -1.0]);
    /// ```
    log2, Log2, LOG2: "y = log₂ x, dx = dy / (x ln 2)", positive,
    x => x.log2(), Inputs x => std::f64::consts::LOG2_E as T / x
}

unary! {
    /// The logarithm of each element to the base 10; -∞ at 0, NaN below.
    ///
    /// y = log₁₀ x, dx = dy / (x ln 10); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.0, 1000.0, 0.01]).log10(), [0.0, 3.0, -2.0]);
    /// ```
    log10, Log10, LOG10: "y = log₁₀ x, dx = dy / (x ln 10)", positive,
    x => x.log10(), Inputs x => std::f64::consts::LOG10_E as T / x
}

unary! {
    /// The natural logarithm of one more than each element, exact also where x is tiny.
    ///
    /// y = ln(1 + x), dx = dy / (1 + x); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([0.0, 1.0, 1e-10]).log1p();
    /// assert_close(&y, [0.0, 0.6931472, 0.0]);
    /// assert_close(y.at(&[2]) / 1e-10, 1.0);
    /// ```
    log1p, Log1p, LOG1P: "y = ln(1 + x), dx = dy / (1 + x)", positive,
    x, fused => x.logarithm_1_plus(fused), Inputs x => (1.0 + x).recip()
}

unary! {
    /// The exponential of each element less one, exact also where x is tiny.
    ///
    /// y = eˣ - 1, dx = dy (y + 1); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([0.0, 1.0, 1e-10]).expm1();
    /// assert_close(&y, [0.0, 1.7182818, 0.0]);
    /// assert_close(y.at(&[2]) / 1e-10, 1.0);
    /// ```
    expm1, Expm1, EXPM1: "y = eˣ - 1, dx = dy (y + 1)", sample,
    x, fused => x.exponential_less_1(fused), Output y => y + 1.0
}

unary! {
    /// Two to the power of each element.
    ///
    /// y = 2ˣ, dx = dy y ln 2; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 3.0, -1.0]).exp2(), [1.0, 8.0, 0.5]);
    /// ```
    exp2, Exp2, EXP2: "y = 2ˣ, dx = dy y ln 2", sample,
    x => x.exp2(), Output y => y * std::f64::consts::LN_2 as T
}

unary! {
    /// The tangent of each element, an angle in radians.
    ///
    /// y = tan x, dx = dy (1 + y²); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).tan(), [0.0, 1.5574077]);
    /// ```
    tan, Tan, TAN: "y = tan x, dx = dy (1 + y²)", small,
    x => x.tan(), Output y => 1.0 + y * y
}

unary! {
    /// The angle, between -π/2 and π/2, whose sine each element is; NaN outside of -1..1.
    ///
    /// y = arcsin x, dx = dy / √(1 - x²); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 0.5, 1.0]).asin(), [0.0, 0.5235988, 1.5707964]);
    /// ```
    asin, Asin, ASIN: "y = arcsin x, dx = dy / √(1 - x²)", small,
    x => x.asin(), Inputs x => ((1.0 - x) * (1.0 + x)).sqrt().recip()
}

unary! {
    /// The angle, between 0 and π, whose cosine each element is; NaN outside of -1..1.
    ///
    /// y = arccos x, dx = -dy / √(1 - x²); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 0.5, 1.0]).acos(), [1.5707964, 1.0471976, 0.0]);
    /// ```
    acos, Acos, ACOS: "y = arccos x, dx = -dy / √(1 - x²)", small,
    x => x.acos(), Inputs x => -((1.0 - x) * (1.0 + x)).sqrt().recip()
}

unary! {
    /// The angle, between -π/2 and π/2, whose tangent each element is.
    ///
    /// y = arctan x, dx = dy / (1 + x²); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).atan(), [0.0, 0.7853982]);
    /// ```
    atan, Atan, ATAN: "y = arctan x, dx = dy / (1 + x²)", sample,
    x => x.atan(), Inputs x => (1.0 + x * x).recip()
}

unary! {
    /// The hyperbolic sine of each element.
    ///
    /// y = sinh x, dx = dy cosh x; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).sinh(), [0.0, 1.1752012]);
    /// ```
    sinh, Sinh, SINH: "y = sinh x, dx = dy cosh x", sample,
    x => x.sinh(), Inputs x => x.cosh()
}

unary! {
    /// The hyperbolic cosine of each element.
    ///
    /// y = cosh x, dx = dy sinh x; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0]).cosh(), [1.0, 1.5430806]);
    /// ```
    cosh, Cosh, COSH: "y = cosh x, dx = dy sinh x", sample,
    x => x.cosh(), Inputs x => x.sinh()
}

unary! {
    /// The error function of each element: the probability that a normal number of variance ½ lies
    /// between -x and x.
    ///
    /// y = 2/√π ∫₀ˣ e^(-t²) dt, dx = dy 2/√π e^(-x²); `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.0, 1.0, -2.0]).erf(), [0.0, 0.8427008, -0.9953223]);
    /// ```
    erf, Erf, ERF: "y = 2/√π ∫₀ˣ e^(-t²) dt, dx = dy 2/√π e^(-x²)", sample,
    x, fused => x.error_function(fused),
    Inputs x, fused => std::f64::consts::FRAC_2_SQRT_PI as T * (-x * x).exponential(fused)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn identities_hold() {
        let x = tensor_of(DType::F64, [-1.4, -0.3, 0.0, 0.2, 1.1]);
        assert_close(&x.tan(), &(x.sin() / x.cos()));
        assert_close(&x.tanh(), &(x.sinh() / x.cosh()));
        assert_close(x.cosh().square() - x.sinh().square(), ones(&[5]));
        assert_close(&x.sin().asin(), &x);
        assert_close(&x.tan().atan(), &x);
        assert_close(x.abs().cos().acos(), x.abs());
        assert_close(&x.exp2().log2(), &x);
        assert_close(&x.expm1().log1p(), &x);
        assert_close(&(x.exp().log10() * 10.0_f64.ln()), &x);
        assert_close(x.exp().rsqrt().square(), x.exp().reciprocal());
        assert_close(-x.erf(), (-&x).erf());
    }

    #[test]
    fn edges_are_those_of_pytorch() {
        let infinity = f64::INFINITY;
        assert_close(&tensor([0.0, -0.0]).reciprocal(), [infinity, -infinity]);
        assert_close(&tensor([0.0, -1.0]).rsqrt(), [infinity, f64::NAN]);
        assert_close(&tensor([0.0, -1.0]).log2(), [-infinity, f64::NAN]);
        assert_close(&tensor([-1.0, -2.0]).log1p(), [-infinity, f64::NAN]);
        assert_close(&tensor([1.5, -2.0]).asin(), [f64::NAN, f64::NAN]);
        assert_close(
            &tensor([infinity, -infinity]).atan(),
            [1.5707964, -1.5707964],
        );
        assert_close(&tensor([infinity, f64::NAN]).erf(), [1.0, f64::NAN]);
    }

    #[test]
    fn whole_numbers_become_floats() {
        assert_close(&tensor([2, 4]).reciprocal(), [0.5, 0.25]);
        assert_eq!(tensor([3]).exp2().dtype(), DType::F32);
        assert_eq!(tensor_of(DType::F64, [3.0]).erf().dtype(), DType::F64);
    }
}
