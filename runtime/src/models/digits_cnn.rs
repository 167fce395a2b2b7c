//! A small network for the digits of the runtime, untrained and trained.

use crate::error::OrRaise;
use crate::files::{StateDict, Weights};
use crate::nn::{BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential};
use crate::seq;

/// A convolutional network for small grey pictures of 12 x 12 pixels, with random weights.
///
/// Three blocks of convolution, batch normalisation and rectifier, of which the last two halve the
/// picture; the layers are called `block1`, `block2`, `block3`, `flatten` and `head`.
/// `[n, 1, 12, 12] -> [n, classes]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = digits_cnn(10);
/// let x = rand(&[5, 1, 12, 12]);
/// assert_eq!(model.forward(&x).shape(), [5, 10]);
/// assert_eq!(model.first(4).forward(&x).shape(), [5, 576]);
/// assert_eq!(model["head"].parameters().count(), 5770);
/// ```
pub fn digits_cnn(num_classes: usize) -> Sequential {
    seq![
        "block1" => seq![
            Conv2d::new(1, 16, 3).padding(1).no_bias(),
            BatchNorm2d::new(16),
            ReLU,
        ],
        "block2" => seq![
            Conv2d::new(16, 32, 3).padding(1).no_bias(),
            BatchNorm2d::new(32),
            ReLU,
            MaxPool2d::new(2),
        ],
        "block3" => seq![
            Conv2d::new(32, 64, 3).padding(1).no_bias(),
            BatchNorm2d::new(64),
            ReLU,
            MaxPool2d::new(2),
        ],
        "flatten" => Flatten::new(),
        "head" => Linear::new(576, num_classes),
    ]
}

/// [`digits_cnn`] trained to tell the digits 0, 1, 2, 3 and 4 apart; it has never seen the others.
///
/// The weights come with the crate, and the program `runtime/examples/pretrain_digits_cnn.rs`
/// trains them again. The pictures were those of [`digits`](crate::data::digits) with a border of 2
/// pixels, turned by up to 10 degrees, moved by up to one pixel, darkened by up to a half, half of
/// them as negatives, and noisy; pixels go from 0 to 1.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = digits_cnn_pretrained();
/// model.eval();
/// let data = digits();
/// let x = (data.x.reshape(&[-1, 1, 8, 8]) / 16.0).pad(&[2, 2, 2, 2]);
/// let classes = model.forward(&x.narrow(0, 0, 5)).argmax(1);
/// assert_eq!(classes.to_vec_i64(), [0, 1, 2, 3, 4]);
/// ```
pub fn digits_cnn_pretrained() -> Sequential {
    let model = digits_cnn(5);
    let state = StateDict::from_bytes(include_bytes!("digits_0_to_4.safetensors"));
    model.load_state_dict(&state.or_raise()).or_raise();
    model
}
