//! Which elements are NaN, infinite, or neither.

use crate::dtype::{Element, with_element};
use crate::ops::kernel::map;
use crate::tensor::Tensor;

macro_rules! classify {
    ($name:ident, $test:expr, $doc:literal, $math:literal, $result:literal) => {
        impl Tensor {
            #[doc = $doc]
            ///
            #[doc = concat!($math, "; `[..] -> [..]` of bool")]
            ///
            /// ```
            /// use cuaderno::prelude::*;
            ///
            /// let x = tensor([1.0, f64::NAN, f64::INFINITY]);
            #[doc = concat!("assert_close(&x.", stringify!($name), "(), ", $result, ");")]
            /// ```
            #[inline]
            #[track_caller]
            pub fn $name(&self) -> Tensor {
                $name(self)
            }
        }

        fn $name(x: &Tensor) -> Tensor {
            crate::host::check_interrupt();
            with_element!(x.dtype(), T => map::<T, bool>(x, |v| $test(Element::to_f64(v))))
        }
    };
}

classify!(
    isnan,
    f64::is_nan,
    "Whether each element is NaN, the result of 0 / 0 and the like.",
    "y = (x ≠ x)",
    "[false, true, false]"
);
classify!(
    isinf,
    f64::is_infinite,
    "Whether each element is infinite.",
    "y = (|x| = ∞)",
    "[false, false, true]"
);
classify!(
    isfinite,
    f64::is_finite,
    "Whether each element is neither infinite nor NaN.",
    "y = (|x| < ∞)",
    "[true, false, false]"
);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn whole_numbers_are_finite() {
        let x = tensor([[1, 2]]);
        assert_close(&x.isnan(), [[false, false]]);
        assert_close(&x.isinf(), [[false, false]]);
        assert_close(&x.isfinite(), [[true, true]]);
        assert_eq!(zeros(&[0]).isnan().shape(), [0]);
        assert_close(&tensor(f64::NEG_INFINITY).isinf(), true);
    }
}
