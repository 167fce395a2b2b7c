//! The convolution of sequences as a layer.

use crate::nn::filters::{Filters, filter_methods, padded_methods};
use crate::shape::Ints;
use crate::tensor::Tensor;

/// A convolution of sequences.
///
/// y = W ⋆ x + b, see [`Tensor::conv1d`]; `[n, in, l] -> [n, out, l']` with
/// l' = ⌊(l + 2 padding - dilation (k - 1) - 1) / stride⌋ + 1, also without the batch. W and b start
/// uniform in ±1/√(in k / groups), as in PyTorch (`torch.nn.Conv1d`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let conv = Conv1d::new(2, 4, 3).dilation(2).padding("same").padding_mode("reflect");
/// assert_eq!(conv.forward(&zeros(&[5, 2, 10])).shape(), [5, 4, 10]);
/// ```
#[derive(Clone)]
pub struct Conv1d {
    /// W, of shape `[out, in / groups, kernel size]`.
    pub weight: Tensor,
    bias: Option<Tensor>,
    filters: Filters,
}

impl Conv1d {
    /// A layer from `in_channels` to `out_channels` with a window of this size.
    #[track_caller]
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: impl Ints) -> Conv1d {
        Conv1d::from_filters(Filters::new(
            "Conv1d",
            (1, false),
            in_channels,
            out_channels,
            kernel_size.ints(),
        ))
    }

    fn from_filters(filters: Filters) -> Conv1d {
        Conv1d {
            weight: filters.weight(),
            bias: Some(filters.bias()),
            filters,
        }
    }
}

filter_methods!(Conv1d);
padded_methods!(Conv1d);
