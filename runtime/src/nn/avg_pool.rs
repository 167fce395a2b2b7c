//! Average pooling as layers.

use std::fmt;

use crate::nn::{Module, observe};
use crate::ops::PoolOptions;
use crate::shape::Ints;
use crate::tensor::Tensor;

/// The mean of each window of images, as a layer.
///
/// See [`Tensor::avg_pool2d`]; `[n, channels, h, w] -> [n, channels, h / k, w / k]`, also without the
/// batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0, 9, 1).float().reshape(&[1, 1, 3, 3]);
/// assert_close(&AvgPool2d::new(2).stride(1).forward(&x), [[[[2.0, 3.0], [5.0, 6.0]]]]);
/// ```
#[derive(Clone)]
pub struct AvgPool2d(PoolOptions);

impl AvgPool2d {
    /// Windows of this size, side by side: one number, or one for each dim.
    pub fn new(kernel_size: impl Ints) -> AvgPool2d {
        AvgPool2d(PoolOptions::new(kernel_size))
    }

    /// From window to window; at first the size of one.
    pub fn stride(&self, stride: impl Ints) -> AvgPool2d {
        AvgPool2d(self.0.stride(stride))
    }

    /// How far windows reach over the border, at most half of their size.
    pub fn padding(&self, padding: impl Ints) -> AvgPool2d {
        AvgPool2d(self.0.padding(padding))
    }

    /// Whether a last window that reaches over the end counts.
    pub fn ceil_mode(&self, ceil_mode: bool) -> AvgPool2d {
        AvgPool2d(self.0.ceil_mode(ceil_mode))
    }

    /// Whether means count the zeros of the padding; they do at first.
    pub fn count_include_pad(&self, count_include_pad: bool) -> AvgPool2d {
        AvgPool2d(self.0.count_include_pad(count_include_pad))
    }
}

impl Module for AvgPool2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.avg_pool2d_with(&self.0))
    }

    fn name(&self) -> String {
        format!("AvgPool2d({})", self.0.text())
    }
}

impl fmt::Debug for AvgPool2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The mean of each window of sequences, as a layer.
///
/// See [`Tensor::avg_pool1d`]; `[n, channels, l] -> [n, channels, l / k]`, also without the
/// batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let pool = AvgPool1d::new(2);
/// assert_close(&pool.forward(&tensor([[1.0, 3.0, 2.0, 0.0]])), [[2.0, 1.0]]);
/// ```
#[derive(Clone)]
pub struct AvgPool1d(PoolOptions);

impl AvgPool1d {
    /// Windows of this size, side by side: one number.
    pub fn new(kernel_size: impl Ints) -> AvgPool1d {
        AvgPool1d(PoolOptions::new(kernel_size))
    }

    /// From window to window; at first the size of one.
    pub fn stride(&self, stride: impl Ints) -> AvgPool1d {
        AvgPool1d(self.0.stride(stride))
    }

    /// How far windows reach over the border, at most half of their size.
    pub fn padding(&self, padding: impl Ints) -> AvgPool1d {
        AvgPool1d(self.0.padding(padding))
    }

    /// Whether a last window that reaches over the end counts.
    pub fn ceil_mode(&self, ceil_mode: bool) -> AvgPool1d {
        AvgPool1d(self.0.ceil_mode(ceil_mode))
    }

    /// Whether means count the zeros of the padding; they do at first.
    pub fn count_include_pad(&self, count_include_pad: bool) -> AvgPool1d {
        AvgPool1d(self.0.count_include_pad(count_include_pad))
    }
}

impl Module for AvgPool1d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.avg_pool1d_with(&self.0))
    }

    fn name(&self) -> String {
        format!("AvgPool1d({})", self.0.text())
    }
}

impl fmt::Debug for AvgPool1d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
