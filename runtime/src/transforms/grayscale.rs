//! Pictures without their colours.

use crate::error::{Error, OrRaise};
use crate::shape::Dims;
use crate::tensor::Tensor;
use crate::transforms::{Transform, color_sizes, shown_by_name};

/// Colours as greys (`torchvision.transforms.Grayscale`).
///
/// y = 0.2989 r + 0.587 g + 0.114 b, the brightness of ITU-R BT.601; `[3, h, w] -> [1, h, w]`. A
/// grey picture keeps its values.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let red = tensor([[[1.0]], [[0.0]], [[0.0]]]);
/// assert_close(&Grayscale::new().apply(&red), [[[0.2989]]]);
/// // What a network of three channels takes:
/// assert_eq!(Grayscale::new().channels(3).apply(&zeros(&[1, 28, 28])).shape(), [3, 28, 28]);
/// ```
#[derive(Clone)]
pub struct Grayscale {
    channels: usize,
}

impl Grayscale {
    /// To one channel.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Grayscale {
        Grayscale { channels: 1 }
    }

    /// To 1 channel, or to 3 that are equal.
    #[track_caller]
    pub fn channels(&self, channels: usize) -> Grayscale {
        if !matches!(channels, 1 | 3) {
            let what = format!("makes 1 channel or 3, not {channels}");
            Error::new("Grayscale", what).raise();
        }
        Grayscale { channels }
    }
}

impl Transform for Grayscale {
    fn apply(&self, x: &Tensor) -> Tensor {
        color_sizes("Grayscale", x).or_raise();
        let grey = grey(x);
        if self.channels == 1 {
            return grey;
        }
        let mut shape = Dims::from_slice(grey.shape());
        let place = shape.len() - 3;
        shape[place] = self.channels;
        grey.expand(&shape[..]).copy()
    }

    fn name(&self) -> String {
        format!("Grayscale({})", self.channels)
    }
}

shown_by_name!(Grayscale);

/// Brightness, `[.., 3, h, w] -> [.., 1, h, w]`; grey as it is.
pub(super) fn grey(x: &Tensor) -> Tensor {
    if x.size(-3) == 1 {
        return x.clone();
    }
    let part = |channel: usize, weight: f64| x.narrow(-3, channel, 1) * weight;
    part(0, 0.2989) + part(1, 0.587) + part(2, 0.114)
}
