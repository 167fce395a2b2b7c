//! Batch normalisation with running statistics.

use std::fmt;

use crate::autograd::no_grad;
use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::nn::{Mode, Module, Params, observe};
use crate::ops::{self, Moments};
use crate::shape::show;
use crate::tensor::{Tensor, ones, zeros};

/// What both layers share.
#[derive(Clone)]
struct BatchNorm {
    features: usize,
    weight: Option<Tensor>,
    bias: Option<Tensor>,
    running: Option<Running>,
    eps: f64,
    /// `None` for the mean of all batches so far.
    momentum: Option<f64>,
    mode: Mode,
}

/// The statistics that evaluation uses.
#[derive(Clone)]
struct Running {
    mean: Tensor,
    var: Tensor,
    /// How many batches they were computed of; i64, as in PyTorch's files.
    batches: Tensor,
}

impl Running {
    fn new(features: usize) -> Running {
        Running {
            mean: zeros(&[features]),
            var: ones(&[features]),
            batches: Tensor::scalar(0.0, DType::I64),
        }
    }

    /// running ← (1 - m) running + m batch, with the variance Σ (x - mean)² / (n - 1).
    fn update(&self, batch: &Moments, momentum: Option<f64>) {
        let batches = self.batches.item() + 1.0;
        let part = momentum.unwrap_or(1.0 / batches);
        let correction = batch.count as f64 / (batch.count as f64 - 1.0);
        let mix = |running: &Tensor, batch: Vec<f64>| {
            let batch = Tensor::from_values(batch, running.shape()).to_dtype(running.dtype());
            running.copy_(&(running.detach() * (1.0 - part) + batch * part));
        };
        no_grad(|| {
            mix(&self.mean, batch.mean.clone());
            mix(
                &self.var,
                batch.variance.iter().map(|v| v * correction).collect(),
            );
            self.batches.fill_(batches);
        });
    }

    fn moments(&self) -> Moments {
        Moments {
            mean: self.mean.to_vec_f64(),
            variance: self.var.to_vec_f64(),
            count: 0,
        }
    }
}

impl BatchNorm {
    fn new(features: usize) -> BatchNorm {
        BatchNorm {
            features,
            weight: Some(ones(&[features]).requires_grad()),
            bias: Some(zeros(&[features]).requires_grad()),
            running: Some(Running::new(features)),
            eps: 1e-5,
            momentum: Some(0.1),
            mode: Mode::new(),
        }
    }

    fn forward(&self, name: &str, dims: &[usize], form: &str, x: &Tensor) -> Tensor {
        if !dims.contains(&x.ndim()) || x.shape()[1] != self.features {
            Error::new(
                name,
                format!(
                    "takes {form} with {} channels, the input is {}",
                    self.features,
                    show(x.shape())
                ),
            )
            .help(if dims.contains(&x.ndim()) {
                "the number that the layer is made with is that of the channels, dim 1"
            } else {
                "BatchNorm1d takes 2 or 3 dims, BatchNorm2d takes 4"
            })
            .raise();
        }
        let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
        ops::check_batch_norm(name, x, weight, bias).or_raise();
        let moments = match &self.running {
            Some(running) if !self.mode.is_training() => running.moments(),
            running => {
                let batch = Moments::of(name, x).or_raise();
                if let (Some(running), true) = (running, self.mode.is_training()) {
                    running.update(&batch, self.momentum);
                }
                batch
            }
        };
        ops::normalise(x, weight, bias, self.eps, moments)
    }

    fn parameters(&self) -> Params {
        let mut params = Params::new();
        params.push("weight", &self.weight);
        params.push("bias", &self.bias);
        if let Some(running) = &self.running {
            params.push_buffer("running_mean", &running.mean);
            params.push_buffer("running_var", &running.var);
            params.push_buffer("num_batches_tracked", &running.batches);
        }
        params.push_mode("training", &self.mode);
        params
    }

    /// A tensor that options may have taken away.
    #[track_caller]
    fn part(&self, name: &str) -> Tensor {
        match self.parameters().get(name) {
            Some(tensor) => tensor,
            None => Error::new("BatchNorm", format!("this layer was made without {name}")).raise(),
        }
    }
}

macro_rules! batch_norm {
    ($(#[$doc:meta])* $layer:ident, $name:literal, $dims:expr, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $layer(BatchNorm);

        impl $layer {
            /// For `num_features` channels.
            pub fn new(num_features: usize) -> $layer {
                $layer(BatchNorm::new(num_features))
            }

            /// What is added to the variance; 1e-5 at first.
            pub fn eps(&self, eps: f64) -> $layer {
                $layer(BatchNorm { eps, ..self.0.clone() })
            }

            /// How much of the running statistics each batch replaces; 0.1 at first.
            pub fn momentum(&self, momentum: f64) -> $layer {
                $layer(BatchNorm { momentum: Some(momentum), ..self.0.clone() })
            }

            /// Running statistics that are the mean over all batches, PyTorch's `momentum=None`.
            pub fn cumulative(&self) -> $layer {
                $layer(BatchNorm { momentum: None, ..self.0.clone() })
            }

            /// The same layer without weight and bias, PyTorch's `affine=False`.
            pub fn no_affine(&self) -> $layer {
                $layer(BatchNorm { weight: None, bias: None, ..self.0.clone() })
            }

            /// The same layer without running statistics, PyTorch's `track_running_stats=False`:
            /// it uses the batch's in evaluation as well.
            pub fn no_running_stats(&self) -> $layer {
                $layer(BatchNorm { running: None, ..self.0.clone() })
            }

            /// w, of shape `[channels]`.
            #[track_caller]
            pub fn weight(&self) -> Tensor {
                self.0.part("weight")
            }

            /// b, of shape `[channels]`.
            #[track_caller]
            pub fn bias(&self) -> Tensor {
                self.0.part("bias")
            }

            /// The running mean of each channel.
            #[track_caller]
            pub fn running_mean(&self) -> Tensor {
                self.0.part("running_mean")
            }

            /// The running variance of each channel, with Bessel's correction.
            #[track_caller]
            pub fn running_var(&self) -> Tensor {
                self.0.part("running_var")
            }

            /// How many batches the layer has been trained on.
            #[track_caller]
            pub fn num_batches_tracked(&self) -> Tensor {
                self.0.part("num_batches_tracked")
            }
        }

        impl Module for $layer {
            fn forward(&self, x: &Tensor) -> Tensor {
                observe(self, || self.0.forward($name, &$dims, $form, x))
            }

            fn parameters(&self) -> Params {
                self.0.parameters()
            }

            fn name(&self) -> String {
                format!("{self:?}")
            }
        }

        impl fmt::Debug for $layer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($name, "({})"), self.0.features)
            }
        }
    };
}

batch_norm! {
    /// Batch normalisation of features or of channels of a sequence.
    ///
    /// In training each channel gets mean 0 and variance 1 over the batch, and running statistics
    /// are kept, which evaluation uses; then comes a weight and a bias for each channel.
    ///
    /// y = (x - mean) / √(var + eps) w + b; `[n, c] -> [n, c]` or `[n, c, l] -> [n, c, l]`. Ioffe and
    /// Szegedy, "Batch normalization" (2015).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = BatchNorm1d::new(2);
    /// let y = layer.forward(&tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]]));
    /// assert_close(&y, [[-1.224743, -1.019049], [0.0, -0.339683], [1.224742, 1.358732]]);
    /// assert_close(&layer.running_mean(), [0.3, 0.5]);
    /// assert_close(&layer.running_var(), [1.3, 2.2]);
    /// layer.eval();
    /// assert_close(&layer.forward(&tensor([[0.3, 0.5]])), [[0.0, 0.0]]);
    /// ```
    BatchNorm1d, "BatchNorm1d", [2, 3], "[n, channels] or [n, channels, length]"
}

batch_norm! {
    /// Batch normalisation of the channels of images.
    ///
    /// In training each channel gets mean 0 and variance 1 over the batch and its pixels, and
    /// running statistics are kept, which evaluation uses; then comes a weight and a bias for each
    /// channel.
    ///
    /// y = (x - mean) / √(var + eps) w + b; `[n, c, h, w] -> [n, c, h, w]`. Ioffe and Szegedy, "Batch
    /// normalization" (2015).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = BatchNorm2d::new(1);
    /// let y = layer.forward(&tensor([[[[1.0, 2.0], [3.0, 4.0]]]]));
    /// assert_close_within(y, [[[[-1.3416, -0.4472], [0.4472, 1.3416]]]], 1e-4);
    /// assert_close(&layer.running_mean(), [0.25]);
    /// ```
    BatchNorm2d, "BatchNorm2d", [4], "[n, channels, height, width]"
}
