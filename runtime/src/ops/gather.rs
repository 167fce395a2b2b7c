//! One element of a line for each index.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Number, with_element, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, indices, sample};
use crate::shape::{self, Int, show};
use crate::tensor::{Tensor, filled};

impl Tensor {
    /// For each index, the element at that place of its line along a dim.
    ///
    /// y_ij = x_(i, index_ij) for dim 1, dx = dy added at that place; `[n, m], [n, k] -> [n, k]`.
    /// The index may be smaller than the tensor in the other dims; it is never broadcast.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// // What each row gives its own class.
    /// let scores = tensor([[0.1, 0.9], [0.8, 0.2]]);
    /// let labels = tensor([1, 0]);
    /// assert_close(&scores.gather(1, &labels.unsqueeze(1)), [[0.9], [0.8]]);
    /// ```
    #[track_caller]
    pub fn gather(&self, dim: impl Int, index: &Tensor) -> Tensor {
        gather(self, dim.int(), index)
    }
}

#[track_caller]
fn gather(x: &Tensor, dim: isize, index: &Tensor) -> Tensor {
    let dim = shape::dim("gather", dim, x.shape()).or_raise();
    Tensor::apply(Gather { dim }, &[x, index])
}

struct Gather {
    dim: usize,
}

/// Where in a row-major tensor of `shape` the elements lie that `index` names along `dim`.
pub(crate) fn places(
    op: &str,
    shape: &[usize],
    dim: usize,
    index: &Tensor,
) -> Result<Vec<usize>, Error> {
    let fits = |d: usize| d == dim || index.shape()[d] <= shape[d];
    if index.dtype() != DType::I64 || index.ndim() != shape.len() || !(0..shape.len()).all(fits) {
        return Err(Error::new(
            op,
            format!(
                "the index must be i64, with the dims of the tensor and no size but that of dim \
                 {dim} larger: the tensor is {}, the index is {} of {}",
                show(shape),
                show(index.shape()),
                index.dtype()
            ),
        )
        .help("index.unsqueeze(1) makes a column of a list, index.long() whole numbers"));
    }
    let mut strides = shape::row_major(shape);
    let along = std::mem::replace(&mut strides[dim], 0);
    let (length, step) = match (index.shape().last(), strides.last()) {
        (Some(&length), Some(&step)) => (length, step),
        _ => (1, 0),
    };
    let mut lines = Vec::with_capacity(index.numel());
    shape::rows(index.shape(), &strides, &strides, |start, _| {
        lines.extend((0..length).map(|i| start + i * step));
    });
    let values = index.values::<i64>();
    let place =
        |(line, &i): (usize, &i64)| Ok(line + shape::index(op, i as isize, dim, shape)? * along);
    lines.into_iter().zip(values.iter()).map(place).collect()
}

/// Adds every value at its place.
pub(crate) fn add_at<T: Number>(target: &Tensor, places: &[usize], values: &[T]) {
    target.overwrite::<T>(|target| {
        for (&place, &v) in places.iter().zip(values) {
            target[place] += v;
        }
    });
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let places = places("gather", x[0].shape(), self.dim, x[1])?;
        Ok(with_element!(x[0].dtype(), T => {
            let source = x[0].values::<T>();
            let values = places.into_iter().map(|place| source[place]).collect();
            Tensor::from_values::<T>(values, x[1].shape())
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let out = filled("gather", saved.shape(0), 0.0, grad.dtype());
        let Ok(places) = places("gather", saved.shape(0), self.dim, saved.input(1)) else {
            unreachable!("checked in forward");
        };
        with_real!(grad.dtype(), T => add_at::<T>(&out, &places, &grad.values::<T>()));
        vec![Some(out), None]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "gather",
    math: "y_ij = x_(i, index_ij), dx = Σ dy over every index that names the element",
    cases: || {
        let run = |x: &[Tensor]| x[0].gather(1, &indices(&[2, 2, 0, -1, 1, 1]).reshape(&[2, 3]));
        vec![
            Case::new("columns", &[sample(&[2, 3])], run),
            Case::new("of a larger table", &[sample(&[4, 3])], run),
            Case::new("rows", &[sample(&[3, 2])], |x| {
                x[0].gather(0, &indices(&[1, 1, 0, 2]).reshape(&[2, 2]).t())
            }),
            Case::new("of a vector", &[sample(&[3])], |x| {
                x[0].gather(0, &indices(&[2, 0, 2, 2]))
            }),
            Case::new("middle", &[sample(&[2, 3, 2])], |x| {
                x[0].gather(1, &indices(&[0, 2, 1, 1]).reshape(&[2, 1, 2]))
            }),
            Case::new("empty", &[sample(&[3])], |x| x[0].gather(0, &indices(&[]))),
            Case::new("of nothing", &[sample(&[0, 3])], |x| {
                x[0].gather(1, &indices(&[]).reshape(&[0, 2]))
            }),
        ]
    },
    wrong: || {
        vec![
            Case::new("out of range", &[sample(&[2, 3])], |x| {
                x[0].gather(1, &indices(&[3]).reshape(&[1, 1]))
            }),
            Case::new("too few dims", &[sample(&[2, 3])], |x| {
                x[0].gather(1, &indices(&[0, 1]))
            }),
            Case::new("too many rows", &[sample(&[2, 3])], |x| {
                x[0].gather(1, &indices(&[0, 1, 1]).reshape(&[3, 1]))
            }),
            Case::new("floats", &[sample(&[2]), sample(&[2])], |x| {
                x[0].gather(0, &x[1])
            }),
            Case::new("of one number", &[sample(&[])], |x| {
                x[0].gather(0, &indices(&[0]))
            }),
        ]
    },
};
