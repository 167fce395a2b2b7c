//! Pictures mirrored.

use crate::error::{Error, OrRaise};
use crate::random;
use crate::tensor::Tensor;
use crate::transforms::{Transform, each, shown_by_name, sizes};

/// The picture with left and right exchanged.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&transforms::hflip(&tensor([[[1.0, 2.0]]])), [[[2.0, 1.0]]]);
/// ```
#[track_caller]
pub fn hflip(x: &Tensor) -> Tensor {
    sizes("hflip", x).or_raise();
    x.flip(-1)
}

/// The picture with above and below exchanged.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&transforms::vflip(&tensor([[[1.0], [2.0]]])), [[[2.0], [1.0]]]);
/// ```
#[track_caller]
pub fn vflip(x: &Tensor) -> Tensor {
    sizes("vflip", x).or_raise();
    x.flip(-2)
}

macro_rules! random_flip {
    ($transform:ident, $flip:ident, $what:literal, $example:literal) => {
        #[doc = $what]
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let x = ", $example, ";")]
        #[doc = concat!("let flip = ", stringify!($transform), "::new();")]
        /// let flipped = (0..1000).filter(|_| flip.apply(&x).at([0, 0, 0]) == 2.0).count();
        /// assert!((400..600).contains(&flipped));
        /// ```
        #[derive(Clone)]
        pub struct $transform {
            p: f64,
        }

        impl $transform {
            /// With probability 1/2.
            #[allow(clippy::new_without_default)]
            pub fn new() -> $transform {
                $transform { p: 0.5 }
            }

            /// With another probability.
            #[track_caller]
            pub fn p(&self, p: f64) -> $transform {
                check_probability(stringify!($transform), p).or_raise();
                $transform { p }
            }
        }

        impl Transform for $transform {
            fn apply(&self, x: &Tensor) -> Tensor {
                each(stringify!($transform), x, &|x| {
                    if random::draw(|stream| stream.unit()) < self.p {
                        $flip(x)
                    } else {
                        x.clone()
                    }
                })
            }

            fn name(&self) -> String {
                format!(concat!(stringify!($transform), "(p={})"), self.p)
            }
        }

        shown_by_name!($transform);
    };
}

random_flip!(
    RandomHorizontalFlip,
    hflip,
    "Exchanges left and right with probability 1/2 (`torchvision.transforms.RandomHorizontalFlip`).",
    "tensor([[[1.0, 2.0]]])"
);
random_flip!(
    RandomVerticalFlip,
    vflip,
    "Exchanges above and below with probability 1/2 (`torchvision.transforms.RandomVerticalFlip`).",
    "tensor([[[1.0], [2.0]]])"
);

fn check_probability(op: &str, p: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&p) {
        return Ok(());
    }
    Err(Error::new(
        op,
        format!("a probability lies between 0 and 1, {p} does not"),
    ))
}
