//! A part of a picture that is drawn anew each time.

use crate::error::{Error, OrRaise};
use crate::random;
use crate::shape::{IntList, Ints, show};
use crate::tensor::Tensor;
use crate::transforms::{Transform, crop, each, shown_by_name, sizes, target};

/// A part of a picture at a place that is drawn anew each time
/// (`torchvision.transforms.RandomCrop`).
///
/// `[c, h, w] -> [c, height, width]`. With a border and the size of the picture it shifts the
/// picture by up to the border.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let shift = RandomCrop::new(8).padding(1);
/// let x = ones(&[1, 8, 8]);
/// assert_eq!(shift.apply(&x).shape(), [1, 8, 8]);
/// assert!(shift.apply(&x).sum().item() >= 49.0);
/// ```
#[derive(Clone)]
pub struct RandomCrop {
    size: [usize; 2],
    padding: usize,
}

impl RandomCrop {
    /// A square with this side, or `[height, width]`.
    #[track_caller]
    pub fn new(size: impl Ints) -> RandomCrop {
        RandomCrop::of(&size.ints())
    }

    #[track_caller]
    fn of(size: &IntList) -> RandomCrop {
        RandomCrop {
            size: target("RandomCrop", size),
            padding: 0,
        }
    }

    /// A border of so many zeros on each side first.
    pub fn padding(&self, padding: usize) -> RandomCrop {
        RandomCrop {
            padding,
            ..self.clone()
        }
    }

    /// The first row and column in a picture, the border included.
    pub(super) fn draw(&self, x: &Tensor) -> Result<[usize; 2], Error> {
        let [_, h, w] = sizes("RandomCrop", x)?;
        let [height, width] = self.size;
        let rest = |size: usize, part: usize| {
            (size.saturating_add(2 * self.padding).checked_sub(part)).ok_or_else(|| {
                let border = match self.padding {
                    0 => String::new(),
                    padding => format!(" with a border of {padding}"),
                };
                Error::new(
                    "RandomCrop",
                    format!(
                        "a part {:?} is larger than the picture {}{border}, since {part} > {}",
                        self.size,
                        show(x.shape()),
                        size + 2 * self.padding
                    ),
                )
                .help("padding(n) adds a border, Resize makes the picture larger")
            })
        };
        let (down, right) = (rest(h, height)?, rest(w, width)?);
        Ok(random::draw(|stream| {
            [down, right].map(|rest| stream.below(rest as u64 + 1) as usize)
        }))
    }
}

impl Transform for RandomCrop {
    fn apply(&self, x: &Tensor) -> Tensor {
        each("RandomCrop", x, &|x| {
            let [top, left] = self.draw(x).or_raise();
            let x = match self.padding {
                0 => x.clone(),
                padding => x.pad([padding; 4]),
            };
            crop(&x, top, left, self.size[0], self.size[1])
        })
    }

    fn name(&self) -> String {
        match self.padding {
            0 => format!("RandomCrop({:?})", self.size),
            padding => format!("RandomCrop({:?}, padding={padding})", self.size),
        }
    }
}

shown_by_name!(RandomCrop);
