//! A tensor in parts along one dim.

use crate::error::{Error, OrRaise};
use crate::ops::narrow::split;
use crate::shape::{self, Dims, Int, IntList, Ints, show};
use crate::tensor::Tensor;

impl Tensor {
    /// Parts of `size` entries of a dim; the last one may be smaller. No elements are copied.
    ///
    /// `[5, m] -> [2, m], [2, m], [1, m]` for size 2 and dim 0
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let parts = tensor([1.0, 2.0, 3.0, 4.0, 5.0]).split(2, 0);
    /// assert_close(&parts[1], [3.0, 4.0]);
    /// assert_close(&parts[2], [5.0]);
    /// ```
    #[track_caller]
    pub fn split(&self, size: usize, dim: impl Int) -> Vec<Tensor> {
        split_equally(self, size, dim.int())
    }

    /// Parts of the given sizes along a dim, which add up to its size. No elements are copied.
    ///
    /// `[3, m] -> [1, m], [2, m]` for sizes 1 and 2 and dim 0
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let parts = tensor([1.0, 2.0, 3.0]).split_sizes(&[1, 2], 0);
    /// assert_close(&parts[1], [2.0, 3.0]);
    /// ```
    #[track_caller]
    pub fn split_sizes(&self, sizes: impl Ints, dim: impl Int) -> Vec<Tensor> {
        split_sizes(self, &sizes.ints(), dim.int())
    }

    /// At most `n` parts of a dim, all but the last of one size. No elements are copied.
    ///
    /// `[5, m] -> [3, m], [2, m]` for 2 parts and dim 0
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let parts = arange(0, 5, 1).chunk(2, 0);
    /// assert_eq!(parts[0].to_vec_i64(), [0, 1, 2]);
    /// assert_eq!(parts[1].to_vec_i64(), [3, 4]);
    /// ```
    #[track_caller]
    pub fn chunk(&self, n: usize, dim: impl Int) -> Vec<Tensor> {
        chunk(self, n, dim.int())
    }

    /// The entries of a dim, which disappears. No elements are copied.
    ///
    /// `[2, m] -> [m], [m]` for dim 0
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let columns = tensor([[1.0, 2.0], [3.0, 4.0]]).unbind(1);
    /// assert_close(&columns[1], [2.0, 4.0]);
    /// ```
    #[track_caller]
    pub fn unbind(&self, dim: impl Int) -> Vec<Tensor> {
        unbind(self, dim.int())
    }
}

/// Sizes of parts of at most `size`; a dim without entries is one part.
fn parts(length: usize, size: usize) -> Dims {
    if length == 0 {
        return Dims::from_slice(&[0]);
    }
    let part = |i: usize| size.min(length - i * size);
    (0..length.div_ceil(size)).map(part).collect()
}

#[track_caller]
fn split_equally(x: &Tensor, size: usize, dim: isize) -> Vec<Tensor> {
    let dim = shape::dim("split", dim, x.shape()).or_raise();
    let length = x.shape()[dim];
    if size == 0 && length > 0 {
        Error::new(
            "split",
            format!(
                "parts of size 0 never make up dim {dim}, the shape is {}",
                show(x.shape())
            ),
        )
        .raise();
    }
    split(x, dim, &parts(length, size))
}

#[track_caller]
fn split_sizes(x: &Tensor, sizes: &IntList, dim: isize) -> Vec<Tensor> {
    let dim = shape::dim("split_sizes", dim, x.shape()).or_raise();
    let lengths = sizes.sizes("split_sizes").or_raise();
    let total = lengths.iter().try_fold(0_usize, |a, &b| a.checked_add(b));
    if total != Some(x.shape()[dim]) {
        let total = total.map_or("more".to_owned(), |total| total.to_string());
        Error::new(
            "split_sizes",
            format!(
                "the sizes {:?} must add up to that of dim {dim}, the shape is {}, and {total} != {}",
                sizes.as_slice(),
                show(x.shape()),
                x.shape()[dim]
            ),
        )
        .raise();
    }
    split(x, dim, &lengths)
}

#[track_caller]
fn chunk(x: &Tensor, n: usize, dim: isize) -> Vec<Tensor> {
    let dim = shape::dim("chunk", dim, x.shape()).or_raise();
    let length = x.shape()[dim];
    if n == 0 {
        Error::new(
            "chunk",
            format!("needs at least one part, the shape is {}", show(x.shape())),
        )
        .raise();
    }
    if length == 0 {
        return split(x, dim, &std::iter::repeat_n(0, n).collect());
    }
    split(x, dim, &parts(length, length.div_ceil(n)))
}

#[track_caller]
fn unbind(x: &Tensor, dim: isize) -> Vec<Tensor> {
    let dim = shape::dim("unbind", dim, x.shape()).or_raise();
    (0..x.shape()[dim]).map(|i| x.select(dim, i)).collect()
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::sample;
    use crate::prelude::*;

    fn sizes(parts: &[Tensor]) -> Vec<usize> {
        parts.iter().map(|x| x.size(0)).collect()
    }

    #[test]
    fn parts_are_those_of_pytorch() {
        let x = zeros(&[7, 2]);
        assert_eq!(sizes(&x.split(3, 0)), [3, 3, 1]);
        assert_eq!(sizes(&x.split(9, 0)), [7]);
        assert_eq!(sizes(&x.chunk(3, 0)), [3, 3, 1]);
        assert_eq!(sizes(&x.chunk(5, 0)), [2, 2, 2, 1], "fewer than asked for");
        assert_eq!(sizes(&x.split_sizes(&[0, 7], 0)), [0, 7]);
        assert!(x.unbind(0).iter().all(|row| row.shape() == [2]));
        let none = zeros(&[0, 2]);
        assert_eq!(sizes(&none.split(3, 0)), [0]);
        assert_eq!(sizes(&none.split(0, 0)), [0]);
        assert_eq!(sizes(&none.chunk(2, 0)), [0, 0]);
        assert!(none.unbind(0).is_empty());
        assert!(x.split(1, -1)[1].shares_memory(&x));
    }

    #[test]
    fn gradients_go_back_to_their_part() {
        let x = sample(&[2, 5]);
        gradcheck(
            |x| cat(&x[0].split(2, 1).iter().rev().collect::<Vec<_>>()[1..2], 0),
            &[&x],
        );
        gradcheck(|x| x[0].split_sizes(&[1, 4], 1)[1].square(), &[&x]);
        gradcheck(|x| &x[0].chunk(2, 0)[0] * &x[0].chunk(2, 0)[1], &[&x]);
        gradcheck(|x| &x[0].unbind(0)[0] * &x[0].unbind(0)[1], &[&x]);
    }

    #[test]
    #[should_panic(
        expected = "split_sizes: the sizes [1, 2] must add up to that of dim 1, the shape is \
                    [2, 5], and 3 != 5"
    )]
    fn sizes_must_add_up() {
        zeros(&[2, 5]).split_sizes(&[1, 2], 1);
    }

    #[test]
    #[should_panic(expected = "split: parts of size 0 never make up dim 0, the shape is [2, 5]")]
    fn empty_parts_lead_nowhere() {
        zeros(&[2, 5]).split(0, 0);
    }

    #[test]
    #[should_panic(expected = "chunk: needs at least one part, the shape is [2, 5]")]
    fn no_parts_lead_nowhere() {
        zeros(&[2, 5]).chunk(0, 0);
    }
}
