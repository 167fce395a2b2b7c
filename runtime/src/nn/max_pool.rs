//! Max pooling as layers.

use std::fmt;

use crate::nn::{Module, observe};
use crate::ops::PoolOptions;
use crate::shape::Ints;
use crate::tensor::Tensor;

/// The largest element of each window of images, as a layer.
///
/// See [`Tensor::max_pool2d`]; `[n, channels, h, w] -> [n, channels, h / k, w / k]`, also without the
/// batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let pool = MaxPool2d::new(3).stride(2).padding(1);
/// assert_eq!(pool.forward(&zeros(&[8, 64, 112, 112])).shape(), [8, 64, 56, 56]);
/// assert_eq!(format!("{pool:?}"), "MaxPool2d(3, stride=2, padding=1)");
/// ```
#[derive(Clone)]
pub struct MaxPool2d(PoolOptions);

impl MaxPool2d {
    /// Windows of this size, side by side: one number, or one for each dim.
    pub fn new(kernel_size: impl Ints) -> MaxPool2d {
        MaxPool2d(PoolOptions::new(kernel_size))
    }

    /// From window to window; at first the size of one.
    pub fn stride(&self, stride: impl Ints) -> MaxPool2d {
        MaxPool2d(self.0.stride(stride))
    }

    /// How far windows reach over the border, at most half of their size.
    pub fn padding(&self, padding: impl Ints) -> MaxPool2d {
        MaxPool2d(self.0.padding(padding))
    }

    /// Whether a last window that reaches over the end counts.
    pub fn ceil_mode(&self, ceil_mode: bool) -> MaxPool2d {
        MaxPool2d(self.0.ceil_mode(ceil_mode))
    }

    /// From element to element of a window.
    pub fn dilation(&self, dilation: impl Ints) -> MaxPool2d {
        MaxPool2d(self.0.dilation(dilation))
    }
}

impl Module for MaxPool2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.max_pool2d_with(&self.0))
    }

    fn name(&self) -> String {
        format!("MaxPool2d({})", self.0.text())
    }
}

impl fmt::Debug for MaxPool2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The largest element of each window of sequences, as a layer.
///
/// See [`Tensor::max_pool1d`]; `[n, channels, l] -> [n, channels, l / k]`, also without the
/// batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let pool = MaxPool1d::new(2);
/// assert_close(&pool.forward(&tensor([[1.0, 3.0, 2.0, 0.0]])), [[3.0, 2.0]]);
/// ```
#[derive(Clone)]
pub struct MaxPool1d(PoolOptions);

impl MaxPool1d {
    /// Windows of this size, side by side: one number.
    pub fn new(kernel_size: impl Ints) -> MaxPool1d {
        MaxPool1d(PoolOptions::new(kernel_size))
    }

    /// From window to window; at first the size of one.
    pub fn stride(&self, stride: impl Ints) -> MaxPool1d {
        MaxPool1d(self.0.stride(stride))
    }

    /// How far windows reach over the border, at most half of their size.
    pub fn padding(&self, padding: impl Ints) -> MaxPool1d {
        MaxPool1d(self.0.padding(padding))
    }

    /// Whether a last window that reaches over the end counts.
    pub fn ceil_mode(&self, ceil_mode: bool) -> MaxPool1d {
        MaxPool1d(self.0.ceil_mode(ceil_mode))
    }

    /// From element to element of a window.
    pub fn dilation(&self, dilation: impl Ints) -> MaxPool1d {
        MaxPool1d(self.0.dilation(dilation))
    }
}

impl Module for MaxPool1d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.max_pool1d_with(&self.0))
    }

    fn name(&self) -> String {
        format!("MaxPool1d({})", self.0.text())
    }
}

impl fmt::Debug for MaxPool1d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
