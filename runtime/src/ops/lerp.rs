//! Numbers on the way from one to another.

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::ops::operand::{Operand, promoted};
use crate::ops::spec::{Case, Spec, other, positive, sample};
use crate::ops::where_::where_;
use crate::shape::{self, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The number that is `weight` of the way from this element to `end`, with broadcasting.
    ///
    /// y = a + w (b - a), da = dy (1 - w), db = dy w, dw = dy (b - a); `[..], [..], [..] -> [..]`.
    /// Both ends are exact: weight 0 gives a, and weight 1 gives b.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let (start, end) = (tensor([0.0, 10.0]), tensor([4.0, 20.0]));
    /// assert_close(&start.lerp(&end, 0.25), [1.0, 12.5]);
    /// ```
    #[track_caller]
    pub fn lerp(&self, end: &Tensor, weight: impl Operand) -> Tensor {
        lerp(self, end, &weight.operand(self))
    }
}

// Composed of ops that know their gradients. From the nearer end, since a + (b - a) need not be b.
#[track_caller]
fn lerp(a: &Tensor, b: &Tensor, weight: &Tensor) -> Tensor {
    let (a, b) = promoted(a, b);
    let (a, b) = (&*a, &*b);
    if !a.dtype().is_float() || weight.dtype() == DType::Bool {
        Error::new(
            "lerp",
            format!(
                "needs floats: the start is {} of {}, the end is {}, the weight is {} of {}",
                show(a.shape()),
                a.dtype(),
                show(b.shape()),
                show(weight.shape()),
                weight.dtype()
            ),
        )
        .help("x.float() makes f32 of it")
        .raise();
    }
    let ends = shape::broadcast_dims("lerp", a.shape(), b.shape()).or_raise();
    shape::broadcast_dims("lerp", &ends, weight.shape()).or_raise();
    let way = b - a;
    let from_start = || a + &way * weight;
    let from_end = || {
        if weight.0.is_number {
            b - &way * (1.0 - weight.item())
        } else {
            b - &way * (1.0 - weight)
        }
    };
    if weight.numel() == 1 {
        return if weight.item() < 0.5 {
            from_start()
        } else {
            from_end()
        };
    }
    where_(&weight.lt(0.5), &from_start(), from_end())
}

pub(crate) const SPEC: Spec = Spec {
    name: "lerp",
    math: "y = a + w (b - a), da = dy (1 - w), db = dy w, dw = dy (b - a)",
    cases: || {
        let mut cases = Case::broadcasting(sample, other, |x| x[0].lerp(&x[1], 0.3));
        let weights = [sample(&[2, 3]), other(&[3]), positive(&[2, 1]) * 0.5];
        cases.push(Case::new("weights", &weights, |x| x[0].lerp(&x[1], &x[2])));
        cases
    },
    wrong: || {
        let mut wrong = Case::no_broadcast(|x| x[0].lerp(&x[1], 0.3));
        wrong.push(Case::new(
            "weights differ",
            &[sample(&[2, 3]), sample(&[2])],
            |x| x[0].lerp(&x[0], &x[1]),
        ));
        wrong
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn both_ends_are_exact() {
        let (a, b) = (tensor([1e8, 1.0, 3.0]), tensor([1.0, 1e-8, 0.1]));
        assert_eq!(a.lerp(&b, 0.0).to_vec(), a.to_vec());
        assert_eq!(a.lerp(&b, 1.0).to_vec(), b.to_vec());
        let w = tensor([1.0, 0.0, 1.0]);
        assert_eq!(a.lerp(&b, &w).to_vec(), [1.0, 1.0, 0.1]);
        assert_close(&a.lerp(&a, &w), &a);
    }

    #[test]
    fn a_number_leaves_f16_as_it_is() {
        for (a, b) in [(tensor(1.0), tensor(2.0)), (tensor([1.0]), tensor([2.0]))] {
            for weight in [0.25, 0.75] {
                let y = a.half().lerp(&b.half(), weight);
                assert_eq!((y.dtype(), y.item()), (DType::F16, 1.0 + weight));
            }
        }
    }

    #[test]
    #[should_panic(expected = "lerp: needs floats: the start is [1] of i64, the end is [1]")]
    fn whole_numbers_are_refused() {
        tensor([1]).lerp(&tensor([2]), 0.5);
    }
}
