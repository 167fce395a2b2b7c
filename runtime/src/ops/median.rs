//! The middle element.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_element;
use crate::error::{Error, OrRaise};
use crate::ops::max::shared;
use crate::ops::sort::{Placed, ascending, first_places, is_nan};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Int, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The middle of all elements when they are in order; the lower of two, where NumPy averages.
    ///
    /// dx = dy shared evenly by all such elements, 0 elsewhere; `[..] -> []`. NaN if there is one,
    /// or no element.
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
    Tensor::apply(Median, &[x])
}

#[track_caller]
fn median_dim(x: &Tensor, dim: isize) -> Tensor {
    let dim = shape::dim("median", dim, x.shape()).or_raise();
    middle(x, dim, x.shape()).or_raise()
}

/// Everything; along a dim the op is `gather`.
struct Median;

impl Op for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        middle(&x[0].flatten(), 0, x[0].shape())
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![shared(saved.input(0), saved.output(), grad)]
    }

    fn saves(&self) -> Saves {
        Saves::All
    }
}

fn middle(x: &Tensor, dim: usize, shown: &[usize]) -> Result<Tensor, Error> {
    if x.shape()[dim] == 0 {
        return Err(Error::new(
            "median",
            format!("dim {dim} is empty, the shape is {}", show(shown)),
        ));
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
    Ok(x.gather(dim, &index).squeeze_dim(dim))
}

pub(crate) const SPEC: Spec = Spec {
    name: "median",
    math: "y = the middle of x, dx = dy there, 0 elsewhere",
    cases: || {
        vec![
            Case::new("all", &[sample(&[2, 4])], |x| x[0].median()),
            Case::new("rows", &[sample(&[3, 4])], |x| x[0].median_dim(0)),
            Case::new("columns", &[sample(&[3, 4])], |x| x[0].median_dim(1)),
            Case::new("one number", &[sample(&[])], |x| x[0].median()),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].median_dim(1)),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].median_dim(2)),
            Case::new("of nothing", &[sample(&[2, 0])], |x| x[0].median_dim(1)),
        ]
    },
};

#[cfg(test)]
mod tests {
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
    #[should_panic(expected = "median: dim 0 is empty, the shape is [0, 2]")]
    fn nothing_has_no_middle() {
        zeros(&[0, 2]).median_dim(0);
    }
}
