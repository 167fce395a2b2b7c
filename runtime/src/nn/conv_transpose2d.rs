//! The transposed convolution of images as a layer.

use crate::nn::filters::{Filters, filter_methods, transposed_methods};
use crate::shape::Ints;
use crate::tensor::Tensor;

/// A transposed convolution of images, which makes them larger: every input adds its multiple of
/// the window to the output.
///
/// See [`Tensor::conv_transpose2d`]; `[n, in, h, w] -> [n, out, ..]`, each size s becoming
/// (s - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1, also without the batch. W
/// and b start as in PyTorch (`torch.nn.ConvTranspose2d`), uniform in ±1/√n for windows of n
/// weights over the channels of the output.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let up = ConvTranspose2d::new(16, 8, 3).stride(2).padding(1).output_padding(1);
/// assert_eq!(up.forward(&zeros(&[4, 16, 7, 7])).shape(), [4, 8, 14, 14]);
/// assert_eq!(up.weight.shape(), [16, 8, 3, 3]);
/// ```
#[derive(Clone)]
pub struct ConvTranspose2d {
    /// W, of shape `[in, out / groups, kernel height, kernel width]`.
    pub weight: Tensor,
    bias: Option<Tensor>,
    filters: Filters,
}

impl ConvTranspose2d {
    /// A layer from `in_channels` to `out_channels` with a window of this size.
    #[track_caller]
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: impl Ints) -> ConvTranspose2d {
        ConvTranspose2d::from_filters(Filters::new(
            "ConvTranspose2d",
            (2, true),
            in_channels,
            out_channels,
            kernel_size.ints(),
        ))
    }

    fn from_filters(filters: Filters) -> ConvTranspose2d {
        ConvTranspose2d {
            weight: filters.weight(),
            bias: Some(filters.bias()),
            filters,
        }
    }
}

filter_methods!(ConvTranspose2d);
transposed_methods!(ConvTranspose2d);
