//! Transposed convolutions over one and two dims.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::conv::{self, ConvOptions, Kind, geometry};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The transposed convolution: every input adds its multiple of the window to the output.
    ///
    /// y_o(s h + d i - p, ..) += w_coij x_c(h, ..), which is the gradient of a convolution by its
    /// input; `[n, in, h, w], [in, out, kh, kw] -> [n, out, h + kh - 1, w + kw - 1]`, also of one
    /// image `[in, h, w]`. Stride, padding and the like: [`Tensor::conv_transpose2d_with`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[[[1.0, 10.0]]]]);
    /// let kernel = tensor([[[[1.0, 2.0], [3.0, 4.0]]]]);
    /// assert_close(&x.conv_transpose2d(&kernel), [[[[1.0, 12.0, 20.0], [3.0, 34.0, 40.0]]]]);
    /// ```
    #[track_caller]
    pub fn conv_transpose2d(&self, weight: &Tensor) -> Tensor {
        transposed(self, weight, &ConvOptions::new(), 2)
    }

    /// As [`Tensor::conv_transpose2d`], with options.
    ///
    /// The output has (h - 1) s - 2p + d (kh - 1) + output_padding + 1 rows, and columns likewise.
    /// The weight has the shape `[in, out / groups, kh, kw]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[[[1.0, 10.0]]]]);
    /// let y = x.conv_transpose2d_with(&ones(&[1, 1, 2, 2]), &ConvOptions::new().stride(2));
    /// assert_close(&y, [[[[1.0, 1.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0]]]]);
    /// ```
    #[track_caller]
    pub fn conv_transpose2d_with(&self, weight: &Tensor, options: &ConvOptions) -> Tensor {
        transposed(self, weight, options, 2)
    }

    /// The transposed convolution of sequences, as [`Tensor::conv_transpose2d`];
    /// `[n, in, l], [in, out, k] -> [n, out, l + k - 1]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[[1.0, 10.0]]]);
    /// assert_close(&x.conv_transpose1d(&tensor([[[1.0, 2.0]]])), [[[1.0, 12.0, 20.0]]]);
    /// ```
    #[track_caller]
    pub fn conv_transpose1d(&self, weight: &Tensor) -> Tensor {
        transposed(self, weight, &ConvOptions::new(), 1)
    }

    /// As [`Tensor::conv_transpose1d`], with options.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[[1.0, 10.0]]]);
    /// let y = x.conv_transpose1d_with(&ones(&[1, 1, 2]), &ConvOptions::new().stride(2));
    /// assert_close(&y, [[[1.0, 1.0, 10.0, 10.0]]]);
    /// ```
    #[track_caller]
    pub fn conv_transpose1d_with(&self, weight: &Tensor, options: &ConvOptions) -> Tensor {
        transposed(self, weight, options, 1)
    }
}

const NAMES: [&str; 3] = ["", "conv_transpose1d", "conv_transpose2d"];

#[track_caller]
fn transposed(x: &Tensor, weight: &Tensor, options: &ConvOptions, rank: usize) -> Tensor {
    let kind = Kind::Transposed;
    conv::apply(NAMES[rank], kind, x, weight, options, rank, |options| {
        Transposed { options, rank }
    })
}

struct Transposed {
    options: ConvOptions,
    rank: usize,
}

impl Op for Transposed {
    fn name(&self) -> &'static str {
        NAMES[self.rank]
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let (source, weight) = (x[0], x[1]);
        let (geometry, shape) = geometry(
            self.name(),
            Kind::Transposed,
            self.rank,
            source.shape(),
            weight.shape(),
            &self.options,
        )?;
        let bias = x.get(2).copied();
        Ok(conv::inputs(&geometry, source, weight, bias, &shape))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (x, weight) = (saved.shape(0), saved.shape(1));
        let kind = Kind::Transposed;
        let Ok((g, _)) = geometry(self.name(), kind, self.rank, x, weight, &self.options) else {
            unreachable!("the forward pass has checked the shapes")
        };
        // The convolution whose input's gradient the forward pass is.
        let mut grads = vec![
            (saved.needs(0)).then(|| conv::outputs(&g, grad, saved.input(1), None, x)),
            (saved.needs(1)).then(|| conv::weights(&g, grad, saved.input(0), weight)),
        ];
        if saved.count() == 3 {
            grads.push(saved.needs(2).then(|| conv::bias(grad)));
        }
        grads
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

const MATH: &str = "y = b + Σ w x over inputs that reach the place, dx = Σ w dy over outputs and \
                    window, dw = Σ x dy over images and places, db = Σ dy";

pub(crate) const SPEC: Spec = Spec {
    name: "conv_transpose2d",
    math: MATH,
    cases: || {
        let case = |label, x: &[usize], w: &[usize], outputs: usize, run| {
            Case::new(label, &[sample(x), other(w), other(&[outputs])], run)
        };
        let plain = |label, x: &[usize], w: &[usize]| {
            Case::new(label, &[sample(x), other(w)], |x| {
                x[0].conv_transpose2d(&x[1])
            })
        };
        vec![
            plain("plain", &[2, 3, 2, 3], &[3, 2, 2, 2]),
            plain("one image", &[3, 2, 3], &[3, 2, 2, 2]),
            case("stride", &[2, 2, 2, 3], &[2, 1, 3, 2], 1, |x| {
                let options = ConvOptions::new().bias(&x[2]).stride([2, 3]);
                x[0].conv_transpose2d_with(&x[1], &options)
            }),
            case(
                "padding and output_padding",
                &[1, 2, 3, 2],
                &[2, 2, 3, 3],
                2,
                |x| {
                    let options = ConvOptions::new().bias(&x[2]).stride(2).padding(1);
                    x[0].conv_transpose2d_with(&x[1], &options.output_padding([1, 0]))
                },
            ),
            case("dilation", &[1, 2, 2, 3], &[2, 1, 2, 3], 1, |x| {
                let options = ConvOptions::new()
                    .bias(&x[2])
                    .dilation([3, 2])
                    .padding([1, 0]);
                x[0].conv_transpose2d_with(&x[1], &options.stride(2))
            }),
            case("groups", &[2, 4, 2, 2], &[4, 3, 2, 2], 6, |x| {
                let options = ConvOptions::new().bias(&x[2]).groups(2).stride(2);
                x[0].conv_transpose2d_with(&x[1], &options.padding(1))
            }),
            case("no images", &[0, 1, 3, 3], &[1, 2, 2, 2], 2, |x| {
                x[0].conv_transpose2d_with(&x[1], &ConvOptions::new().bias(&x[2]))
            }),
        ]
    },
    wrong: || {
        let case =
            |label, x: &[usize], w: &[usize], run| Case::new(label, &[sample(x), sample(w)], run);
        vec![
            case("channels", &[1, 3, 4, 4], &[2, 1, 3, 3], |x| {
                x[0].conv_transpose2d(&x[1])
            }),
            case("dims", &[4, 4], &[2, 1, 3, 3], |x| {
                x[0].conv_transpose2d(&x[1])
            }),
            case("groups", &[1, 3, 4, 4], &[3, 1, 3, 3], |x| {
                x[0].conv_transpose2d_with(&x[1], &ConvOptions::new().groups(2))
            }),
            case("output_padding", &[1, 3, 4, 4], &[3, 1, 3, 3], |x| {
                x[0].conv_transpose2d_with(&x[1], &ConvOptions::new().output_padding(1))
            }),
            case("all padding", &[1, 3, 1, 1], &[3, 1, 2, 2], |x| {
                x[0].conv_transpose2d_with(&x[1], &ConvOptions::new().padding(1))
            }),
            case("same", &[1, 3, 4, 4], &[3, 1, 3, 3], |x| {
                x[0].conv_transpose2d_with(&x[1], &ConvOptions::new().padding("same"))
            }),
        ]
    },
};

pub(crate) const CONV_TRANSPOSE1D: Spec = Spec {
    name: "conv_transpose1d",
    math: MATH,
    cases: || {
        vec![
            Case::new("plain", &[sample(&[2, 3, 3]), other(&[3, 2, 2])], |x| {
                x[0].conv_transpose1d(&x[1])
            }),
            Case::new(
                "all options",
                &[sample(&[2, 4, 3]), other(&[4, 1, 3]), other(&[2])],
                |x| {
                    let options = ConvOptions::new().bias(&x[2]).groups(2).dilation(2);
                    let options = options.padding(2).stride(3).output_padding(1);
                    x[0].conv_transpose1d_with(&x[1], &options)
                },
            ),
            Case::new(
                "no sequences",
                &[sample(&[0, 3, 3]), other(&[3, 2, 2])],
                |x| x[0].conv_transpose1d(&x[1]),
            ),
        ]
    },
    wrong: || {
        vec![Case::new(
            "channels",
            &[sample(&[1, 3, 4]), sample(&[2, 1, 3])],
            |x| x[0].conv_transpose1d(&x[1]),
        )]
    },
};
