//! The middle element.

use crate::dtype::with_element;
use crate::error::{Error, OrRaise};
use crate::ops::sort::{Placed, ascending, first_places, is_nan};
use crate::shape::{self, Int, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The middle of all elements when they are in order; the lower of two, where NumPy averages.
    ///
    /// dx = dy at that element, 0 elsewhere; `[..] -> []`. NaN if there is one, or no element.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([[3.0, 1.0], [4.0, 2.0]]).median(), 2.0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn median(&self) -> Tensor {
        median(self)
    }

    /// The middle element along a dim, which disappears; the lower of two, where NumPy averages.
    ///
    /// dx = dy at that element, 0 elsewhere; `[n, m] -> [n]` for dim 1. NaN if there is one.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]]);
    /// assert_close(&x.median_dim(1), [2.0, 5.0]);
    /// ```
    #[track_caller]
    pub fn median_dim(&self, dim: impl Int) -> Tensor {
        median_dim(self, dim.int())
    }
}

#[track_caller]
fn median(x: &Tensor) -> Tensor {
    if x.is_empty() && x.dtype().is_float() {
        return Tensor::scalar(f64::NAN, x.dtype());
    }
    middle(&x.flatten(), 0, x.shape())
}

#[track_caller]
fn median_dim(x: &Tensor, dim: isize) -> Tensor {
    let dim = shape::dim("median", dim, x.shape()).or_raise();
    middle(x, dim, x.shape())
}

#[track_caller]
fn middle(x: &Tensor, dim: usize, shown: &[usize]) -> Tensor {
    if x.shape()[dim] == 0 {
        Error::new(
            "median",
            format!("dim {dim} is empty, the shape is {}", show(shown)),
        )
        .raise();
    }
    let index = with_element!(x.dtype(), T => first_places::<T>(x, dim, 1, |line: &mut [Placed<T>]| {
        let place = match line.iter().position(|(v, _)| is_nan(*v)) {
            Some(nan) => nan,
            None => {
                let place = (line.len() - 1) / 2;
                line.select_nth_unstable_by(place, ascending);
                place
            }
        };
        line.swap(0, place);
    }));
    x.gather(dim, &index).squeeze_dim(dim)
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::sample;
    use crate::prelude::*;

    #[test]
    fn every_dim_type_and_nan() {
        let x = tensor([[3, 1, 2], [0, 5, 4]]);
        assert_eq!(x.median().item(), 2.0);
        assert_eq!(x.median_dim(0).to_vec_i64(), [0, 1, 2]);
        assert_eq!(x.t().median_dim(0).to_vec_i64(), [2, 4]);
        let x = tensor([[1.0, f64::NAN, 0.0], [3.0, 1.0, 2.0]]);
        assert_close(&x.median_dim(1), [f64::NAN, 2.0]);
        assert!(x.median().item().is_nan() && zeros(&[0, 2]).median().item().is_nan());
        assert_eq!(tensor(4).median().item(), 4.0);
        assert_eq!(zeros(&[0, 2]).median_dim(1).shape(), [0]);
    }

    #[test]
    fn gradients_go_to_one_element() {
        gradcheck(|x| x[0].median(), &[&sample(&[2, 4])]);
        gradcheck(|x| x[0].median_dim(0), &[&sample(&[3, 4])]);
        gradcheck(|x| x[0].t().median_dim(0), &[&sample(&[3, 4])]);
    }

    #[test]
    #[should_panic(expected = "median: dim 0 is empty, the shape is [0, 2]")]
    fn nothing_has_no_middle() {
        zeros(&[0, 2]).median_dim(0);
    }
}
