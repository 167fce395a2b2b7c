//! What the table of ops says about each: its name, its math, and inputs to check it with.

use std::fmt;

use crate::dtype::DType;
use crate::shape::{Dims, numel};
use crate::tensor::Tensor;

/// One line of [`OPS`](crate::ops::OPS).
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The name that errors and graphs show.
    pub name: &'static str,
    /// The function and its gradient, as a line of math.
    pub math: &'static str,
    /// Inputs whose gradient is checked; at least one of them has no elements.
    pub cases: fn() -> Vec<Case>,
    /// Inputs that must be refused; empty where every shape is fine.
    pub wrong: fn() -> Vec<Case>,
}

/// A call of an op with sample inputs.
#[derive(Clone)]
pub struct Case {
    /// What is special about it.
    pub label: &'static str,
    /// The inputs, in f64.
    pub inputs: Vec<Tensor>,
    /// The call.
    pub run: fn(&[Tensor]) -> Tensor,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<&[usize]> = self.inputs.iter().map(Tensor::shape).collect();
        write!(f, "{} {shapes:?}", self.label)
    }
}

impl Case {
    pub(crate) fn new(
        label: &'static str,
        inputs: &[Tensor],
        run: fn(&[Tensor]) -> Tensor,
    ) -> Case {
        Case {
            label,
            inputs: inputs.to_vec(),
            run,
        }
    }

    /// The cases of a function of each element: a table, one number, and nothing.
    pub(crate) fn elementwise(
        sample: fn(&[usize]) -> Tensor,
        run: fn(&[Tensor]) -> Tensor,
    ) -> Vec<Case> {
        vec![
            Case::new("table", &[sample(&[2, 3])], run),
            Case::new("one number", &[sample(&[])], run),
            Case::new("empty", &[sample(&[0, 2])], run),
        ]
    }

    /// The cases of a function of two elements that broadcast.
    pub(crate) fn broadcasting(
        left: fn(&[usize]) -> Tensor,
        right: fn(&[usize]) -> Tensor,
        run: fn(&[Tensor]) -> Tensor,
    ) -> Vec<Case> {
        let case = |label, a: &[usize], b: &[usize]| Case::new(label, &[left(a), right(b)], run);
        vec![
            case("same shape", &[2, 3], &[2, 3]),
            case("row", &[2, 3], &[3]),
            case("column", &[2, 3], &[2, 1]),
            case("outer", &[2, 1], &[1, 3]),
            case("number right", &[2, 3], &[]),
            case("number left", &[], &[2, 3]),
            case("three dims", &[2, 1, 2], &[3, 1]),
            case("empty", &[0, 3], &[3]),
            case("empty row", &[2, 1], &[0]),
        ]
    }

    /// Shapes that a broadcasting function refuses.
    pub(crate) fn no_broadcast(run: fn(&[Tensor]) -> Tensor) -> Vec<Case> {
        vec![
            Case::new("rows differ", &[sample(&[2, 3]), sample(&[2])], run),
            Case::new("inner differs", &[sample(&[2, 3, 4]), sample(&[2, 4])], run),
            Case::new("empty against two", &[sample(&[0]), sample(&[2])], run),
        ]
    }
}

/// Distinct numbers between -1.5 and 1.5, none near 0, where some functions have a kink.
pub(crate) fn sample(shape: &[usize]) -> Tensor {
    let count = numel(shape);
    let value = |i: usize| {
        let v = 1.5 * (1.0 + 2.4 * i as f64 + 0.1 * count as f64).sin();
        if v.abs() < 0.05 { v + 0.1 } else { v }
    };
    Tensor::from_values(
        (0..count).map(value).collect::<Vec<f64>>(),
        Dims::from_slice(shape),
    )
}

/// Other numbers of the same kind, for a second input.
pub(crate) fn other(shape: &[usize]) -> Tensor {
    (sample(shape) * 0.7 + 0.05).copy()
}

/// Numbers between 0.5 and 2.
pub(crate) fn positive(shape: &[usize]) -> Tensor {
    sample(shape).abs() * 0.9 + 0.5
}

/// The sample as it is after a cast of its type, for ops that take whole numbers.
pub(crate) fn indices(values: &[i64]) -> Tensor {
    debug_assert_eq!(DType::I64, crate::tensor::tensor(values).dtype());
    crate::tensor::tensor(values)
}
