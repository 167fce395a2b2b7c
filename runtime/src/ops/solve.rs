//! Linear systems and inverse matrices.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::ops::kernel::sum_to;
use crate::ops::linalg::{Grid, eliminate};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The x with a x = b, by elimination with row exchange.
    ///
    /// x = a⁻¹ b, db = a⁻ᵀ dx, da = -db xᵀ; `[n, n], [n, m] -> [n, m]`, and a vector b gives a
    /// vector. Dims before the last two are a batch and broadcast. Computed in f64. A singular
    /// matrix is an error.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let a = tensor([[2.0, 1.0], [1.0, 3.0]]);
    /// assert_close(&a.solve(&tensor([3.0, 5.0])), [0.8, 1.4]);
    /// ```
    #[track_caller]
    pub fn solve(&self, b: &Tensor) -> Tensor {
        let shapes = || {
            format!(
                "left is {}, right is {}",
                show(self.shape()),
                show(b.shape())
            )
        };
        let n = square("solve", self.shape(), shapes).or_raise();
        let dtype = match self.dtype().promote(b.dtype()) {
            float if float.is_float() => float,
            _ => DType::F32,
        };
        let (a, b) = (self.to_dtype(dtype), b.to_dtype(dtype));
        // As PyTorch: b is a vector, or has one for each matrix of the batch.
        let batch = &a.shape()[..a.ndim() - 2];
        let vectors = b.ndim() == 1
            || b.ndim() + 1 == a.ndim() && b.shape()[..b.ndim() - 1] == *batch && b.size(-1) == n;
        if b.ndim() == 0 || b.size(if vectors { -1 } else { -2 }) != n {
            let rows = if b.ndim() == 0 {
                0
            } else {
                b.size(if vectors { -1 } else { -2 })
            };
            Error::new(
                "solve",
                format!(
                    "both sides need as many rows: {}, so {n} != {rows}",
                    shapes()
                ),
            )
            .raise();
        }
        if vectors {
            return Tensor::apply(Solve, &[&a, &b.unsqueeze(-1)]).squeeze_dim(-1);
        }
        Tensor::apply(Solve, &[&a, &b])
    }

    /// The matrix that gives the identity when multiplied with this one.
    ///
    /// y = x⁻¹, dx = -yᵀ dy yᵀ; `[n, n] -> [n, n]`, with any dims before as a batch. Computed in
    /// f64. A singular matrix is an error. `a.solve(&b)` is faster and more precise than
    /// `a.inverse().matmul(&b)`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let a = tensor([[2.0, 1.0], [1.0, 1.0]]);
    /// assert_close(&a.inverse(), [[1.0, -1.0], [-1.0, 2.0]]);
    /// ```
    #[track_caller]
    pub fn inverse(&self) -> Tensor {
        Tensor::apply(Inverse, &[&self.float_or_same()])
    }
}

/// The size of a square matrix, or of each in a batch of them.
pub(crate) fn square(
    op: &str,
    shape: &[usize],
    shapes: impl FnOnce() -> String,
) -> Result<usize, Error> {
    match *shape {
        [.., rows, columns] if rows == columns => Ok(rows),
        [.., rows, columns] => {
            let error = Error::new(
                op,
                format!(
                    "needs a square matrix: {}, so {rows} != {columns}",
                    shapes()
                ),
            );
            Err(if op == "solve" {
                error.help("lstsq solves it as well as can be")
            } else {
                error
            })
        }
        _ => Err(Error::new(op, format!("needs a matrix: {}", shapes()))),
    }
}

#[cold]
fn singular(op: &str, shape: &[usize], place: usize, column: usize) -> Error {
    let which = if shape.len() == 2 {
        format!("the matrix of shape {}", show(shape))
    } else {
        format!("matrix {place} of the batch of shape {}", show(shape))
    };
    Error::new(
        op,
        format!("{which} is singular: column {column} is a combination of those before it"),
    )
    .help(
        "without that column, lstsq finds the best solution; or add a small multiple of eye(n) to \
         the matrix",
    )
}

fn solve(op: &str, a: &Tensor, b: &Tensor) -> Result<Tensor, Error> {
    let (a_dims, b_dims) = (a.ndim() - 2, b.ndim() - 2);
    let (n, columns) = (a.shape()[a_dims + 1], b.shape()[b_dims + 1]);
    let batch: Dims = shape::broadcast_dims(op, &a.shape()[..a_dims], &b.shape()[..b_dims])
        .map_err(|_| {
            let shapes = format!("left is {}, right is {}", show(a.shape()), show(b.shape()));
            Error::new(op, format!("the batch dims do not broadcast: {shapes}"))
        })?;
    let with_batch = |last: [usize; 2]| batch.iter().copied().chain(last).collect::<Dims>();
    let shape = with_batch([n, columns]);
    let lefts = a.detach().expand(&with_batch([n, n])[..]).numbers();
    let mut values = b.detach().expand(&shape[..]).numbers();
    if !values.is_empty() {
        let parts = lefts
            .chunks_exact(n * n)
            .zip(values.chunks_exact_mut(n * columns));
        for (place, (left, right)) in parts.enumerate() {
            let mut x = Grid::new(right.to_vec(), n, columns);
            eliminate(&mut Grid::new(left.to_vec(), n, n), &mut x)
                .map_err(|column| singular(op, a.shape(), place, column))?;
            right.copy_from_slice(&x.values);
        }
    }
    Ok(Tensor::from_values(values, shape).to_dtype(a.dtype()))
}

struct Solve;

impl Op for Solve {
    fn name(&self) -> &'static str {
        "solve"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        solve("solve", x[0], x[1])
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let turned = saved.input(0).transpose(-1, -2);
        let right = solve("solve", &turned, grad).or_raise();
        let left = || {
            let full = -right.matmul(&saved.output().transpose(-1, -2));
            sum_to(&full, saved.shape(0))
        };
        vec![
            saved.needs(0).then(left),
            saved.needs(1).then(|| sum_to(&right, saved.shape(1))),
        ]
    }
}

struct Inverse;

impl Op for Inverse {
    fn name(&self) -> &'static str {
        "inverse"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let shape = x[0].shape();
        let n = square("inverse", shape, || format!("the shape is {}", show(shape)))?;
        let eye = Tensor::from_values(Grid::eye(n).values, Dims::from_slice(&[n, n]));
        solve("inverse", x[0], &eye)
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let turned = saved.output().transpose(-1, -2);
        vec![Some(-turned.matmul(grad).matmul(&turned))]
    }

    fn saves(&self) -> Saves {
        Saves::Output
    }
}

/// Random-looking matrices with a strong diagonal, which are far from singular.
pub(crate) fn regular(shape: &[usize]) -> Tensor {
    let n = shape[shape.len() - 1];
    sample(shape) + crate::tensor::eye(n).double() * 3.0
}

pub(crate) const SPEC: Spec = Spec {
    name: "solve",
    math: "x = a⁻¹ b, db = a⁻ᵀ dx, da = -db xᵀ",
    cases: || {
        let run = |x: &[Tensor]| x[0].solve(&x[1]);
        let case = |label, a: &[usize], b: &[usize]| Case::new(label, &[regular(a), other(b)], run);
        vec![
            case("table", &[3, 3], &[3, 2]),
            case("vector", &[3, 3], &[3]),
            case("batch", &[2, 2, 2], &[2, 2, 3]),
            case("batch of vectors", &[3, 2, 2], &[3, 2]),
            case("one right side", &[2, 2, 2], &[2, 1]),
            case("one left side", &[2, 2], &[3, 2, 1]),
            case("empty", &[2, 2], &[2, 0]),
            case("no equations", &[0, 0], &[0, 2]),
            case("no matrices", &[0, 2, 2], &[2, 1]),
        ]
    },
    wrong: || {
        let run = |x: &[Tensor]| x[0].solve(&x[1]);
        let case = |label, a: &[usize], b: &[usize]| Case::new(label, &[sample(a), other(b)], run);
        vec![
            case("not square", &[3, 2], &[3]),
            case("rows differ", &[2, 2], &[3]),
            case("rows of a table differ", &[2, 2], &[3, 2]),
            case("no matrix", &[2], &[2]),
            case("number", &[2, 2], &[]),
            case("batch", &[2, 2, 2], &[3, 2, 2]),
        ]
    },
};

pub(crate) const INVERSE: Spec = Spec {
    name: "inverse",
    math: "y = x⁻¹, dx = -yᵀ dy yᵀ",
    cases: || {
        let case = |label, shape: &[usize]| {
            Case::new(label, &[regular(shape)], |x: &[Tensor]| x[0].inverse())
        };
        vec![
            case("table", &[3, 3]),
            case("one number", &[1, 1]),
            case("batch", &[2, 1, 2, 2]),
            case("empty", &[0, 0]),
            case("no matrices", &[0, 2, 2]),
        ]
    },
    wrong: || {
        let case = |label, shape: &[usize]| {
            Case::new(label, &[sample(shape)], |x: &[Tensor]| x[0].inverse())
        };
        vec![
            case("not square", &[3, 2]),
            case("vector", &[2]),
            Case::new("singular", &[sample(&[2, 3, 3]) * 0.0], |x| x[0].inverse()),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_solution_gives_back_the_right_side() {
        manual_seed(1);
        for n in [1, 2, 7, 20] {
            let a = randn(&[n, n]).double();
            let b = randn(&[n, 3]).double();
            assert_close(&a.matmul(&a.solve(&b)), &b);
            assert_close(&a.lstsq(&b), &a.solve(&b));
            assert_close(&a.inverse().matmul(&a), eye(n));
        }
    }

    #[test]
    fn zero_pivots_are_exchanged() {
        let a = tensor([[0.0, 1.0], [1.0, 0.0]]);
        assert_close(&a.solve(&tensor([2.0, 3.0])), [3.0, 2.0]);
        assert_close(&a.inverse(), &a);
    }

    #[test]
    fn sizes_of_rows_may_differ_widely() {
        let a = tensor_of(DType::F64, [[1.0, 0.0], [0.0, 1e-20]]);
        assert_close(a.inverse().at(&[1, 1]) * 1e-20, 1.0);
    }

    #[test]
    fn whole_numbers_become_floats() {
        assert_close(
            &tensor([[2, 0], [0, 4]]).inverse(),
            [[0.5, 0.0], [0.0, 0.25]],
        );
        assert_close(&tensor([[2, 0], [0, 4]]).solve(&tensor([2, 2])), [1.0, 0.5]);
    }

    #[test]
    #[should_panic(expected = "solve: the matrix of shape [2, 2] is singular: column 1")]
    fn singular_systems_say_so() {
        tensor([[1.0, 2.0], [2.0, 4.0]]).solve(&tensor([1.0, 2.0]));
    }

    #[test]
    #[should_panic(
        expected = "inverse: matrix 1 of the batch of shape [2, 2, 2] is singular: column 0"
    )]
    fn singular_matrices_of_a_batch_are_named() {
        stack(&[&eye(2), &zeros(&[2, 2])], 0).inverse();
    }

    #[test]
    #[should_panic(
        expected = "solve: needs a square matrix: left is [2, 3], right is [2], so 2 != 3\n\
                    help: lstsq solves it as well as can be"
    )]
    fn shapes_are_named() {
        zeros(&[2, 3]).solve(&zeros(&[2]));
    }
}
