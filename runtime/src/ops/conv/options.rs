//! What a convolution may be told besides its weight.

use std::fmt;

use crate::error::Error;
use crate::shape::{IntList, Ints, show};
use crate::tensor::Tensor;

/// Zeros around the input of a convolution: numbers, `"same"` or `"valid"`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no padding",
    note = "write a whole number, one for each dim such as `[1, 2]`, \"same\" or \"valid\""
)]
pub trait Padding {
    /// The padding.
    fn pads(&self) -> Pads;
}

/// What [`Padding`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pads {
    /// On both sides of every dim, or of each.
    Numbers(IntList),
    /// By name.
    Named(String),
}

impl<T: Ints + ?Sized> Padding for T {
    fn pads(&self) -> Pads {
        Pads::Numbers(self.ints())
    }
}

impl Padding for str {
    fn pads(&self) -> Pads {
        Pads::Named(self.to_owned())
    }
}

impl Padding for &str {
    fn pads(&self) -> Pads {
        (**self).pads()
    }
}

/// The options of a convolution, with PyTorch's names and defaults.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]]).unsqueeze(0);
/// let kernel = tensor([[[[0.0, 1.0], [2.0, 3.0]]]]);
/// let y = x.conv2d_with(&kernel, &ConvOptions::new().stride(2).padding(1));
/// assert_close(&y, [[[[0.0, 8.0], [21.0, 43.0]]]]);
/// ```
#[derive(Clone)]
pub struct ConvOptions {
    pub(crate) bias: Option<Tensor>,
    pub(crate) stride: IntList,
    pub(crate) padding: Pads,
    pub(crate) dilation: IntList,
    pub(crate) groups: usize,
    pub(crate) output_padding: IntList,
}

impl Default for ConvOptions {
    fn default() -> ConvOptions {
        ConvOptions::new()
    }
}

impl ConvOptions {
    /// No bias, stride 1, no padding, dilation 1, one group.
    pub fn new() -> ConvOptions {
        ConvOptions {
            bias: None,
            stride: 1.ints(),
            padding: 0.pads(),
            dilation: 1.ints(),
            groups: 1,
            output_padding: 0.ints(),
        }
    }

    /// A number for each output channel, added to it.
    pub fn bias(&self, bias: &Tensor) -> ConvOptions {
        ConvOptions {
            bias: Some(bias.clone()),
            ..self.clone()
        }
    }

    /// From window to window: one number, or one for each dim.
    pub fn stride(&self, stride: impl Ints) -> ConvOptions {
        ConvOptions {
            stride: stride.ints(),
            ..self.clone()
        }
    }

    /// Zeros on both sides: one number, one for each dim, or `"same"` for an output as large as
    /// the input.
    pub fn padding(&self, padding: impl Padding) -> ConvOptions {
        ConvOptions {
            padding: padding.pads(),
            ..self.clone()
        }
    }

    /// From element to element of the window.
    pub fn dilation(&self, dilation: impl Ints) -> ConvOptions {
        ConvOptions {
            dilation: dilation.ints(),
            ..self.clone()
        }
    }

    /// Cuts the channels into groups; each output channel sees those of its group.
    pub fn groups(&self, groups: usize) -> ConvOptions {
        ConvOptions {
            groups,
            ..self.clone()
        }
    }

    /// What a transposed convolution adds to one side of its output, less than the stride or
    /// dilation.
    pub fn output_padding(&self, output_padding: impl Ints) -> ConvOptions {
        ConvOptions {
            output_padding: output_padding.ints(),
            ..self.clone()
        }
    }
}

impl fmt::Debug for ConvOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConvOptions")
            .field("bias", &self.bias.as_ref().map(Tensor::shape))
            .field("stride", &self.stride.as_slice())
            .field("padding", &self.padding)
            .field("dilation", &self.dilation.as_slice())
            .field("groups", &self.groups)
            .field("output_padding", &self.output_padding.as_slice())
            .finish()
    }
}

/// One number for each of `rank` dims, from one for all or one for each, none below `least`.
pub(crate) fn each(
    op: &str,
    what: &str,
    numbers: &IntList,
    rank: usize,
    least: isize,
    input: &[usize],
) -> Result<[usize; 2], Error> {
    let wrong = |why: String| {
        Err(Error::new(
            op,
            format!("{what} {why}, the input is {}", show(input)),
        ))
    };
    let numbers = numbers.as_slice();
    if numbers.len() != 1 && numbers.len() != rank {
        let dims = if rank == 1 {
            "1".to_owned()
        } else {
            format!("1 or {rank}")
        };
        return wrong(format!("is {numbers:?}, and needs {dims} numbers"));
    }
    // Larger ones are sums that overflow, and no tensor has such a size.
    let most = 1 << 40;
    if let Some(bad) = numbers.iter().find(|n| !(least..=most).contains(n)) {
        return wrong(format!("is {bad}, and must be {least} or more"));
    }
    let last = numbers[numbers.len() - 1] as usize;
    Ok([numbers[0] as usize, last])
}
