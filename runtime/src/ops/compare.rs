//! Comparisons, element by element.

use crate::dtype::with_element;
use crate::error::OrRaise;
use crate::ops::kernel::zip;
use crate::ops::operand::{Operand, promoted};
use crate::tensor::Tensor;

macro_rules! compare {
    ($name:ident, $sign:tt) => {
        #[track_caller]
        fn $name(a: &Tensor, b: &Tensor) -> Tensor {
            let (a, b) = promoted(a, b);
            with_element!(a.dtype(), T => {
                zip::<T, bool>(stringify!($name), &a, &b, |a, b| a $sign b).or_raise()
            })
        }
    };
}

compare!(eq, ==);
compare!(ne, !=);
compare!(lt, <);
compare!(le, <=);
compare!(gt, >);
compare!(ge, >=);

macro_rules! comparison {
    ($name:ident, $sign:tt, $words:literal, $result:literal) => {
        #[doc = concat!("Whether each element is ", $words, " the other, with broadcasting.")]
        ///
        #[doc = concat!("y = a ", stringify!($sign), " b; `[..], [..] -> [..]` of bool")]
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([1.0, 2.0, 3.0]).", stringify!($name), "(2.0);")]
        #[doc = concat!("assert_close(&y, ", $result, ");")]
        /// ```
        #[track_caller]
        pub fn $name(&self, other: impl Operand) -> Tensor {
            $name(self, &other.operand(self))
        }
    };
}

impl Tensor {
    comparison!(eq, ==, "equal to", "[false, true, false]");
    comparison!(ne, !=, "different from", "[true, false, true]");
    comparison!(lt, <, "less than", "[true, false, false]");
    comparison!(le, <=, "less than or equal to", "[true, true, false]");
    comparison!(gt, >, "greater than", "[false, false, true]");
    comparison!(ge, >=, "greater than or equal to", "[false, true, true]");
}
