//! Pictures prepared for a network: sized, cropped, flipped, recoloured, normalised.
//!
//! A picture is `[channels, height, width]` of floats from 0 to 1, as [`read_image`](crate::data::read_image),
//! [`ToTensor`] and the data sets give it. A batch `[n, channels, height, width]` is taken too: what
//! is random is then drawn for each of its pictures alone, as a loader of PyTorch does, where
//! torchvision's own call would treat a whole batch alike. Random numbers follow
//! [`manual_seed`](crate::random::manual_seed), and a loader's seed on any number of workers.
//!
//! ```
//! use cuaderno::prelude::*;
//!
//! let augment = compose![RandomCrop::new(8).padding(1), RandomHorizontalFlip::new()];
//! let pictures = TensorDataset::new(&rand(&[20, 1, 8, 8]), &zeros(&[20]));
//! let loader = DataLoader::new(&pictures, 5).transform(&augment).workers(2);
//! assert!(loader.iter().all(|(x, _)| x.shape() == [5, 1, 8, 8]));
//! ```
//!
//! The functions here do with given numbers what the random transforms do with drawn ones; they are
//! those of `torchvision.transforms.functional`.

mod color;
mod color_jitter;
mod compose;
mod crop;
mod flips;
mod grayscale;
mod normalize;
mod random_crop;
mod random_resized_crop;
mod resize;
mod rotation;
mod to_tensor;

pub use color::{adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation};
pub use color_jitter::ColorJitter;
pub use compose::Compose;
pub use crop::{CenterCrop, crop};
pub use flips::{RandomHorizontalFlip, RandomVerticalFlip, hflip, vflip};
pub use grayscale::Grayscale;
pub use normalize::Normalize;
pub use random_crop::RandomCrop;
pub use random_resized_crop::{RandomResizedCrop, resized_crop};
pub use resize::Resize;
pub use rotation::{RandomRotation, rotate};
pub use to_tensor::ToTensor;

use crate::error::{Error, OrRaise};
use crate::ops::stack;
use crate::random::Stream;
use crate::shape::{IntList, show};
use crate::tensor::Tensor;

/// Something that is done to pictures.
///
/// ```
/// use cuaderno::prelude::*;
///
/// #[derive(Clone)]
/// struct Negative;
///
/// impl Transform for Negative {
///     fn apply(&self, x: &Tensor) -> Tensor {
///         1.0 - x
///     }
/// }
///
/// let both = compose![Negative, Resize::new(1)];
/// assert_close(&both.apply(&full(&[1, 2, 2], 0.25)), [[[0.75]]]);
/// ```
pub trait Transform: Send + Sync {
    /// The picture `[channels, height, width]`, or the pictures of a batch, after it.
    fn apply(&self, x: &Tensor) -> Tensor;

    /// What `{:?}` of a [`Compose`] shows.
    fn name(&self) -> String {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }
}

/// Gives transforms the name that they have in a [`Compose`] as their `{:?}` too.
macro_rules! shown_by_name {
    ($($transform:ident),*) => {$(
        impl std::fmt::Debug for $transform {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::transforms::Transform::name(self))
            }
        }
    )*};
}

use shown_by_name;

/// Channels, height and width of a picture, or of each one of a batch.
fn sizes(op: &str, x: &Tensor) -> Result<[usize; 3], Error> {
    match *x.shape() {
        [channels, height, width] | [_, channels, height, width] => Ok([channels, height, width]),
        _ => {
            let error = Error::new(
                op,
                format!(
                    "takes a picture [channels, height, width] or a batch of them, the input is {}",
                    show(x.shape())
                ),
            );
            Err(match x.ndim() {
                2 => error.help("x.unsqueeze(0) adds the channel of a grey picture"),
                _ => error.help("x.reshape(&[-1, 1, 8, 8]) makes pictures of flat rows of 64"),
            })
        }
    }
}

/// As [`sizes`], for what computes with the values.
fn float_sizes(op: &str, x: &Tensor) -> Result<[usize; 3], Error> {
    let sizes = sizes(op, x)?;
    if x.dtype().is_float() {
        return Ok(sizes);
    }
    Err(Error::new(
        op,
        format!(
            "needs floats from 0 to 1, the picture {} is {}",
            show(x.shape()),
            x.dtype()
        ),
    )
    .help("ToTensor makes them of whole numbers from 0 to 255"))
}

/// As [`float_sizes`], where 1 channel is grey and 3 are red, green and blue.
fn color_sizes(op: &str, x: &Tensor) -> Result<[usize; 3], Error> {
    let sizes = float_sizes(op, x)?;
    if matches!(sizes[0], 1 | 3) {
        return Ok(sizes);
    }
    Err(Error::new(
        op,
        format!(
            "colours have 1 channel or 3, the input {} has {}",
            show(x.shape()),
            sizes[0]
        ),
    )
    .help("x.narrow(0, 0, 3) leaves the transparency of a picture out"))
}

/// Height and width of a target: one number is a square.
#[track_caller]
fn target(op: &str, size: &IntList) -> [usize; 2] {
    match *size.as_slice() {
        [side] if side > 0 => [side as usize; 2],
        [height, width] if height > 0 && width > 0 => [height as usize, width as usize],
        _ => Error::new(
            op,
            format!(
                "the size is one number or [height, width], all above 0, it is {:?}",
                size.as_slice()
            ),
        )
        .raise(),
    }
}

/// A picture after `change`, or each one of a batch: what is random differs among them.
fn each(op: &str, x: &Tensor, change: &dyn Fn(&Tensor) -> Tensor) -> Tensor {
    sizes(op, x).or_raise();
    if x.ndim() == 3 || x.is_empty() {
        return change(x);
    }
    let pictures: Vec<Tensor> = (0..x.len()).map(|i| change(&x.select(0, i))).collect();
    let pictures: Vec<&Tensor> = pictures.iter().collect();
    stack(&pictures, 0)
}

/// Uniform between two numbers.
fn between(stream: &mut Stream, [low, high]: [f64; 2]) -> f64 {
    low + (high - low) * stream.unit()
}

#[cfg(test)]
mod tests;
