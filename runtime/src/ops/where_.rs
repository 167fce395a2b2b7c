//! A choice between two tensors.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, with_element};
use crate::error::Error;
use crate::ops::kernel::sum_to;
use crate::ops::operand::{Operand, promoted};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

/// `a` where the condition is true, `b` elsewhere, with broadcasting (PyTorch's `where`).
///
/// y = c ? a : b, da = dy where c, db = dy elsewhere; `[..], [..], [..] -> [..]`
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([-1.0, 2.0]);
/// assert_close(&where_(&x.gt(0.0), &x, 0.0), [0.0, 2.0]);
/// assert_close(&where_(&x.gt(0.0), 1, -1.5), [-1.5, 1.0]);
/// ```
#[track_caller]
pub fn where_(condition: &Tensor, a: impl Operand, b: impl Operand) -> Tensor {
    // A number takes its type from the other side; of two numbers the second one from the first.
    let first = a.operand(condition);
    let b = b.operand(&first);
    pick(condition, &a.operand(&b), &b)
}

#[track_caller]
fn pick(condition: &Tensor, a: &Tensor, b: &Tensor) -> Tensor {
    let (a, b) = promoted(a, b);
    Tensor::apply(Where, &[condition, &a, &b])
}

struct Where;

fn choose(condition: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor, Error> {
    if condition.dtype() != DType::Bool {
        return Err(Error::new(
            "where",
            format!(
                "the condition must be bool, it is {} of shape {}",
                condition.dtype(),
                show(condition.shape())
            ),
        )
        .help("a comparison such as x.gt(0.0) gives bool"));
    }
    let pair = shape::broadcast_dims("where", a.shape(), b.shape())?;
    let shape: Dims = shape::broadcast_dims("where", condition.shape(), &pair).map_err(|_| {
        Error::new(
            "where",
            format!(
                "shapes do not broadcast: the condition is {}, a is {}, b is {}",
                show(condition.shape()),
                show(a.shape()),
                show(b.shape())
            ),
        )
        .help("the condition is broadcast with a and b, such as x.gt(0.0) with x")
    })?;
    let (a, b) = (one_or_all(a, &shape), one_or_all(b, &shape));
    let condition = condition.expand(&shape[..]);
    let condition = condition.values::<bool>();
    Ok(with_element!(a.dtype(), T => {
        let (a, b) = (a.values::<T>(), b.values::<T>());
        let values: Vec<T> = match (&*a, &*b) {
            (&[a], &[b]) => condition.iter().map(|&c| either(c, a, b)).collect(),
            (&[a], all) => condition.iter().zip(all).map(|(&c, &b)| either(c, a, b)).collect(),
            (all, &[b]) => condition.iter().zip(all).map(|(&c, &a)| either(c, a, b)).collect(),
            (a, b) => {
                let sides = condition.iter().zip(a.iter().zip(b));
                sides.map(|(&c, (&a, &b))| either(c, a, b)).collect()
            }
        };
        Tensor::from_values::<T>(values, shape)
    }))
}

/// Both values are read already: without a branch the loop vectorises.
#[inline]
fn either<T>(condition: bool, a: T, b: T) -> T {
    if condition { a } else { b }
}

/// One number stays one number, so that it is not written out for every element.
fn one_or_all(x: &Tensor, shape: &[usize]) -> Tensor {
    if x.numel() == 1 {
        x.clone()
    } else {
        x.expand(shape)
    }
}

impl Op for Where {
    fn name(&self) -> &'static str {
        "where"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        choose(x[0], x[1], x[2])
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let condition = saved.input(0);
        let zero = Tensor::scalar(0.0, grad.dtype());
        let part = |i: usize| {
            let (a, b) = if i == 1 { (grad, &zero) } else { (&zero, grad) };
            let part = choose(condition, a, b).ok()?;
            Some(sum_to(&part, saved.shape(i)))
        };
        vec![
            None,
            saved.needs(1).then(|| part(1)).flatten(),
            saved.needs(2).then(|| part(2)).flatten(),
        ]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "where",
    math: "y = c ? a : b, da = dy where c, db = dy elsewhere",
    cases: || {
        let run = |x: &[Tensor]| where_(&x[0].detach().gt(&other(&[3])), &x[0], &x[1]);
        vec![
            Case::new("same shape", &[sample(&[2, 3]), other(&[2, 3])], run),
            Case::new("row", &[sample(&[2, 3]), other(&[3])], run),
            Case::new("number", &[sample(&[]), other(&[2, 1])], run),
            Case::new("empty", &[sample(&[0, 3]), other(&[3])], run),
        ]
    },
    wrong: || {
        vec![
            Case::new("branches differ", &[sample(&[2, 3]), sample(&[2])], |x| {
                where_(&x[0].gt(0.0), &x[0], &x[1])
            }),
            Case::new("condition differs", &[sample(&[2, 3]), sample(&[2])], |x| {
                where_(&x[1].gt(0.0), &x[0], 0.0)
            }),
            Case::new("not bool", &[sample(&[2])], |x| where_(&x[0], &x[0], 0.0)),
        ]
    },
};
