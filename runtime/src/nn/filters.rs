//! What the convolutional layers share: sizes, options, first weights.

use crate::error::{Error, OrRaise};
use crate::ops::{ConvOptions, Pads};
use crate::random::rand;
use crate::shape::{IntList, Ints};
use crate::tensor::Tensor;

/// The sizes and options of a layer.
#[derive(Clone)]
pub(super) struct Filters {
    layer: &'static str,
    /// Dims that the window slides over.
    rank: usize,
    transposed: bool,
    inputs: usize,
    outputs: usize,
    kernel: Vec<usize>,
    pub(super) options: ConvOptions,
    /// How padding continues the input.
    mode: String,
}

impl Filters {
    #[track_caller]
    pub(super) fn new(
        layer: &'static str,
        (rank, transposed): (usize, bool),
        inputs: usize,
        outputs: usize,
        kernel: IntList,
    ) -> Filters {
        let sizes = kernel.sizes(layer).or_raise();
        let fits = sizes.len() == 1 || sizes.len() == rank;
        if !fits || sizes.contains(&0) {
            Error::new(
                layer,
                format!("the kernel size is {sizes:?}, and needs one number, or one for each dim"),
            )
            .help("such as 3 or [3, 5]")
            .raise();
        }
        Filters {
            layer,
            rank,
            transposed,
            inputs,
            outputs,
            kernel: sizes.iter().copied().cycle().take(rank).collect(),
            options: ConvOptions::new(),
            mode: "zeros".to_owned(),
        }
    }

    pub(super) fn with(&self, options: ConvOptions) -> Filters {
        Filters {
            options,
            ..self.clone()
        }
    }

    /// Other groups, which divide both channels.
    #[track_caller]
    pub(super) fn grouped(&self, groups: usize) -> Filters {
        let fits = |channels: usize| groups > 0 && channels.is_multiple_of(groups);
        if !fits(self.inputs) || !fits(self.outputs) {
            Error::new(
                self.layer,
                format!(
                    "{} input and {} output channels cannot be cut into {groups} groups",
                    self.inputs, self.outputs
                ),
            )
            .raise();
        }
        self.with(self.options.groups(groups))
    }

    #[track_caller]
    pub(super) fn padding_mode(&self, mode: &str) -> Filters {
        if !["zeros", "reflect", "replicate", "circular"].contains(&mode) {
            Error::new(self.layer, format!("there is no padding_mode {mode:?}"))
                .help("the modes are \"zeros\", \"reflect\", \"replicate\" and \"circular\"")
                .raise();
        }
        Filters {
            mode: mode.to_owned(),
            ..self.clone()
        }
    }

    fn weight_shape(&self) -> Vec<usize> {
        let groups = self.options.groups;
        let (first, second) = if self.transposed {
            (self.inputs, self.outputs / groups)
        } else {
            (self.outputs, self.inputs / groups)
        };
        let mut shape = vec![first, second];
        shape.extend(&self.kernel);
        shape
    }

    /// Numbers uniform in ±1/√fan_in, with the fan_in of PyTorch.
    fn uniform(&self, shape: &[usize]) -> Tensor {
        let fan_in: usize = self.weight_shape()[1..].iter().product();
        let bound = 1.0 / (fan_in.max(1) as f64).sqrt();
        ((rand(shape) * 2.0 - 1.0) * bound).requires_grad()
    }

    /// A first weight.
    pub(super) fn weight(&self) -> Tensor {
        self.uniform(&self.weight_shape())
    }

    /// A first bias.
    pub(super) fn bias(&self) -> Tensor {
        self.uniform(&[self.outputs])
    }

    #[track_caller]
    pub(super) fn forward(&self, x: &Tensor, weight: &Tensor, bias: &Option<Tensor>) -> Tensor {
        let options = match bias {
            Some(bias) => self.options.bias(bias),
            None => self.options.clone(),
        };
        match (self.rank, self.transposed) {
            (1, true) => x.conv_transpose1d_with(weight, &options),
            (_, true) => x.conv_transpose2d_with(weight, &options),
            (rank, false) => {
                let (x, options) = match self.border() {
                    Some(pads) => (x.pad_mode(pads, &self.mode), options.padding(0)),
                    None => (x.clone(), options),
                };
                if rank == 1 {
                    x.conv1d_with(weight, &options)
                } else {
                    x.conv2d_with(weight, &options)
                }
            }
        }
    }

    /// The pads of another border than zeros, the last dim first.
    fn border(&self) -> Option<Vec<isize>> {
        if self.mode == "zeros" {
            return None;
        }
        let one = |list: &[isize], d: usize| list[d.min(list.len() - 1)];
        let dilation = self.options.dilation.as_slice();
        let pads = (0..self.rank)
            .rev()
            .flat_map(|d| match &self.options.padding {
                Pads::Numbers(pads) => [one(pads.as_slice(), d); 2],
                Pads::Named(name) if name == "same" => {
                    let all = one(dilation, d) * (self.kernel[d] as isize - 1);
                    [all / 2, all - all / 2]
                }
                Pads::Named(_) => [0; 2],
            });
        Some(pads.collect())
    }

    /// The b of a layer, for its method.
    #[track_caller]
    pub(super) fn existing(&self, bias: &Option<Tensor>) -> Tensor {
        match bias {
            Some(bias) => bias.clone(),
            None => Error::new(self.layer, "this layer was made with no_bias()").raise(),
        }
    }

    /// What summaries show.
    pub(super) fn text(&self, has_bias: bool) -> String {
        let list = |numbers: &[isize]| match numbers {
            [first, rest @ ..] if rest.iter().all(|n| n == first) => first.to_string(),
            _ => format!("{numbers:?}"),
        };
        let kernel: Vec<isize> = self.kernel.iter().map(|&k| k as isize).collect();
        let mut text = format!(
            "{}({}, {}, kernel={}",
            self.layer,
            self.inputs,
            self.outputs,
            list(&kernel)
        );
        let options = &self.options;
        let mut number = |name: &str, numbers: &IntList, usual: isize| {
            if numbers.as_slice().iter().any(|&n| n != usual) {
                text += &format!(", {name}={}", list(numbers.as_slice()));
            }
        };
        number("stride", &options.stride, 1);
        match &options.padding {
            Pads::Numbers(pads) => number("padding", pads, 0),
            Pads::Named(name) => text += &format!(", padding={name:?}"),
        }
        let mut number = |name: &str, numbers: &IntList, usual: isize| {
            if numbers.as_slice().iter().any(|&n| n != usual) {
                text += &format!(", {name}={}", list(numbers.as_slice()));
            }
        };
        number("output_padding", &options.output_padding, 0);
        number("dilation", &options.dilation, 1);
        number("groups", &options.groups.ints(), 1);
        if self.mode != "zeros" {
            text += &format!(", padding_mode={:?}", self.mode);
        }
        if !has_bias {
            text += ", no bias";
        }
        text + ")"
    }
}

/// The methods of a convolutional layer.
macro_rules! filter_methods {
    ($layer:ident) => {
        impl $layer {
            /// From window to window: one number, or one for each dim.
            pub fn stride(&self, stride: impl $crate::shape::Ints) -> $layer {
                self.with(self.filters.options.stride(stride))
            }

            /// From element to element of the window.
            pub fn dilation(&self, dilation: impl $crate::shape::Ints) -> $layer {
                self.with(self.filters.options.dilation(dilation))
            }

            /// Cuts the channels into groups, each with windows of its own, and draws new weights.
            ///
            /// With as many groups as channels every channel has a window of its own (depthwise).
            #[track_caller]
            pub fn groups(&self, groups: usize) -> $layer {
                let filters = self.filters.grouped(groups);
                $layer {
                    weight: filters.weight(),
                    bias: self.bias.as_ref().map(|_| filters.bias()),
                    filters,
                }
            }

            /// The same layer without b.
            pub fn no_bias(&self) -> $layer {
                $layer {
                    bias: None,
                    ..self.clone()
                }
            }

            /// b, of shape `[out]`.
            #[track_caller]
            pub fn bias(&self) -> $crate::tensor::Tensor {
                self.filters.existing(&self.bias)
            }

            fn with(&self, options: $crate::ops::ConvOptions) -> $layer {
                $layer {
                    filters: self.filters.with(options),
                    ..self.clone()
                }
            }
        }

        impl $crate::nn::Module for $layer {
            fn forward(&self, x: &$crate::tensor::Tensor) -> $crate::tensor::Tensor {
                $crate::nn::observe(self, || self.filters.forward(x, &self.weight, &self.bias))
            }

            fn parameters(&self) -> $crate::nn::Params {
                let mut params = $crate::nn::Params::new();
                params.push("weight", &self.weight);
                params.push("bias", &self.bias);
                params
            }

            fn name(&self) -> String {
                self.filters.text(self.bias.is_some())
            }
        }

        impl std::fmt::Debug for $layer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.filters.text(self.bias.is_some()))
            }
        }
    };
}

/// The methods of a convolution that is not transposed.
macro_rules! padded_methods {
    ($layer:ident) => {
        impl $layer {
            /// Around the input: one number, one for each dim, or `"same"` for an output as large
            /// as the input.
            pub fn padding(&self, padding: impl $crate::ops::Padding) -> $layer {
                self.with(self.filters.options.padding(padding))
            }

            /// What the padding is: `"zeros"` (the default), `"reflect"`, `"replicate"` or
            /// `"circular"`, as in [`Tensor::pad_mode`](crate::tensor::Tensor::pad_mode).
            #[track_caller]
            pub fn padding_mode(&self, mode: &str) -> $layer {
                $layer {
                    filters: self.filters.padding_mode(mode),
                    ..self.clone()
                }
            }
        }
    };
}

/// The methods of a transposed convolution.
macro_rules! transposed_methods {
    ($layer:ident) => {
        impl $layer {
            /// How much is cut off the output: one number, or one for each dim.
            pub fn padding(&self, padding: impl $crate::shape::Ints) -> $layer {
                self.with(self.filters.options.padding(padding))
            }

            /// What is added to one side of the output, less than the stride or dilation.
            pub fn output_padding(&self, output_padding: impl $crate::shape::Ints) -> $layer {
                self.with(self.filters.options.output_padding(output_padding))
            }
        }
    };
}

pub(super) use {filter_methods, padded_methods, transposed_methods};
