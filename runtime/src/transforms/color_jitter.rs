//! Colours that are changed anew each time.

use crate::error::{Error, OrRaise};
use crate::random;
use crate::tensor::Tensor;
use crate::transforms::{
    Transform, adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation, between,
    color_sizes, each, shown_by_name,
};

/// Brightness, contrast, saturation and hue changed anew each time, in an order that is drawn too
/// (`torchvision.transforms.ColorJitter`).
///
/// The first three multiply by factors that are uniform from max(0, 1 - a) to 1 + a; the hue moves
/// by a part of the circle that is uniform from -a to a.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let jitter = ColorJitter::new().brightness(0.4).hue(0.1);
/// let y = jitter.apply(&rand(&[3, 8, 8]));
/// assert!(y.min().item() >= 0.0 && y.max().item() <= 1.0);
/// ```
#[derive(Clone)]
pub struct ColorJitter {
    /// How far brightness, contrast, saturation and hue may go; 0 leaves one as it is.
    amounts: [f64; 4],
}

const NAMES: [&str; 4] = ["brightness", "contrast", "saturation", "hue"];

impl ColorJitter {
    /// Changes nothing yet.
    #[allow(clippy::new_without_default)]
    pub fn new() -> ColorJitter {
        ColorJitter { amounts: [0.0; 4] }
    }

    /// How far the factor of the brightness may be from 1.
    #[track_caller]
    pub fn brightness(&self, amount: f64) -> ColorJitter {
        self.with(0, amount, f64::MAX).or_raise()
    }

    /// How far the factor of the contrast may be from 1.
    #[track_caller]
    pub fn contrast(&self, amount: f64) -> ColorJitter {
        self.with(1, amount, f64::MAX).or_raise()
    }

    /// How far the factor of the saturation may be from 1.
    #[track_caller]
    pub fn saturation(&self, amount: f64) -> ColorJitter {
        self.with(2, amount, f64::MAX).or_raise()
    }

    /// How far the hue may move, at most 0.5.
    #[track_caller]
    pub fn hue(&self, amount: f64) -> ColorJitter {
        self.with(3, amount, 0.5).or_raise()
    }

    fn with(&self, place: usize, amount: f64, most: f64) -> Result<ColorJitter, Error> {
        if !(0.0..=most).contains(&amount) {
            let limit = match place {
                3 => "from 0 to 0.5",
                _ => "0 or more",
            };
            let what = format!("the amount of {} is {limit}, it is {amount}", NAMES[place]);
            return Err(Error::new("ColorJitter", what));
        }
        let mut amounts = self.amounts;
        amounts[place] = amount;
        Ok(ColorJitter { amounts })
    }

    /// What is changed, in order: its place in [`NAMES`], and the factor or shift.
    pub(super) fn draw(&self) -> Vec<(usize, f64)> {
        random::draw(|stream| {
            let order = stream.permutation(4);
            let drawn = order.into_iter().filter(|&i| self.amounts[i] > 0.0);
            let number = |i: usize| match (i, self.amounts[i]) {
                (3, a) => (3, between(stream, [-a, a])),
                (i, a) => (i, between(stream, [(1.0 - a).max(0.0), 1.0 + a])),
            };
            drawn.map(number).collect()
        })
    }
}

impl Transform for ColorJitter {
    fn apply(&self, x: &Tensor) -> Tensor {
        color_sizes("ColorJitter", x).or_raise();
        each("ColorJitter", x, &|x| {
            let change = |x: Tensor, (place, number): (usize, f64)| match place {
                0 => adjust_brightness(&x, number),
                1 => adjust_contrast(&x, number),
                2 => adjust_saturation(&x, number),
                _ => adjust_hue(&x, number),
            };
            self.draw().into_iter().fold(x.clone(), change)
        })
    }

    fn name(&self) -> String {
        let amounts = NAMES.iter().zip(self.amounts).filter(|(_, a)| *a > 0.0);
        let amounts: Vec<String> = amounts.map(|(name, a)| format!("{name}={a}")).collect();
        format!("ColorJitter({})", amounts.join(", "))
    }
}

shown_by_name!(ColorJitter);
