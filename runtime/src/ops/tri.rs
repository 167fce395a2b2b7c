//! The parts of a matrix below and above a diagonal.

use crate::error::Error;
use crate::ops::where_;
use crate::shape::{Dims, Int, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The lower triangle: 0 above a diagonal, where 0 is the main one and 1 the next above it.
    ///
    /// y_ij = x_ij where j - i ≤ diagonal, else 0, dx = dy there; `[.., n, m] -> [.., n, m]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.tril(0), [[1.0, 0.0], [3.0, 4.0]]);
    /// assert_close(&x.tril(-1), [[0.0, 0.0], [3.0, 0.0]]);
    /// ```
    #[track_caller]
    pub fn tril(&self, diagonal: impl Int) -> Tensor {
        triangle("tril", self, diagonal.int().saturating_add(1), true)
    }

    /// The upper triangle: 0 below a diagonal, where 0 is the main one and 1 the next above it.
    ///
    /// y_ij = x_ij where j - i ≥ diagonal, else 0, dx = dy there; `[.., n, m] -> [.., n, m]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.triu(0), [[1.0, 2.0], [0.0, 4.0]]);
    /// assert_close(&x.triu(1), [[0.0, 2.0], [0.0, 0.0]]);
    /// ```
    #[track_caller]
    pub fn triu(&self, diagonal: impl Int) -> Tensor {
        triangle("triu", self, diagonal.int(), false)
    }
}

/// Keeps what stands left, or else right, of the column `first` in row 0, one later in each row.
#[track_caller]
fn triangle(op: &str, x: &Tensor, first: isize, left: bool) -> Tensor {
    let &[.., n, m] = x.shape() else {
        Error::new(
            op,
            format!("needs a matrix, the shape is {}", show(x.shape())),
        )
        .raise();
    };
    if x.is_empty() {
        return x.copy();
    }
    let mut mask = vec![!left; n * m];
    for (i, row) in mask.chunks_exact_mut(m).enumerate() {
        let edge = first.saturating_add(i as isize).clamp(0, m as isize);
        row[..edge as usize].fill(left);
    }
    let mask = Tensor::from_values(mask, Dims::from_slice(&[n, m]));
    where_(&mask, x, &Tensor::scalar(0.0, x.dtype()))
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::sample;
    use crate::prelude::*;

    #[test]
    fn every_type_and_shape() {
        let x = arange(1, 7, 1).reshape(&[2, 3]);
        assert_eq!(x.tril(1).to_vec_i64(), [1, 2, 0, 4, 5, 6]);
        assert_eq!(x.triu(isize::MIN).to_vec_i64(), x.to_vec_i64());
        assert_eq!(x.tril(isize::MAX).to_vec_i64(), x.to_vec_i64());
        assert_eq!(x.t().triu(0).to_vec_i64(), [1, 4, 0, 5, 0, 0]);
        let mask = tensor([[true; 2]; 2]).tril(0);
        assert_eq!(mask.dtype(), DType::Bool);
        assert_eq!(mask.to_vec_i64(), [1, 0, 1, 1]);
        assert_eq!(zeros(&[2, 0, 3]).tril(0).shape(), [2, 0, 3]);
        // Not a product with a mask: what is cut off may be infinite.
        assert_close(
            &full(&[2, 2], f64::INFINITY).tril(-2),
            [[0.0, 0.0], [0.0, 0.0]],
        );
    }

    #[test]
    fn gradients_are_cut_alike() {
        gradcheck(|x| x[0].tril(0), &[&sample(&[2, 3, 2])]);
        gradcheck(|x| x[0].t().triu(1), &[&sample(&[2, 3])]);
    }

    #[test]
    #[should_panic(expected = "tril: needs a matrix, the shape is [3]")]
    fn a_vector_has_no_triangle() {
        zeros(3).tril(0);
    }
}
