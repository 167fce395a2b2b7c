//! The fully connected layer that learns its input size.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::error::Error;
use crate::nn::{Linear, Module, Params, observe};
use crate::tensor::Tensor;

/// A [`Linear`] layer whose number of inputs is that of the first batch it sees.
///
/// Its parameters are there after the first forward pass, or after `load`, which takes the number
/// of inputs from the weights. So the optimiser is made after one of them.
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

impl LazyLinear {
    /// The layer, made for so many inputs if it has seen no batch yet.
    fn of_inputs(&self, inputs: usize) -> &Linear {
        self.layer.get_or_init(|| {
            let layer = Linear::new(inputs, self.outputs);
            if self.bias { layer } else { layer.no_bias() }
        })
    }
}

/// A parameter of a layer that has seen no batch yet.
#[derive(Clone)]
pub(crate) struct Unknown {
    pub(crate) layer: LazyLinear,
    is_bias: bool,
}

impl Unknown {
    /// How many inputs the layer gets by this value, which only the weight tells; or why the value
    /// does not fit.
    pub(crate) fn inputs(&self, value: &Tensor) -> Result<Option<usize>, String> {
        let outputs = self.layer.outputs;
        let fits = match *value.shape() {
            [n] if self.is_bias => (n == outputs).then_some(None),
            [n, inputs] if !self.is_bias => (n == outputs).then_some(Some(inputs)),
            _ => None,
        };
        let wanted = if self.is_bias {
            format!("[{outputs}]")
        } else {
            format!("[{outputs}, any number]")
        };
        let shape = value.shape();
        let inputs =
            fits.ok_or_else(|| format!("the model has the shape {wanted}, the state {shape:?}"))?;
        let dtype = value.dtype();
        if dtype.is_float() {
            Ok(inputs)
        } else {
            Err(format!(
                "the model has elements of type f32, the state {dtype}"
            ))
        }
    }

    /// The parameter, with the layer made for so many inputs.
    pub(crate) fn known(&self, inputs: usize) -> Tensor {
        let layer = self.layer.of_inputs(inputs);
        if self.is_bias {
            layer.bias()
        } else {
            layer.weight.clone()
        }
    }

    /// Whether both are of one layer.
    pub(crate) fn beside(&self, other: &Unknown) -> bool {
        Arc::ptr_eq(&self.layer.layer, &other.layer.layer)
    }
}

impl Module for LazyLinear {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            let Some(&inputs) = x.shape().last() else {
                Error::new(
                    "LazyLinear",
                    "the input [] has no dims, so no number of inputs",
                )
                .raise()
            };
            self.of_inputs(inputs).forward(x)
        })
    }

    fn parameters(&self) -> Params {
        if let Some(layer) = self.layer.get() {
            return layer.parameters();
        }
        let mut params = Params::new();
        let parameter = |is_bias| Unknown {
            layer: self.clone(),
            is_bias,
        };
        params.push_unknown("weight", &parameter(false));
        if self.bias {
            params.push_unknown("bias", &parameter(true));
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
