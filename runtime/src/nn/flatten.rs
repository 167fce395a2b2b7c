//! Flatten and identity: layers that compute nothing.

use std::fmt;

use crate::error::OrRaise;
use crate::nn::{Module, observe};
use crate::shape::{self, Dims, Int};
use crate::tensor::Tensor;

/// Several dims as one; all but the batch dim unless options say else.
///
/// `[n, c, h, w] -> [n, c h w]`
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(Flatten::new().forward(&zeros(&[5, 2, 3, 4])).shape(), [5, 24]);
/// let images = Flatten::new().start(0).end(1);
/// assert_eq!(images.forward(&zeros(&[5, 2, 3, 4])).shape(), [10, 3, 4]);
/// ```
#[derive(Clone)]
pub struct Flatten {
    start: isize,
    end: isize,
}

impl Flatten {
    /// All dims from 1 on become one.
    pub fn new() -> Flatten {
        Flatten { start: 1, end: -1 }
    }

    /// The first dim that is flattened; 1 at first.
    pub fn start(&self, dim: impl Int) -> Flatten {
        Flatten {
            start: dim.int(),
            ..self.clone()
        }
    }

    /// The last dim that is flattened; -1, the last of all, at first.
    pub fn end(&self, dim: impl Int) -> Flatten {
        Flatten {
            end: dim.int(),
            ..self.clone()
        }
    }
}

impl Default for Flatten {
    fn default() -> Flatten {
        Flatten::new()
    }
}

impl Module for Flatten {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            let start = shape::dim("Flatten", self.start, x.shape()).or_raise();
            let end = shape::dim("Flatten", self.end, x.shape()).or_raise();
            if start >= end {
                return x.clone();
            }
            let mut shape = Dims::from_slice(&x.shape()[..start]);
            shape.push(x.shape()[start..=end].iter().product());
            shape.extend_from_slice(&x.shape()[end + 1..]);
            x.reshape_dims(shape)
        })
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Flatten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.start, self.end) {
            (1, -1) => f.write_str("Flatten"),
            (start, end) => write!(f, "Flatten({start}..={end})"),
        }
    }
}

/// The input as it is; stands where a block may have a layer or none.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&Identity.forward(&tensor([1.0, 2.0])), [1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Identity;

impl Module for Identity {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || x.clone())
    }
}
