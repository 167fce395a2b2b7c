//! Broadcasting as an operation of its own.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::sum_to;
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, IntList, Ints, show};
use crate::tensor::{Layout, Tensor};

impl Tensor {
    /// The tensor repeated to a larger shape by NumPy's broadcasting; no elements are copied. A size
    /// of -1 is the one that the dim has.
    ///
    /// y = x repeated, dx = the sum of dy over the repetitions.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0], [2.0]]);
    /// assert_close(&x.expand(&[2, 3]), [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]);
    /// assert_eq!(x.expand(&[4, -1, 3]).shape(), [4, 2, 3]);
    /// ```
    #[track_caller]
    pub fn expand(&self, shape: impl Ints) -> Tensor {
        expand(self, &shape.ints())
    }

    /// The tensor repeated to the shape of another; no elements are copied.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]);
    /// assert_close(&x.expand_as(&zeros(&[2, 2])), [[1.0, 2.0], [1.0, 2.0]]);
    /// ```
    #[track_caller]
    pub fn expand_as(&self, other: &Tensor) -> Tensor {
        self.expand(other.shape())
    }
}

#[track_caller]
fn expand(x: &Tensor, shape: &IntList) -> Tensor {
    let new = shape.as_slice().len().saturating_sub(x.ndim());
    if shape.as_slice()[..new].contains(&-1) {
        Error::new(
            "expand",
            format!(
                "a new dim has no size that a -1 could stand for: the shape is {}, the new one {:?}",
                show(x.shape()),
                shape.as_slice()
            ),
        )
        .raise();
    }
    let size = |(d, &size): (usize, &isize)| match d.checked_sub(new) {
        Some(old) if size == -1 => x.shape().get(old).map_or(size, |&size| size as isize),
        _ => size,
    };
    let sizes: Vec<isize> = shape.as_slice().iter().enumerate().map(size).collect();
    let shape = sizes.ints().sizes("expand").or_raise();
    Tensor::apply(Expand { shape }, &[x])
}

struct Expand {
    shape: Dims,
}

/// The two numbers that keep `old` from being repeated to `new`.
fn clash(old: &[usize], new: &[usize]) -> String {
    if old.len() > new.len() {
        return format!(", since {} dims > {}", old.len(), new.len());
    }
    let pairs = old.iter().rev().zip(new.iter().rev()).enumerate();
    let wrong = pairs
        .map(|(i, pair)| (i + 1, pair))
        .find(|(_, (a, b))| a != b && **a != 1);
    wrong.map_or(String::new(), |(i, (a, b))| {
        format!(": in dim -{i} {a} != {b}")
    })
}

impl Op for Expand {
    fn name(&self) -> &'static str {
        "expand"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let old = &x[0].0.layout;
        shape::countable("expand", &self.shape)?;
        let fits = shape::broadcast_dims("expand", &old.shape, &self.shape)
            .is_ok_and(|shape| shape == self.shape);
        if !fits {
            return Err(Error::new(
                "expand",
                format!(
                    "{} cannot be repeated to {}{}",
                    show(&old.shape),
                    show(&self.shape),
                    clash(&old.shape, &self.shape)
                ),
            )
            .help("sizes are aligned at the right, and only those of 1 are repeated"));
        }
        Ok(x[0].view_as(Layout {
            strides: shape::broadcast_strides(&old.shape, &old.strides, &self.shape),
            shape: self.shape.clone(),
            offset: old.offset,
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(sum_to(grad, saved.shape(0)))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "expand",
    math: "y = x repeated, dx = Σ dy over the repetitions",
    cases: || {
        vec![
            Case::new("column", &[sample(&[2, 1])], |x| x[0].expand(&[2, 3])),
            Case::new("new dims", &[sample(&[3])], |x| x[0].expand(&[2, 2, 3])),
            Case::new("one number", &[sample(&[])], |x| x[0].expand(&[2])),
            Case::new("empty", &[sample(&[1, 2])], |x| x[0].expand(&[0, 2])),
            Case::new("as it is", &[sample(&[2, 1])], |x| x[0].expand(&[3, -1, 2])),
            Case::new("nothing repeated", &[sample(&[0])], |x| {
                x[0].expand(&[3, 0])
            }),
        ]
    },
    wrong: || {
        vec![
            Case::new("sizes differ", &[sample(&[2, 3])], |x| x[0].expand(&[2, 4])),
            Case::new("smaller", &[sample(&[2, 3])], |x| x[0].expand(&[3])),
        ]
    },
};
