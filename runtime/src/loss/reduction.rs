//! What becomes of the losses of single elements: the option that all losses have.

use crate::error::Error;
use crate::ops::pair_loss::Reduction;
use crate::tensor::Tensor;

/// The reduction of a name.
#[track_caller]
pub(super) fn named(loss: &str, name: &str) -> Reduction {
    match name {
        "mean" => Reduction::Mean,
        "sum" => Reduction::Sum,
        "none" => Reduction::None,
        _ => Error::new(loss, format!("there is no reduction {name:?}"))
            .help("\"mean\", \"sum\" or \"none\"")
            .raise(),
    }
}

/// The losses of single elements put together.
#[track_caller]
pub(super) fn reduce(losses: &Tensor, reduction: Reduction) -> Tensor {
    match reduction {
        Reduction::None => losses.clone(),
        Reduction::Sum => losses.sum(),
        Reduction::Mean => losses.mean(),
    }
}

/// The method `reduction` of a loss.
macro_rules! reduction_option {
    ($loss:literal) => {
        /// What becomes of the losses of single elements: "mean" (at first), "sum", or "none",
        /// which leaves them as they are.
        #[track_caller]
        pub fn reduction(&self, reduction: &str) -> Self {
            let mut loss = self.clone();
            loss.reduction = crate::loss::reduction::named($loss, reduction);
            loss
        }
    };
}

pub(super) use reduction_option;

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    #[should_panic(
        expected = "MSELoss: there is no reduction \"avg\"\nhelp: \"mean\", \"sum\" or \"none\""
    )]
    fn a_misspelled_reduction_is_refused() {
        MSELoss::new().reduction("avg");
    }
}
