//! The different elements of a tensor.

use std::cmp::Ordering;

use crate::dtype::with_element;
use crate::host;
use crate::ops::sort::by_value;
use crate::shape::Dims;
use crate::tensor::Tensor;

impl Tensor {
    /// Every element once, from the smallest to the largest.
    ///
    /// `[..] -> [k]`; each NaN counts as one of its own. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([[2, 1], [2, 5]]).unique().to_vec_i64(), [1, 2, 5]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn unique(&self) -> Tensor {
        unique_counts(self).0
    }

    /// Every element once, from the smallest to the largest, and how often it comes.
    ///
    /// `[..] -> [k], [k]` of i64. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (values, counts) = tensor([2, 1, 2, 5]).unique_counts();
    /// assert_eq!(values.to_vec_i64(), [1, 2, 5]);
    /// assert_eq!(counts.to_vec_i64(), [1, 2, 1]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn unique_counts(&self) -> (Tensor, Tensor) {
        unique_counts(self)
    }
}

fn unique_counts(x: &Tensor) -> (Tensor, Tensor) {
    host::check_interrupt();
    with_element!(x.dtype(), T => {
        let mut values: Vec<T> = x.values::<T>().into_vec();
        values.sort_unstable_by(|&a, &b| by_value(a, b));
        let mut unique: Vec<T> = Vec::new();
        let mut counts: Vec<i64> = Vec::new();
        for value in values {
            let again = |last: &T| last.partial_cmp(&value) == Some(Ordering::Equal);
            match counts.last_mut().filter(|_| unique.last().is_some_and(again)) {
                Some(count) => *count += 1,
                None => {
                    unique.push(value);
                    counts.push(1);
                }
            }
        }
        let shape = Dims::from_slice(&[unique.len()]);
        (Tensor::from_values(unique, shape.clone()), Tensor::from_values(counts, shape))
    })
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn every_type_and_nan() {
        let (values, counts) = tensor([f64::NAN, 1.0, 0.0, -0.0, 1.0, f64::NAN]).unique_counts();
        assert_close(&values, [0.0, 1.0, f64::NAN, f64::NAN]);
        assert_eq!(counts.to_vec_i64(), [2, 2, 1, 1]);
        assert_eq!(tensor([true, true]).unique().to_vec_i64(), [1]);
        assert_eq!(tensor(3).unique().shape(), [1]);
        assert_eq!(zeros(&[0, 2]).unique().shape(), [0]);
        assert_eq!(
            tensor([[1, 2], [2, 1]]).t().unique_counts().1.to_vec_i64(),
            [2, 2]
        );
        assert!(!tensor([1.0]).requires_grad().unique().needs_grad());
    }
}
