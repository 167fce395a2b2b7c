//! The function of a fully connected layer.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::gemm::{self, Matrix};
use crate::memory;
use crate::ops::kernel;
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{self, Dims, show};
use crate::simd;
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

impl Tensor {
    /// Every row times the transposed weight, plus the bias: what a fully connected layer computes.
    ///
    /// y = x Wᵀ + b, dx = dy W, dW = dyᵀ x, db = the sum of dy over all rows;
    /// `[.., in], [out, in], [out] -> [.., out]` (`torch.nn.functional.linear`)
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// let weight = tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
    /// let y = x.linear(&weight, &tensor([0.0, 0.0, 0.5]));
    /// assert_close(&y, [[1.0, 2.0, 3.5], [3.0, 4.0, 7.5]]);
    /// ```
    #[track_caller]
    pub fn linear(&self, weight: &Tensor, bias: &Tensor) -> Tensor {
        linear(self, weight, Some(bias))
    }
}

// An op of its own: a matmul, a transposed view and a sum are three nodes, which cost a small layer
// more than its numbers.
#[track_caller]
pub(crate) fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
    let mut dtypes = [weight].into_iter().chain(bias).map(Tensor::dtype);
    if !(x.dtype().is_float() && dtypes.all(|dtype| dtype == x.dtype())) {
        // Types that mix follow the rules of their ops.
        let y = x.matmul(&weight.t());
        return bias.map_or_else(|| y.clone(), |bias| y.add(bias));
    }
    match bias {
        Some(bias) => Tensor::apply(Linear, &[x, weight, bias]),
        None => Tensor::apply(Linear, &[x, weight]),
    }
}

struct Linear;

fn check(x: &[&Tensor]) -> Result<(), Error> {
    let (input, weight) = (x[0].shape(), x[1].shape());
    let fits = weight.len() == 2 && input.last() == weight.last();
    if fits && x.get(2).is_none_or(|bias| bias.shape() == &weight[..1]) {
        return Ok(());
    }
    let bias = x
        .get(2)
        .map(|bias| format!(", the bias {}", show(bias.shape())));
    let clash = match (input.last(), weight) {
        (Some(last), [_, inputs]) if last != inputs => format!(", so {last} != {inputs}"),
        _ => String::new(),
    };
    Err(Error::new(
        "linear",
        format!(
            "the input is {}, the weight {}{}{clash}",
            show(input),
            show(weight),
            bias.unwrap_or_default()
        ),
    )
    .help("the shapes are [.., in], [out, in] and [out]"))
}

/// All rows of a tensor below one another: a view if it can be.
fn rows(x: &Tensor) -> Tensor {
    if x.ndim() == 2 {
        return x.clone();
    }
    let last = x.shape().last().copied().unwrap_or(1);
    let count = shape::numel(&x.shape()[..x.ndim() - 1]);
    x.reshape_dims(Dims::from_slice(&[count, last]))
}

/// The elements of a table as the matrix product reads them.
macro_rules! matrix {
    ($T:ty, $table:expr, $storage:ident) => {{
        let layout = &$table.0.layout;
        Matrix {
            values: &<$T as crate::dtype::Element>::slice(&$storage)[layout.offset..],
            rows: layout.shape[0],
            columns: layout.shape[1],
            strides: (layout.strides[0], layout.strides[1]),
        }
    }};
}

/// The product of two tables, either of which may be turned, and a row added to each of its rows.
fn product(a: &Tensor, b: &Tensor, bias: Option<&Tensor>, shape: Dims) -> Tensor {
    let (x, y) = (a.0.buffer.snapshot(), b.0.buffer.snapshot());
    with_real!(a.dtype(), T => {
        let mut out = memory::buffer::<T>(shape::numel(&shape));
        if a.numel() == 0 || b.numel() == 0 {
            out.fill(0.0);
        } else {
            gemm::multiply(matrix!(T, a, x), matrix!(T, b, y), &mut out);
        }
        if let Some(bias) = bias.filter(|bias| bias.numel() > 0) {
            let bias = bias.values::<T>();
            threads::pieces(&mut out, bias.len(), GRAIN, |_, piece| {
                simd::widest(|| {
                    for row in piece.chunks_exact_mut(bias.len()) {
                        row.iter_mut().zip(&*bias).for_each(|(y, &b)| *y += b);
                    }
                });
            });
        }
        Tensor::from_values::<T>(out, shape)
    })
}

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        check(x)?;
        let mut shape: Dims = x[0].0.layout.shape.clone();
        if let Some(last) = shape.last_mut() {
            *last = x[1].shape()[0];
        }
        Ok(product(
            &rows(x[0]),
            &turned(x[1]),
            x.get(2).copied(),
            shape,
        ))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = rows(grad);
        let shape = |i: usize| Dims::from_slice(saved.shape(i));
        let mut grads = vec![
            (saved.needs(0)).then(|| product(&grad, saved.input(1), None, shape(0))),
            (saved.needs(1))
                .then(|| product(&turned(&grad), &rows(saved.input(0)), None, shape(1))),
        ];
        if saved.count() == 3 {
            grads.push(saved.needs(2).then(|| kernel::sum(&grad, &[0], false)));
        }
        grads
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

/// Rows and columns of a table exchanged, outside of the graph.
fn turned(x: &Tensor) -> Tensor {
    let mut layout = x.0.layout.clone();
    layout.shape.swap(0, 1);
    layout.strides.swap(0, 1);
    x.view_as(layout)
}

pub(crate) const SPEC: Spec = Spec {
    name: "linear",
    math: "y = x Wᵀ + b, dx = dy W, dW = dyᵀ x, db = Σ dy over rows",
    cases: || {
        let run = |x: &[Tensor]| linear(&x[0], &x[1], x.get(2));
        let case = |label, x: &[usize], w: &[usize]| {
            let inputs = [sample(x), other(w), other(&w[..1]) * 0.5];
            Case::new(label, &inputs, run)
        };
        vec![
            case("table", &[4, 3], &[2, 3]),
            case("one row", &[3], &[2, 3]),
            case("three dims", &[2, 4, 3], &[5, 3]),
            case("one output", &[4, 3], &[1, 3]),
            case("one input", &[4, 1], &[3, 1]),
            case("more columns than a vector", &[7, 3], &[37, 3]),
            Case::new("no bias", &[sample(&[4, 3]), other(&[2, 3])], run),
            Case::new(
                "turned",
                &[sample(&[3, 4]), other(&[3, 2]), other(&[2])],
                |x| linear(&x[0].t(), &x[1].t(), x.get(2)),
            ),
            Case::new(
                "three dims turned",
                &[sample(&[3, 2, 2]), other(&[2, 3]), other(&[2])],
                |x| linear(&x[0].transpose(0, -1), &x[1], x.get(2)),
            ),
            case("empty", &[0, 3], &[2, 3]),
            case("nothing to sum", &[2, 0], &[3, 0]),
        ]
    },
    wrong: || {
        let run = |x: &[Tensor]| linear(&x[0], &x[1], x.get(2));
        let case = |label, x: &[usize], w: &[usize], b: &[usize]| {
            Case::new(label, &[sample(x), sample(w), sample(b)], run)
        };
        vec![
            case("inner", &[4, 3], &[2, 4], &[2]),
            case("bias", &[4, 3], &[2, 3], &[3]),
            case("number", &[], &[2, 3], &[2]),
        ]
    },
};
