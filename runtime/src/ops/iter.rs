//! `for row in x.iter()`.

use std::iter::FusedIterator;
use std::ops::Range;

use crate::error::OrRaise;
use crate::shape;
use crate::tensor::Tensor;

/// The entries of a tensor's first dim, one after the other: what [`Tensor::iter`] gives.
#[derive(Clone, Debug)]
pub struct Rows {
    x: Tensor,
    places: Range<usize>,
}

impl Tensor {
    /// The entries of the first dim, one after the other; no elements are copied.
    ///
    /// `[n, m] -> n times [m]`; numbers, as tensors without dims, for a vector.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (x, y) = (tensor([1.0, 2.0]), tensor([3.0, 4.0]));
    /// let mut products = vec![];
    /// for (a, b) in x.iter().zip(&y) {
    ///     products.push(a.item() * b.item());
    /// }
    /// assert_eq!(products, [3.0, 8.0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn iter(&self) -> Rows {
        rows(self)
    }
}

#[track_caller]
fn rows(x: &Tensor) -> Rows {
    let first = shape::dim("iter", 0, x.shape()).or_raise();
    Rows {
        x: x.clone(),
        places: 0..x.shape()[first],
    }
}

impl Iterator for Rows {
    type Item = Tensor;

    fn next(&mut self) -> Option<Tensor> {
        self.places.next().map(|i| self.x.select(0, i))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Tensor> {
        self.places.nth(n).map(|i| self.x.select(0, i))
    }
}

impl DoubleEndedIterator for Rows {
    fn next_back(&mut self) -> Option<Tensor> {
        self.places.next_back().map(|i| self.x.select(0, i))
    }
}

impl ExactSizeIterator for Rows {}

impl FusedIterator for Rows {}

impl IntoIterator for &Tensor {
    type Item = Tensor;
    type IntoIter = Rows;

    #[track_caller]
    fn into_iter(self) -> Rows {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn rows_come_from_either_end() {
        let x = tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let mut rows = x.iter();
        assert_eq!(rows.len(), 3);
        assert_close(&rows.next_back().unwrap(), [5.0, 6.0]);
        assert_close(&rows.nth(1).unwrap(), [3.0, 4.0]);
        assert!(rows.next().is_none() && rows.next_back().is_none());
        assert_eq!(zeros(&[0, 2]).iter().count(), 0);
    }

    #[test]
    fn gradients_go_back_to_their_row() {
        let x = tensor([[1.0, 2.0], [3.0, 4.0]]).requires_grad();
        let mut product = ones(&[2]);
        for row in &x {
            product *= row;
        }
        product.sum().backward();
        assert_close(&x.grad(), [[3.0, 4.0], [1.0, 2.0]]);
    }

    #[test]
    #[should_panic(expected = "iter: dim 0 is out of range: the shape is [], with 0 dims")]
    fn a_number_has_no_rows() {
        tensor(1.0).iter();
    }
}
