//! Values added at the places that an index names.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_element, with_number};
use crate::error::{Error, OrRaise};
use crate::ops::gather::{add_at, places};
use crate::ops::spec::{Case, Spec, indices, other, sample};
use crate::shape::{self, Int, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The tensor with each value of `src` added at the place that its index names along a dim.
    ///
    /// y = x, then y_(i, index_ij) += src_ij for dim 1; dx = dy, dsrc_ij = dy_(i, index_ij);
    /// `[n, m], [n, k], [n, k] -> [n, m]`. The opposite of [`Tensor::gather`]; `src` may be larger
    /// than the index, and is read from its start.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// // Sums by group.
    /// let (groups, values) = (tensor([0, 1, 0]), tensor([1.0, 2.0, 3.0]));
    /// assert_close(&zeros(2).scatter_add(0, &groups, &values), [4.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn scatter_add(&self, dim: impl Int, index: &Tensor, src: &Tensor) -> Tensor {
        scatter_add(self, dim.int(), index, src)
    }
}

#[track_caller]
fn scatter_add(x: &Tensor, dim: isize, index: &Tensor, src: &Tensor) -> Tensor {
    let dim = shape::dim("scatter_add", dim, x.shape()).or_raise();
    if x.dtype() != src.dtype() || x.dtype() == DType::Bool {
        Error::new(
            "scatter_add",
            format!(
                "both must have numbers of one type: the tensor is {} of {}, src is {} of {}",
                show(x.shape()),
                x.dtype(),
                show(src.shape()),
                src.dtype()
            ),
        )
        .help("src.to_dtype(x.dtype()), or x.long() for bool")
        .raise();
    }
    let fits = |d: usize| index.shape()[d] <= src.shape()[d];
    if index.ndim() != src.ndim() || !(0..src.ndim()).all(fits) {
        Error::new(
            "scatter_add",
            format!(
                "every index needs a value: the tensor is {}, the index {}, src {}",
                show(x.shape()),
                show(index.shape()),
                show(src.shape())
            ),
        )
        .raise();
    }
    let larger = (0..src.ndim()).filter(|&d| index.shape()[d] < src.shape()[d]);
    let src = larger.fold(src.clone(), |src, d| src.narrow(d, 0, index.shape()[d]));
    Tensor::apply(ScatterAdd { dim }, &[x, index, &src])
}

struct ScatterAdd {
    dim: usize,
}

impl Op for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let places = places("scatter_add", x[0].shape(), self.dim, x[1])?;
        let out = x[0].copy();
        with_number!(out.dtype(), T => add_at::<T>(&out, &places, &x[2].values::<T>()));
        Ok(out)
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let index = saved.input(1);
        let part = saved.needs(2).then(|| {
            let Ok(places) = places("scatter_add", saved.shape(0), self.dim, index) else {
                unreachable!("checked in forward");
            };
            with_element!(grad.dtype(), T => {
                let source = grad.values::<T>();
                let values = places.into_iter().map(|place| source[place]).collect();
                Tensor::from_values::<T>(values, index.shape())
            })
        });
        vec![Some(grad.clone()), None, part]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "scatter_add",
    math: "y = x, then y_(i, index_ij) += s_ij; dx = dy, ds_ij = dy_(i, index_ij)",
    cases: || {
        vec![
            Case::new("columns", &[sample(&[2, 3]), other(&[2, 2])], |x| {
                let index = indices(&[2, 2, 0, -2]).reshape(&[2, 2]);
                x[0].scatter_add(1, &index, &x[1])
            }),
            Case::new("larger src", &[sample(&[3, 2]), other(&[3, 3])], |x| {
                let index = indices(&[1, 1, 2, 0]).reshape(&[2, 2]);
                x[0].scatter_add(0, &index, &x[1])
            }),
            Case::new("of a vector", &[sample(&[2]), other(&[5])], |x| {
                x[0].scatter_add(0, &indices(&[0, 1, 0, 0, 1]), &x[1])
            }),
            Case::new("empty", &[sample(&[0]), other(&[0])], |x| {
                x[0].scatter_add(0, &indices(&[]), &x[1])
            }),
        ]
    },
    wrong: || {
        vec![
            Case::new("src too small", &[sample(&[3]), sample(&[1])], |x| {
                x[0].scatter_add(0, &indices(&[0, 1]), &x[1])
            }),
            Case::new("types differ", &[sample(&[3]), sample(&[1])], |x| {
                x[0].scatter_add(0, &indices(&[0]), &x[1].float())
            }),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn whole_numbers_are_counted() {
        let labels = tensor([2, 0, 2, 2]);
        let counts = tensor([0, 0, 0]).scatter_add(0, &labels, &ones_like(&labels));
        assert_eq!(counts.to_vec_i64(), [1, 0, 3]);
    }

    #[test]
    #[should_panic(expected = "scatter_add: index 3 is out of range: dim 0 has size 3")]
    fn places_must_exist() {
        zeros(3).scatter_add(0, &tensor([3]), &ones(1));
    }
}
