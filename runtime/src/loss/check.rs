//! What losses refuse, and the types in which they compute.

use crate::dtype::{DType, Element, with_element};
use crate::error::{Error, OrRaise};
use crate::ops::pair_loss::same_shape;
use crate::shape::{self, show};
use crate::tensor::Tensor;

/// A prediction and its target in one float type; refuses shapes that differ.
#[track_caller]
pub(super) fn pair(loss: &str, x: &Tensor, y: &Tensor) -> (Tensor, Tensor) {
    same_shape(loss, x, y).or_raise();
    let x = x.float_or_same();
    // Whole numbers and bools take the type of the prediction.
    let dtype = match y.dtype() {
        DType::Bool | DType::I64 => x.dtype(),
        float => x.dtype().promote(float),
    };
    (x.to_dtype(dtype), y.to_dtype(dtype))
}

/// Refuses a number that is not between 0 and 1, NaN among them.
#[track_caller]
pub(super) fn probabilities(loss: &str, what: &str, x: &Tensor, help: &str) {
    let wrong = with_element!(x.dtype(), T => {
        let values = x.values::<T>();
        let (zero, one) = (<T as Element>::from_f64(0.0), <T as Element>::from_f64(1.0));
        // Without a way out of the loop it is compiled to vector instructions.
        let outside = |v: T| !(v >= zero && v <= one);
        let any = values.iter().fold(false, |any, &v| any | outside(v));
        any.then(|| values.iter().copied().find(|&v| outside(v)).map(<T as Element>::to_f64)).flatten()
    });
    if let Some(wrong) = wrong {
        Error::new(
            loss,
            format!(
                "the {what} must be between 0 and 1: it is {} and has {wrong}",
                show(x.shape())
            ),
        )
        .help(help)
        .raise();
    }
}

pub(super) const TWO_CLASSES: &str =
    "two classes are 0 and 1; for more there is cross_entropy(&scores, &classes)";

/// `x` times a weight that broadcasts to its shape.
#[track_caller]
pub(super) fn weighted(loss: &str, x: &Tensor, weight: &Tensor) -> Tensor {
    let fits = shape::broadcast_dims(loss, x.shape(), weight.shape());
    if !fits.is_ok_and(|shape| *shape == *x.shape()) {
        Error::new(
            loss,
            format!(
                "the weight does not fit: it is {}, the prediction {}",
                show(weight.shape()),
                show(x.shape())
            ),
        )
        .help("a weight has the shape of the prediction, or of a row of it")
        .raise();
    }
    x * weight.to_dtype(x.dtype())
}
