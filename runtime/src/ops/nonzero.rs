//! Where the elements are that are not zero.

use crate::dtype::DType;
use crate::host;
use crate::ops::choose::true_positions;
use crate::shape::Dims;
use crate::tensor::Tensor;

impl Tensor {
    /// The index of every element that is not 0 (or is true), one row each.
    ///
    /// `[..] -> [count, ndim]` of i64, in row-major order. NumPy's `argwhere`; its `nonzero` gives
    /// the columns of this. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[0.0, 5.0], [6.0, 0.0]]);
    /// assert_eq!(x.nonzero().to_vec_i64(), [0, 1, 1, 0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn nonzero(&self) -> Tensor {
        nonzero(self)
    }
}

fn nonzero(x: &Tensor) -> Tensor {
    host::check_interrupt();
    let places = if x.dtype() == DType::Bool {
        true_positions(x)
    } else {
        true_positions(&x.ne(0))
    };
    let mut out = vec![0_i64; places.len() * x.ndim()];
    for (row, mut place) in out
        .chunks_exact_mut(x.ndim().max(1))
        .zip(places.iter().copied())
    {
        for (target, &size) in row.iter_mut().zip(x.shape()).rev() {
            *target = (place % size) as i64;
            place /= size;
        }
    }
    Tensor::from_values(out, Dims::from_slice(&[places.len(), x.ndim()]))
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn every_type_and_shape() {
        let mask = tensor([[true, false, true], [false, false, true]]);
        assert_eq!(mask.nonzero().to_vec_i64(), [0, 0, 0, 2, 1, 2]);
        assert_eq!(mask.t().nonzero().to_vec_i64(), [0, 0, 2, 0, 2, 1]);
        assert_eq!(tensor([f64::NAN, -0.0, 0.0]).nonzero().to_vec_i64(), [0]);
        assert_eq!(tensor([0, 7]).nonzero().shape(), [1, 1]);
        assert_eq!(zeros(&[0, 2]).nonzero().shape(), [0, 2]);
        assert_eq!(tensor(3.0).nonzero().shape(), [1, 0]);
        assert_eq!(tensor(0.0).nonzero().shape(), [0, 0]);
    }
}
