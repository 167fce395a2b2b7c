//! Largest and smallest elements.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{with_element, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::argmax::extreme_places;
use crate::ops::kernel::{Around, reduced, same_shape, sum_to, zip};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, IntList, Ints, show};
use crate::tensor::{Tensor, filled};

macro_rules! extreme {
    ($all:ident, $dim:ident, $keepdim:ident, $largest:literal, $word:literal, $numbers:literal) => {
        #[doc = concat!("The ", $word, " of all elements; NaN if there is one.")]
        ///
        /// dx = dy shared evenly by all such elements, as in PyTorch; `[..] -> []`
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 5.0], [3.0, 4.0]]).", stringify!($all), "();")]
        #[doc = concat!("assert_close(y, [", $numbers, "][2]);")]
        /// ```
        #[track_caller]
        pub fn $all(&self) -> Tensor {
            let flat = whole(self, stringify!($all));
            let op = Extreme { dim: 0, keepdim: false, largest: $largest, shared: true };
            Tensor::apply(op, &[&flat])
        }

        #[doc = concat!("The ", $word, " element along a dim, or several, which disappear.")]
        ///
        /// dx = dy at the first such element, 0 elsewhere; along several dims dy is shared evenly by
        /// all such elements, as by PyTorch's `amax`.
        ///
        #[doc = concat!("`[n, m] -> [n]` for dim 1. Where it is, `arg", stringify!($all), "` says.")]
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 5.0], [3.0, 4.0]]).", stringify!($dim), "(1);")]
        #[doc = concat!("assert_close(&y, [[", $numbers, "][0], [", $numbers, "][1]]);")]
        /// ```
        #[track_caller]
        pub fn $dim(&self, dims: impl Ints) -> Tensor {
            extreme(self, &dims.ints(), false, $largest)
        }

        #[doc = concat!("The ", $word, " element along a dim, or several, which stay with size 1.")]
        ///
        /// `[n, m] -> [n, 1]` for dim 1
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        #[doc = concat!("let y = tensor([[1.0, 5.0], [3.0, 4.0]]).", stringify!($keepdim), "(1);")]
        #[doc = concat!("assert_close(&y, [[[", $numbers, "][0]], [[", $numbers, "][1]]]);")]
        /// ```
        #[track_caller]
        pub fn $keepdim(&self, dims: impl Ints) -> Tensor {
            extreme(self, &dims.ints(), true, $largest)
        }
    };
}

impl Tensor {
    extreme!(max, max_dim, max_keepdim, true, "largest", "5.0, 4.0, 5.0");
    extreme!(
        min,
        min_dim,
        min_keepdim,
        false,
        "smallest",
        "1.0, 3.0, 1.0"
    );
}

/// All elements in one dim, of which there is at least one.
#[track_caller]
fn whole(x: &Tensor, op: &str) -> Tensor {
    if x.is_empty() {
        Error::new(
            op,
            format!("there is no element, the shape is {}", show(x.shape())),
        )
        .raise();
    }
    x.flatten()
}

#[track_caller]
fn extreme(x: &Tensor, dims: &IntList, keepdim: bool, largest: bool) -> Tensor {
    let op = Extreme {
        dim: 0,
        keepdim,
        largest,
        shared: false,
    };
    let dims = shape::dims(op.name(), dims.as_slice(), x.shape()).or_raise();
    match dims[..] {
        [] => x.clone(),
        [dim] => Tensor::apply(Extreme { dim, ..op }, &[x]),
        _ => {
            if let Some(&dim) = dims.iter().find(|&&d| x.shape()[d] == 0) {
                no_elements(&op, dim, x.shape()).raise();
            }
            // The dims as one, behind those that stay.
            let kept: Dims = (0..x.ndim()).filter(|d| !dims.contains(d)).collect();
            let order: Vec<usize> = kept.iter().chain(&dims).copied().collect();
            let mut joined: Dims = kept.iter().map(|&d| x.shape()[d]).collect();
            joined.push(dims.iter().map(|&d| x.shape()[d]).product());
            let op = Extreme {
                dim: kept.len(),
                keepdim: false,
                shared: true,
                ..op
            };
            let y = Tensor::apply(op, &[&x.permute(&order[..]).reshape_dims(joined)]);
            y.reshape_dims(reduced(x.shape(), &dims, keepdim))
        }
    }
}

#[cold]
fn no_elements(op: &Extreme, dim: usize, shape: &[usize]) -> Error {
    let text = format!("dim {dim} is empty, the shape is {}", show(shape));
    Error::new(op.name(), text)
}

struct Extreme {
    dim: usize,
    keepdim: bool,
    largest: bool,
    /// Whether elements that are equal share the gradient.
    shared: bool,
}

/// The gradient of numbers picked from `x`, which broadcast to its shape: all elements that equal one
/// share what it has.
pub(crate) fn shared(x: &Tensor, picked: &Tensor, grad: &Tensor) -> Option<Tensor> {
    with_real!(grad.dtype(), T => {
        let equal = same_shape(zip::<T, T>("max", x, picked, |v, picked| {
            if v == picked || (v.is_nan() && picked.is_nan()) { 1.0 } else { 0.0 }
        }))?;
        let part = grad / sum_to(&equal, picked.shape());
        same_shape(zip::<T, T>("max", &equal, &part, |equal, part| {
            if equal == 1.0 { part } else { 0.0 }
        }))
    })
}

impl Op for Extreme {
    fn name(&self) -> &'static str {
        if self.largest { "max" } else { "min" }
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let (x, dim) = (x[0], self.dim);
        if x.shape()[dim] == 0 {
            return Err(no_elements(self, dim, x.shape()));
        }
        let around = Around::dim(x.shape(), dim);
        let places = extreme_places(x, dim, self.largest);
        let shape: Dims = reduced(x.shape(), &[dim], self.keepdim);
        Ok(with_element!(x.dtype(), T => {
            let values = x.values::<T>();
            let picked = places.iter().enumerate().map(|(i, &place)| values[around.at(i, place)]);
            Tensor::from_values::<T>(picked.collect(), shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (x, shape) = (saved.input(0), saved.shape(0));
        if self.shared {
            let keeping = Extreme {
                keepdim: true,
                ..*self
            };
            let picked = same_shape(keeping.forward(&[x]));
            let share = |picked: Tensor| {
                let grad = grad.reshape_dims(Dims::from_slice(picked.shape()));
                shared(x, &picked, &grad)
            };
            return vec![picked.and_then(share)];
        }
        let around = Around::dim(shape, self.dim);
        let places = extreme_places(x, self.dim, self.largest);
        let out = filled(self.name(), shape, 0.0, grad.dtype());
        with_real!(grad.dtype(), T => {
            let source = grad.values::<T>();
            out.overwrite::<T>(|target| {
                for (i, (&place, &g)) in places.iter().zip(source.iter()).enumerate() {
                    target[around.at(i, place)] = g;
                }
            });
        });
        vec![Some(out)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "max",
    math: "y = max x, dx = dy at the largest element, 0 elsewhere",
    cases: || {
        vec![
            Case::new("all", &[sample(&[2, 3])], |x| x[0].max()),
            Case::new("rows", &[sample(&[2, 3])], |x| x[0].max_dim(0)),
            Case::new("columns", &[sample(&[2, 3])], |x| x[0].max_keepdim(1)),
            Case::new("middle", &[sample(&[2, 3, 2])], |x| x[0].min_dim(1)),
            Case::new("several", &[sample(&[2, 3, 2])], |x| x[0].max_dim(&[0, 2])),
            Case::new("several, kept", &[sample(&[2, 3, 2])], |x| {
                x[0].min_keepdim(&[2, 1])
            }),
            Case::new("smallest", &[sample(&[5])], |x| x[0].min()),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].max_dim(1)),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].max_dim(2)),
            Case::new("of nothing", &[sample(&[2, 0])], |x| x[0].max_dim(1)),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    /// PyTorch: `x.amax((0, 2))`, `x.amin((2, 1), keepdim=True)`
    #[test]
    fn equal_elements_share_the_gradient_of_several_dims() {
        let x = tensor([[[4.0, 1.0], [2.0, 2.0]], [[4.0, 4.0], [0.0, 2.0]]]).requires_grad();
        let y = x.max_dim(&[0, 2]);
        assert_close(&y, [4.0, 2.0]);
        y.backward_with(&tensor([3.0, 6.0]));
        let expected = [[[1.0, 0.0], [2.0, 2.0]], [[1.0, 1.0], [0.0, 2.0]]];
        assert_close(x.grad(), expected);
        assert_close(x.min_keepdim(&[2, 1]), [[[1.0]], [[0.0]]]);
        assert_close(x.detach().max_dim(&[-1, 0, 1]), 4.0);
    }

    #[test]
    #[should_panic(expected = "max: dim 1 is empty, the shape is [2, 0, 3]")]
    fn an_empty_dim_among_several_is_named() {
        zeros(&[2, 0, 3]).max_dim(&[0, 1]);
    }

    #[test]
    #[should_panic(expected = "min: dim 1 is named twice in [1, -1], the shape is [2, 3]")]
    fn a_dim_is_named_once() {
        zeros(&[2, 3]).min_dim(&[1, -1]);
    }
}
