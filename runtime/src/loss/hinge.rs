//! The hinge loss of classes -1 and 1.

use crate::dtype::{Element, with_element};
use crate::error::Error;
use crate::loss::check;
use crate::loss::reduction::reduction_option;
use crate::ops::pair_loss::{self, Reduction};
use crate::shape::show;
use crate::tensor::Tensor;

/// The hinge loss of scores and classes -1 and 1, as in support vector machines.
///
/// loss = mean of max(0, 1 - y ŷ); `[..], [..] -> []`. A score counts until it is on the right
/// side of 0 by at least 1. PyTorch has no function of this name.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (scores, y) = (tensor([2.0, 0.5, 0.5]), tensor([1.0, 1.0, -1.0]));
/// assert_close(hinge_loss(&scores, &y), (0.0 + 0.5 + 1.5) / 3.0);
/// ```
#[inline]
#[track_caller]
pub fn hinge_loss(scores: &Tensor, y: &Tensor) -> Tensor {
    HingeLoss::new().forward(scores, y)
}

/// [`hinge_loss`] with a choice of reduction.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let loss = HingeLoss::new().reduction("sum");
/// assert_close(loss.forward(&tensor([0.5, 0.5]), &tensor([1, -1])), 2.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct HingeLoss {
    reduction: Reduction,
}

impl HingeLoss {
    /// The mean over all elements.
    pub fn new() -> HingeLoss {
        HingeLoss::default()
    }

    reduction_option!("HingeLoss");

    /// The loss of scores and their classes, as [`hinge_loss`].
    #[track_caller]
    pub fn forward(&self, scores: &Tensor, y: &Tensor) -> Tensor {
        let (scores, classes) = check::pair("hinge_loss", scores, y);
        refuse_other_classes(y);
        pair_loss::hinge(&scores, &classes, self.reduction)
    }
}

#[track_caller]
fn refuse_other_classes(y: &Tensor) {
    let wrong = with_element!(y.dtype(), T => {
        y.values::<T>().iter().map(|&v| Element::to_f64(v)).find(|v| v.abs() != 1.0)
    });
    if let Some(wrong) = wrong {
        Error::new(
            "hinge_loss",
            format!(
                "the classes must be -1 and 1: the target is {} and has {wrong}",
                show(y.shape())
            ),
        )
        .help("of classes 0 and 1: y * 2 - 1")
        .raise();
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(expected = "must be -1 and 1: the target is [2] and has 0\nhelp: of classes")]
    fn classes_0_and_1_are_refused() {
        hinge_loss(&zeros(&[2]), &tensor([1, 0]));
    }
}
