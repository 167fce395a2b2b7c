//! A part of a picture.

use crate::error::{Error, OrRaise};
use crate::shape::{IntList, Ints, show};
use crate::tensor::Tensor;
use crate::transforms::{Transform, shown_by_name, sizes, target};

/// The part of a picture that begins at row `top` and column `left`.
///
/// `[.., h, w] -> [.., height, width]`. The part lies within the picture: torchvision's `crop`
/// would fill what lies outside with zeros, which is nearly always a mistake; `x.pad(..)` first
/// does it on purpose.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0.0, 12.0, 1.0).reshape(&[1, 3, 4]);
/// assert_close(&transforms::crop(&x, 1, 2, 2, 2), [[[6.0, 7.0], [10.0, 11.0]]]);
/// ```
#[track_caller]
pub fn crop(x: &Tensor, top: usize, left: usize, height: usize, width: usize) -> Tensor {
    check(x, top, left, height, width).or_raise();
    x.narrow(-2, top, height).narrow(-1, left, width)
}

fn check(x: &Tensor, top: usize, left: usize, height: usize, width: usize) -> Result<(), Error> {
    let [_, h, w] = sizes("crop", x)?;
    let wrong = |what: &str, start: usize, length: usize, size: usize| {
        Error::new(
            "crop",
            format!(
                "{what} {start} to {} do not lie in the picture {}, which has {size}",
                start.saturating_add(length),
                show(x.shape())
            ),
        )
        .help("the end is not included; x.pad(&[left, right, top, bottom]) adds a border first")
    };
    if top.saturating_add(height) > h {
        return Err(wrong("rows", top, height, h));
    }
    if left.saturating_add(width) > w {
        return Err(wrong("columns", left, width, w));
    }
    Ok(())
}

/// The middle of a picture (`torchvision.transforms.CenterCrop`).
///
/// `[c, h, w] -> [c, height, width]`; a picture that is smaller gets a border of zeros first.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = arange(0.0, 16.0, 1.0).reshape(&[1, 4, 4]);
/// assert_close(&CenterCrop::new(2).apply(&x), [[[5.0, 6.0], [9.0, 10.0]]]);
/// assert_eq!(CenterCrop::new([6, 3]).apply(&x).shape(), [1, 6, 3]);
/// ```
#[derive(Clone)]
pub struct CenterCrop {
    size: [usize; 2],
}

impl CenterCrop {
    /// A square with this side, or `[height, width]`.
    #[track_caller]
    pub fn new(size: impl Ints) -> CenterCrop {
        CenterCrop::of(&size.ints())
    }

    #[track_caller]
    fn of(size: &IntList) -> CenterCrop {
        CenterCrop {
            size: target("CenterCrop", size),
        }
    }
}

impl Transform for CenterCrop {
    fn apply(&self, x: &Tensor) -> Tensor {
        let [_, h, w] = sizes("CenterCrop", x).or_raise();
        let [height, width] = self.size;
        // The half pixel goes to the right and below, as in torchvision.
        let border = |wanted: usize, size: usize| {
            let missing = wanted.saturating_sub(size);
            [missing / 2, missing.div_ceil(2)]
        };
        let ([top, bottom], [left, right]) = (border(height, h), border(width, w));
        let x = match top + bottom + left + right {
            0 => x.clone(),
            _ => x.pad([left, right, top, bottom]),
        };
        crop(
            &x,
            middle(h.max(height), height),
            middle(w.max(width), width),
            height,
            width,
        )
    }

    fn name(&self) -> String {
        format!("CenterCrop({:?})", self.size)
    }
}

shown_by_name!(CenterCrop);

/// Where the middle of a size begins; a half is rounded to the even number, as Python does.
pub(super) fn middle(size: usize, part: usize) -> usize {
    ((size - part) as f64 / 2.0).round_ties_even() as usize
}
