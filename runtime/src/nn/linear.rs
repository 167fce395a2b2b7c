//! The fully connected layer.

use std::fmt;

use crate::error::Error;
use crate::nn::{Module, Params, observe};
use crate::ops::linear;
use crate::random::rand;
use crate::tensor::Tensor;

/// A fully connected layer: every output is a weighted sum of all inputs.
///
/// y = x Wᵀ + b; `[n, in] -> [n, out]`. W and b start uniform in ±1/√in, as in PyTorch
/// (`torch.nn.Linear`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let layer = Linear::new(3, 2);
/// assert_eq!(layer.forward(&zeros(&[5, 3])).shape(), [5, 2]);
/// no_grad(|| layer.weight.copy_(&tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])));
/// no_grad(|| layer.bias().fill_(0.5));
/// assert_close(&layer.forward(&tensor([[1.0, 2.0, 3.0]])), [[1.5, 5.5]]);
/// ```
#[derive(Clone)]
pub struct Linear {
    /// W, of shape `[out, in]`.
    pub weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    /// A layer from `in_features` inputs to `out_features` outputs.
    pub fn new(in_features: usize, out_features: usize) -> Linear {
        let bound = 1.0 / (in_features.max(1) as f64).sqrt();
        let uniform = |shape: &[usize]| ((rand(shape) * 2.0 - 1.0) * bound).requires_grad();
        Linear {
            weight: uniform(&[out_features, in_features]),
            bias: Some(uniform(&[out_features])),
        }
    }

    /// The same layer without b.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(Linear::new(3, 2).no_bias().parameters().names(), ["weight"]);
    /// ```
    pub fn no_bias(&self) -> Linear {
        Linear {
            bias: None,
            ..self.clone()
        }
    }

    /// b, of shape `[out]`.
    #[track_caller]
    pub fn bias(&self) -> Tensor {
        match &self.bias {
            Some(bias) => bias.clone(),
            None => Error::new("Linear", "this layer was made with no_bias()").raise(),
        }
    }
}

impl Linear {
    fn affine(&self, x: &Tensor) -> Tensor {
        let inputs = self.weight.shape()[1];
        if x.ndim() == 0 || x.size(-1) != inputs {
            Error::new(
                "Linear",
                format!(
                    "the last dim of the input must be {inputs}: the input is {:?}, the weight {:?}{}",
                    x.shape(),
                    self.weight.shape(),
                    match x.shape().last() {
                        Some(last) => format!(", so {last} != {inputs}"),
                        None => String::new(),
                    }
                ),
            )
            .help("Linear::new(inputs, outputs) takes rows of `inputs` numbers")
            .raise();
        }
        linear(x, &self.weight, self.bias.as_ref())
    }
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || self.affine(x))
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

impl fmt::Debug for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (inputs, outputs) = (self.weight.shape()[1], self.weight.shape()[0]);
        let bias = if self.bias.is_none() { ", no bias" } else { "" };
        write!(f, "Linear({inputs}, {outputs}{bias})")
    }
}
