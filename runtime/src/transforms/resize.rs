//! Pictures of another size.

use crate::error::{Error, OrRaise};
use crate::shape::{IntList, Ints, show};
use crate::tensor::Tensor;
use crate::transforms::{Transform, float_sizes, shown_by_name};

/// A picture of another size (`torchvision.transforms.Resize`, as it is for tensors).
///
/// y = A x Bᵀ, where each row of A and B holds the weights of the old pixels that a new one is
/// made of; they fall linearly with the distance and add up to 1. When a picture is made smaller,
/// a new pixel covers several old ones: with antialias, which is the default, it is a mean of all
/// that it covers, and without it of its two neighbours only, so that fine patterns turn into
/// false coarse ones. `[c, h, w] -> [c, height, width]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[[0.0, 1.0, 0.0, 1.0]]]);
/// assert_close(&Resize::new([1, 2]).apply(&x), [[[3.0 / 7.0, 4.0 / 7.0]]]);
/// assert_close(&Resize::new([1, 2]).interpolation("nearest").apply(&x), [[[0.0, 0.0]]]);
/// // One number is the shorter side; the ratio of the sides stays.
/// assert_eq!(Resize::new(224).apply(&zeros(&[3, 300, 400])).shape(), [3, 224, 298]);
/// ```
#[derive(Clone)]
pub struct Resize {
    size: IntList,
    nearest: bool,
    antialias: bool,
}

impl Resize {
    /// To `[height, width]`, or with the shorter side of this size.
    #[track_caller]
    pub fn new(size: impl Ints) -> Resize {
        Resize::of(size.ints())
    }

    #[track_caller]
    fn of(size: IntList) -> Resize {
        let sizes = size.as_slice();
        // Beyond 2²⁴ neither a picture nor the weights of its pixels can be.
        let fits = |&side: &isize| (1..=1 << 24).contains(&side);
        if !matches!(sizes.len(), 1 | 2) || !sizes.iter().all(fits) {
            let what =
                format!("the size is one number or [height, width], from 1 on, it is {sizes:?}");
            Error::new("Resize", what).raise();
        }
        Resize {
            size,
            nearest: false,
            antialias: true,
        }
    }

    /// `"bilinear"`, the default, or `"nearest"`, which takes over an old pixel for each new one:
    /// right for pictures of classes, whose means make no sense.
    #[track_caller]
    pub fn interpolation(&self, mode: &str) -> Resize {
        Resize {
            nearest: is_nearest("Resize", mode).or_raise(),
            ..self.clone()
        }
    }

    /// Whether a smaller picture is made of all old pixels; true at first.
    pub fn antialias(&self, on: bool) -> Resize {
        Resize {
            antialias: on,
            ..self.clone()
        }
    }

    /// The height and width that a picture gets.
    fn target(&self, height: usize, width: usize) -> Result<[usize; 2], Error> {
        match *self.size.as_slice() {
            [side] => {
                let side = side as usize;
                // Rounded down, as torchvision does.
                let longer = |short: usize, long: usize| {
                    (side as u128 * long as u128 / short.max(1) as u128) as usize
                };
                Ok(if width <= height {
                    [longer(width, height), side]
                } else {
                    [side, longer(height, width)]
                })
            }
            [height, width] => Ok([height as usize, width as usize]),
            ref sizes => Err(Error::new("Resize", format!("the size is {sizes:?}"))),
        }
    }
}

impl Transform for Resize {
    fn apply(&self, x: &Tensor) -> Tensor {
        let [_, h, w] = float_sizes("Resize", x).or_raise();
        if h * w == 0 {
            let what = format!("the picture {} has no pixels", show(x.shape()));
            Error::new("Resize", what).raise();
        }
        let [height, width] = self.target(h, w).or_raise();
        resized(x, [height, width], self.nearest, self.antialias)
    }

    fn name(&self) -> String {
        let how = match (self.nearest, self.antialias) {
            (true, _) => ", nearest",
            (false, false) => ", no antialias",
            (false, true) => "",
        };
        match self.size.as_slice() {
            [side] => format!("Resize({side}{how})"),
            sizes => format!("Resize({sizes:?}{how})"),
        }
    }
}

shown_by_name!(Resize);

/// Whether a mode is "nearest" and not "bilinear".
pub(super) fn is_nearest(op: &str, mode: &str) -> Result<bool, Error> {
    match mode {
        "nearest" => Ok(true),
        "bilinear" => Ok(false),
        _ => Err(Error::new(
            op,
            format!("the interpolation is {mode:?}, and may be \"nearest\" or \"bilinear\""),
        )),
    }
}

/// A picture with floats and at least one pixel, in another size.
pub(super) fn resized(x: &Tensor, size: [usize; 2], nearest: bool, antialias: bool) -> Tensor {
    let old = [x.size(-2), x.size(-1)];
    if old == size {
        return x.clone();
    }
    if nearest {
        let places = |old: usize, new: usize| {
            // In f32, as PyTorch does it: which pixel is nearest depends on it.
            let step = old as f32 / new as f32;
            let place = |i: usize| ((i as f32 * step) as usize).min(old - 1) as i64;
            Tensor::from_values((0..new).map(place).collect::<Vec<_>>(), [new].as_slice())
        };
        return x
            .index_select(-2, &places(old[0], size[0]))
            .index_select(-1, &places(old[1], size[1]));
    }
    let weights = |old: usize, new: usize| {
        let values = weights(old, new, antialias);
        Tensor::from_values(values, [new, old].as_slice()).to_dtype(x.dtype())
    };
    let across = x.matmul(&weights(old[1], size[1]).t());
    weights(old[0], size[0]).matmul(&across)
}

/// The weight of each old pixel in each new one, a row for each new one.
///
/// A tent of height 1 stands on the middle of the new pixel; it is as wide as two old pixels, or
/// with antialias as two new ones where those are wider. What it has over the middles of the old
/// pixels are their weights.
fn weights(old: usize, new: usize, antialias: bool) -> Vec<f64> {
    let scale = old as f64 / new as f64;
    let support = if antialias { scale.max(1.0) } else { 1.0 };
    let mut out = vec![0.0; old * new];
    for (i, row) in out.chunks_exact_mut(old).enumerate() {
        let center = scale * (i as f64 + 0.5);
        let first = (center - support + 0.5).max(0.0) as usize;
        let end = ((center + support + 0.5) as usize).min(old);
        let tent = |j: usize| (1.0 - ((j as f64 + 0.5 - center) / support).abs()).max(0.0);
        let sum: f64 = (first..end).map(tent).sum();
        for (j, weight) in row.iter_mut().enumerate().take(end).skip(first) {
            *weight = tent(j) / sum;
        }
    }
    out
}
