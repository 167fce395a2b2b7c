//! Pooling into a given number of windows.

use crate::ops::pool::{Rule, Summary, pool};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::Ints;
use crate::tensor::Tensor;

impl Tensor {
    /// The means of as many windows as asked for, which cover the image evenly; 1 is the mean of
    /// the whole image (global average pooling).
    ///
    /// Window i of m over h rows goes from ⌊i h / m⌋ to ⌈(i + 1) h / m⌉; y = Σ x / k over its k
    /// elements, dx = Σ dy / k; `[n, channels, h, w] -> [n, channels, m, m]`, also without the
    /// batch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 6, 1).float().reshape(&[1, 1, 2, 3]);
    /// assert_close(&x.adaptive_avg_pool2d(1), [[[[2.5]]]]);
    /// assert_close(&x.adaptive_avg_pool2d([1, 2]), [[[[2.0, 3.0]]]]);
    /// ```
    #[track_caller]
    pub fn adaptive_avg_pool2d(&self, size: impl Ints) -> Tensor {
        pool(self, Rule::Adaptive(size.ints()), Summary::Mean, 2)
    }

    /// As [`Tensor::adaptive_avg_pool2d`] for sequences; `[n, channels, l] -> [n, channels, m]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 3.0, 5.0]]).adaptive_avg_pool1d(2), [[2.0, 4.0]]);
    /// ```
    #[track_caller]
    pub fn adaptive_avg_pool1d(&self, size: impl Ints) -> Tensor {
        pool(self, Rule::Adaptive(size.ints()), Summary::Mean, 1)
    }

    /// The largest elements of as many windows as asked for, which are those of
    /// [`Tensor::adaptive_avg_pool2d`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 6, 1).float().reshape(&[1, 1, 2, 3]);
    /// assert_close(&x.adaptive_max_pool2d([1, 2]), [[[[4.0, 5.0]]]]);
    /// ```
    #[track_caller]
    pub fn adaptive_max_pool2d(&self, size: impl Ints) -> Tensor {
        pool(self, Rule::Adaptive(size.ints()), Summary::Max, 2)
    }

    /// As [`Tensor::adaptive_max_pool2d`] for sequences; `[n, channels, l] -> [n, channels, m]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 3.0, 2.0]]).adaptive_max_pool1d(2), [[3.0, 3.0]]);
    /// ```
    #[track_caller]
    pub fn adaptive_max_pool1d(&self, size: impl Ints) -> Tensor {
        pool(self, Rule::Adaptive(size.ints()), Summary::Max, 1)
    }
}

const MEAN: &str = "y = Σ x / k over the window, dx = Σ dy / k over the windows of x";
const MAX: &str = "y = max of the window, dx = dy at its first largest element";

pub(crate) const SPEC: Spec = Spec {
    name: "adaptive_avg_pool2d",
    math: MEAN,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("even", &[2, 2, 4, 6], |x| x[0].adaptive_avg_pool2d(2)),
            case("uneven", &[2, 5, 7], |x| x[0].adaptive_avg_pool2d([2, 3])),
            case("more windows than elements", &[1, 1, 2, 3], |x| {
                x[0].adaptive_avg_pool2d([3, 5])
            }),
            case("one window", &[1, 2, 3, 4], |x| x[0].adaptive_avg_pool2d(1)),
            case("no images", &[0, 1, 4, 4], |x| x[0].adaptive_avg_pool2d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4, 4], |x| x[0].adaptive_avg_pool2d(2)),
            case("no windows", &[1, 1, 4, 2], |x| x[0].adaptive_avg_pool2d(0)),
            case("empty", &[1, 1, 0, 2], |x| x[0].adaptive_avg_pool2d(1)),
        ]
    },
};

pub(crate) const ADAPTIVE_AVG_POOL1D: Spec = Spec {
    name: "adaptive_avg_pool1d",
    math: MEAN,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("even", &[2, 2, 6], |x| x[0].adaptive_avg_pool1d(2)),
            case("uneven", &[2, 7], |x| x[0].adaptive_avg_pool1d(3)),
            case("no sequences", &[0, 1, 4], |x| x[0].adaptive_avg_pool1d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4], |x| x[0].adaptive_avg_pool1d(2)),
            case("no windows", &[1, 1, 4], |x| x[0].adaptive_avg_pool1d(0)),
        ]
    },
};

pub(crate) const ADAPTIVE_MAX_POOL2D: Spec = Spec {
    name: "adaptive_max_pool2d",
    math: MAX,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("even", &[2, 2, 4, 6], |x| x[0].adaptive_max_pool2d(2)),
            case("uneven", &[2, 5, 7], |x| x[0].adaptive_max_pool2d([2, 3])),
            case("more windows than elements", &[1, 1, 2, 3], |x| {
                x[0].adaptive_max_pool2d([3, 5])
            }),
            case("one window", &[1, 2, 3, 4], |x| x[0].adaptive_max_pool2d(1)),
            case("no images", &[0, 1, 4, 4], |x| x[0].adaptive_max_pool2d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4, 4], |x| x[0].adaptive_max_pool2d(2)),
            case("no windows", &[1, 1, 4, 2], |x| x[0].adaptive_max_pool2d(0)),
            case("empty", &[1, 1, 0, 2], |x| x[0].adaptive_max_pool2d(1)),
        ]
    },
};

pub(crate) const ADAPTIVE_MAX_POOL1D: Spec = Spec {
    name: "adaptive_max_pool1d",
    math: MAX,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("even", &[2, 2, 6], |x| x[0].adaptive_max_pool1d(2)),
            case("uneven", &[2, 7], |x| x[0].adaptive_max_pool1d(3)),
            case("no sequences", &[0, 1, 4], |x| x[0].adaptive_max_pool1d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4], |x| x[0].adaptive_max_pool1d(2)),
            case("no windows", &[1, 1, 4], |x| x[0].adaptive_max_pool1d(0)),
        ]
    },
};
