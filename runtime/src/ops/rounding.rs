//! Functions of each element that jump between whole numbers, so that their slope is 0 or 1.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::kernel::map;
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::{Tensor, filled};

/// A method with its op and its entry in the table; whole numbers go through `$whole`.
macro_rules! rounding {
    (
        $(#[$doc:meta])*
        $name:ident, $op:ident, $spec:ident: $math:literal, slope $slope:literal,
        $x:ident: $T:ident => $value:expr, $i:ident => $whole:expr
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
            if x.dtype().is_float() {
                return Tensor::apply($op, &[x]);
            }
            crate::host::check_interrupt();
            map::<i64, i64>(&x.number_or_same(), |$i| $whole)
        }

        struct $op;

        impl Op for $op {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
                Ok(with_real!(x[0].dtype(), $T => map::<$T, $T>(x[0], |$x| $value)))
            }

            fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
                vec![Some(if $slope == 1.0 {
                    grad.clone()
                } else {
                    filled(self.name(), saved.shape(0), 0.0, grad.dtype())
                })]
            }

            fn saves(&self) -> Saves {
                Saves::Shapes
            }
        }

        pub(crate) const $spec: Spec = Spec {
            name: stringify!($name),
            math: $math,
            cases: || Case::elementwise(sample, |x| x[0].$name()),
            wrong: Vec::new,
        };
    };
}

rounding! {
    /// The largest whole number not above each element.
    ///
    /// y = ⌊x⌋, dx = 0; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.7, -1.2, 3.0]).floor(), [1.0, -2.0, 3.0]);
    /// ```
    floor, Floor, FLOOR: "y = ⌊x⌋, dx = 0", slope 0.0, x: T => x.floor(), i => i
}

rounding! {
    /// The smallest whole number not below each element.
    ///
    /// y = ⌈x⌉, dx = 0; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.2, -1.7, 3.0]).ceil(), [2.0, -1.0, 3.0]);
    /// ```
    ceil, Ceil, CEIL: "y = ⌈x⌉, dx = 0", slope 0.0, x: T => x.ceil(), i => i
}

rounding! {
    /// The whole number nearest to each element; halves go to the even one.
    ///
    /// y = the nearest whole number, dx = 0; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([0.5, 1.5, 2.5, -1.7]).round(), [0.0, 2.0, 2.0, -2.0]);
    /// ```
    round, Round, ROUND: "y = the nearest whole number, dx = 0", slope 0.0,
    x: T => x.round_ties_even(), i => i
}

rounding! {
    /// Each element without what is behind the point.
    ///
    /// y = sign x ⌊|x|⌋, dx = 0; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.7, -1.7]).trunc(), [1.0, -1.0]);
    /// ```
    trunc, Trunc, TRUNC: "y = sign x ⌊|x|⌋, dx = 0", slope 0.0, x: T => x.trunc(), i => i
}

rounding! {
    /// What is behind the point of each element, with its sign.
    ///
    /// y = x - trunc x, dx = dy; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.75, -1.75]).frac(), [0.75, -0.75]);
    /// ```
    // Not Rust's fract, to give NaN for an infinity on every platform.
    frac, Frac, FRAC: "y = x - trunc x, dx = dy", slope 1.0, x: T => x - x.trunc(), _i => 0
}

rounding! {
    /// The sign of each element: 1, -1, or 0 where it is 0 or NaN.
    ///
    /// y = x / |x|, dx = 0; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([2.5, 0.0, -3.0]).sign(), [1.0, 0.0, -1.0]);
    /// ```
    sign, Sign, SIGN: "y = x / |x|, dx = 0", slope 0.0,
    x: T => T::from(i8::from(x > 0.0) - i8::from(x < 0.0)), i => i.signum()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn whole_numbers_stay_whole() {
        let x = tensor([3, -2, 0]);
        for y in [x.floor(), x.ceil(), x.round(), x.trunc()] {
            assert_eq!(y.dtype(), DType::I64);
            assert_eq!(y.to_vec_i64(), [3, -2, 0]);
            assert!(!y.shares_memory(&x));
        }
        assert_eq!(x.sign().to_vec_i64(), [1, -1, 0]);
        assert_eq!(x.frac().to_vec_i64(), [0, 0, 0]);
        assert_eq!(tensor([true]).floor().to_vec_i64(), [1]);
    }

    #[test]
    fn edges_are_those_of_pytorch() {
        let x = tensor([f64::NAN, f64::INFINITY, -0.0]);
        assert_close(&x.sign(), [0.0, 1.0, 0.0]);
        assert_close(&x.frac(), [f64::NAN, f64::NAN, 0.0]);
        assert_close(&x.floor(), [f64::NAN, f64::INFINITY, 0.0]);
        assert_close(&tensor([-0.5, 3.5]).round(), [0.0, 4.0]);
    }
}
