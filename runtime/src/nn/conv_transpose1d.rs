//! The transposed convolution of sequences as a layer.

use crate::nn::filters::{Filters, filter_methods, transposed_methods};
use crate::shape::Ints;
use crate::tensor::Tensor;

/// A transposed convolution of sequences, which makes them larger: every input adds its multiple of
/// the window to the output.
///
/// See [`Tensor::conv_transpose1d`]; `[n, in, l] -> [n, out, ..]`, each size s becoming
/// (s - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1, also without the batch. W
/// and b start as in PyTorch (`torch.nn.ConvTranspose1d`), uniform in ±1/√n for windows of n
/// weights over the channels of the output.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let up = ConvTranspose1d::new(2, 3, 4).stride(2).padding(1);
/// assert_eq!(up.forward(&zeros(&[5, 2, 10])).shape(), [5, 3, 20]);
/// ```
#[derive(Clone)]
pub struct ConvTranspose1d {
    /// W, of shape `[in, out / groups, kernel size]`.
    pub weight: Tensor,
    bias: Option<Tensor>,
    filters: Filters,
}

impl ConvTranspose1d {
    /// A layer from `in_channels` to `out_channels` with a window of this size.
    #[track_caller]
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: impl Ints) -> ConvTranspose1d {
        ConvTranspose1d::from_filters(Filters::new(
            "ConvTranspose1d",
            (1, true),
            in_channels,
            out_channels,
            kernel_size.ints(),
        ))
    }

    fn from_filters(filters: Filters) -> ConvTranspose1d {
        ConvTranspose1d {
            weight: filters.weight(),
            bias: Some(filters.bias()),
            filters,
        }
    }
}

filter_methods!(ConvTranspose1d);
transposed_methods!(ConvTranspose1d);
