//! Matrix products.

use smallvec::SmallVec;

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Element, with_number};
use crate::error::{Error, OrRaise};
use crate::gemm::{self, Matrix};
use crate::memory;
use crate::ops::kernel::sum_to;
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{self, Dims, show};
use crate::tensor::{Layout, Tensor, checked_numel};
use crate::threads;

impl Tensor {
    /// The matrix product; dims before the last two are a batch and broadcast.
    ///
    /// y = a b, da = dy bᵀ, db = aᵀ dy; `[n, k], [k, m] -> [n, m]`. A vector on the left is a row,
    /// on the right a column, and the added dim disappears: `[k], [k] -> []`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.matmul(&tensor([[1.0], [10.0]])), [[21.0], [43.0]]);
    /// assert_close(&x.matmul(&tensor([1.0, 10.0])), [21.0, 43.0]);
    /// ```
    #[track_caller]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        check(self.shape(), other.shape()).or_raise();
        let dtype = self.dtype().promote(other.dtype()).max(DType::I64);
        let (a, b) = (self.to_dtype(dtype), other.to_dtype(dtype));
        match (a.ndim(), b.ndim()) {
            (1, 1) => (a.unsqueeze(0))
                .matmul(&b.unsqueeze(1))
                .reshape_dims(Dims::new()),
            (1, _) => a.unsqueeze(0).matmul(&b).squeeze_dim(-2),
            (_, 1) => a.matmul(&b.unsqueeze(1)).squeeze_dim(-1),
            _ => Tensor::apply(MatMul, &[&a, &b]),
        }
    }
}

fn check(a: &[usize], b: &[usize]) -> Result<(), Error> {
    let shapes = || format!("left is {}, right is {}", show(a), show(b));
    if a.is_empty() || b.is_empty() {
        return Err(Error::new(
            "matmul",
            format!("both sides need at least one dim: {}", shapes()),
        )
        .help("&a * &b multiplies by a number"));
    }
    let inner = (a[a.len() - 1], b[b.len().saturating_sub(2)]);
    if inner.0 != inner.1 {
        let error = Error::new(
            "matmul",
            format!(
                "inner sizes differ: {}, so {} != {}",
                shapes(),
                inner.0,
                inner.1
            ),
        );
        return Err(if b.len() == 2 && b[1] == inner.0 {
            error.help("did you mean a.matmul(&b.t())?")
        } else if a.len() == 2 && a[0] == inner.1 {
            error.help("did you mean a.t().matmul(&b)?")
        } else {
            error.help("the last dim of the left and the last but one of the right are summed over")
        });
    }
    let batch = |shape: &[usize]| Dims::from_slice(&shape[..shape.len().saturating_sub(2)]);
    if shape::broadcast_dims("matmul", &batch(a), &batch(b)).is_err() {
        return Err(Error::new(
            "matmul",
            format!("the batch dims do not broadcast: {}", shapes()),
        )
        .help("all dims but the last two are equal or 1"));
    }
    Ok(())
}

struct MatMul;

/// Elements that can be summed over products of rows and columns.
trait Product: crate::dtype::Element {
    /// `out` = the product; `out` is row-major.
    fn product(a: Matrix<'_, Self>, b: Matrix<'_, Self>, out: &mut [Self]);
}

impl Product for i64 {
    fn product(a: Matrix<'_, i64>, b: Matrix<'_, i64>, out: &mut [i64]) {
        out.fill(0);
        for (i, target) in out.chunks_exact_mut(b.columns).enumerate() {
            for k in 0..a.columns {
                let x = a.values[i * a.strides.0 + k * a.strides.1];
                for (j, y) in target.iter_mut().enumerate() {
                    let product = x.wrapping_mul(b.values[k * b.strides.0 + j * b.strides.1]);
                    *y = y.wrapping_add(product);
                }
            }
        }
    }
}

impl Product for f32 {
    fn product(a: Matrix<'_, f32>, b: Matrix<'_, f32>, out: &mut [f32]) {
        gemm::multiply(a, b, out);
    }
}

impl Product for f64 {
    fn product(a: Matrix<'_, f64>, b: Matrix<'_, f64>, out: &mut [f64]) {
        gemm::multiply(a, b, out);
    }
}

/// Where the matrices of a batch start, broadcast to the batch dims of the result.
fn starts(layout: &Layout, batch: &[usize]) -> SmallVec<[usize; 1]> {
    let split = layout.shape.len() - 2;
    let strides = shape::broadcast_strides(&layout.shape[..split], &layout.strides[..split], batch);
    let mut starts: SmallVec<[usize; 1]> = SmallVec::from_slice(&[layout.offset]);
    for (&size, &stride) in batch.iter().zip(&strides) {
        starts = starts
            .iter()
            .flat_map(|&at| (0..size).map(move |i| at + i * stride))
            .collect();
    }
    starts
}

/// The matrix of a batch that starts at `start`.
fn matrix<'a, T>(values: &'a [T], layout: &Layout, start: usize) -> Matrix<'a, T> {
    let split = layout.shape.len() - 2;
    Matrix {
        values: &values[start..],
        rows: layout.shape[split],
        columns: layout.shape[split + 1],
        strides: (layout.strides[split], layout.strides[split + 1]),
    }
}

fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor, Error> {
    check(a.shape(), b.shape())?;
    let (left, right) = (&a.0.layout, &b.0.layout);
    let (rows, columns) = (
        left.shape[left.shape.len() - 2],
        right.shape[right.shape.len() - 1],
    );
    let mut shape = shape::broadcast_dims(
        "matmul",
        &left.shape[..left.shape.len() - 2],
        &right.shape[..right.shape.len() - 2],
    )?;
    let lefts = starts(left, &shape);
    let rights = starts(right, &shape);
    shape.extend([rows, columns]);
    let count = checked_numel("matmul", &shape)?;
    let inner = left.shape[left.shape.len() - 1];
    Ok(with_number!(a.dtype(), T => {
        let mut out = memory::buffer::<T>(count);
        if inner == 0 {
            out.fill(T::default());
        } else if count > 0 {
            let (x, y) = (a.0.buffer.snapshot(), b.0.buffer.snapshot());
            let (x, y) = (<T as Element>::slice(&x), <T as Element>::slice(&y));
            let size = rows * columns;
            // One product is cut into pieces itself; of many, each thread takes some.
            let grain = if lefts.len() == 1 { count } else { ((1 << 20) / inner).max(size) };
            threads::pieces(&mut out, size, grain, |start, piece| {
                let first = start / size;
                for (i, target) in piece.chunks_exact_mut(size).enumerate() {
                    let (at, bt) = (lefts[first + i], rights[first + i]);
                    <T as Product>::product(matrix(x, left, at), matrix(y, right, bt), target);
                }
            });
        }
        Tensor::from_values::<T>(out, shape)
    }))
}

impl Op for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        matmul(x[0], x[1])
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let turned = |x: &Tensor| x.transpose(-1, -2);
        let left = || {
            let full = matmul(grad, &turned(saved.input(1))).ok()?;
            Some(sum_to(&full, saved.shape(0)))
        };
        let right = || {
            let full = matmul(&turned(saved.input(0)), grad).ok()?;
            Some(sum_to(&full, saved.shape(1)))
        };
        vec![
            saved.needs(0).then(left).flatten(),
            saved.needs(1).then(right).flatten(),
        ]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "matmul",
    math: "y = a b, da = dy bᵀ, db = aᵀ dy",
    cases: || {
        let run = |x: &[Tensor]| x[0].matmul(&x[1]);
        let case = |label, a: &[usize], b: &[usize]| Case::new(label, &[sample(a), other(b)], run);
        vec![
            case("tables", &[2, 3], &[3, 4]),
            case("column", &[2, 3], &[3, 1]),
            case("row and column", &[1, 3], &[3, 1]),
            case("outer", &[3, 1], &[1, 2]),
            case("vectors", &[3], &[3]),
            case("vector left", &[3], &[3, 2]),
            case("vector right", &[2, 3], &[3]),
            case("batch", &[2, 2, 3], &[2, 3, 2]),
            case("batch broadcast", &[2, 1, 2, 3], &[3, 3, 2]),
            case("batch by table", &[2, 2, 3], &[3, 2]),
            Case::new("transposed", &[sample(&[3, 2]), other(&[4, 3])], |x| {
                x[0].t().matmul(&x[1].t())
            }),
            case("empty", &[0, 3], &[3, 2]),
            case("nothing to sum", &[2, 0], &[0, 2]),
        ]
    },
    wrong: || {
        let run = |x: &[Tensor]| x[0].matmul(&x[1]);
        let case = |label, a: &[usize], b: &[usize]| Case::new(label, &[sample(a), sample(b)], run);
        vec![
            case("inner", &[2, 3], &[2, 3]),
            case("vector", &[2, 3], &[2]),
            case("number", &[], &[2, 2]),
            case("batch", &[2, 2, 3], &[3, 3, 2]),
        ]
    },
};
