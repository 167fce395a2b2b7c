//! Whether some or all elements are true, and how many.

use crate::dtype::{Element, with_element};
use crate::error::OrRaise;
use crate::ops::lines::reduce;
use crate::shape::{self, Dims, IntList, Ints};
use crate::tensor::Tensor;

macro_rules! truth {
    ($all:ident, $dim:ident, $keepdim:ident, $doc:literal, $none:literal, $rows:literal) => {
        #[doc = concat!($doc, " is true; every number but 0 counts as true.")]
        ///
        #[doc = concat!("`[..] -> []` of bool; ", $none, " where there are none.")]
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([0.0, 2.0]).", stringify!($all), "();")]
        #[doc = concat!("assert_close(&y, ", $rows, "[1]);")]
        /// ```
        #[track_caller]
        pub fn $all(&self) -> Tensor {
            $all(self, &(0..self.ndim()).collect::<Dims>(), false)
        }

        #[doc = concat!($doc, " over a dim, or several, which disappear, is true.")]
        ///
        /// `[n, m] -> [n]` of bool for dim 1
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 2.0], [0.0, 2.0]]).", stringify!($dim), "(1);")]
        #[doc = concat!("assert_close(&y, ", $rows, ");")]
        /// ```
        #[track_caller]
        pub fn $dim(&self, dims: impl Ints) -> Tensor {
            let dims = named(stringify!($all), self, &dims.ints());
            $all(self, &dims, false)
        }

        #[doc = concat!($doc, " over a dim, or several, which stay with size 1, is true.")]
        ///
        /// `[n, m] -> [n, 1]` of bool for dim 1
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 2.0], [0.0, 2.0]]).", stringify!($keepdim), "(1);")]
        #[doc = concat!("assert_close(&y.squeeze(), ", $rows, ");")]
        /// ```
        #[track_caller]
        pub fn $keepdim(&self, dims: impl Ints) -> Tensor {
            let dims = named(stringify!($all), self, &dims.ints());
            $all(self, &dims, true)
        }
    };
}

impl Tensor {
    truth!(
        any,
        any_dim,
        any_keepdim,
        "Whether some element",
        "false",
        "[true, true]"
    );
    truth!(
        all,
        all_dim,
        all_keepdim,
        "Whether every element",
        "true",
        "[true, false]"
    );

    /// How many elements are not 0.
    ///
    /// `[..] -> []` of i64. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([[1.0, 0.0], [2.0, 3.0]]).count_nonzero().item(), 3.0);
    /// ```
    #[track_caller]
    pub fn count_nonzero(&self) -> Tensor {
        count(self, &(0..self.ndim()).collect::<Dims>())
    }

    /// How many elements over a dim, or several, which disappear, are not 0.
    ///
    /// `[n, m] -> [n]` of i64 for dim 1. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 0.0], [2.0, 3.0]]);
    /// assert_eq!(x.count_nonzero_dim(0).to_vec_i64(), [2, 1]);
    /// ```
    #[track_caller]
    pub fn count_nonzero_dim(&self, dims: impl Ints) -> Tensor {
        count(self, &named("count_nonzero", self, &dims.ints()))
    }
}

#[track_caller]
fn named(op: &str, x: &Tensor, dims: &IntList) -> Dims {
    shape::dims(op, dims.as_slice(), x.shape()).or_raise()
}

// NaN differs from 0, so it is true.
fn is_true<T: Element>(value: &T) -> bool {
    *value != T::default()
}

fn any(x: &Tensor, dims: &[usize], keepdim: bool) -> Tensor {
    crate::host::check_interrupt();
    with_element!(x.dtype(), T => {
        reduce::<T, bool>(x, dims, keepdim, |line| line.iter().any(is_true))
    })
}

fn all(x: &Tensor, dims: &[usize], keepdim: bool) -> Tensor {
    crate::host::check_interrupt();
    with_element!(x.dtype(), T => {
        reduce::<T, bool>(x, dims, keepdim, |line| line.iter().all(is_true))
    })
}

fn count(x: &Tensor, dims: &[usize]) -> Tensor {
    crate::host::check_interrupt();
    with_element!(x.dtype(), T => reduce::<T, i64>(x, dims, false, |line| {
        line.iter().filter(|&v| is_true(v)).count() as i64
    }))
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn nothing_holds_no_counterexample() {
        assert_close(&zeros(&[0]).any(), false);
        assert_close(&zeros(&[0]).all(), true);
        assert_close(&zeros(&[2, 0]).all_dim(1), [true, true]);
        assert_eq!(zeros(&[2, 0]).any_dim(0).shape(), [0]);
        assert_eq!(zeros(&[0, 2]).count_nonzero_dim(0).to_vec_i64(), [0, 0]);
    }

    #[test]
    fn several_dims_and_types() {
        let x = tensor([[[0, 1], [0, 0]], [[0, 0], [0, 0]]]);
        assert_close(&x.any_dim([1, 2]), [true, false]);
        assert_eq!(x.any_keepdim([0, 2]).shape(), [1, 2, 1]);
        assert_close(&tensor(f64::NAN).any(), true);
        assert_close(&tensor([true, false]).all(), false);
    }

    #[test]
    #[should_panic(expected = "all: dim 2 is out of range: the shape is [2, 3], with 2 dims")]
    fn dims_are_checked() {
        zeros(&[2, 3]).all_dim(2);
    }
}
