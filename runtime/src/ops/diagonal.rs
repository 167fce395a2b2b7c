//! Diagonals of tables.

use crate::autograd::{Op, Saved, Saves};
use crate::error::{Error, OrRaise};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Int, show};
use crate::tensor::{Layout, Tensor, filled};

impl Tensor {
    /// The elements whose indices in two dims differ by `offset`, as a new last dim in their place;
    /// no elements are copied.
    ///
    /// yᵢ = x[.., i, i + offset], dx = dy there and 0 elsewhere; `[n, n] -> [n]` for offset 0 and
    /// dims 0 and 1
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_close(&x.diagonal(0, 0, 1), [1.0, 5.0]);
    /// assert_close(&x.diagonal(1, 0, 1), [2.0, 6.0]);
    /// ```
    #[track_caller]
    pub fn diagonal(&self, offset: impl Int, dim1: impl Int, dim2: impl Int) -> Tensor {
        diagonal(self, offset.int(), dim1.int(), dim2.int())
    }

    /// The sum of the elements on the diagonal of a table.
    ///
    /// y = Σ xᵢᵢ, dx = dy on the diagonal and 0 elsewhere; `[n, m] -> []`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([[1.0, 2.0], [3.0, 4.0]]).trace(), 5.0);
    /// ```
    #[track_caller]
    pub fn trace(&self) -> Tensor {
        if self.ndim() != 2 {
            Error::new(
                "trace",
                format!(
                    "needs a table of 2 dims, the shape is {}",
                    show(self.shape())
                ),
            )
            .help("x.diagonal(0, -2, -1).sum_dim(-1) gives the trace of each table of a batch")
            .raise();
        }
        self.diagonal(0, 0, 1).sum()
    }
}

#[track_caller]
fn diagonal(x: &Tensor, offset: isize, dim1: isize, dim2: isize) -> Tensor {
    let first = shape::dim("diagonal", dim1, x.shape()).or_raise();
    let second = shape::dim("diagonal", dim2, x.shape()).or_raise();
    if first == second {
        Error::new(
            "diagonal",
            format!(
                "needs two different dims, {dim1} and {dim2} are the same; the shape is {}",
                show(x.shape())
            ),
        )
        .raise();
    }
    let op = Diagonal {
        offset,
        dims: (first, second),
    };
    Tensor::apply(op, &[x])
}

struct Diagonal {
    offset: isize,
    dims: (usize, usize),
}

impl Diagonal {
    fn layout(&self, x: &Layout) -> Layout {
        let (first, second) = self.dims;
        let mut out = x.clone();
        let (skip, dim) = match self.offset {
            below if below < 0 => (below.unsigned_abs(), first),
            above => (above.unsigned_abs(), second),
        };
        let left = out.shape[dim].saturating_sub(skip);
        if left > 0 {
            out.offset += skip * out.strides[dim];
        }
        out.shape[dim] = left;
        let length = out.shape[first].min(out.shape[second]);
        let stride = out.strides[first] + out.strides[second];
        for dim in [first.max(second), first.min(second)] {
            out.shape.remove(dim);
            out.strides.remove(dim);
        }
        out.shape.push(length);
        out.strides.push(stride);
        out
    }
}

impl Op for Diagonal {
    fn name(&self) -> &'static str {
        "diagonal"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(x[0].view_as(self.layout(&x[0].0.layout)))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let out = filled("diagonal", saved.shape(0), 0.0, grad.dtype());
        out.view_as(self.layout(&out.0.layout)).copy_(grad);
        vec![Some(out)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "diagonal",
    math: "yᵢ = x[.., i, i + offset], dx = dy there, 0 elsewhere",
    cases: || {
        vec![
            Case::new("square", &[sample(&[3, 3])], |x| x[0].diagonal(0, 0, 1)),
            Case::new("above", &[sample(&[2, 4])], |x| x[0].diagonal(1, 0, 1)),
            Case::new("below", &[sample(&[3, 2])], |x| x[0].diagonal(-1, 0, 1)),
            Case::new("turned", &[sample(&[3, 2])], |x| x[0].diagonal(1, 1, 0)),
            Case::new("batch", &[sample(&[2, 3, 3])], |x| x[0].diagonal(0, -2, -1)),
            Case::new("outer dims", &[sample(&[2, 3, 2])], |x| {
                x[0].diagonal(0, 2, 0)
            }),
            Case::new("trace", &[sample(&[3, 2])], |x| x[0].trace()),
            Case::new("beyond", &[sample(&[2, 3])], |x| x[0].diagonal(7, 0, 1)),
            Case::new("empty", &[sample(&[0, 3])], |x| x[0].diagonal(0, 0, 1)),
        ]
    },
    wrong: || {
        vec![
            Case::new("one dim", &[sample(&[3])], |x| x[0].diagonal(0, 0, 1)),
            Case::new("twice", &[sample(&[2, 3])], |x| x[0].diagonal(0, 1, -1)),
            Case::new("no table", &[sample(&[2, 3, 3])], |x| x[0].trace()),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn offsets_reach_every_diagonal() {
        let x = arange(0, 6, 1).reshape(&[2, 3]);
        let expected: [(i32, &[i64]); 6] = [
            (-2, &[]),
            (-1, &[3]),
            (0, &[0, 4]),
            (1, &[1, 5]),
            (2, &[2]),
            (3, &[]),
        ];
        for (offset, values) in expected {
            assert_eq!(x.diagonal(offset, 0, 1).to_vec_i64(), values, "{offset}");
            assert_eq!(
                x.t().diagonal(-offset, 0, 1).to_vec_i64(),
                values,
                "{offset}"
            );
        }
        assert!(x.diagonal(0, 0, 1).shares_memory(&x));
        assert_eq!(x.trace().to_vec_i64(), [4]);
        assert_close(zeros(&[0, 0]).trace(), 0.0);
    }
}
