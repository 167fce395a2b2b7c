//! The affine function of fully connected layers.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Number, with_real};
use crate::error::{Error, OrRaise};
use crate::gemm::{self, Factor, Matrix};
use crate::memory;
use crate::ops::kernel::sum;
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The affine function of a fully connected layer, with a weight of shape `[out, in]`.
    ///
    /// y = x Wᵀ + b, dx = dy W, dW = dyᵀ x, db = Σ dy; `[.., in] -> [.., out]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0, 3.0]]);
    /// let w = tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]);
    /// assert_close(&x.linear(&w, &tensor([0.5, 0.5])), [[1.5, 5.5]]);
    /// ```
    #[track_caller]
    pub fn linear(&self, weight: &Tensor, bias: &Tensor) -> Tensor {
        linear("linear", self, weight, Some(bias))
    }
}

/// As the method, with or without b, for the layer or function that errors name.
#[track_caller]
pub(crate) fn linear(op: &str, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
    check(op, x, weight, bias).or_raise();
    let others = weight
        .dtype()
        .promote(bias.map_or(DType::Bool, Tensor::dtype));
    let dtype = x.dtype().promote(others);
    let (x, weight) = (x.to_dtype(dtype), weight.to_dtype(dtype));
    match bias {
        Some(bias) => Tensor::apply(Linear, &[&x, &weight, &bias.to_dtype(dtype)]),
        None => Tensor::apply(Linear, &[&x, &weight]),
    }
}

fn check(op: &str, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<(), Error> {
    let (rows, w) = (x.shape(), weight.shape());
    let fits = w.len() == 2 && rows.last() == Some(&w[1]);
    if fits && bias.is_none_or(|b| b.shape() == &w[..1]) && weight.dtype().is_float() {
        return Ok(());
    }
    let shapes = || format!("the input is {}, the weight {}", show(rows), show(w));
    Err(if w.len() != 2 {
        Error::new(op, format!("the weight must have two dims: {}", shapes()))
    } else if !fits {
        let clash = match rows.last() {
            Some(last) => format!(", so {last} != {}", w[1]),
            None => String::new(),
        };
        Error::new(
            op,
            format!(
                "the last dim of the input must be {}: {}{clash}",
                w[1],
                shapes()
            ),
        )
        .help("Linear::new(inputs, outputs) takes rows of `inputs` numbers")
    } else if !weight.dtype().is_float() {
        Error::new(
            op,
            format!(
                "the weight must be of floats, it is {}: {}",
                weight.dtype(),
                shapes()
            ),
        )
    } else {
        let bias = bias.map_or(String::new(), |b| format!(", the bias {}", show(b.shape())));
        Error::new(
            op,
            format!(
                "the bias must have one number for each of {} outputs: {}{bias}",
                w[0],
                shapes()
            ),
        )
    })
}

/// One op rather than a product and a sum: a pass less over memory, and half as many nodes, which
/// is what small networks spend their time on.
struct Linear;

fn product<T: Factor>(a: Matrix<'_, T>, b: Matrix<'_, T>) -> Vec<T> {
    let mut out = memory::buffer::<T>(a.rows * b.columns);
    gemm::multiply(a, b, &mut out);
    out
}

fn add_to_rows<T: Number>(out: &mut [T], bias: &[T]) {
    if let [one] = *bias {
        out.iter_mut().for_each(|y| *y += one);
    } else if !bias.is_empty() {
        for row in out.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(y, &b)| *y += b);
        }
    }
}

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let (outputs, inputs) = (x[1].shape()[0], x[1].shape()[1]);
        let mut shape: Dims = x[0].0.layout.shape.clone();
        let rows = shape::numel(&shape[..shape.len() - 1]);
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        Ok(with_real!(x[0].dtype(), T => {
            let (values, weight) = (x[0].values::<T>(), x[1].values::<T>());
            let mut out = product::<T>(Matrix::row_major(&values, rows, inputs), Matrix::row_major(&weight, outputs, inputs).transposed());
            if let Some(bias) = x.get(2) {
                add_to_rows(&mut out, &bias.values::<T>());
            }
            Tensor::from_values(out, shape)
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let (outputs, inputs) = (saved.shape(1)[0], saved.shape(1)[1]);
        let dims = saved.shape(0);
        let rows = shape::numel(&dims[..dims.len() - 1]);
        let mut grads = with_real!(grad.dtype(), T => {
            let dy = grad.values::<T>();
            let left = saved.needs(0).then(|| {
                let weight = saved.input(1).values::<T>();
                let dx = product::<T>(Matrix::row_major(&dy, rows, outputs), Matrix::row_major(&weight, outputs, inputs));
                Tensor::from_values(dx, Dims::from_slice(dims))
            });
            let right = saved.needs(1).then(|| {
                let x = saved.input(0).values::<T>();
                let dw = product::<T>(Matrix::row_major(&dy, rows, outputs).transposed(), Matrix::row_major(&x, rows, inputs));
                Tensor::from_values(dw, Dims::from_slice(saved.shape(1)))
            });
            vec![left, right]
        });
        if saved.count() == 3 {
            let rows = || {
                sum(
                    &grad.reshape_dims(Dims::from_slice(&[rows, outputs])),
                    &[0],
                    false,
                )
            };
            grads.push(saved.needs(2).then(rows));
        }
        grads
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "linear",
    math: "y = x Wᵀ + b, dx = dy W, dW = dyᵀ x, db = Σ dy",
    cases: || {
        let run = |x: &[Tensor]| x[0].linear(&x[1], &x[2]);
        let case = |label, x: &[usize], w: &[usize]| {
            Case::new(label, &[sample(x), other(w), sample(&w[..1])], run)
        };
        vec![
            case("table", &[3, 2], &[4, 2]),
            case("one output", &[3, 2], &[1, 2]),
            case("vector", &[2], &[3, 2]),
            case("three dims", &[2, 3, 2], &[2, 2]),
            case("empty", &[0, 2], &[3, 2]),
            case("no inputs", &[2, 0], &[3, 0]),
            Case::new("without bias", &[sample(&[3, 2]), other(&[4, 2])], |x| {
                linear("linear", &x[0], &x[1], None)
            }),
        ]
    },
    wrong: || {
        let case = |label, x: &[usize], w: &[usize]| {
            Case::new(label, &[sample(x), sample(w)], |x| {
                linear("linear", &x[0], &x[1], None)
            })
        };
        vec![
            case("inner", &[2, 3], &[4, 2]),
            case("number", &[], &[4, 2]),
            case("weight", &[2, 3], &[3]),
            Case::new(
                "bias",
                &[sample(&[2, 3]), sample(&[4, 3]), sample(&[3])],
                |x| x[0].linear(&x[1], &x[2]),
            ),
        ]
    },
};
