//! Entries moved along a dim, those at the end back to the start.

use crate::error::OrRaise;
use crate::ops::cat;
use crate::shape::{self, Int};
use crate::tensor::Tensor;

impl Tensor {
    /// The entries of a dim moved by `shift` places; what leaves at one end comes in at the other.
    ///
    /// y_i = x_(i - shift mod n), dx = dy moved back; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0, 3.0, 4.0]);
    /// assert_close(&x.roll(1, 0), [4.0, 1.0, 2.0, 3.0]);
    /// assert_close(&x.roll(-1, 0), [2.0, 3.0, 4.0, 1.0]);
    /// ```
    #[track_caller]
    pub fn roll(&self, shift: impl Int, dim: impl Int) -> Tensor {
        roll(self, shift.int(), dim.int())
    }
}

#[track_caller]
fn roll(x: &Tensor, shift: isize, dim: isize) -> Tensor {
    let dim = shape::dim("roll", dim, x.shape()).or_raise();
    let size = x.shape()[dim];
    if size == 0 {
        return x.copy();
    }
    let shift = shift.rem_euclid(size as isize) as usize;
    let (front, back) = (
        x.narrow(dim, 0, size - shift),
        x.narrow(dim, size - shift, shift),
    );
    cat(&[&back, &front], dim)
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::sample;
    use crate::prelude::*;

    #[test]
    fn any_shift_is_a_turn() {
        let x = arange(0, 6, 1).reshape(&[2, 3]);
        assert_eq!(x.roll(1, 1).to_vec_i64(), [2, 0, 1, 5, 3, 4]);
        assert_eq!(x.roll(-4, -1).to_vec_i64(), [1, 2, 0, 4, 5, 3]);
        assert_eq!(x.roll(isize::MIN, 0).to_vec_i64(), x.to_vec_i64());
        assert!(!x.roll(3, 1).shares_memory(&x));
        assert_eq!(zeros(&[0, 2]).roll(1, 0).shape(), [0, 2]);
    }

    #[test]
    fn gradients_turn_back() {
        gradcheck(|x| x[0].roll(1, 0), &[&sample(&[3, 2])]);
        gradcheck(|x| x[0].t().roll(-2, 1), &[&sample(&[3, 2])]);
    }

    #[test]
    #[should_panic(expected = "roll: dim 1 is out of range: the shape is [3], with 1 dims")]
    fn the_dim_must_exist() {
        zeros(&[3]).roll(1, 1);
    }
}
