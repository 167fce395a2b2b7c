//! The windows of images as columns (im2col).

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Element, with_real};
use crate::error::{Error, OrRaise};
use crate::memory;
use crate::ops::conv::{ConvOptions, Kind, geometry};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{Dims, IntList, Ints};
use crate::tensor::Tensor;

impl Tensor {
    /// Every window of an image as a column, channel by channel and row by row (im2col).
    ///
    /// With it a convolution is a matrix product: y = W cols, W of shape `[out, in kh kw]`.
    /// dx = dy, added over the windows that x is in;
    /// `[n, in, h, w] -> [n, in kh kw, windows]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 9, 1).float().reshape(&[1, 1, 3, 3]);
    /// let columns = x.unfold(2, &ConvOptions::new());
    /// assert_eq!(columns.shape(), [1, 4, 4]);
    /// let kernel = tensor([[0.0, 1.0, 2.0, 3.0]]);
    /// assert_close(&kernel.matmul(&columns), [[[19.0, 25.0, 37.0, 43.0]]]);
    /// ```
    #[track_caller]
    pub fn unfold(&self, size: impl Ints, options: &ConvOptions) -> Tensor {
        unfold(self, size.ints(), options)
    }
}

#[track_caller]
fn unfold(x: &Tensor, size: IntList, options: &ConvOptions) -> Tensor {
    let op = Unfold {
        size,
        options: options.clone(),
    };
    Tensor::apply(op, &[&x.float_or_same()])
}

struct Unfold {
    size: IntList,
    options: ConvOptions,
}

impl Unfold {
    /// The shape of the result, and for each element of a channel its place in the image.
    fn places(&self, x: &[usize]) -> Result<(Dims, Vec<Option<usize>>), Error> {
        let channels = x.get(1).copied().unwrap_or(1);
        let size = crate::ops::conv::each("unfold", "the window", &self.size, 2, 1, x)?;
        let window = [1, channels, size[0], size[1]];
        let (g, _) = geometry("unfold", Kind::Plain, 2, x, &window, &self.options)?;
        let [down, across] = g.axes;
        let windows = down.output * across.output;
        let mut places = Vec::new();
        for (i, j) in (0..size[0]).flat_map(|i| (0..size[1]).map(move |j| (i, j))) {
            for (y, x) in (0..down.output).flat_map(|y| (0..across.output).map(move |x| (y, x))) {
                let row = (y * down.stride + i * down.dilation).checked_sub(down.before);
                let column = (x * across.stride + j * across.dilation).checked_sub(across.before);
                let inside = row.filter(|&row| row < down.input);
                let inside = inside.zip(column.filter(|&column| column < across.input));
                places.push(inside.map(|(row, column)| row * across.input + column));
            }
        }
        let shape = Dims::from_slice(&[x[0], channels * size[0] * size[1], windows]);
        Ok((shape, places))
    }
}

impl Op for Unfold {
    fn name(&self) -> &'static str {
        "unfold"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let x = x[0];
        let (shape, places) = self.places(x.shape())?;
        let plane = x.shape()[2] * x.shape()[3];
        Ok(with_real!(x.dtype(), T => {
            let values = x.values::<T>();
            let mut out = memory::filled(crate::shape::numel(&shape), <T as Element>::from_f64(0.0));
            let targets = out.chunks_exact_mut(places.len().max(1));
            for (target, plane) in targets.zip(values.chunks_exact(plane.max(1))) {
                for (y, place) in target.iter_mut().zip(&places) {
                    *y = place.map_or(<T as Element>::from_f64(0.0), |place| plane[place]);
                }
            }
            Tensor::from_values(out, shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape = saved.shape(0);
        let (_, places) = self.places(shape).or_raise();
        let plane = shape[2] * shape[3];
        let dx = with_real!(grad.dtype(), T => {
            let dy = grad.values::<T>();
            let mut out = vec![<T as Element>::from_f64(0.0); crate::shape::numel(shape)];
            let sources = dy.chunks_exact(places.len().max(1));
            for (target, source) in out.chunks_exact_mut(plane.max(1)).zip(sources) {
                for (&g, place) in source.iter().zip(&places) {
                    if let Some(place) = place {
                        target[*place] += g;
                    }
                }
            }
            Tensor::from_values(out, Dims::from_slice(shape))
        });
        vec![Some(dx)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "unfold",
    math: "y = x in the window, dx = Σ dy over the windows of x",
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("plain", &[2, 2, 3, 4], |x| {
                x[0].unfold([2, 3], &ConvOptions::new())
            }),
            case("all options", &[1, 2, 5, 4], |x| {
                let options = ConvOptions::new()
                    .padding([1, 2])
                    .stride(2)
                    .dilation([2, 1]);
                x[0].unfold(2, &options)
            }),
            case("no images", &[0, 2, 3, 3], |x| {
                x[0].unfold(2, &ConvOptions::new())
            }),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[3, 3], |x| x[0].unfold(2, &ConvOptions::new())),
            case("too large", &[1, 1, 3, 3], |x| {
                x[0].unfold(4, &ConvOptions::new())
            }),
            case("empty", &[1, 1, 3, 3], |x| {
                x[0].unfold(0, &ConvOptions::new())
            }),
        ]
    },
};
