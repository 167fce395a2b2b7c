//! What the kinds of pooling share: windows, and one op for all of them.

mod max;
mod mean;
mod options;
mod windows;

pub use options::PoolOptions;

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::shape::{Dims, IntList, countable};
use crate::tensor::Tensor;
use windows::{Window, windows};

/// Where the windows are.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    Sliding(PoolOptions),
    /// As many as wanted.
    Adaptive(IntList),
}

/// What becomes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Summary {
    Max,
    Mean,
}

/// The last `rank` dims in windows.
#[track_caller]
pub(crate) fn pool(x: &Tensor, rule: Rule, summary: Summary, rank: usize) -> Tensor {
    let op = Pool {
        rule,
        summary,
        rank,
    };
    Tensor::apply(op, &[&x.float_or_same()])
}

struct Pool {
    rule: Rule,
    summary: Summary,
    rank: usize,
}

/// The last two dims; of one dim, a first of 1 is added.
fn size(shape: &[usize], rank: usize) -> [usize; 2] {
    let last = shape.len() - 1;
    [if rank == 1 { 1 } else { shape[last - 1] }, shape[last]]
}

impl Pool {
    fn windows(&self, shape: &[usize]) -> Result<[Vec<Window>; 2], Error> {
        let wrong = |why: String| Error::new(self.name(), why);
        if let Rule::Sliding(options) = &self.rule
            && self.summary == Summary::Mean
            && options.dilation.as_slice().iter().any(|&d| d != 1)
        {
            return Err(wrong(format!(
                "dilation is for max pooling, the input is {shape:?}"
            )));
        }
        windows(self.name(), &self.rule, self.rank, shape)
    }
}

impl Op for Pool {
    fn name(&self) -> &'static str {
        let name = |one, two| if self.rank == 1 { one } else { two };
        match (&self.rule, self.summary) {
            (Rule::Sliding(_), Summary::Max) => name("max_pool1d", "max_pool2d"),
            (Rule::Sliding(_), Summary::Mean) => name("avg_pool1d", "avg_pool2d"),
            (Rule::Adaptive(_), Summary::Max) => name("adaptive_max_pool1d", "adaptive_max_pool2d"),
            (Rule::Adaptive(_), Summary::Mean) => {
                name("adaptive_avg_pool1d", "adaptive_avg_pool2d")
            }
        }
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let x = x[0];
        let windows = self.windows(x.shape())?;
        let mut shape = Dims::from_slice(&x.shape()[..x.ndim() - self.rank]);
        shape.extend(windows[2 - self.rank..].iter().map(Vec::len));
        countable(self.name(), &shape)?;
        let size = size(x.shape(), self.rank);
        Ok(with_real!(x.dtype(), T => {
            let values = x.values::<T>();
            let out = match self.summary {
                Summary::Max => max::forward::<T>(&values, size, &windows),
                Summary::Mean => mean::forward::<T>(&values, size, &windows),
            };
            Tensor::from_values(out, shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape = saved.shape(0);
        let Ok(windows) = self.windows(shape) else {
            unreachable!("the forward pass has checked the shape")
        };
        let size = size(shape, self.rank);
        let planes = shape[..shape.len() - self.rank].iter().product();
        let dx = with_real!(grad.dtype(), T => {
            let dy = grad.values::<T>();
            let dx = match self.summary {
                Summary::Max => {
                    let x = saved.input(0).values::<T>();
                    max::backward::<T>(&x, &dy, size, &windows)
                }
                Summary::Mean => mean::backward::<T>(&dy, planes, size, &windows),
            };
            Tensor::from_values(dx, Dims::from_slice(shape))
        });
        vec![Some(dx)]
    }

    fn saves(&self) -> Saves {
        match self.summary {
            Summary::Max => Saves::Inputs,
            Summary::Mean => Saves::Shapes,
        }
    }
}
