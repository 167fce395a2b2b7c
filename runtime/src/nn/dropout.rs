//! Dropout: some numbers become 0 while a model trains.

use std::fmt;

use crate::dtype::{DType, Element, Number, with_real};
use crate::error::Error;
use crate::memory;
use crate::nn::{Mode, Module, Params, observe};
use crate::params;
use crate::random;
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

/// Dropout: in training each number becomes 0 with probability p, and the others grow by 1/(1 - p)
/// so that the mean stays; in evaluation nothing happens.
///
/// y = x m / (1 - p) with m = 0 or 1 at random (`manual_seed` repeats it); `[..] -> [..]`.
/// Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting" (2014).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let dropout = Dropout::new(0.2);
/// let y = dropout.forward(&ones(&[1000]));
/// assert_close_within(y.mean().item(), 1.0, 0.1);
/// assert_close(y.max(), 1.25);
/// dropout.eval();
/// assert_close(&dropout.forward(&ones(&[2])), [1.0, 1.0]);
/// ```
#[derive(Clone)]
pub struct Dropout {
    p: f64,
    mode: Mode,
}

/// Dropout of whole channels: in training each channel of each image becomes 0 with probability p,
/// and the others grow by 1/(1 - p); in evaluation nothing happens.
///
/// `[n, channels, height, width] -> [n, channels, height, width]`, or without n. Neighbours in an
/// image are alike, so dropping single pixels would hide little (Tompson and others, 2015).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let y = Dropout2d::new(0.5).forward(&ones(&[1, 100, 2, 2]));
/// let channels = y.sum_dim(&[2, 3]);
/// assert!(channels.to_vec().iter().all(|&sum| sum == 0.0 || sum == 8.0));
/// ```
#[derive(Clone)]
pub struct Dropout2d {
    p: f64,
    mode: Mode,
}

#[track_caller]
fn check(layer: &str, p: f64) {
    if !(0.0..=1.0).contains(&p) {
        Error::new(
            layer,
            format!("the probability must lie between 0 and 1, it is {p}"),
        )
        .raise();
    }
}

impl Dropout {
    /// Dropout with probability `p`.
    #[track_caller]
    pub fn new(p: f64) -> Dropout {
        check("Dropout", p);
        Dropout {
            p,
            mode: Mode::new(),
        }
    }
}

impl Dropout2d {
    /// Dropout of channels with probability `p`.
    #[track_caller]
    pub fn new(p: f64) -> Dropout2d {
        check("Dropout2d", p);
        Dropout2d {
            p,
            mode: Mode::new(),
        }
    }
}

/// `x` times random factors of the given shape, each 0 or 1 / (1 - p).
fn thinned(x: &Tensor, p: f64, shape: &[usize]) -> Tensor {
    let x = x.float_or_same();
    let scale = if p < 1.0 { (1.0 - p).recip() } else { 0.0 };
    let dtype = if x.dtype() == DType::F64 {
        DType::F64
    } else {
        DType::F32
    };
    let factors = with_real!(dtype, T => {
        let mut values = memory::buffer::<T>(shape::numel(shape));
        fill(&mut values, p, <T as Element>::from_f64(scale));
        Tensor::from_values(values, Dims::from_slice(shape))
    });
    &x * factors.to_dtype(x.dtype())
}

/// Each value is 0 with probability p, else `scale`; each 64 random bits serve two.
fn fill<T: Number>(values: &mut [T], p: f64, scale: T) {
    // 2³² p, so that p = 1 lets nothing through.
    let limit = (p * 4_294_967_296.0).round() as u64;
    random::draw(|stream| {
        for pair in values.chunks_mut(2) {
            let mut bits = stream.bits();
            for value in pair {
                *value = if (bits & 0xffff_ffff) < limit {
                    T::default()
                } else {
                    scale
                };
                bits >>= 32;
            }
        }
    });
}

impl Module for Dropout {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            if self.p == 0.0 || !self.mode.is_training() {
                return x.clone();
            }
            thinned(x, self.p, x.shape())
        })
    }

    fn parameters(&self) -> Params {
        params![self.mode]
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl Module for Dropout2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            if !(3..=4).contains(&x.ndim()) {
                Error::new(
                    "Dropout2d",
                    format!(
                        "takes [n, channels, height, width] or [channels, height, width], the \
                         input is {}",
                        show(x.shape())
                    ),
                )
                .help("Dropout drops single numbers of any shape")
                .raise();
            }
            if self.p == 0.0 || !self.mode.is_training() {
                return x.clone();
            }
            let mut shape = x.shape().to_vec();
            let channels = shape.len() - 2;
            shape[channels..].fill(1);
            thinned(x, self.p, &shape)
        })
    }

    fn parameters(&self) -> Params {
        params![self.mode]
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Dropout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dropout({})", self.p)
    }
}

impl fmt::Debug for Dropout2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dropout2d({})", self.p)
    }
}
