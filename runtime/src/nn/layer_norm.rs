//! Layer normalisation.

use std::fmt;

use crate::error::OrRaise;
use crate::nn::{Module, Params, observe};
use crate::ops;
use crate::shape::{Ints, show};
use crate::tensor::{Tensor, ones, zeros};

/// Layer normalisation: each sample gets mean 0 and variance 1 over its last dims, then a weight and
/// a bias for each place.
///
/// y = (x - mean) / √(var + eps) w + b; `[.., k] -> [.., k]`. Ba, Kiros and Hinton, "Layer
/// normalization" (2016).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let y = LayerNorm::new(3).eps(0.0).forward(&tensor([[1.0, 2.0, 3.0]]));
/// assert_close(&y, [[-1.2247449, 0.0, 1.2247449]]);
/// ```
#[derive(Clone)]
pub struct LayerNorm {
    shape: Vec<usize>,
    weight: Option<Tensor>,
    bias: Option<Tensor>,
    eps: f64,
}

impl LayerNorm {
    /// Over the last dims, whose sizes are given: one number, or several.
    #[track_caller]
    pub fn new(normalized_shape: impl Ints) -> LayerNorm {
        LayerNorm::over(
            normalized_shape
                .ints()
                .sizes("LayerNorm")
                .or_raise()
                .to_vec(),
        )
    }

    fn over(shape: Vec<usize>) -> LayerNorm {
        LayerNorm {
            weight: Some(ones(&shape[..]).requires_grad()),
            bias: Some(zeros(&shape[..]).requires_grad()),
            eps: 1e-5,
            shape,
        }
    }

    /// What is added to the variance; 1e-5 at first.
    pub fn eps(&self, eps: f64) -> LayerNorm {
        LayerNorm {
            eps,
            ..self.clone()
        }
    }

    /// The same layer without b.
    pub fn no_bias(&self) -> LayerNorm {
        LayerNorm {
            bias: None,
            ..self.clone()
        }
    }

    /// The same layer without w and b, PyTorch's `elementwise_affine=False`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(LayerNorm::new(3).no_affine().parameters().count(), 0);
    /// ```
    pub fn no_affine(&self) -> LayerNorm {
        LayerNorm {
            weight: None,
            bias: None,
            ..self.clone()
        }
    }
}

impl Module for LayerNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            ops::layer_norm(
                x,
                &self.shape,
                self.weight.as_ref(),
                self.bias.as_ref(),
                self.eps,
            )
        })
    }

    fn parameters(&self) -> Params {
        let mut params = Params::new();
        params.push("weight", &self.weight);
        params.push("bias", &self.bias);
        params
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for LayerNorm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let affine = if self.weight.is_none() {
            ", no affine"
        } else {
            ""
        };
        write!(f, "LayerNorm({}{affine})", show(&self.shape))
    }
}
