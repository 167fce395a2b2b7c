//! The mean of each window.

use crate::ops::pool::{PoolOptions, Rule, Summary, pool};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::Ints;
use crate::tensor::Tensor;

impl Tensor {
    /// The mean of each window, windows side by side.
    ///
    /// y = Σ x / k over the k elements of the window, dx = dy / k;
    /// `[n, channels, h, w] -> [n, channels, ⌊h / k⌋, ⌊w / k⌋]`, also without the batch. Stride,
    /// padding and rounding up: [`Tensor::avg_pool2d_with`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 8, 1).float().reshape(&[1, 1, 2, 4]);
    /// assert_close(&x.avg_pool2d(2), [[[[2.5, 4.5]]]]);
    /// ```
    #[track_caller]
    pub fn avg_pool2d(&self, size: impl Ints) -> Tensor {
        avg_pool(self, PoolOptions::new(size.ints()), 2)
    }

    /// As [`Tensor::avg_pool2d`], with options.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = ones(&[1, 1, 2, 2]);
    /// let options = PoolOptions::new(2).padding(1);
    /// assert_close(&x.avg_pool2d_with(&options), [[[[0.25, 0.25], [0.25, 0.25]]]]);
    /// assert_close(&x.avg_pool2d_with(&options.count_include_pad(false)), ones(&[1, 1, 2, 2]));
    /// ```
    #[track_caller]
    pub fn avg_pool2d_with(&self, options: &PoolOptions) -> Tensor {
        avg_pool(self, options.clone(), 2)
    }

    /// The mean of each window of a sequence, as [`Tensor::avg_pool2d`];
    /// `[n, channels, l] -> [n, channels, ⌊l / k⌋]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 3.0, 2.0, 0.0, 9.0]]).avg_pool1d(2), [[2.0, 1.0]]);
    /// ```
    #[track_caller]
    pub fn avg_pool1d(&self, size: impl Ints) -> Tensor {
        avg_pool(self, PoolOptions::new(size.ints()), 1)
    }

    /// As [`Tensor::avg_pool1d`], with options.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 3.0, 2.0, 0.0, 9.0]]);
    /// assert_close(&x.avg_pool1d_with(&PoolOptions::new(2).ceil_mode(true)), [[2.0, 1.0, 9.0]]);
    /// ```
    #[track_caller]
    pub fn avg_pool1d_with(&self, options: &PoolOptions) -> Tensor {
        avg_pool(self, options.clone(), 1)
    }
}

#[track_caller]
fn avg_pool(x: &Tensor, options: PoolOptions, rank: usize) -> Tensor {
    pool(x, Rule::Sliding(options), Summary::Mean, rank)
}

const MATH: &str = "y = Σ x / k over the window, dx = Σ dy / k over the windows of x";

pub(crate) const SPEC: Spec = Spec {
    name: "avg_pool2d",
    math: MATH,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("side by side", &[2, 2, 4, 6], |x| x[0].avg_pool2d(2)),
            case("without a batch", &[2, 5, 7], |x| x[0].avg_pool2d([2, 3])),
            case("overlapping", &[1, 2, 5, 6], |x| {
                x[0].avg_pool2d_with(&PoolOptions::new(3).stride(2).padding(1))
            }),
            case("zeros not counted", &[1, 1, 6, 7], |x| {
                let options = PoolOptions::new([2, 3]).stride(1).padding(1);
                x[0].avg_pool2d_with(&options.count_include_pad(false))
            }),
            case("rounded up", &[1, 1, 5, 6], |x| {
                let options = PoolOptions::new(3).stride(2).padding(1);
                x[0].avg_pool2d_with(&options.ceil_mode(true))
            }),
            case("no images", &[0, 1, 4, 4], |x| x[0].avg_pool2d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4, 4], |x| x[0].avg_pool2d(2)),
            case("too small", &[1, 1, 4, 2], |x| x[0].avg_pool2d(3)),
            case("dilation", &[1, 1, 4, 4], |x| {
                x[0].avg_pool2d_with(&PoolOptions::new(2).dilation(2))
            }),
        ]
    },
};

pub(crate) const AVG_POOL1D: Spec = Spec {
    name: "avg_pool1d",
    math: MATH,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("side by side", &[2, 2, 5], |x| x[0].avg_pool1d(2)),
            case("all options", &[2, 9], |x| {
                let options = PoolOptions::new(3).stride(2).padding(1).ceil_mode(true);
                x[0].avg_pool1d_with(&options.count_include_pad(false))
            }),
            case("no sequences", &[0, 1, 4], |x| x[0].avg_pool1d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4], |x| x[0].avg_pool1d(2)),
            case("too small", &[1, 1, 2], |x| x[0].avg_pool1d(3)),
        ]
    },
};
