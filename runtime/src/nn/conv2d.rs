//! The convolution of images as a layer.

use crate::nn::filters::{Filters, filter_methods, padded_methods};
use crate::shape::Ints;
use crate::tensor::Tensor;

/// A convolution of images: every output channel is the response to a window of weights that
/// slides over all input channels.
///
/// y = W ⋆ x + b, see [`Tensor::conv2d`]; `[n, in, h, w] -> [n, out, h', w']` with
/// h' = ⌊(h + 2 padding - dilation (k - 1) - 1) / stride⌋ + 1, also without the batch. W and b start
/// uniform in ±1/√(in k k / groups), as in PyTorch (`torch.nn.Conv2d`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let conv = Conv2d::new(1, 16, 5).padding(2);
/// assert_eq!(conv.forward(&zeros(&[8, 1, 28, 28])).shape(), [8, 16, 28, 28]);
/// assert_eq!(conv.parameters().count(), 16 * 25 + 16);
///
/// let wide = Conv2d::new(3, 8, [3, 5]).stride([1, 2]).padding("same").stride(1).no_bias();
/// assert_eq!(wide.weight.shape(), [8, 3, 3, 5]);
/// assert_eq!(format!("{wide:?}"), "Conv2d(3, 8, kernel=[3, 5], padding=\"same\", no bias)");
/// ```
#[derive(Clone)]
pub struct Conv2d {
    /// W, of shape `[out, in / groups, kernel height, kernel width]`.
    pub weight: Tensor,
    bias: Option<Tensor>,
    filters: Filters,
}

impl Conv2d {
    /// A layer from `in_channels` to `out_channels` with a window of this size: `3`, or `[3, 5]`
    /// for rows and columns.
    #[track_caller]
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: impl Ints) -> Conv2d {
        Conv2d::from_filters(Filters::new(
            "Conv2d",
            (2, false),
            in_channels,
            out_channels,
            kernel_size.ints(),
        ))
    }

    fn from_filters(filters: Filters) -> Conv2d {
        Conv2d {
            weight: filters.weight(),
            bias: Some(filters.bias()),
            filters,
        }
    }
}

filter_methods!(Conv2d);
padded_methods!(Conv2d);
