//! Elements in order.

use std::cmp::Ordering;

use crate::dtype::{Element, with_element};
use crate::error::{Error, OrRaise};
use crate::host;
use crate::ops::kernel::Around;
use crate::shape::{self, Dims, Int, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The elements along a dim from the smallest to the largest, and where they came from.
    ///
    /// y_j = x_(index_j), dx = dy at the old place; `[n, m] -> [n, m], [n, m]` of i64. Equal
    /// elements keep their order, and NaN comes last.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (values, index) = tensor([3.0, 1.0, 2.0]).sort(0);
    /// assert_close(&values, [1.0, 2.0, 3.0]);
    /// assert_eq!(index.to_vec_i64(), [1, 2, 0]);
    /// ```
    #[track_caller]
    pub fn sort(&self, dim: impl Int) -> (Tensor, Tensor) {
        sorted("sort", self, dim.int(), Order::Up)
    }

    /// The elements along a dim from the largest to the smallest, and where they came from.
    ///
    /// As [`Tensor::sort`]; equal elements keep their order, and NaN comes first.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (values, index) = tensor([3.0, 1.0, 2.0]).sort_descending(0);
    /// assert_close(&values, [3.0, 2.0, 1.0]);
    /// assert_eq!(index.to_vec_i64(), [0, 2, 1]);
    /// ```
    #[track_caller]
    pub fn sort_descending(&self, dim: impl Int) -> (Tensor, Tensor) {
        sorted("sort_descending", self, dim.int(), Order::Down)
    }

    /// Where the elements along a dim come from when they are sorted from the smallest on.
    ///
    /// `[n, m] -> [n, m]` of i64. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([3.0, 1.0, 2.0]).argsort(0).to_vec_i64(), [1, 2, 0]);
    /// ```
    #[track_caller]
    pub fn argsort(&self, dim: impl Int) -> Tensor {
        argsort(self, dim.int())
    }

    /// The `k` largest elements along a dim, the largest first, and where they came from.
    ///
    /// y_j = x_(index_j), dx = dy at the old place; `[n, m] -> [n, k], [n, k]` of i64 for dim 1.
    /// NaN counts as largest.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (values, index) = tensor([[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]]).topk(2, 1);
    /// assert_close(&values, [[3.0, 2.0], [6.0, 5.0]]);
    /// assert_eq!(index.to_vec_i64(), [0, 2, 1, 2]);
    /// ```
    #[track_caller]
    pub fn topk(&self, k: usize, dim: impl Int) -> (Tensor, Tensor) {
        topk(self, k, dim.int())
    }
}

#[derive(Clone, Copy)]
enum Order {
    Up,
    Down,
}

/// An element and its place in its line.
pub(crate) type Placed<T> = (T, usize);

/// By value, NaN above all, and by place where values are equal.
pub(crate) fn ascending<T: Element>(a: &Placed<T>, b: &Placed<T>) -> Ordering {
    by_value(a.0, b.0).then(a.1.cmp(&b.1))
}

fn descending<T: Element>(a: &Placed<T>, b: &Placed<T>) -> Ordering {
    by_value(b.0, a.0).then(a.1.cmp(&b.1))
}

pub(crate) fn by_value<T: Element>(a: T, b: T) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
}

/// NaN alone has no order with itself.
pub(crate) fn is_nan<T: Element>(v: T) -> bool {
    v.partial_cmp(&v).is_none()
}

/// The places of the first `count` elements of each line, after `arrange` has put it in order.
pub(crate) fn first_places<T: Element>(
    x: &Tensor,
    dim: usize,
    count: usize,
    arrange: impl Fn(&mut [Placed<T>]),
) -> Tensor {
    host::check_interrupt();
    let around = Around::dim(x.shape(), dim);
    let mut shape = Dims::from_slice(x.shape());
    shape[dim] = count;
    let target = Around::dim(&shape, dim);
    let values = x.values::<T>();
    let mut out = vec![0_i64; shape::numel(&shape)];
    let mut line = Vec::with_capacity(around.length);
    for i in 0..around.outer * around.inner {
        line.clear();
        line.extend((0..around.length).map(|j| (values[around.at(i, j)], j)));
        arrange(&mut line);
        for (j, &(_, place)) in line[..count].iter().enumerate() {
            out[target.at(i, j)] = place as i64;
        }
    }
    Tensor::from_values(out, shape)
}

fn order(x: &Tensor, dim: usize, order: Order) -> Tensor {
    with_element!(x.dtype(), T => first_places::<T>(x, dim, x.shape()[dim], |line| match order {
        // Places break ties, so the quick sort gives what a stable one would.
        Order::Up => line.sort_unstable_by(ascending),
        Order::Down => line.sort_unstable_by(descending),
    }))
}

#[track_caller]
fn sorted(op: &str, x: &Tensor, dim: isize, direction: Order) -> (Tensor, Tensor) {
    let dim = shape::dim(op, dim, x.shape()).or_raise();
    let index = order(x, dim, direction);
    (x.gather(dim, &index), index)
}

#[track_caller]
fn argsort(x: &Tensor, dim: isize) -> Tensor {
    let dim = shape::dim("argsort", dim, x.shape()).or_raise();
    order(x, dim, Order::Up)
}

#[track_caller]
fn topk(x: &Tensor, k: usize, dim: isize) -> (Tensor, Tensor) {
    let dim = shape::dim("topk", dim, x.shape()).or_raise();
    let size = x.shape()[dim];
    if k > size {
        Error::new(
            "topk",
            format!(
                "dim {dim} has fewer elements than asked for: the shape is {}, and {k} > {size}",
                show(x.shape())
            ),
        )
        .raise();
    }
    let index = with_element!(x.dtype(), T => first_places::<T>(x, dim, k, |line| {
        if k > 0 && k < line.len() {
            line.select_nth_unstable_by(k - 1, descending);
        }
        line[..k].sort_unstable_by(descending);
    }));
    (x.gather(dim, &index), index)
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::sample;
    use crate::prelude::*;

    #[test]
    fn equal_elements_keep_their_order() {
        let x = tensor([2, 1, 2, 1, 2]);
        assert_eq!(x.argsort(0).to_vec_i64(), [1, 3, 0, 2, 4]);
        assert_eq!(x.sort_descending(0).1.to_vec_i64(), [0, 2, 4, 1, 3]);
        assert_eq!(x.topk(4, 0).1.to_vec_i64(), [0, 2, 4, 1]);
        assert_eq!(
            tensor([true, false, true]).argsort(0).to_vec_i64(),
            [1, 0, 2]
        );
    }

    #[test]
    fn nan_counts_as_largest() {
        let x = tensor([f64::NAN, 1.0, f64::INFINITY, -1.0]);
        assert_close(&x.sort(0).0, [-1.0, 1.0, f64::INFINITY, f64::NAN]);
        assert_close(
            &x.sort_descending(0).0,
            [f64::NAN, f64::INFINITY, 1.0, -1.0],
        );
        assert_eq!(x.topk(2, 0).1.to_vec_i64(), [0, 2]);
    }

    #[test]
    fn every_dim_and_view() {
        let x = tensor([[3, 1, 2], [0, 5, 4]]);
        assert_eq!(x.sort(0).0.to_vec_i64(), [0, 1, 2, 3, 5, 4]);
        assert_eq!(x.t().sort(-1).0.to_vec_i64(), [0, 3, 1, 5, 2, 4]);
        assert_eq!(x.topk(0, 1).0.shape(), [2, 0]);
        assert_eq!(
            x.topk(3, 1).0.to_vec_i64(),
            x.sort_descending(1).0.to_vec_i64()
        );
        assert_eq!(zeros(&[0, 2]).sort(0).0.shape(), [0, 2]);
        assert_eq!(zeros(&[0, 2]).topk(1, 1).1.shape(), [0, 1]);
    }

    #[test]
    fn gradients_go_back_to_their_place() {
        let x = sample(&[3, 4]);
        gradcheck(|x| x[0].sort(0).0, &[&x]);
        gradcheck(|x| x[0].t().sort_descending(0).0, &[&x]);
        gradcheck(|x| x[0].topk(2, 1).0, &[&x]);
    }

    #[test]
    #[should_panic(
        expected = "topk: dim 1 has fewer elements than asked for: the shape is [2, 3], and 4 > 3"
    )]
    fn there_must_be_k() {
        zeros(&[2, 3]).topk(4, 1);
    }
}
