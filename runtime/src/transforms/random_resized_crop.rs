//! A part of a picture, drawn anew each time and brought to one size.

use crate::error::{Error, OrRaise};
use crate::random;
use crate::shape::{IntList, Ints, show};
use crate::tensor::Tensor;
use crate::transforms::crop::middle;
use crate::transforms::resize::resized;
use crate::transforms::{Transform, between, crop, each, float_sizes, shown_by_name, target};

/// The part of a picture that begins at row and column `corner` and has `part` rows and columns,
/// brought to a `size`, bilinear with antialias; all three are `[rows, columns]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0.0, 16.0, 1.0).reshape(&[1, 4, 4]);
/// let y = transforms::resized_crop(&x, [1, 1], [2, 2], [1, 1]);
/// assert_close(&y, [[[7.5]]]);
/// ```
#[track_caller]
pub fn resized_crop(x: &Tensor, corner: [usize; 2], part: [usize; 2], size: [usize; 2]) -> Tensor {
    float_sizes("resized_crop", x).or_raise();
    if part.contains(&0) || size.contains(&0) {
        let what = format!("takes a part {part:?} to the size {size:?}; each has at least a pixel");
        Error::new("resized_crop", what).raise();
    }
    resized(
        &crop(x, corner[0], corner[1], part[0], part[1]),
        size,
        false,
        true,
    )
}

/// A part of a picture with an area and a ratio of its sides that are drawn anew each time, brought
/// to one size (`torchvision.transforms.RandomResizedCrop`).
///
/// The area is uniform from 0.08 to 1 of the picture's; the logarithm of width / height is uniform
/// between those of 3/4 and 4/3. If ten draws don't fit into the picture, its middle is taken.
/// `[c, h, w] -> [c, height, width]`. Szegedy and others, "Going deeper with convolutions" (2015).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let part = RandomResizedCrop::new(8).scale(0.5, 1.0);
/// assert_eq!(part.apply(&rand(&[3, 12, 10])).shape(), [3, 8, 8]);
/// ```
#[derive(Clone)]
pub struct RandomResizedCrop {
    size: [usize; 2],
    scale: [f64; 2],
    ratio: [f64; 2],
}

/// Draws before the middle is taken.
const TRIES: usize = 10;

impl RandomResizedCrop {
    /// To a square with this side, or `[height, width]`.
    #[track_caller]
    pub fn new(size: impl Ints) -> RandomResizedCrop {
        RandomResizedCrop::of(&size.ints())
    }

    #[track_caller]
    fn of(size: &IntList) -> RandomResizedCrop {
        RandomResizedCrop {
            size: target("RandomResizedCrop", size),
            scale: [0.08, 1.0],
            ratio: [3.0 / 4.0, 4.0 / 3.0],
        }
    }

    /// The smallest and largest area, as a share of the picture's.
    #[track_caller]
    pub fn scale(&self, low: f64, high: f64) -> RandomResizedCrop {
        RandomResizedCrop {
            scale: ordered("scale", low, high).or_raise(),
            ..self.clone()
        }
    }

    /// The smallest and largest width / height.
    #[track_caller]
    pub fn ratio(&self, low: f64, high: f64) -> RandomResizedCrop {
        RandomResizedCrop {
            ratio: ordered("ratio", low, high).or_raise(),
            ..self.clone()
        }
    }

    /// First row and column of a part, and its height and width.
    pub(super) fn draw(&self, h: usize, w: usize) -> [[usize; 2]; 2] {
        let area = (h * w) as f64;
        for _ in 0..TRIES {
            let (part, ratio) = random::draw(|stream| {
                let part = area * between(stream, self.scale);
                (part, between(stream, self.ratio.map(f64::ln)).exp())
            });
            let width = (part * ratio).sqrt().round_ties_even() as usize;
            let height = (part / ratio).sqrt().round_ties_even() as usize;
            if (1..=w).contains(&width) && (1..=h).contains(&height) {
                let corner = random::draw(|stream| {
                    [h - height, w - width].map(|rest| stream.below(rest as u64 + 1) as usize)
                });
                return [corner, [height, width]];
            }
        }
        let (shape, [low, high]) = (w as f64 / h as f64, self.ratio);
        let at_least_one = |size: f64| (size.round_ties_even() as usize).max(1);
        let (height, width) = if shape < low {
            (at_least_one(w as f64 / low).min(h), w)
        } else if shape > high {
            (h, at_least_one(h as f64 * high).min(w))
        } else {
            (h, w)
        };
        [[middle(h, height), middle(w, width)], [height, width]]
    }
}

fn ordered(what: &str, low: f64, high: f64) -> Result<[f64; 2], Error> {
    if low > 0.0 && low <= high && high.is_finite() {
        return Ok([low, high]);
    }
    Err(Error::new(
        "RandomResizedCrop",
        format!(
            "the {what} goes from one number above 0 to a larger one, not from {low} to {high}"
        ),
    ))
}

impl Transform for RandomResizedCrop {
    fn apply(&self, x: &Tensor) -> Tensor {
        let [_, h, w] = float_sizes("RandomResizedCrop", x).or_raise();
        if h * w == 0 {
            let what = format!("the picture {} has no pixels", show(x.shape()));
            Error::new("RandomResizedCrop", what).raise();
        }
        each("RandomResizedCrop", x, &|x| {
            let [corner, part] = self.draw(h, w);
            resized_crop(x, corner, part, self.size)
        })
    }

    fn name(&self) -> String {
        let ([a, b], [c, d]) = (self.scale, self.ratio);
        format!(
            "RandomResizedCrop({:?}, scale={a}..{b}, ratio={c:.3}..{d:.3})",
            self.size
        )
    }
}

shown_by_name!(RandomResizedCrop);
