//! Einstein's notation: sums of products with named indices.

mod plan;

use crate::dtype::DType;
use crate::error::OrRaise;
use crate::ops::einsum::plan::{Label, Plan};
use crate::ops::mul::mul;
use crate::ops::spec::{Case, Spec, other, positive, sample};
use crate::shape::Dims;
use crate::tensor::Tensor;

/// A sum of products whose indices are named by letters.
///
/// `"ij,jk->ik"` is the matrix product: yᵢₖ = Σⱼ aᵢⱼ bⱼₖ. An index that is not behind the arrow is
/// summed over; one that stands twice in an operand runs along its diagonal; `...` stands for dims
/// without a name, which broadcast. Without an arrow the result has the indices that occur once, in
/// alphabetical order. Three operands and more are multiplied from left to right.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let a = tensor([[1.0, 2.0], [3.0, 4.0]]);
/// let b = tensor([[1.0, 0.0], [10.0, 1.0]]);
/// assert_close(&einsum("ij,jk->ik", &[&a, &b]), a.matmul(&b));
/// assert_close(&einsum("ij->j", &[&a]), [4.0, 6.0]);
/// assert_close(&einsum("ii", &[&a]), 5.0);
/// ```
#[track_caller]
pub fn einsum(equation: &str, operands: &[&Tensor]) -> Tensor {
    let plan = Plan::new(equation, operands).or_raise();
    let dtype = operands
        .iter()
        .fold(DType::I64, |d, x| d.promote(x.dtype()));
    let mut parts = operands.iter().zip(&plan.inputs).map(|(x, labels)| Part {
        x: x.to_dtype(dtype),
        labels: labels.clone(),
    });
    let Some(first) = parts.next() else {
        unreachable!("the plan has as many terms as operands, and at least one");
    };
    let mut result = first.diagonals().summed(&plan.needed(1));
    for (i, part) in parts.enumerate() {
        let part = part.diagonals();
        let mut others = plan.needed(i + 2);
        others.extend(&result.labels);
        let part = part.summed(&others);
        result = product(result, part, &plan.needed(i + 2));
    }
    result.arranged(&plan.output).x
}

/// A tensor with a label for each dim.
struct Part {
    x: Tensor,
    labels: Vec<Label>,
}

impl Part {
    /// Each index once: where one stands twice, only the diagonal is left.
    fn diagonals(self) -> Part {
        let Part { mut x, mut labels } = self;
        while let Some((first, second)) = twins(&labels) {
            x = x.diagonal(0, first, second);
            let label = labels.remove(second);
            labels.remove(first);
            labels.push(label);
        }
        Part { x, labels }
    }

    /// Sums over the indices that nothing else needs.
    fn summed(self, needed: &[Label]) -> Part {
        let (kept, dropped): (Vec<usize>, Vec<usize>) =
            (0..self.labels.len()).partition(|&d| needed.contains(&self.labels[d]));
        if dropped.is_empty() {
            return self;
        }
        Part {
            x: self.x.sum_dim(dropped),
            labels: kept.into_iter().map(|d| self.labels[d]).collect(),
        }
    }

    /// The same with its dims in the given order.
    fn arranged(self, order: &[Label]) -> Part {
        if self.labels == order {
            return self;
        }
        let places = order.iter().filter_map(|label| self.place(*label));
        Part {
            x: self.x.permute(places.collect::<Vec<usize>>()),
            labels: order.to_vec(),
        }
    }

    fn place(&self, label: Label) -> Option<usize> {
        self.labels.iter().position(|&l| l == label)
    }

    fn size(&self, label: Label) -> usize {
        self.place(label).map_or(1, |d| self.x.shape()[d])
    }

    fn sizes(&self, labels: &[Label]) -> Vec<usize> {
        labels.iter().map(|&label| self.size(label)).collect()
    }

    /// Stretches dims of size 1 to the sizes that the other operand has.
    fn stretched(self, other: &Part) -> Part {
        let wanted: Vec<usize> = (self.labels.iter())
            .map(|&label| match self.size(label) {
                1 if other.labels.contains(&label) => other.size(label),
                size => size,
            })
            .collect();
        if wanted == self.x.shape() {
            return self;
        }
        Part {
            x: self.x.expand(wanted),
            labels: self.labels,
        }
    }
}

fn twins(labels: &[Label]) -> Option<(usize, usize)> {
    let first_of = |second: usize| labels[..second].iter().position(|&l| l == labels[second]);
    (0..labels.len()).find_map(|second| Some((first_of(second)?, second)))
}

/// The product of two operands, summed over what both have and nothing else needs.
fn product(a: Part, b: Part, needed: &[Label]) -> Part {
    let a = a.stretched(&b);
    let b = b.stretched(&a);
    let in_both = |label: &&Label| a.labels.contains(label) && b.labels.contains(label);
    let (batch, inner): (Vec<Label>, Vec<Label>) = a
        .labels
        .iter()
        .filter(in_both)
        .partition(|label| needed.contains(label));
    let only = |x: &Part, y: &Part| -> Vec<Label> {
        x.labels
            .iter()
            .copied()
            .filter(|label| !y.labels.contains(label))
            .collect()
    };
    let (left, right) = (only(&a, &b), only(&b, &a));
    let labels = [&batch[..], &left, &right].concat();
    let shape = [a.sizes(&batch), a.sizes(&left), b.sizes(&right)].concat();
    let size = |sizes: Vec<usize>| sizes.iter().product::<usize>();
    let (rows, between, columns) = (
        size(a.sizes(&left)),
        size(a.sizes(&inner)),
        size(b.sizes(&right)),
    );
    let batch_shape = a.sizes(&batch);
    let reshaped = |part: Part, order: [&[Label]; 3], last: [usize; 2]| {
        let shape: Dims = batch_shape.iter().copied().chain(last).collect();
        part.arranged(&order.concat()).x.reshape_dims(shape)
    };
    let x = if inner.is_empty() {
        let a = reshaped(a, [&batch, &left, &[]], [rows, 1]);
        let b = reshaped(b, [&batch, &right, &[]], [1, columns]);
        mul(&a, &b)
    } else if left.is_empty() && right.is_empty() && !batch.is_empty() {
        // As a batch of products of one row and one column it would be slow.
        let a = reshaped(a, [&batch, &inner, &[]], [1, between]);
        let b = reshaped(b, [&batch, &inner, &[]], [1, between]);
        mul(&a, &b).sum_dim(-1)
    } else {
        let a = reshaped(a, [&batch, &left, &inner], [rows, between]);
        let b = reshaped(b, [&batch, &inner, &right], [between, columns]);
        a.matmul(&b)
    };
    Part {
        x: x.reshape_dims(Dims::from_vec(shape)),
        labels,
    }
}

// Composed of ops that know their gradients.
pub(crate) const SPEC: Spec = Spec {
    name: "einsum",
    math: "y = Σ a b .. over indices that the result lacks, da = Σ dy b .. likewise",
    cases: || {
        let two =
            |label, a: &[usize], b: &[usize], run| Case::new(label, &[sample(a), other(b)], run);
        vec![
            two("matmul", &[2, 3], &[3, 4], |x| {
                einsum("ij,jk->ik", &[&x[0], &x[1]])
            }),
            two("turned", &[3, 2], &[4, 3], |x| {
                einsum("ji,kj->ki", &[&x[0], &x[1]])
            }),
            two("batch", &[2, 2, 3], &[2, 3, 2], |x| {
                einsum("bij,bjk->bik", &[&x[0], &x[1]])
            }),
            two("heads", &[2, 3, 2, 2], &[2, 2, 2, 2], |x| {
                einsum("bqhd,bkhd->bhqk", &[&x[0], &x[1]])
            }),
            two("dots of rows", &[2, 3], &[2, 3], |x| {
                einsum("bi,bi->b", &[&x[0], &x[1]])
            }),
            two("dot", &[3], &[3], |x| einsum("i,i", &[&x[0], &x[1]])),
            two("outer", &[2], &[3], |x| einsum("i,j->ij", &[&x[0], &x[1]])),
            two("product", &[2, 3], &[2, 3], |x| {
                einsum("ij,ij->ij", &[&x[0], &x[1]])
            }),
            two("two inner", &[2, 3], &[2, 3], |x| {
                einsum("ij,ij->", &[&x[0], &x[1]])
            }),
            two("dots", &[2, 2, 3], &[3, 2], |x| {
                einsum("...ij,jk->...ik", &[&x[0], &x[1]])
            }),
            two("size one", &[2, 1], &[3, 2], |x| {
                einsum("ij,jk->ik", &[&x[0], &x[1]])
            }),
            Case::new(
                "bilinear",
                &[sample(&[2, 3]), other(&[3, 2]), positive(&[2, 2])],
                |x| einsum("bi,ij,bj->b", &[&x[0], &x[1], &x[2]]),
            ),
            Case::new("diagonal", &[sample(&[3, 3])], |x| {
                einsum("ii->i", &[&x[0]])
            }),
            Case::new("trace", &[sample(&[2, 3, 3])], |x| {
                einsum("bii->b", &[&x[0]])
            }),
            Case::new("sums", &[sample(&[2, 3, 2])], |x| {
                einsum("ijk->j", &[&x[0]])
            }),
            two("empty", &[0, 3], &[3, 2], |x| {
                einsum("ij,jk->ik", &[&x[0], &x[1]])
            }),
            two("nothing to sum", &[2, 0], &[0, 2], |x| {
                einsum("ij,jk", &[&x[0], &x[1]])
            }),
        ]
    },
    wrong: || {
        let two =
            |label, a: &[usize], b: &[usize], run| Case::new(label, &[sample(a), other(b)], run);
        vec![
            two("sizes", &[2, 3], &[4, 5], |x| {
                einsum("ij,jk->ik", &[&x[0], &x[1]])
            }),
            two("dots", &[2, 3], &[4, 3], |x| {
                einsum("...i,...i->...", &[&x[0], &x[1]])
            }),
            two("operands", &[2, 3], &[3, 4], |x| {
                einsum("ij->i", &[&x[0], &x[1]])
            }),
            Case::new("dims", &[sample(&[2, 3])], |x| einsum("ijk->ik", &[&x[0]])),
            Case::new("too few", &[sample(&[2, 3])], |x| einsum("i->i", &[&x[0]])),
            Case::new("diagonal", &[sample(&[2, 3])], |x| {
                einsum("ii->i", &[&x[0]])
            }),
            Case::new("unknown", &[sample(&[2, 3])], |x| einsum("ij->k", &[&x[0]])),
            Case::new("twice", &[sample(&[2, 3])], |x| einsum("ij->ii", &[&x[0]])),
            Case::new("no letter", &[sample(&[2, 3])], |x| {
                einsum("i1->i", &[&x[0]])
            }),
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(equation: &str, operands: &[&Tensor], expected: &Tensor) {
        crate::tensor::assert_close(&einsum(equation, operands), expected);
    }

    #[test]
    fn equations_agree_with_methods() {
        let (a, b) = (sample(&[2, 3]), other(&[3, 4]));
        check("ij,jk", &[&a, &b], &a.matmul(&b));
        check("ij,jk->ki", &[&a, &b], &a.matmul(&b).t());
        check(" i j , j k -> i k ", &[&a, &b], &a.matmul(&b));
        check("ij,jk->", &[&a, &b], &a.matmul(&b).sum());
        check("ij->ji", &[&a], &a.t());
        check("ji", &[&a], &a.t());
        check("bA", &[&a], &a.t());
        check("ij->", &[&a], &a.sum());
        check("...", &[&a], &a);
        check("...->", &[&a], &a.sum());
        check("i...->...", &[&a], &a.sum_dim(0));
        let x = sample(&[2, 3, 4]);
        check("...ij->ij", &[&x], &x.sum_dim(0));
        check("b...,b...->...", &[&x, &x], &x.square().sum_dim(0));
        check(
            "ijk,jl->ikl",
            &[&x, &other(&[3, 2])],
            &x.transpose(1, 2).matmul(&other(&[3, 2])),
        );
        let s = sample(&[3, 3]);
        check("ii,ij->j", &[&s, &s], &s.diagonal(0, 0, 1).matmul(&s));
        check(
            "i,j,k->kij",
            &[&sample(&[2]), &sample(&[3]), &sample(&[4])],
            &{
                let ij = sample(&[2]).outer(&sample(&[3]));
                sample(&[4]).reshape(&[4, 1, 1]) * ij
            },
        );
    }

    #[test]
    fn types_and_sizes_of_one() {
        let (i, t) = (
            crate::tensor::tensor([1, 2]),
            crate::tensor::tensor([true, true]),
        );
        assert_eq!(einsum("i,i->", &[&i, &i]).to_vec_i64(), [5]);
        assert_eq!(einsum("i,i->", &[&t, &t]).to_vec_i64(), [2]);
        let (row, full) = (sample(&[1, 3]), other(&[2, 3]));
        check("ij,ij->ij", &[&row, &full], &(&row * &full));
        check("ij,ij->i", &[&row, &full], &(&row * &full).sum_dim(1));
        check("ij,ij->", &[&full, &row], &(&row * &full).sum());
    }

    #[test]
    #[should_panic(
        expected = "einsum: \"ij,jk->ik\" of [2, 3], [4, 5]: the index j has size 3 in operand 0 and \
                    4 in operand 1, so 3 != 4"
    )]
    fn clashing_sizes_are_named() {
        einsum("ij,jk->ik", &[&sample(&[2, 3]), &sample(&[4, 5])]);
    }
}
