//! Brightness, contrast, saturation and hue of pictures.

use crate::dtype::{Element, with_element};
use crate::error::{Error, OrRaise};
use crate::shape::Dims;
use crate::tensor::Tensor;
use crate::transforms::grayscale::grey;
use crate::transforms::{color_sizes, float_sizes};

/// The picture brighter or darker: y = f x, limited to 0 to 1.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[[0.2, 0.8]]]);
/// assert_close(&transforms::adjust_brightness(&x, 1.5), [[[0.3, 1.0]]]);
/// ```
#[track_caller]
pub fn adjust_brightness(x: &Tensor, factor: f64) -> Tensor {
    float_sizes("adjust_brightness", x).or_raise();
    check_factor("adjust_brightness", factor).or_raise();
    (x * factor).clamp(0.0, 1.0)
}

/// The picture with more contrast or less: y = f x + (1 - f) m, limited to 0 to 1, where m is the
/// mean brightness of the picture.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[[0.2, 0.8]]]);
/// assert_close(&transforms::adjust_contrast(&x, 0.5), [[[0.35, 0.65]]]);
/// ```
#[track_caller]
pub fn adjust_contrast(x: &Tensor, factor: f64) -> Tensor {
    color_sizes("adjust_contrast", x).or_raise();
    check_factor("adjust_contrast", factor).or_raise();
    let mean = grey(x).mean_dim([-3, -2, -1]);
    let mean = mean.unsqueeze(-1).unsqueeze(-1).unsqueeze(-1);
    blend(x, &mean, factor)
}

/// The picture with stronger or weaker colours: y = f x + (1 - f) g, limited to 0 to 1, where g is
/// the brightness of the pixel. A grey picture stays as it is.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let red = tensor([[[1.0]], [[0.0]], [[0.0]]]);
/// let grey = transforms::adjust_saturation(&red, 0.0);
/// assert_close(&grey.flatten(), [0.2989, 0.2989, 0.2989]);
/// ```
#[track_caller]
pub fn adjust_saturation(x: &Tensor, factor: f64) -> Tensor {
    let [channels, ..] = color_sizes("adjust_saturation", x).or_raise();
    check_factor("adjust_saturation", factor).or_raise();
    if channels == 1 {
        return x.clone();
    }
    blend(x, &grey(x), factor)
}

fn blend(x: &Tensor, other: &Tensor, factor: f64) -> Tensor {
    (x * factor + other * (1.0 - factor)).clamp(0.0, 1.0)
}

/// The picture with its colours moved around the circle red, green, blue: by a `shift` of 0.5 each
/// becomes its opposite. A grey picture stays as it is.
///
/// The shift is added to the hue of hue, saturation and value (A. R. Smith, "Color gamut transform
/// pairs", 1978); it lies between -0.5 and 0.5.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let red = tensor([[[1.0]], [[0.0]], [[0.0]]]);
/// let green = transforms::adjust_hue(&red, 1.0 / 3.0);
/// assert_close_within(&green.flatten(), [0.0, 1.0, 0.0], 1e-6);
/// ```
#[track_caller]
pub fn adjust_hue(x: &Tensor, shift: f64) -> Tensor {
    let [channels, height, width] = color_sizes("adjust_hue", x).or_raise();
    if !(-0.5..=0.5).contains(&shift) {
        let what = format!("the shift lies between -0.5 and 0.5, {shift} does not");
        Error::new("adjust_hue", what).raise();
    }
    if channels == 1 {
        return x.clone();
    }
    let plane = height * width;
    let x = x.detach();
    with_element!(x.dtype(), T => {
        let mut values = x.values::<T>().into_vec();
        for picture in values.chunks_exact_mut((3 * plane).max(1)) {
            for i in 0..plane {
                let places = [i, plane + i, 2 * plane + i];
                let color = places.map(|place| Element::to_f64(picture[place]));
                for (place, value) in places.into_iter().zip(turned(color, shift)) {
                    picture[place] = <T as Element>::from_f64(value);
                }
            }
        }
        Tensor::from_values(values, Dims::from_slice(x.shape()))
    })
}

/// Red, green and blue with another hue.
fn turned([r, g, b]: [f64; 3], shift: f64) -> [f64; 3] {
    let (value, low) = (r.max(g).max(b), r.min(g).min(b));
    let range = value - low;
    if range <= 0.0 {
        return [r, g, b];
    }
    // In sixths of the circle, from red.
    let hue = if value == r {
        (g - b) / range
    } else if value == g {
        2.0 + (b - r) / range
    } else {
        4.0 + (r - g) / range
    };
    let hue = (hue + 6.0 * shift).rem_euclid(6.0);
    // The channel whose peak is at `peak`: full within one sixth of it, none beyond two.
    let channel = |peak: f64| {
        let way = (hue - peak).rem_euclid(6.0);
        let distance = way.min(6.0 - way);
        low + range * (2.0 - distance).clamp(0.0, 1.0)
    };
    [channel(0.0), channel(2.0), channel(4.0)]
}

fn check_factor(op: &str, factor: f64) -> Result<(), Error> {
    if factor.is_finite() && factor >= 0.0 {
        return Ok(());
    }
    Err(Error::new(
        op,
        format!("the factor is a number from 0 on, it is {factor}"),
    ))
}
