//! Determinants.

use crate::autograd::{Op, Saved, Saves};
use crate::error::Error;
use crate::ops::linalg::{Grid, back_substitute};
use crate::ops::solve::{regular, square};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The determinant of a square matrix: by what factor it changes volumes, and 0 where it is
    /// singular.
    ///
    /// y = det x, dx = dy y x⁻ᵀ, by the cofactors, which singular matrices have too;
    /// `[n, n] -> []`, with any dims before as a batch. Computed in f64.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([[1.0, 2.0], [3.0, 4.0]]).det(), -2.0);
    /// ```
    #[track_caller]
    pub fn det(&self) -> Tensor {
        Tensor::apply(Det, &[&self.float_or_same()])
    }
}

/// The factors of a matrix with its rows and columns in another order: U in the upper triangle,
/// and what took it there.
struct Factors {
    upper: Grid,
    /// The steps of the elimination, and exchanges of rows, applied to the identity.
    steps: Grid,
    /// The columns of the matrix in the order in which U has them.
    columns: Vec<usize>,
    /// -1 after an odd number of exchanges.
    sign: f64,
}

/// Elimination with the largest element that is left as pivot, so that zeros come last.
fn factor(values: &[f64], n: usize) -> Factors {
    let mut upper = Grid::new(values.to_vec(), n, n);
    let mut steps = Grid::eye(n);
    let mut columns: Vec<usize> = (0..n).collect();
    let mut sign = 1.0;
    for k in 0..n {
        crate::host::check_interrupt();
        let places = (k..n).flat_map(|i| (k..n).map(move |j| (i, j)));
        let (row, column) = places.fold((k, k), |best, at| {
            let larger = upper.at(at.0, at.1).abs() > upper.at(best.0, best.1).abs();
            if larger { at } else { best }
        });
        if row != k {
            upper.swap(k, row);
            steps.swap(k, row);
            sign = -sign;
        }
        if column != k {
            (0..n).for_each(|i| upper.values.swap(i * n + k, i * n + column));
            columns.swap(k, column);
            sign = -sign;
        }
        for i in k + 1..n {
            // Where the largest is 0, the rest is 0 too.
            let factor = upper.at(i, k) / upper.at(k, k);
            if factor != 0.0 && !factor.is_nan() {
                upper.subtract(i, k, factor);
                steps.subtract(i, k, factor);
            }
        }
    }
    Factors {
        upper,
        steps,
        columns,
        sign,
    }
}

fn diagonal(factors: &Factors) -> impl DoubleEndedIterator<Item = f64> {
    let n = factors.upper.rows;
    (0..n).map(move |k| factors.upper.at(k, k))
}

fn determinant(values: &[f64], n: usize) -> f64 {
    let factors = factor(values, n);
    diagonal(&factors).product::<f64>() * factors.sign
}

/// The derivative of the determinant by each element, as the transpose of the adjugate.
///
/// With x = P⁻¹ L U Q⁻¹ the adjugate is ± Q adj(U) L⁻¹ P. Only the last pivot can be 0 if the
/// adjugate is not; so with U = [U₁ u; 0 δ] it is adj(U) = det U₁ [δ U₁⁻¹, -U₁⁻¹ u; 0, 1], without a
/// division by δ.
fn cofactors(values: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    let Some(last) = n.checked_sub(1) else {
        return out;
    };
    let factors = factor(values, n);
    let scale = diagonal(&factors).take(last).product::<f64>() * factors.sign;
    if scale == 0.0 {
        return out;
    }
    let Factors {
        upper,
        steps,
        columns,
        ..
    } = factors;
    let delta = upper.at(last, last);
    let mut top = Grid::new(vec![0.0; last * n], last, n);
    for i in 0..last {
        for j in 0..n {
            top.values[i * n + j] = delta * steps.at(i, j) - upper.at(i, last) * steps.at(last, j);
        }
    }
    back_substitute(&upper, &mut top);
    for (i, &column) in columns.iter().enumerate() {
        for j in 0..n {
            let value = if i < last {
                top.at(i, j)
            } else {
                steps.at(last, j)
            };
            out[j * n + column] = scale * value;
        }
    }
    out
}

struct Det;

impl Op for Det {
    fn name(&self) -> &'static str {
        "det"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let shape = x[0].shape();
        let n = square("det", shape, || format!("the shape is {}", show(shape)))?;
        let batch = Dims::from_slice(&shape[..shape.len() - 2]);
        let values = x[0].numbers();
        let dets = (0..shape::numel(&batch))
            .map(|i| determinant(&values[i * n * n..(i + 1) * n * n], n))
            .collect::<Vec<f64>>();
        Ok(Tensor::from_values(dets, batch).to_dtype(x[0].dtype()))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let x = saved.input(0);
        let n = x.size(-1);
        let values = x.numbers();
        let slopes: Vec<f64> = match n {
            0 => Vec::new(),
            n => values
                .chunks_exact(n * n)
                .flat_map(|x| cofactors(x, n))
                .collect(),
        };
        let slopes = Tensor::from_values(slopes, x.0.layout.shape.clone());
        let grad = slopes * grad.double().unsqueeze(-1).unsqueeze(-1);
        vec![Some(grad.to_dtype(x.dtype()))]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "det",
    math: "y = det x, dx = dy y x⁻ᵀ",
    cases: || {
        let run = |x: &[Tensor]| x[0].det();
        let singular = || {
            let x = sample(&[3, 3]);
            let row = x.narrow(0, 0, 1) * 2.0 - x.narrow(0, 1, 1);
            crate::ops::cat(&[&x.narrow(0, 0, 2), &row], 0)
        };
        vec![
            Case::new("table", &[sample(&[3, 3])], run),
            Case::new("large", &[regular(&[5, 5])], run),
            Case::new("one number", &[sample(&[1, 1])], run),
            Case::new("batch", &[sample(&[2, 2, 2])], run),
            Case::new("singular", &[singular()], run),
            Case::new("rank one", &[sample(&[3, 1]) * sample(&[3])], run),
            Case::new("zero", &[sample(&[2, 2]) * 0.0], run),
            Case::new("empty", &[sample(&[0, 0])], run),
            Case::new("no matrices", &[sample(&[0, 2, 2])], run),
        ]
    },
    wrong: || {
        let run = |x: &[Tensor]| x[0].det();
        vec![
            Case::new("not square", &[sample(&[2, 3])], run),
            Case::new("vector", &[sample(&[3])], run),
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn values_follow_the_rules() {
        let (a, b) = (sample(&[4, 4]), regular(&[4, 4]));
        assert_close(a.matmul(&b).det(), a.det() * b.det());
        assert_close(a.t().det(), a.det());
        assert_close(tensor([[0.0, 1.0], [1.0, 0.0]]).det(), -1.0);
        assert_close(eye(5).det(), 1.0);
        assert_close(zeros(&[0, 0]).det(), 1.0);
        assert_close(&zeros(&[2, 0, 0]).det(), [1.0, 1.0]);
        assert_close(tensor([[1, 2], [2, 4]]).det(), 0.0);
        assert_close(tensor([[f64::NAN, 2.0], [2.0, 4.0]]).det(), f64::NAN);
    }

    #[test]
    fn a_singular_matrix_has_cofactors() {
        let x = tensor([[1.0, 2.0], [2.0, 4.0]]).requires_grad();
        x.det().backward();
        assert_close(&x.grad(), [[4.0, -2.0], [-2.0, 1.0]]);
    }

    #[test]
    fn the_gradient_is_the_inverse_times_the_determinant() {
        let x = regular(&[4, 4]).requires_grad();
        x.det().backward();
        assert_close(&x.grad(), x.detach().inverse().t() * x.detach().det());
    }
}
