//! The fully connected layer that learns its input size.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::error::Error;
use crate::nn::{Linear, Module, Params, observe};
use crate::tensor::Tensor;

/// A [`Linear`] layer whose number of inputs is that of the first batch it sees.
///
/// Its parameters are there after the first forward pass, so the optimiser is made after it.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let net = seq![LazyLinear::new(256), ReLU, LazyLinear::new(10)];
/// assert_eq!(net.forward(&rand(&[2, 20])).shape(), [2, 10]);
/// assert_eq!(net.parameters().count(), 7946);
/// ```
#[derive(Clone)]
pub struct LazyLinear {
    outputs: usize,
    bias: bool,
    layer: Arc<OnceLock<Linear>>,
}

impl LazyLinear {
    /// A layer to `out_features` outputs.
    pub fn new(out_features: usize) -> LazyLinear {
        LazyLinear {
            outputs: out_features,
            bias: true,
            layer: Arc::default(),
        }
    }

    /// The same layer without b, which has yet to see its first batch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = LazyLinear::new(2).no_bias();
    /// layer.forward(&zeros(&[1, 3]));
    /// assert_eq!(layer.parameters().names(), ["weight"]);
    /// ```
    pub fn no_bias(&self) -> LazyLinear {
        LazyLinear {
            outputs: self.outputs,
            bias: false,
            layer: Arc::default(),
        }
    }

    /// The layer that the first batch made.
    #[track_caller]
    pub fn layer(&self) -> Linear {
        match self.layer.get() {
            Some(layer) => layer.clone(),
            None => Error::new("LazyLinear", format!("{self:?} has not seen a batch yet"))
                .help("call model.forward(&x) once")
                .raise(),
        }
    }
}

impl Module for LazyLinear {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            let layer = self.layer.get_or_init(|| {
                let Some(&inputs) = x.shape().last() else {
                    Error::new(
                        "LazyLinear",
                        "the input [] has no dims, so no number of inputs",
                    )
                    .raise()
                };
                let layer = Linear::new(inputs, self.outputs);
                if self.bias { layer } else { layer.no_bias() }
            });
            layer.forward(x)
        })
    }

    fn parameters(&self) -> Params {
        if let Some(layer) = self.layer.get() {
            return layer.parameters();
        }
        let mut params = Params::new();
        params.push_unknown("weight", &self.name());
        if self.bias {
            params.push_unknown("bias", &self.name());
        }
        params
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for LazyLinear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layer.get() {
            Some(layer) => layer.fmt(f),
            None => {
                let bias = if self.bias { "" } else { ", no bias" };
                write!(f, "LazyLinear({}{bias})", self.outputs)
            }
        }
    }
}
