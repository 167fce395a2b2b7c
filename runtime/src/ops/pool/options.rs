//! What pooling may be told.

use crate::shape::{IntList, Ints};

/// The options of max and average pooling, with PyTorch's names and defaults.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0, 9, 1).float().reshape(&[1, 1, 3, 3]);
/// let options = PoolOptions::new(2).stride(1);
/// assert_close(&x.max_pool2d_with(&options), [[[[4.0, 5.0], [7.0, 8.0]]]]);
/// assert_close(&x.avg_pool2d_with(&options), [[[[2.0, 3.0], [5.0, 6.0]]]]);
/// ```
#[derive(Clone, Debug)]
pub struct PoolOptions {
    pub(crate) size: IntList,
    pub(crate) stride: IntList,
    pub(crate) padding: IntList,
    pub(crate) dilation: IntList,
    pub(crate) ceil_mode: bool,
    pub(crate) count_include_pad: bool,
}

impl PoolOptions {
    /// Windows of this size, side by side: one number, or one for each dim.
    pub fn new(size: impl Ints) -> PoolOptions {
        PoolOptions {
            size: size.ints(),
            stride: size.ints(),
            padding: 0.ints(),
            dilation: 1.ints(),
            ceil_mode: false,
            count_include_pad: true,
        }
    }

    /// From window to window; at first the size of one.
    pub fn stride(&self, stride: impl Ints) -> PoolOptions {
        PoolOptions {
            stride: stride.ints(),
            ..self.clone()
        }
    }

    /// How far windows reach over the border, at most half of their size.
    pub fn padding(&self, padding: impl Ints) -> PoolOptions {
        PoolOptions {
            padding: padding.ints(),
            ..self.clone()
        }
    }

    /// From element to element of a window; for max pooling only.
    pub fn dilation(&self, dilation: impl Ints) -> PoolOptions {
        PoolOptions {
            dilation: dilation.ints(),
            ..self.clone()
        }
    }

    /// Whether a last window that reaches over the end counts.
    pub fn ceil_mode(&self, ceil_mode: bool) -> PoolOptions {
        PoolOptions {
            ceil_mode,
            ..self.clone()
        }
    }

    /// Whether averages count the zeros of the padding; they do at first.
    pub fn count_include_pad(&self, count_include_pad: bool) -> PoolOptions {
        PoolOptions {
            count_include_pad,
            ..self.clone()
        }
    }

    /// What summaries show: the size, and what is not as usual.
    pub(crate) fn text(&self) -> String {
        let list = |numbers: &IntList| match numbers.as_slice() {
            [one] => one.to_string(),
            all => format!("{all:?}"),
        };
        let mut text = list(&self.size);
        for (name, numbers, usual) in [
            ("stride", &self.stride, &self.size),
            ("padding", &self.padding, &0.ints()),
            ("dilation", &self.dilation, &1.ints()),
        ] {
            if numbers != usual {
                text += &format!(", {name}={}", list(numbers));
            }
        }
        if self.ceil_mode {
            text += ", ceil_mode";
        }
        if !self.count_include_pad {
            text += ", count_include_pad=false";
        }
        text
    }
}
