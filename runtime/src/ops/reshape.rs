//! Another shape for the same elements.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, Int, IntList, Ints, show};
use crate::tensor::{Layout, Tensor};

impl Tensor {
    /// The elements in another shape, in the same order; one size may be -1 and is computed.
    ///
    /// y = x, dx = dy; no elements are copied where they lie in order.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = arange(0, 6, 1);
    /// assert_eq!(x.reshape(&[2, -1]).shape(), [2, 3]);
    /// assert_eq!(x.reshape(&[2, 3]).at(&[1, 0]), 3.0);
    /// ```
    #[track_caller]
    pub fn reshape(&self, shape: impl Ints) -> Tensor {
        self.reshape_list(&shape.ints())
    }

    #[track_caller]
    fn reshape_list(&self, shape: &IntList) -> Tensor {
        self.reshape_dims(shape::infer("reshape", shape.as_slice(), self.shape()).or_raise())
    }

    /// The same memory in another shape; one size may be -1 and is computed.
    ///
    /// y = x, dx = dy; as [`Tensor::reshape`], but an error where elements would be copied.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = zeros(&[2, 3]);
    /// x.view(-1).set_(4, 5.0);
    /// assert_close(&x, [[0.0, 0.0, 0.0], [0.0, 5.0, 0.0]]);
    /// ```
    #[track_caller]
    pub fn view(&self, shape: impl Ints) -> Tensor {
        view(self, &shape.ints())
    }

    /// The dims from `start` to `end`, both included, as one.
    ///
    /// `[n, c, h, w] -> [n, c * h * w]` for 1 and -1; PyTorch's `flatten(start, end)`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3, 4]).flatten_dims(1, -1).shape(), [2, 12]);
    /// ```
    #[track_caller]
    pub fn flatten_dims(&self, start: impl Int, end: impl Int) -> Tensor {
        flatten_dims(self, start.int(), end.int())
    }

    /// All elements in one dim.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3]).flatten().shape(), [6]);
    /// ```
    #[track_caller]
    pub fn flatten(&self) -> Tensor {
        self.reshape_dims(Dims::from_slice(&[self.numel()]))
    }

    #[track_caller]
    pub(crate) fn reshape_dims(&self, shape: Dims) -> Tensor {
        Tensor::apply(Reshape { shape }, &[self])
    }
}

#[track_caller]
fn view(x: &Tensor, shape: &IntList) -> Tensor {
    let shape = shape::infer("view", shape.as_slice(), x.shape()).or_raise();
    let layout = &x.0.layout;
    if shape::view_strides(&layout.shape, &layout.strides, &shape).is_none() {
        Error::new(
            "view",
            format!(
                "the elements of {} do not lie in memory so that {} could show them",
                show(x.shape()),
                show(&shape)
            ),
        )
        .help("x.reshape(..) copies them where it has to, x.contiguous().view(..) as well")
        .raise();
    }
    x.reshape_dims(shape)
}

#[track_caller]
fn flatten_dims(x: &Tensor, start: isize, end: isize) -> Tensor {
    let old = x.shape();
    if old.is_empty() {
        return x.flatten();
    }
    let first = shape::dim("flatten_dims", start, old).or_raise();
    let last = shape::dim("flatten_dims", end, old).or_raise();
    if first > last {
        Error::new(
            "flatten_dims",
            format!(
                "the first dim comes after the last, the shape is {}, and {first} > {last}",
                show(old)
            ),
        )
        .raise();
    }
    let middle = shape::numel(&old[first..=last]);
    x.reshape_dims([&old[..first], &[middle], &old[last + 1..]].concat().into())
}

struct Reshape {
    shape: Dims,
}

fn reshape(x: &Tensor, shape: &[usize]) -> Result<Tensor, Error> {
    if shape::numel(shape) != x.numel() {
        return Err(Error::new(
            "reshape",
            format!(
                "{} has {} elements, {} has {}",
                show(x.shape()),
                x.numel(),
                show(shape),
                shape::numel(shape)
            ),
        ));
    }
    let old = &x.0.layout;
    if let Some(strides) = shape::view_strides(&old.shape, &old.strides, shape) {
        return Ok(x.view_as(Layout {
            shape: shape.into(),
            strides,
            offset: old.offset,
        }));
    }
    Ok(x.copy().view_as(Layout::row_major(shape.into())))
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        reshape(x[0], &self.shape)
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![reshape(grad, saved.shape(0)).ok()]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "reshape",
    math: "y = x in another shape, dx = dy in the shape of x",
    cases: || {
        vec![
            Case::new("table to table", &[sample(&[2, 6])], |x| {
                x[0].reshape(&[3, -1])
            }),
            Case::new("transposed", &[sample(&[2, 3])], |x| x[0].t().reshape(&[6])),
            Case::new("to one number", &[sample(&[1, 1])], |x| {
                x[0].reshape([0_usize; 0])
            }),
            Case::new("flattened", &[sample(&[2, 1, 3, 2])], |x| {
                x[0].transpose(0, 1).flatten_dims(1, 2)
            }),
            Case::new("view of columns", &[sample(&[2, 6])], |x| {
                x[0].narrow(1, 1, 4).view(&[2, 2, -1])
            }),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].reshape(&[3, 0])),
        ]
    },
    wrong: || {
        vec![
            Case::new("too few", &[sample(&[2, 3])], |x| x[0].reshape(&[5])),
            Case::new("not whole", &[sample(&[2, 3])], |x| x[0].reshape(&[4, -1])),
            Case::new("view of more", &[sample(&[2, 3])], |x| x[0].view(&[7])),
            Case::new("from behind", &[sample(&[2, 3])], |x| {
                x[0].flatten_dims(1, 0)
            }),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn memory_is_shared_where_it_can_be() {
        let x = arange(0, 24, 1).reshape(&[2, 3, 4]);
        for view in [
            x.view(&[4, 6]),
            x.transpose(0, 1).view(&[3, 2, 2, 2]),
            x.i((.., 1..)).view(&[2, 1, 8]),
            x.i((.., .., 2)).view(&[3, 2]),
            x.i((.., .., step(.., 2))).view(12),
            x.i((1, 1, 1)).view(&[1, 1]),
            x.i((0, 0, 0)).expand(&[6]).view(&[2, 3]),
            x.i((.., 3..)).view(&[0, 7]),
        ] {
            assert!(view.shares_memory(&x));
            assert!(view.reshape(view.shape()).shares_memory(&x));
        }
        let columns = x.i((.., .., 2));
        assert_eq!(columns.view(&[3, 2]).to_vec_i64(), columns.to_vec_i64());
        let pairs = x.transpose(0, 1).view(&[3, 2, 2, 2]);
        assert_eq!(pairs.to_vec_i64(), x.transpose(0, 1).to_vec_i64());
        assert!(!x.transpose(1, 2).flatten().shares_memory(&x));
    }

    #[test]
    #[should_panic(
        expected = "view: the elements of [3, 2] do not lie in memory so that [6] could show them\n\
                    help: x.reshape(..) copies them where it has to, x.contiguous().view(..) as well"
    )]
    fn a_view_never_copies() {
        zeros(&[2, 3]).t().view(-1);
    }
}
