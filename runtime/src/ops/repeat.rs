//! A tensor several times.

use crate::error::{Error, OrRaise};
use crate::shape::{self, Dims, Int, IntList, Ints, show};
use crate::tensor::{Tensor, checked_numel};

impl Tensor {
    /// The whole tensor several times along each dim, as tiles (NumPy's `tile`).
    ///
    /// y = copies of x, dx = the sum of dy over the copies; `[n, m] -> [a n, b m]` for `[a, b]`.
    /// More numbers than dims add dims in front.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.0, 2.0]).repeat(2), [1.0, 2.0, 1.0, 2.0]);
    /// assert_eq!(tensor([1.0, 2.0]).repeat(&[3, 2]).shape(), [3, 4]);
    /// ```
    #[track_caller]
    pub fn repeat(&self, times: impl Ints) -> Tensor {
        repeat(self, &times.ints())
    }

    /// Each entry of a dim `n` times in a row (NumPy's `repeat`).
    ///
    /// `[k, m] -> [n k, m]` for dim 0; dx = the sum of dy over the copies.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]);
    /// assert_close(&x.repeat_interleave(2, 0), [1.0, 1.0, 2.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn repeat_interleave(&self, n: usize, dim: impl Int) -> Tensor {
        repeat_interleave(self, n, dim.int())
    }
}

#[track_caller]
fn repeat(x: &Tensor, times: &IntList) -> Tensor {
    let times = times.sizes("repeat").or_raise();
    if times.len() < x.ndim() {
        Error::new(
            "repeat",
            format!(
                "needs one number for each dim: the shape is {}, the numbers are {:?}, so {} < {}",
                show(x.shape()),
                &times[..],
                times.len(),
                x.ndim()
            ),
        )
        .raise();
    }
    let added = std::iter::repeat_n(&1, times.len() - x.ndim());
    let sizes: Dims = added.chain(x.shape()).copied().collect();
    // Each dim gets one of size 1 in front of it, along which it is then repeated.
    let pairs = |front: &dyn Fn(usize) -> usize| -> Dims {
        (0..sizes.len())
            .flat_map(|d| [front(d), sizes[d]])
            .collect()
    };
    let (narrow, wide) = (pairs(&|_| 1), pairs(&|d| times[d]));
    checked_numel("repeat", &wide).or_raise();
    let shape = sizes.iter().zip(&times).map(|(s, t)| s * t).collect();
    let tiles = x.reshape_dims(narrow).expand(&wide[..]);
    unshared(x, tiles.reshape_dims(shape))
}

#[track_caller]
fn repeat_interleave(x: &Tensor, n: usize, dim: isize) -> Tensor {
    let dim = shape::dim("repeat_interleave", dim, x.shape()).or_raise();
    let mut wide = Dims::from_slice(x.shape());
    wide.insert(dim + 1, n);
    checked_numel("repeat_interleave", &wide).or_raise();
    let mut shape = Dims::from_slice(x.shape());
    shape[dim] *= n;
    let copies = x.unsqueeze(dim + 1).expand(&wide[..]);
    unshared(x, copies.reshape_dims(shape))
}

/// A result with memory of its own, also where there was nothing to repeat.
#[track_caller]
fn unshared(x: &Tensor, result: Tensor) -> Tensor {
    if result.shares_memory(x) {
        result.copy()
    } else {
        result
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::sample;
    use crate::prelude::*;

    #[test]
    fn tiles_lie_side_by_side() {
        let x = tensor([[1, 2], [3, 4]]);
        assert_eq!(x.repeat(&[1, 2]).to_vec_i64(), [1, 2, 1, 2, 3, 4, 3, 4]);
        assert_eq!(x.t().repeat(&[2, 1]).to_vec_i64(), [1, 3, 2, 4, 1, 3, 2, 4]);
        assert_eq!(x.repeat(&[2, 1, 1]).shape(), [2, 2, 2]);
        assert_eq!(x.repeat(&[0, 1]).shape(), [0, 2]);
        assert_eq!(tensor(5).repeat(3).to_vec_i64(), [5, 5, 5]);
        assert_eq!(tensor(5).repeat([0_usize; 0]).shape().len(), 0);
        for same in [
            x.repeat(&[1, 1]),
            x.repeat_interleave(1, 0),
            tensor([1]).repeat(4),
        ] {
            assert!(!same.shares_memory(&x) && same.is_contiguous());
        }
    }

    #[test]
    fn entries_lie_in_a_row() {
        let x = tensor([[1, 2], [3, 4]]);
        assert_eq!(
            x.repeat_interleave(2, 1).to_vec_i64(),
            [1, 1, 2, 2, 3, 3, 4, 4]
        );
        assert_eq!(
            x.repeat_interleave(2, 0).to_vec_i64(),
            [1, 2, 1, 2, 3, 4, 3, 4]
        );
        assert_eq!(x.repeat_interleave(0, 0).shape(), [0, 2]);
    }

    #[test]
    fn gradients_are_summed() {
        gradcheck(|x| x[0].repeat(&[2, 1, 3]), &[&sample(&[2, 2])]);
        gradcheck(|x| x[0].t().repeat_interleave(3, -1), &[&sample(&[3, 2])]);
        gradcheck(|x| x[0].repeat(&[2]), &[&sample(&[0])]);
    }

    #[test]
    #[should_panic(
        expected = "repeat: needs one number for each dim: the shape is [2, 3], the numbers are \
                    [2], so 1 < 2"
    )]
    fn every_dim_needs_a_number() {
        zeros(&[2, 3]).repeat(2);
    }

    #[test]
    #[should_panic(expected = "repeat_interleave: the shape [2, 9223372036854775807] is too large")]
    fn sizes_do_not_wrap_around() {
        zeros(2).repeat_interleave(isize::MAX as usize, 0);
    }
}
