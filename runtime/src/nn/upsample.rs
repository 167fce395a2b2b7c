//! Images made larger, as a layer.

use std::fmt;

use crate::dtype::Scalar;
use crate::nn::{Module, observe};
use crate::ops::Interpolation;
use crate::shape::Ints;
use crate::tensor::Tensor;

/// Images or sequences made larger, as a layer; see [`Tensor::interpolate`].
///
/// `[n, channels, h, w] -> [n, channels, scale h, scale w]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let up = Upsample::new(2);
/// assert_close(&up.forward(&tensor([[[[1.0, 3.0]]]])), [[[[1.0, 1.0, 3.0, 3.0]; 2]]]);
/// let up = Upsample::size([8, 6]).mode("bilinear").align_corners(true);
/// assert_eq!(up.forward(&zeros(&[1, 3, 4, 4])).shape(), [1, 3, 8, 6]);
/// ```
#[derive(Clone)]
pub struct Upsample(Interpolation);

impl Upsample {
    /// By a factor.
    pub fn new(scale_factor: impl Scalar) -> Upsample {
        Upsample(Interpolation::scale(scale_factor))
    }

    /// To a size.
    pub fn size(size: impl Ints) -> Upsample {
        Upsample(Interpolation::size(size))
    }

    /// `"nearest"` (the default), `"bilinear"` for images, or `"linear"` for sequences.
    pub fn mode(&self, mode: &str) -> Upsample {
        Upsample(self.0.mode(mode))
    }

    /// Whether the centres of the corner elements stay at the corners.
    pub fn align_corners(&self, align_corners: bool) -> Upsample {
        Upsample(self.0.align_corners(align_corners))
    }
}

impl Module for Upsample {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.interpolate(&self.0))
    }

    fn name(&self) -> String {
        format!("Upsample({})", self.0.text())
    }
}

impl fmt::Debug for Upsample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
