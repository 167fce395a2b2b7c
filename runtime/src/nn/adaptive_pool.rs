//! Pooling into a given number of windows, as layers.

use std::fmt;

use crate::error::Error;
use crate::nn::{Module, observe};
use crate::shape::{IntList, Ints};
use crate::tensor::Tensor;

fn shown(size: &IntList) -> String {
    match size.as_slice() {
        [one] => one.to_string(),
        all => format!("{all:?}"),
    }
}

/// The means of as many windows of images as asked for, as a layer.
///
/// See [`Tensor::adaptive_avg_pool2d`]; `[n, channels, h, w] -> [n, channels, m, m]`, also without
/// the batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(AdaptiveAvgPool2d::new(2).forward(&zeros(&[4, 512, 7, 5])).shape(), [4, 512, 2, 2]);
/// ```
#[derive(Clone)]
pub struct AdaptiveAvgPool2d(IntList);

impl AdaptiveAvgPool2d {
    /// So many windows, in all dims or in each.
    pub fn new(output_size: impl Ints) -> AdaptiveAvgPool2d {
        AdaptiveAvgPool2d(output_size.ints())
    }
}

impl Module for AdaptiveAvgPool2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.adaptive_avg_pool2d(&self.0))
    }

    fn name(&self) -> String {
        format!("AdaptiveAvgPool2d({})", shown(&self.0))
    }
}

impl fmt::Debug for AdaptiveAvgPool2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The means of as many windows of sequences as asked for, as a layer.
///
/// See [`Tensor::adaptive_avg_pool1d`]; `[n, channels, l] -> [n, channels, m]`, also without
/// the batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(AdaptiveAvgPool1d::new(2).forward(&zeros(&[4, 512, 7])).shape(), [4, 512, 2]);
/// ```
#[derive(Clone)]
pub struct AdaptiveAvgPool1d(IntList);

impl AdaptiveAvgPool1d {
    /// So many windows.
    pub fn new(output_size: impl Ints) -> AdaptiveAvgPool1d {
        AdaptiveAvgPool1d(output_size.ints())
    }
}

impl Module for AdaptiveAvgPool1d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.adaptive_avg_pool1d(&self.0))
    }

    fn name(&self) -> String {
        format!("AdaptiveAvgPool1d({})", shown(&self.0))
    }
}

impl fmt::Debug for AdaptiveAvgPool1d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The largest elements of as many windows of images as asked for, as a layer.
///
/// See [`Tensor::adaptive_max_pool2d`]; `[n, channels, h, w] -> [n, channels, m, m]`, also without
/// the batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(AdaptiveMaxPool2d::new(2).forward(&zeros(&[4, 512, 7, 5])).shape(), [4, 512, 2, 2]);
/// ```
#[derive(Clone)]
pub struct AdaptiveMaxPool2d(IntList);

impl AdaptiveMaxPool2d {
    /// So many windows, in all dims or in each.
    pub fn new(output_size: impl Ints) -> AdaptiveMaxPool2d {
        AdaptiveMaxPool2d(output_size.ints())
    }
}

impl Module for AdaptiveMaxPool2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.adaptive_max_pool2d(&self.0))
    }

    fn name(&self) -> String {
        format!("AdaptiveMaxPool2d({})", shown(&self.0))
    }
}

impl fmt::Debug for AdaptiveMaxPool2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The largest elements of as many windows of sequences as asked for, as a layer.
///
/// See [`Tensor::adaptive_max_pool1d`]; `[n, channels, l] -> [n, channels, m]`, also without
/// the batch.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(AdaptiveMaxPool1d::new(2).forward(&zeros(&[4, 512, 7])).shape(), [4, 512, 2]);
/// ```
#[derive(Clone)]
pub struct AdaptiveMaxPool1d(IntList);

impl AdaptiveMaxPool1d {
    /// So many windows.
    pub fn new(output_size: impl Ints) -> AdaptiveMaxPool1d {
        AdaptiveMaxPool1d(output_size.ints())
    }
}

impl Module for AdaptiveMaxPool1d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.adaptive_max_pool1d(&self.0))
    }

    fn name(&self) -> String {
        format!("AdaptiveMaxPool1d({})", shown(&self.0))
    }
}

impl fmt::Debug for AdaptiveMaxPool1d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The mean of each channel of images or sequences (global average pooling).
///
/// y = Σ x / (h w); `[n, channels, h, w] -> [n, channels]`, ready for a
/// [`Linear`](crate::nn::Linear). [`AdaptiveAvgPool2d`] with 1 keeps the dims as 1.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0, 6, 1).float().reshape(&[1, 2, 1, 3]);
/// assert_close(&GlobalAvgPool.forward(&x), [[1.0, 4.0]]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GlobalAvgPool;

impl Module for GlobalAvgPool {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            if x.ndim() < 3 {
                Error::new(
                    "GlobalAvgPool",
                    format!(
                        "needs an input [n, channels, height, width] or [n, channels, length], \
                         the input is {:?}",
                        x.shape()
                    ),
                )
                .raise();
            }
            let dims: Vec<usize> = (2..x.ndim()).collect();
            x.mean_dim(dims)
        })
    }
}
