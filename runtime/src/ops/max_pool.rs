//! The largest element of each window.

use crate::ops::pool::{PoolOptions, Rule, Summary, pool};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::Ints;
use crate::tensor::Tensor;

impl Tensor {
    /// The largest element of each window, windows side by side.
    ///
    /// y = max of the window, dx = dy at its first largest element;
    /// `[n, channels, h, w] -> [n, channels, ⌊h / k⌋, ⌊w / k⌋]`, also without the batch. Stride,
    /// padding, dilation and rounding up: [`Tensor::max_pool2d_with`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 8, 1).float().reshape(&[1, 1, 2, 4]);
    /// assert_close(&x.max_pool2d(2), [[[[5.0, 7.0]]]]);
    /// ```
    #[track_caller]
    pub fn max_pool2d(&self, size: impl Ints) -> Tensor {
        max_pool(self, PoolOptions::new(size.ints()), 2)
    }

    /// As [`Tensor::max_pool2d`], with options.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 9, 1).float().reshape(&[1, 1, 3, 3]);
    /// let options = PoolOptions::new(3).stride(2).padding(1);
    /// assert_close(&x.max_pool2d_with(&options), [[[[4.0, 5.0], [7.0, 8.0]]]]);
    /// ```
    #[track_caller]
    pub fn max_pool2d_with(&self, options: &PoolOptions) -> Tensor {
        max_pool(self, options.clone(), 2)
    }

    /// The largest element of each window of a sequence, as [`Tensor::max_pool2d`];
    /// `[n, channels, l] -> [n, channels, ⌊l / k⌋]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([[1.0, 3.0, 2.0, 0.0, 9.0]]).max_pool1d(2), [[3.0, 2.0]]);
    /// ```
    #[track_caller]
    pub fn max_pool1d(&self, size: impl Ints) -> Tensor {
        max_pool(self, PoolOptions::new(size.ints()), 1)
    }

    /// As [`Tensor::max_pool1d`], with options.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 3.0, 2.0, 0.0, 9.0]]);
    /// assert_close(&x.max_pool1d_with(&PoolOptions::new(2).ceil_mode(true)), [[3.0, 2.0, 9.0]]);
    /// ```
    #[track_caller]
    pub fn max_pool1d_with(&self, options: &PoolOptions) -> Tensor {
        max_pool(self, options.clone(), 1)
    }
}

#[track_caller]
fn max_pool(x: &Tensor, options: PoolOptions, rank: usize) -> Tensor {
    pool(x, Rule::Sliding(options), Summary::Max, rank)
}

const MATH: &str = "y = max of the window, dx = dy at its first largest element";

pub(crate) const SPEC: Spec = Spec {
    name: "max_pool2d",
    math: MATH,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("pairs", &[2, 2, 4, 6], |x| x[0].max_pool2d(2)),
            case("a rest", &[1, 2, 5, 7], |x| x[0].max_pool2d(2)),
            case("without a batch", &[2, 4, 6], |x| x[0].max_pool2d([2, 3])),
            case("overlapping", &[1, 2, 5, 6], |x| {
                x[0].max_pool2d_with(&PoolOptions::new(3).stride(2).padding(1))
            }),
            case("dilated", &[1, 1, 6, 7], |x| {
                x[0].max_pool2d_with(&PoolOptions::new([2, 3]).stride(1).dilation([2, 3]))
            }),
            case("rounded up", &[1, 1, 5, 6], |x| {
                x[0].max_pool2d_with(&PoolOptions::new(2).stride([3, 4]).ceil_mode(true))
            }),
            case("no images", &[0, 1, 4, 4], |x| x[0].max_pool2d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4, 4], |x| x[0].max_pool2d(2)),
            case("too small", &[1, 1, 4, 2], |x| x[0].max_pool2d(3)),
            case("no window", &[1, 1, 4, 2], |x| x[0].max_pool2d(0)),
            case("three numbers", &[1, 1, 4, 2], |x| {
                x[0].max_pool2d([1, 1, 1])
            }),
            case("padding", &[1, 1, 4, 4], |x| {
                x[0].max_pool2d_with(&PoolOptions::new(2).padding(2))
            }),
            case("empty", &[1, 1, 0, 4], |x| x[0].max_pool2d(1)),
        ]
    },
};

pub(crate) const MAX_POOL1D: Spec = Spec {
    name: "max_pool1d",
    math: MATH,
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("pairs", &[2, 2, 5], |x| x[0].max_pool1d(2)),
            case("all options", &[2, 9], |x| {
                let options = PoolOptions::new(3).stride(2).padding(1).dilation(2);
                x[0].max_pool1d_with(&options.ceil_mode(true))
            }),
            case("no sequences", &[0, 1, 4], |x| x[0].max_pool1d(2)),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[4], |x| x[0].max_pool1d(2)),
            case("too small", &[1, 1, 2], |x| x[0].max_pool1d(3)),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn the_first_of_equal_elements_gets_the_gradient() {
        for second in [2, 3] {
            let x = zeros(&[1, 2, 5]).requires_grad();
            let options = PoolOptions::new(2).stride([2, second]);
            x.max_pool2d_with(&options).sum().backward();
            let grad = x.grad().to_vec_f64();
            assert_eq!(grad.iter().sum::<f64>(), 2.0);
            assert_eq!((grad[0], grad[second]), (1.0, 1.0));
        }
    }

    #[test]
    fn nan_is_the_largest() {
        let x = tensor([[[1.0, f64::NAN, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]]);
        let y = x.max_pool2d(2).to_vec_f64();
        assert!(y[0].is_nan() && y[1] == 8.0);
        let y = x
            .max_pool2d_with(&PoolOptions::new(2).stride(1))
            .to_vec_f64();
        assert!(y[0].is_nan() && y[1].is_nan() && y[2] == 8.0);
    }
}
