//! Images made larger or smaller.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Element, Number, with_real};
use crate::error::{Error, OrRaise};
use crate::memory;
use crate::ops::conv::each;
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{Dims, IntList, Ints, countable, show};
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// How [`Tensor::interpolate`] makes images larger or smaller, with PyTorch's names and defaults.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[[[1.0, 3.0]]]]);
/// assert_close(&x.interpolate(&Interpolation::scale(2)), [[[[1.0, 1.0, 3.0, 3.0]; 2]]]);
/// let smooth = Interpolation::size([1, 3]).mode("bilinear").align_corners(true);
/// assert_close(&x.interpolate(&smooth), [[[[1.0, 2.0, 3.0]]]]);
/// ```
#[derive(Clone, Debug)]
pub struct Interpolation {
    size: Option<IntList>,
    scale: f64,
    mode: String,
    align_corners: bool,
}

impl Interpolation {
    /// To a size: one number, or one for each dim.
    pub fn size(size: impl Ints) -> Interpolation {
        Interpolation {
            size: Some(size.ints()),
            ..Interpolation::scale(1)
        }
    }

    /// By a factor, such as 2 or 0.5; sizes are rounded down.
    pub fn scale(scale: impl crate::dtype::Scalar) -> Interpolation {
        Interpolation {
            size: None,
            scale: scale.value(),
            mode: "nearest".to_owned(),
            align_corners: false,
        }
    }

    /// `"nearest"` (the default), `"bilinear"` for images, or `"linear"` for sequences.
    pub fn mode(&self, mode: &str) -> Interpolation {
        Interpolation {
            mode: mode.to_owned(),
            ..self.clone()
        }
    }

    /// Whether the centres of the corner elements stay at the corners, or their outer edges do
    /// (the default).
    pub fn align_corners(&self, align_corners: bool) -> Interpolation {
        Interpolation {
            align_corners,
            ..self.clone()
        }
    }

    /// What summaries show.
    pub(crate) fn text(&self) -> String {
        let size = match &self.size {
            Some(size) => format!("size={:?}", size.as_slice()),
            None => format!("scale={}", self.scale),
        };
        let align = if self.align_corners {
            ", align_corners"
        } else {
            ""
        };
        format!("{size}, mode={:?}{align}", self.mode)
    }
}

impl Tensor {
    /// Images of another size: each new element is the nearest old one, or a mean of its
    /// neighbours weighed by their distance.
    ///
    /// y_i = x_⌊i h / m⌋, or y_i = (1 - t) x_j + t x_(j + 1) with
    /// j + t = (i + 1/2) h / m - 1/2 in each dim; dx = Σ dy times the same weights;
    /// `[n, channels, h, w] -> [n, channels, m, k]`, and `[n, channels, l] -> [n, channels, m]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[[0.0, 4.0]]]);
    /// let y = x.interpolate(&Interpolation::scale(2).mode("linear"));
    /// assert_close(&y, [[[0.0, 1.0, 3.0, 4.0]]]);
    /// ```
    #[track_caller]
    pub fn interpolate(&self, how: &Interpolation) -> Tensor {
        Tensor::apply(Interpolate(how.clone()), &[&self.float_or_same()])
    }
}

/// A new element: two old ones, and the weight of the second.
#[derive(Clone, Copy)]
struct Blend {
    first: usize,
    second: usize,
    weight: f64,
}

struct Interpolate(Interpolation);

impl Interpolate {
    /// The new elements of the last two dims; of one dim, a first of 1 is added.
    fn blends(&self, shape: &[usize]) -> Result<[Vec<Blend>; 2], Error> {
        let how = &self.0;
        let wrong = |why: String| {
            Error::new(
                "interpolate",
                format!("{why}, the input is {}", show(shape)),
            )
        };
        if !(3..=4).contains(&shape.len()) {
            return Err(wrong(
                "needs an input [n, channels, height, width] or [n, channels, length]".to_owned(),
            ));
        }
        let rank = shape.len() - 2;
        let smooth = match (how.mode.as_str(), rank) {
            ("nearest", _) => false,
            ("linear", 1) | ("bilinear", 2) => true,
            (mode, _) => {
                let right = if rank == 1 { "linear" } else { "bilinear" };
                return Err(wrong(format!(
                    "the mode is {mode:?}, and may be \"nearest\" or {right:?}"
                )));
            }
        };
        if how.align_corners && !smooth {
            return Err(wrong(
                "align_corners is not for mode \"nearest\"".to_owned(),
            ));
        }
        let mut out = [
            vec![Blend {
                first: 0,
                second: 0,
                weight: 0.0,
            }],
            Vec::new(),
        ];
        for (d, &size) in shape[2..].iter().enumerate() {
            let wanted = match &how.size {
                Some(wanted) => each("interpolate", "the size", wanted, rank, 1, shape)?[d],
                None => (size as f64 * how.scale) as usize,
            };
            if wanted == 0 || size == 0 || wanted > 1 << 24 {
                return Err(wrong(format!(
                    "cannot make {wanted} elements of {size} in dim {}",
                    d + 2
                )));
            }
            let step = if how.align_corners {
                (size - 1) as f64 / (wanted.max(2) - 1) as f64
            } else if how.size.is_some() {
                size as f64 / wanted as f64
            } else {
                1.0 / how.scale
            };
            let blend = |i: usize| {
                if !smooth {
                    // In f32, as PyTorch does it: which element is nearest depends on it.
                    let first = ((i as f32 * step as f32) as usize).min(size - 1);
                    return Blend {
                        first,
                        second: first,
                        weight: 0.0,
                    };
                }
                let at = if how.align_corners {
                    i as f64 * step
                } else {
                    ((i as f64 + 0.5) * step - 0.5).max(0.0)
                };
                let first = (at as usize).min(size - 1);
                Blend {
                    first,
                    second: (first + 1).min(size - 1),
                    weight: at - first as f64,
                }
            };
            out[d + 2 - rank] = (0..wanted).map(blend).collect();
        }
        Ok(out)
    }
}

fn forward<T: Number>(
    x: &[T],
    plane: usize,
    [down, across]: &[Vec<Blend>; 2],
    width: usize,
) -> Vec<T> {
    let result = down.len() * across.len();
    let mut out = memory::buffer::<T>(x.len() / plane * result);
    let number = |v: f64| <T as Element>::from_f64(v);
    threads::pieces(&mut out, result, GRAIN, |start, piece| {
        let planes = x[start / result * plane..].chunks_exact(plane);
        for (x, y) in planes.zip(piece.chunks_exact_mut(result)) {
            for (row, target) in down.iter().zip(y.chunks_exact_mut(across.len())) {
                let (upper, lower) = (&x[row.first * width..], &x[row.second * width..]);
                let (rest, part) = (number(1.0 - row.weight), number(row.weight));
                for (y, column) in target.iter_mut().zip(across) {
                    let (left, right) = (number(1.0 - column.weight), number(column.weight));
                    let blend =
                        |line: &[T]| line[column.first] * left + line[column.second] * right;
                    *y = if row.first == row.second && column.first == column.second {
                        upper[column.first]
                    } else {
                        blend(upper) * rest + blend(lower) * part
                    };
                }
            }
        }
    });
    out
}

fn backward<T: Number>(
    dy: &[T],
    planes: usize,
    plane: usize,
    [down, across]: &[Vec<Blend>; 2],
    width: usize,
) -> Vec<T> {
    let result = down.len() * across.len();
    let mut out = memory::buffer::<T>(planes * plane);
    let number = |v: f64| <T as Element>::from_f64(v);
    threads::pieces(&mut out, plane, GRAIN, |start, piece| {
        let grads = dy[start / plane * result..].chunks_exact(result);
        for (dx, dy) in piece.chunks_exact_mut(plane).zip(grads) {
            dx.fill(T::default());
            for (row, dy) in down.iter().zip(dy.chunks_exact(across.len())) {
                for (line, weight) in [(row.first, 1.0 - row.weight), (row.second, row.weight)] {
                    if weight == 0.0 {
                        continue;
                    }
                    let line = &mut dx[line * width..][..width];
                    for (column, &g) in across.iter().zip(dy) {
                        let g = g * number(weight);
                        line[column.first] += g * number(1.0 - column.weight);
                        line[column.second] += g * number(column.weight);
                    }
                }
            }
        }
    });
    out
}

impl Op for Interpolate {
    fn name(&self) -> &'static str {
        "interpolate"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let x = x[0];
        let blends = self.blends(x.shape())?;
        let mut shape = Dims::from_slice(&x.shape()[..2]);
        shape.extend(blends[4 - x.ndim()..].iter().map(Vec::len));
        countable("interpolate", &shape)?;
        let width = x.shape()[x.ndim() - 1];
        let plane = x.shape()[2..].iter().product();
        Ok(with_real!(x.dtype(), T => {
            Tensor::from_values(forward::<T>(&x.values::<T>(), plane, &blends, width), shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape = saved.shape(0);
        let blends = self.blends(shape).or_raise();
        let (planes, plane) = (shape[0] * shape[1], shape[2..].iter().product());
        let width = shape[shape.len() - 1];
        let dx = with_real!(grad.dtype(), T => {
            let dx = backward::<T>(&grad.values::<T>(), planes, plane, &blends, width);
            Tensor::from_values(dx, Dims::from_slice(shape))
        });
        vec![Some(dx)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "interpolate",
    math: "y = Σ w x over the nearest elements, dx = Σ w dy",
    cases: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("nearest", &[2, 1, 2, 3], |x| {
                x[0].interpolate(&Interpolation::scale(2))
            }),
            case("nearest to a size", &[1, 2, 4, 3], |x| {
                x[0].interpolate(&Interpolation::size([3, 5]))
            }),
            case("bilinear", &[1, 2, 2, 3], |x| {
                x[0].interpolate(&Interpolation::scale(1.7).mode("bilinear"))
            }),
            case("smaller", &[1, 1, 5, 4], |x| {
                x[0].interpolate(&Interpolation::size([2, 3]).mode("bilinear"))
            }),
            case("corners", &[1, 2, 3, 1], |x| {
                let how = Interpolation::size([5, 2]).mode("bilinear");
                x[0].interpolate(&how.align_corners(true))
            }),
            case("sequence", &[1, 2, 3], |x| {
                x[0].interpolate(&Interpolation::size(7).mode("linear"))
            }),
            case("no images", &[0, 1, 2, 2], |x| {
                x[0].interpolate(&Interpolation::scale(2))
            }),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize], run| Case::new(label, &[sample(shape)], run);
        vec![
            case("dims", &[2, 3], |x| {
                x[0].interpolate(&Interpolation::scale(2))
            }),
            case("mode", &[1, 1, 2, 3], |x| {
                x[0].interpolate(&Interpolation::scale(2).mode("linear"))
            }),
            case("nothing left", &[1, 1, 2, 3], |x| {
                x[0].interpolate(&Interpolation::scale(0.1))
            }),
            case("corners of nearest", &[1, 1, 2, 3], |x| {
                x[0].interpolate(&Interpolation::scale(2).align_corners(true))
            }),
        ]
    },
};
