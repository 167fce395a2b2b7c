//! The rules about the shapes of convolutions.

use super::options::{ConvOptions, Pads, each};
use super::plan::Axis;
use super::sums::Channels;
use crate::error::Error;
use crate::shape::{Dims, countable, show};

/// A convolution whose shapes fit; that of one dim has a first dim of 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    pub(crate) images: usize,
    pub(crate) groups: usize,
    /// Channels of each group.
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) axes: [Axis; 2],
}

/// Which of the two convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Transposed,
}

impl Geometry {
    /// Numbers of the outputs from those of the inputs.
    pub(crate) fn forward(&self) -> Channels {
        let kernel = self.axes[0].kernel * self.axes[1].kernel;
        Channels {
            images: self.images,
            groups: self.groups,
            inputs: self.inputs,
            outputs: self.outputs,
            strides: (
                kernel,
                self.inputs * kernel,
                self.inputs * self.outputs * kernel,
            ),
        }
    }

    /// Numbers of the inputs from those of the outputs.
    pub(crate) fn backward(&self) -> Channels {
        let forward = self.forward();
        let (input, output, group) = forward.strides;
        Channels {
            inputs: forward.outputs,
            outputs: forward.inputs,
            strides: (output, input, group),
            ..forward
        }
    }
}

/// All shapes, for the end of an error's text.
fn shapes(x: &[usize], w: &[usize], options: &ConvOptions) -> String {
    let bias = match &options.bias {
        Some(bias) => format!(", the bias {}", show(bias.shape())),
        None => String::new(),
    };
    format!("the input is {}, the weight {}{bias}", show(x), show(w))
}

/// Checks the shapes of a batch `[n, channels, ..]`, and gives the shape of the result.
pub(crate) fn geometry(
    op: &str,
    kind: Kind,
    rank: usize,
    x: &[usize],
    w: &[usize],
    options: &ConvOptions,
) -> Result<(Geometry, Dims), Error> {
    let refused = |why: String| {
        let all = shapes(x, w, options);
        Error::new(op, format!("{why}: {all}"))
    };
    let wrong = |why| Err(refused(why));
    if x.len() != rank + 2 || w.len() != rank + 2 {
        let dims = if rank == 1 { "length" } else { "height, width" };
        let order = match kind {
            Kind::Plain => "[outputs, inputs / groups",
            Kind::Transposed => "[inputs, outputs / groups",
        };
        return wrong(format!(
            "needs an input [n, channels, {dims}] or [channels, {dims}] and a weight {order}, {dims}]"
        ));
    }
    let groups = options.groups;
    let kernel = &w[2..];
    if kernel.contains(&0) {
        return wrong("the weight has no elements to slide".to_owned());
    }
    let channels = x[1];
    if groups == 0 {
        return wrong("groups is 0, and must be 1 or more".to_owned());
    }
    let (inputs, outputs) = match kind {
        Kind::Plain => {
            if w[1] * groups != channels {
                let sum = if groups == 1 {
                    String::new()
                } else {
                    format!(" * {groups} groups")
                };
                return wrong(format!(
                    "the input has {channels} channels and the weight takes {}{sum}, so {channels} != {}",
                    w[1],
                    w[1] * groups
                ));
            }
            if !w[0].is_multiple_of(groups) {
                return wrong(format!(
                    "{} output channels cannot be cut into {groups} groups",
                    w[0]
                ));
            }
            (w[1], w[0] / groups)
        }
        Kind::Transposed => {
            if w[0] != channels {
                return wrong(format!(
                    "the input has {channels} channels and the weight takes {}, so {channels} != {}",
                    w[0], w[0]
                ));
            }
            if !channels.is_multiple_of(groups) {
                return wrong(format!(
                    "{channels} channels cannot be cut into {groups} groups"
                ));
            }
            (channels / groups, w[1])
        }
    };
    let result = outputs * groups;
    if let Some(bias) = &options.bias
        && bias.shape() != [result]
    {
        return wrong(format!("the bias needs the shape [{result}]"));
    }
    let number = |what, numbers, least| each(op, what, numbers, rank, least, x);
    let stride = number("stride", &options.stride, 1)?;
    let dilation = number("dilation", &options.dilation, 1)?;
    let extra = number("output_padding", &options.output_padding, 0)?;
    let mut axes = [Axis::NONE; 2];
    let mut shape = Dims::from_slice(&[x[0], result]);
    for d in 0..rank {
        // Numbers are for the last dims.
        let (axis, place) = (d + 2 - rank, if rank == 1 { 0 } else { d });
        let (size, k) = (x[d + 2], kernel[d]);
        let (stride, dilation, extra) = (stride[place], dilation[place], extra[place]);
        let Some(reach) = dilation.checked_mul(k - 1).map(|reach| reach + 1) else {
            return wrong(format!("a dilation of {dilation} is too large"));
        };
        let (before, after) = match (&options.padding, kind) {
            (Pads::Numbers(numbers), _) => {
                let pad = number("padding", numbers, 0)?[place];
                (pad, pad)
            }
            (Pads::Named(name), _) if name == "valid" => (0, 0),
            (Pads::Named(name), Kind::Plain) if name == "same" => {
                if stride != 1 {
                    return wrong(format!(
                        "padding \"same\" needs a stride of 1, not {stride}"
                    ));
                }
                ((reach - 1) / 2, reach - 1 - (reach - 1) / 2)
            }
            (Pads::Named(name), Kind::Plain) => {
                return wrong(format!(
                    "there is no padding {name:?}, only numbers, \"same\" and \"valid\""
                ));
            }
            (Pads::Named(name), Kind::Transposed) => {
                return wrong(format!(
                    "padding {name:?} is not for a transposed convolution"
                ));
            }
        };
        let output = match kind {
            Kind::Plain => {
                if extra != 0 {
                    return wrong("output_padding is for transposed convolutions".to_owned());
                }
                let padded = size + before + after;
                if padded < reach {
                    return wrong(format!(
                        "the window is larger than the padded input: {reach} > {padded} in dim {}",
                        d + 2
                    ));
                }
                (padded - reach) / stride + 1
            }
            Kind::Transposed => {
                if extra >= stride.max(dilation) {
                    return wrong(format!(
                        "output_padding {extra} must be less than the stride {stride} or the \
                         dilation {dilation}"
                    ));
                }
                if size == 0 {
                    return wrong(format!("dim {} is empty", d + 2));
                }
                let Some(full) = (size - 1)
                    .checked_mul(stride)
                    .map(|full| full + reach + extra)
                else {
                    return wrong(format!("a stride of {stride} is too large"));
                };
                if full <= before + after {
                    return wrong(format!(
                        "the padding takes all of the output in dim {}: {full} <= {}",
                        d + 2,
                        before + after
                    ));
                }
                full - before - after
            }
        };
        shape.push(output);
        // A transposed convolution goes the other way.
        let (input, output) = match kind {
            Kind::Plain => (size, output),
            Kind::Transposed => (output, size),
        };
        axes[axis] = Axis {
            input,
            output,
            kernel: k,
            stride,
            dilation,
            before,
        };
    }
    countable(op, &shape)
        .map_err(|_| refused(format!("the result {} is too large", show(&shape))))?;
    let (inputs, outputs) = match kind {
        Kind::Plain => (inputs, outputs),
        Kind::Transposed => (outputs, inputs),
    };
    let geometry = Geometry {
        images: x[0],
        groups,
        inputs,
        outputs,
        axes,
    };
    Ok((geometry, shape))
}
