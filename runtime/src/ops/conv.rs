//! Convolutions over one and two dims.

mod geometry;
mod options;
mod plan;
mod run;
mod source;
mod sums;
mod tile;
#[cfg(target_arch = "x86_64")]
mod vectors;
mod weights;

pub(crate) use geometry::{Kind, geometry};
pub(crate) use options::each;
pub use options::{ConvOptions, Padding, Pads};
pub(crate) use run::{bias, inputs, outputs, weights};

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::tensor::{Tensor, zeros};

impl Tensor {
    /// The convolution of images with windows of weights.
    ///
    /// y_o = b_o + Σ_c Σ_ij w_ocij x_c(s h + d i - p, s w + d j - p);
    /// `[n, in, h, w], [out, in, kh, kw] -> [n, out, h - kh + 1, w - kw + 1]`, also of one image
    /// `[in, h, w]`. As everywhere in deep learning the window is not flipped, which makes it a
    /// cross-correlation. Stride, padding, dilation, groups and bias: [`Tensor::conv2d_with`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 9, 1).float().reshape(&[1, 1, 3, 3]);
    /// let kernel = arange(0, 4, 1).float().reshape(&[1, 1, 2, 2]);
    /// assert_close(&x.conv2d(&kernel), [[[[19.0, 25.0], [37.0, 43.0]]]]);
    /// ```
    #[track_caller]
    pub fn conv2d(&self, weight: &Tensor) -> Tensor {
        convolution(self, weight, &ConvOptions::new(), 2)
    }

    /// As [`Tensor::conv2d`], with options.
    ///
    /// The output has ⌊(h + 2p - d (kh - 1) - 1) / s⌋ + 1 rows, and columns likewise.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 9, 1).float().reshape(&[1, 1, 3, 3]);
    /// let kernel = arange(0, 4, 1).float().reshape(&[1, 1, 2, 2]);
    /// let y = x.conv2d_with(&kernel, &ConvOptions::new().padding(1).stride([3, 2]));
    /// assert_close(&y, [[[[0.0, 8.0], [6.0, 8.0]]]]);
    /// ```
    #[track_caller]
    pub fn conv2d_with(&self, weight: &Tensor, options: &ConvOptions) -> Tensor {
        convolution(self, weight, options, 2)
    }

    /// The convolution of sequences with windows of weights.
    ///
    /// y_o = b_o + Σ_c Σ_i w_oci x_c(s t + d i - p);
    /// `[n, in, l], [out, in, k] -> [n, out, l - k + 1]`, also of one sequence `[in, l]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[[1.0, 2.0, 4.0, 8.0]]]);
    /// assert_close(&x.conv1d(&tensor([[[-1.0, 1.0]]])), [[[1.0, 2.0, 4.0]]]);
    /// ```
    #[track_caller]
    pub fn conv1d(&self, weight: &Tensor) -> Tensor {
        convolution(self, weight, &ConvOptions::new(), 1)
    }

    /// As [`Tensor::conv1d`], with options.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[[1.0, 2.0, 4.0, 8.0]]]);
    /// let options = ConvOptions::new().padding("same").bias(&tensor([0.5]));
    /// let y = x.conv1d_with(&tensor([[[1.0, 1.0, 1.0]]]), &options);
    /// assert_close(&y, [[[3.5, 7.5, 14.5, 12.5]]]);
    /// ```
    #[track_caller]
    pub fn conv1d_with(&self, weight: &Tensor, options: &ConvOptions) -> Tensor {
        convolution(self, weight, options, 1)
    }
}

pub(crate) const NAMES: [&str; 3] = ["", "conv1d", "conv2d"];

#[track_caller]
fn convolution(x: &Tensor, weight: &Tensor, options: &ConvOptions, rank: usize) -> Tensor {
    let op = NAMES[rank];
    apply(op, Kind::Plain, x, weight, options, rank, |options| {
        Convolution { options, rank }
    })
}

/// Runs an op on a batch, or on one image as a batch of one, in the widest type of the three.
#[track_caller]
pub(crate) fn apply<O: Op>(
    name: &str,
    kind: Kind,
    x: &Tensor,
    weight: &Tensor,
    options: &ConvOptions,
    rank: usize,
    op: impl FnOnce(ConvOptions) -> O,
) -> Tensor {
    let single = x.ndim() == rank + 1;
    let x = if single { x.unsqueeze(0) } else { x.clone() };
    geometry(name, kind, rank, x.shape(), weight.shape(), options)
        .map_err(|error| match single {
            true => error.help(format!(
                "the input {:?} is taken as a batch of one",
                &x.shape()[1..]
            )),
            false => error,
        })
        .or_raise();
    let mut dtype = x.dtype().promote(weight.dtype());
    if let Some(bias) = &options.bias {
        dtype = dtype.promote(bias.dtype());
    }
    let dtype = if dtype.is_float() { dtype } else { DType::F32 };
    let (x, weight) = (x.to_dtype(dtype), weight.to_dtype(dtype));
    let y = match &options.bias {
        Some(bias) => Tensor::apply(op(options.clone()), &[&x, &weight, &bias.to_dtype(dtype)]),
        None => Tensor::apply(op(options.clone()), &[&x, &weight]),
    };
    if single { y.squeeze_dim(0) } else { y }
}

struct Convolution {
    options: ConvOptions,
    rank: usize,
}

impl Op for Convolution {
    fn name(&self) -> &'static str {
        NAMES[self.rank]
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let (source, weight) = (x[0], x[1]);
        let (geometry, shape) = geometry(
            self.name(),
            Kind::Plain,
            self.rank,
            source.shape(),
            weight.shape(),
            &self.options,
        )?;
        Ok(outputs(
            &geometry,
            source,
            weight,
            x.get(2).copied(),
            &shape,
        ))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (x, weight) = (saved.shape(0), saved.shape(1));
        let fits = geometry(
            self.name(),
            Kind::Plain,
            self.rank,
            x,
            weight,
            &self.options,
        );
        let Ok((geometry, _)) = fits else {
            unreachable!("the forward pass has checked the shapes")
        };
        let mut grads = vec![
            (saved.needs(0)).then(|| inputs(&geometry, grad, saved.input(1), None, x)),
            (saved.needs(1)).then(|| weights(&geometry, saved.input(0), grad, weight)),
        ];
        if saved.count() == 3 {
            grads.push(saved.needs(2).then(|| bias(grad)));
        }
        grads
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

const MATH: &str = "y = b + Σ w x over channels and window, dx = Σ w dy over outputs and window, \
                    dw = Σ x dy over images and places, db = Σ dy";

pub(crate) const SPEC: Spec = Spec {
    name: "conv2d",
    math: MATH,
    cases: || {
        let case = |label, x: &[usize], w: &[usize], run| {
            Case::new(label, &[sample(x), other(w), other(&[w[0]])], run)
        };
        vec![
            Case::new(
                "plain",
                &[sample(&[2, 2, 4, 3]), other(&[3, 2, 2, 2])],
                |x| x[0].conv2d(&x[1]),
            ),
            Case::new(
                "one image",
                &[sample(&[2, 4, 3]), other(&[3, 2, 2, 2])],
                |x| x[0].conv2d(&x[1]),
            ),
            case("bias", &[2, 1, 3, 4], &[2, 1, 2, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]))
            }),
            case("padding", &[2, 1, 3, 3], &[2, 1, 3, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]).padding([1, 2]))
            }),
            case("same", &[1, 2, 3, 4], &[2, 2, 2, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]).padding("same"))
            }),
            case("stride", &[2, 1, 5, 6], &[2, 1, 3, 2], |x| {
                let options = ConvOptions::new().bias(&x[2]).stride([2, 3]).padding(1);
                x[0].conv2d_with(&x[1], &options)
            }),
            case(
                "stride beyond the window",
                &[1, 1, 5, 7],
                &[2, 1, 1, 2],
                |x| x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]).stride([2, 3])),
            ),
            case("dilation", &[1, 2, 6, 5], &[2, 2, 2, 3], |x| {
                let options = ConvOptions::new()
                    .bias(&x[2])
                    .dilation([3, 2])
                    .padding(1)
                    .stride(2);
                x[0].conv2d_with(&x[1], &options)
            }),
            case("groups", &[2, 4, 3, 3], &[6, 2, 2, 2], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]).groups(2).padding(1))
            }),
            case("depthwise", &[2, 3, 3, 4], &[3, 1, 2, 2], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]).groups(3))
            }),
            case("window of 1", &[2, 3, 2, 2], &[2, 3, 1, 1], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]))
            }),
            case(
                "more padding than input",
                &[1, 1, 1, 2],
                &[1, 1, 2, 1],
                |x| {
                    x[0].conv2d_with(
                        &x[1],
                        &ConvOptions::new().bias(&x[2]).padding([3, 4]).stride(2),
                    )
                },
            ),
            case("no images", &[0, 1, 3, 3], &[2, 1, 2, 2], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]))
            }),
            case("no channels", &[1, 0, 3, 3], &[2, 0, 2, 2], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&x[2]))
            }),
        ]
    },
    wrong: || {
        let case =
            |label, x: &[usize], w: &[usize], run| Case::new(label, &[sample(x), sample(w)], run);
        vec![
            case("channels", &[1, 3, 4, 4], &[2, 1, 3, 3], |x| {
                x[0].conv2d(&x[1])
            }),
            case("dims", &[4, 4], &[2, 1, 3, 3], |x| x[0].conv2d(&x[1])),
            case("dims of the weight", &[1, 1, 4, 4], &[3, 3], |x| {
                x[0].conv2d(&x[1])
            }),
            case("too small", &[1, 1, 2, 4], &[2, 1, 3, 3], |x| {
                x[0].conv2d(&x[1])
            }),
            case("empty window", &[1, 1, 2, 4], &[2, 1, 0, 3], |x| {
                x[0].conv2d(&x[1])
            }),
            case("groups", &[1, 4, 4, 4], &[3, 2, 3, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().groups(2))
            }),
            case("bias", &[1, 1, 4, 4], &[3, 1, 3, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().bias(&zeros(&[2])))
            }),
            case("same with stride", &[1, 1, 4, 4], &[3, 1, 3, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().padding("same").stride(2))
            }),
            case("padding by name", &[1, 1, 4, 4], &[3, 1, 3, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().padding("full"))
            }),
            case("output_padding", &[1, 1, 4, 4], &[3, 1, 3, 3], |x| {
                x[0].conv2d_with(&x[1], &ConvOptions::new().output_padding(1))
            }),
        ]
    },
};

pub(crate) const CONV1D: Spec = Spec {
    name: "conv1d",
    math: MATH,
    cases: || {
        let case = |label, x: &[usize], w: &[usize], run| {
            Case::new(label, &[sample(x), other(w), other(&[w[0]])], run)
        };
        vec![
            Case::new("plain", &[sample(&[2, 2, 5]), other(&[3, 2, 2])], |x| {
                x[0].conv1d(&x[1])
            }),
            Case::new("one sequence", &[sample(&[2, 5]), other(&[3, 2, 2])], |x| {
                x[0].conv1d(&x[1])
            }),
            case("all options", &[2, 4, 9], &[6, 2, 3], |x| {
                let options = ConvOptions::new().bias(&x[2]).groups(2).dilation(2);
                x[0].conv1d_with(&x[1], &options.padding(2).stride(3))
            }),
            case("same", &[1, 2, 4], &[2, 2, 4], |x| {
                x[0].conv1d_with(&x[1], &ConvOptions::new().bias(&x[2]).padding("same"))
            }),
            case("no sequences", &[0, 1, 3], &[2, 1, 2], |x| {
                x[0].conv1d_with(&x[1], &ConvOptions::new().bias(&x[2]))
            }),
        ]
    },
    wrong: || {
        let case =
            |label, x: &[usize], w: &[usize], run| Case::new(label, &[sample(x), sample(w)], run);
        vec![
            case("channels", &[1, 3, 4], &[2, 1, 3], |x| x[0].conv1d(&x[1])),
            case("image", &[1, 1, 4, 4], &[2, 1, 3], |x| x[0].conv1d(&x[1])),
            case("too small", &[1, 1, 2], &[2, 1, 3], |x| x[0].conv1d(&x[1])),
        ]
    },
};

#[cfg(test)]
mod tests;
