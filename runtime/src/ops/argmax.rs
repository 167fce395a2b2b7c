//! Where the largest element is.

use std::cmp::Ordering;

use crate::dtype::with_element;
use crate::error::{Error, OrRaise};
use crate::ops::kernel::{Around, reduced};
use crate::shape::{self, Int, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The index of the largest element along a dim; the first one where several are equal.
    ///
    /// `[n, m] -> [n]` of i64 for dim 1; NaN counts as largest. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[0.1, 0.7, 0.2], [0.5, 0.5, 0.0]]);
    /// assert_eq!(x.argmax(1).to_vec_i64(), [1, 0]);
    /// ```
    #[track_caller]
    pub fn argmax(&self, dim: impl Int) -> Tensor {
        self.extreme_index("argmax", dim.int(), true)
    }

    /// The index of the smallest element along a dim; the first one where several are equal.
    ///
    /// `[n, m] -> [n]` of i64 for dim 1; NaN counts as smallest. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([3.0, 1.0, 2.0]).argmin(0).item(), 1.0);
    /// ```
    #[track_caller]
    pub fn argmin(&self, dim: impl Int) -> Tensor {
        self.extreme_index("argmin", dim.int(), false)
    }

    /// The index of the largest of all elements, counted in row-major order; the first one where
    /// several are equal.
    ///
    /// `[..] -> []` of i64, PyTorch's `argmax()`; NaN counts as largest. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([[1.0, 5.0], [7.0, 2.0]]).argmax_all().item(), 2.0);
    /// ```
    #[track_caller]
    pub fn argmax_all(&self) -> Tensor {
        self.detach().flatten().extreme_index("argmax", 0, true)
    }

    /// The index of the smallest of all elements, counted in row-major order; the first one where
    /// several are equal.
    ///
    /// `[..] -> []` of i64, PyTorch's `argmin()`; NaN counts as smallest. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([[1.0, 5.0], [-7.0, 2.0]]).argmin_all().item(), 2.0);
    /// ```
    #[track_caller]
    pub fn argmin_all(&self) -> Tensor {
        self.detach().flatten().extreme_index("argmin", 0, false)
    }

    #[track_caller]
    fn extreme_index(&self, op: &str, dim: isize, largest: bool) -> Tensor {
        let dim = shape::dim(op, dim, self.shape()).or_raise();
        if self.shape()[dim] == 0 {
            Error::new(
                op,
                format!("dim {dim} is empty, the shape is {}", show(self.shape())),
            )
            .raise();
        }
        let places = extreme_places(self, dim, largest);
        let values: Vec<i64> = places.into_iter().map(|i| i as i64).collect();
        Tensor::from_values(values, reduced(self.shape(), &[dim], false))
    }
}

/// The place of the largest (or smallest) element along `dim`, whose size is not 0.
pub(crate) fn extreme_places(x: &Tensor, dim: usize, largest: bool) -> Vec<usize> {
    let Around {
        outer,
        length,
        inner,
    } = Around::dim(x.shape(), dim);
    with_element!(x.dtype(), T => {
        let values = x.values::<T>();
        let wanted = if largest { Ordering::Greater } else { Ordering::Less };
        // NaN differs from itself; the first one found stays.
        let is_nan = |v: T| v.partial_cmp(&v).is_none();
        let better = |a: T, b: T| a.partial_cmp(&b) == Some(wanted) || (is_nan(a) && !is_nan(b));
        let place = |i: usize, k: usize| {
            let at = |j: usize| values[(i * length + j) * inner + k];
            (1..length).fold(0, |best, j| if better(at(j), at(best)) { j } else { best })
        };
        (0..outer).flat_map(|i| (0..inner).map(move |k| (i, k))).map(|(i, k)| place(i, k)).collect()
    })
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn every_dim_and_nan() {
        let x = tensor([[1.0, f64::NAN, 3.0], [4.0, 0.0, -1.0]]);
        assert_eq!(x.argmax(0).to_vec_i64(), [1, 0, 0]);
        assert_eq!(x.argmax(-1).to_vec_i64(), [1, 0]);
        assert_eq!(x.argmin(1).to_vec_i64(), [1, 2]);
        assert_eq!(zeros(&[0, 3]).argmax(1).shape(), [0]);
    }

    #[test]
    #[should_panic(expected = "argmax: dim 0 is empty, the shape is [0, 3]")]
    fn nothing_has_no_largest() {
        zeros(&[0, 3]).argmax(0);
    }
}
