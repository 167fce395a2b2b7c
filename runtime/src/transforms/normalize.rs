//! Channels with a mean and a spread that a network expects.

use crate::error::{Error, OrRaise};
use crate::shape::show;
use crate::tensor::Tensor;
use crate::transforms::{Transform, float_sizes, shown_by_name};

/// Channels shifted and scaled (`torchvision.transforms.Normalize`).
///
/// y_c = (x_c - mean_c) / std_c; `[c, h, w] -> [c, h, w]`, with one mean and std for each channel.
///
/// ```
/// use cuaderno::prelude::*;
///
/// // What the networks trained on ImageNet expect.
/// let normalize = Normalize::new(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225]);
/// let black = normalize.apply(&zeros(&[3, 1, 1]));
/// assert_close(&black.flatten(), [-2.117904, -2.035714, -1.804444]);
/// // And back, to look at it.
/// assert_close_within(&normalize.inverse().apply(&black), &zeros(&[3, 1, 1]), 1e-6);
/// ```
#[derive(Clone)]
pub struct Normalize {
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Normalize {
    /// The mean and the standard deviation of each channel.
    #[track_caller]
    pub fn new(mean: &[f64], std: &[f64]) -> Normalize {
        check(mean, std).or_raise();
        Normalize {
            mean: mean.to_vec(),
            std: std.to_vec(),
        }
    }

    /// The transform that takes this one back, to show what was normalised: x = y std + mean.
    pub fn inverse(&self) -> Normalize {
        let pairs = self.mean.iter().zip(&self.std);
        Normalize {
            mean: pairs.map(|(mean, std)| -mean / std).collect(),
            std: self.std.iter().map(|std| 1.0 / std).collect(),
        }
    }
}

fn check(mean: &[f64], std: &[f64]) -> Result<(), Error> {
    if mean.len() != std.len() || mean.is_empty() {
        return Err(Error::new(
            "Normalize",
            format!(
                "needs a mean and a std for each channel: there are {} means and {} stds",
                mean.len(),
                std.len()
            ),
        ));
    }
    match std.iter().position(|std| !(std.is_finite() && *std > 0.0)) {
        None => Ok(()),
        Some(channel) => Err(Error::new(
            "Normalize",
            format!(
                "a std is a number above 0, that of channel {channel} is {}",
                std[channel]
            ),
        )),
    }
}

impl Transform for Normalize {
    fn apply(&self, x: &Tensor) -> Tensor {
        let [channels, ..] = float_sizes("Normalize", x).or_raise();
        if channels != self.mean.len() {
            Error::new(
                "Normalize",
                format!(
                    "has {} means, and the picture {} has {channels} channels",
                    self.mean.len(),
                    show(x.shape())
                ),
            )
            .help("Grayscale::new().channels(3) makes three of one")
            .raise();
        }
        let column = |values: &[f64]| {
            let shape = [values.len(), 1, 1];
            Tensor::from_values(values.to_vec(), shape.as_slice()).to_dtype(x.dtype())
        };
        (x - column(&self.mean)) / column(&self.std)
    }

    fn name(&self) -> String {
        format!("Normalize({:?}, {:?})", self.mean, self.std)
    }
}

shown_by_name!(Normalize);
