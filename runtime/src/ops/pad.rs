//! A border of one number around a tensor.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, sample};
use crate::ops::strided::{assign, block};
use crate::shape::{Dims, IntList, Ints, show};
use crate::tensor::{Tensor, checked_numel, filled};

impl Tensor {
    /// A border of zeros: `[left, right]`, or `[left, right, top, bottom]`, the last dim first.
    ///
    /// y = x inside, 0 outside, dx = dy inside; `[n, h, w] -> [n, top + h + bottom, left + w + right]`.
    /// A negative number cuts off.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.pad(&[1, 0]), [[0.0, 1.0, 2.0], [0.0, 3.0, 4.0]]);
    /// assert_close(&x.pad(&[0, -1, 0, 1]), [[1.0], [3.0], [0.0]]);
    /// ```
    #[track_caller]
    pub fn pad(&self, pads: impl Ints) -> Tensor {
        pad(self, &pads.ints(), 0.0)
    }

    /// As [`Tensor::pad`], with another number around.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.0, 2.0]).pad_value(&[1, 1], 9.0), [9.0, 1.0, 2.0, 9.0]);
    /// ```
    #[track_caller]
    pub fn pad_value(&self, pads: impl Ints, value: f64) -> Tensor {
        pad(self, &pads.ints(), value)
    }
}

#[track_caller]
fn pad(x: &Tensor, pads: &IntList, value: f64) -> Tensor {
    let pads = pairs(x.shape(), pads.as_slice()).or_raise();
    Tensor::apply(Pad { pads, value }, &[x])
}

/// The pads before and after each dim, the first dim first.
pub(crate) fn pairs(shape: &[usize], pads: &[isize]) -> Result<Vec<(isize, isize)>, Error> {
    if !pads.len().is_multiple_of(2) || pads.len() > 2 * shape.len() {
        return Err(Error::new(
            "pad",
            format!(
                "the pads come in pairs, at most one for each dim: the shape is {}, the pads \
                 {pads:?}",
                show(shape)
            ),
        )
        .help("x.pad(&[left, right, top, bottom]) begins with the last dim"));
    }
    let mut pairs = vec![(0, 0); shape.len()];
    for (pair, target) in pads.chunks_exact(2).zip(pairs.iter_mut().rev()) {
        *target = (pair[0], pair[1]);
    }
    Ok(pairs)
}

struct Pad {
    pads: Vec<(isize, isize)>,
    value: f64,
}

/// How far one dim is kept, and where it goes.
struct Kept {
    from: usize,
    to: usize,
    size: usize,
    padded: usize,
}

fn kept(size: usize, (before, after): (isize, isize)) -> Option<Kept> {
    let cut = |pad: isize| pad.min(0).unsigned_abs();
    let added = |pad: isize| pad.max(0).unsigned_abs();
    let rest = size.checked_sub(cut(before))?.checked_sub(cut(after))?;
    Some(Kept {
        from: cut(before),
        to: added(before),
        size: rest,
        padded: rest.checked_add(added(before))?.checked_add(added(after))?,
    })
}

#[cold]
fn misfit(shape: &[usize], dim: usize, (before, after): (isize, isize)) -> Error {
    Error::new(
        "pad",
        format!(
            "dim {dim} has size {} and cannot be padded by {before} and {after}, the shape is {}",
            shape[dim],
            show(shape)
        ),
    )
}

impl Op for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let shape = x[0].shape();
        let fit = |(dim, (&size, &pads))| kept(size, pads).ok_or_else(|| misfit(shape, dim, pads));
        let dims = shape.iter().zip(&self.pads).enumerate();
        let kept: Vec<Kept> = dims.map(fit).collect::<Result<_, Error>>()?;
        let all = |f: fn(&Kept) -> usize| kept.iter().map(f).collect::<Dims>();
        let padded = all(|k| k.padded);
        if checked_numel("pad", &padded).is_err() {
            return Err(Error::new(
                "pad",
                format!(
                    "{} is too large, the shape is {}",
                    show(&padded),
                    show(shape)
                ),
            ));
        }
        let out = filled("pad", &padded, self.value, x[0].dtype());
        let size = all(|k| k.size);
        let source = block(x[0], &all(|k| k.from), &size);
        assign(&block(&out, &all(|k| k.to), &size), &source);
        Ok(out)
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        // Cutting off what was added, and adding zeros for what was cut off.
        let pads = self.pads.iter().map(|&(before, after)| (-before, -after));
        let back = Pad {
            pads: pads.collect(),
            value: 0.0,
        };
        vec![back.forward(&[grad]).ok()]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "pad",
    math: "y = x inside, a number outside, dx = dy inside",
    cases: || {
        vec![
            Case::new("last dim", &[sample(&[2, 3])], |x| x[0].pad(&[1, 2])),
            Case::new("image", &[sample(&[2, 1, 2, 3])], |x| {
                x[0].pad_value(&[1, 1, 0, 2], 0.5)
            }),
            Case::new("cut off", &[sample(&[3, 4])], |x| {
                x[0].pad(&[-1, -1, 2, -1])
            }),
            Case::new("no pads", &[sample(&[2])], |x| x[0].pad([0_usize; 0])),
            Case::new("one number", &[sample(&[])], |x| x[0].pad([0_usize; 0])),
            Case::new("empty", &[sample(&[0, 2])], |x| x[0].pad(&[1, 1])),
            Case::new("around nothing", &[sample(&[2, 0])], |x| x[0].pad(&[1, 1])),
            Case::new("all cut off", &[sample(&[2, 3])], |x| x[0].pad(&[-2, -1])),
        ]
    },
    wrong: || {
        vec![
            Case::new("odd", &[sample(&[2, 3])], |x| x[0].pad(&[1, 1, 1])),
            Case::new("too many", &[sample(&[3])], |x| x[0].pad(&[1, 1, 1, 1])),
            Case::new("cut too far", &[sample(&[2, 3])], |x| x[0].pad(&[-2, -2])),
            Case::new("too large", &[sample(&[2, 3])], |x| {
                x[0].pad(&[isize::MAX, 0])
            }),
            Case::new("far too large", &[sample(&[2, 3])], |x| {
                x[0].pad(&[isize::MAX, isize::MAX])
            }),
        ]
    },
};
