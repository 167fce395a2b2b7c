//! The larger and the smaller of two tensors.

use std::cmp::Ordering;

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Element, with_element, with_real};
use crate::error::Error;
use crate::ops::kernel::{same_shape, sum_to, zip};
use crate::ops::operand::{Operand, promoted};
use crate::ops::spec::{Case, Spec, other, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The larger of each two elements, with broadcasting; NaN if one is NaN.
    ///
    /// y = max(a, b), da = dy where a > b, half of it where both are equal; `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([1.0, 5.0]).maximum(&tensor([4.0, 2.0]));
    /// assert_close(&y, [4.0, 5.0]);
    /// ```
    #[track_caller]
    pub fn maximum(&self, other: impl Operand) -> Tensor {
        pick(self, &other.operand(self), true)
    }

    /// The smaller of each two elements, with broadcasting; NaN if one is NaN.
    ///
    /// y = min(a, b), da = dy where a < b, half of it where both are equal; `[..], [..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([1.0, 5.0]).minimum(&tensor([4.0, 2.0]));
    /// assert_close(&y, [1.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn minimum(&self, other: impl Operand) -> Tensor {
        pick(self, &other.operand(self), false)
    }
}

#[track_caller]
fn pick(a: &Tensor, b: &Tensor, larger: bool) -> Tensor {
    let (a, b) = promoted(a, b);
    Tensor::apply(Pick { larger }, &[&a, &b])
}

struct Pick {
    larger: bool,
}

/// NaN has no place in an order, not even beside itself.
fn is_nan<T: Element>(value: T) -> bool {
    value.partial_cmp(&value).is_none()
}

fn larger<T: Element>(a: T, b: T) -> T {
    if a > b || is_nan(a) { a } else { b }
}

fn smaller<T: Element>(a: T, b: T) -> T {
    if a < b || is_nan(a) { a } else { b }
}

impl Op for Pick {
    fn name(&self) -> &'static str {
        if self.larger { "maximum" } else { "minimum" }
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        with_element!(x[0].dtype(), T => if self.larger {
            zip::<T, T>("maximum", x[0], x[1], larger)
        } else {
            zip::<T, T>("minimum", x[0], x[1], smaller)
        })
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let part = |i: usize| {
            let slope = with_real!(grad.dtype(), T => {
                let share = |own: T, rival: T| match own.partial_cmp(&rival) {
                    Some(Ordering::Equal) => 0.5,
                    Some(order) if self.larger == (order == Ordering::Less) => 0.0,
                    // Next to NaN both have all of it, as in PyTorch.
                    _ => 1.0,
                };
                zip::<T, T>(self.name(), saved.input(i), saved.input(1 - i), share)
            });
            Some(sum_to(&(grad * same_shape(slope)?), saved.shape(i)))
        };
        vec![
            saved.needs(0).then(|| part(0)).flatten(),
            saved.needs(1).then(|| part(1)).flatten(),
        ]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "maximum",
    math: "y = max(a, b), da = dy where a > b, dy / 2 where a = b",
    cases: || Case::broadcasting(sample, other, |x| x[0].maximum(&x[1])),
    wrong: || Case::no_broadcast(|x| x[0].maximum(&x[1])),
};

pub(crate) const MINIMUM: Spec = Spec {
    name: "minimum",
    math: "y = min(a, b), da = dy where a < b, dy / 2 where a = b",
    cases: || Case::broadcasting(sample, other, |x| x[0].minimum(&x[1])),
    wrong: || Case::no_broadcast(|x| x[0].minimum(&x[1])),
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn equal_elements_share_the_gradient() {
        let a = tensor([1.0, 2.0]).requires_grad();
        let b = tensor([1.0, 5.0]).requires_grad();
        a.maximum(&b).sum().backward();
        assert_close(&a.grad(), [0.5, 0.0]);
        assert_close(&b.grad(), [0.5, 1.0]);
        a.zero_grad();
        b.zero_grad();
        a.minimum(&b).sum().backward();
        assert_close(&a.grad(), [0.5, 1.0]);
        assert_close(&b.grad(), [0.5, 0.0]);
    }

    #[test]
    fn nan_wins() {
        let (x, nan) = (tensor([1.0]), f64::NAN);
        assert_close(&x.maximum(nan), [nan]);
        assert_close(&x.minimum(nan), [nan]);
        assert_close(&tensor([nan]).maximum(&x), [nan]);
        assert_close(&tensor([nan]).minimum(&x), [nan]);
    }

    #[test]
    fn whole_numbers_stay_whole() {
        assert_eq!(tensor([1, 5]).maximum(3).to_vec_i64(), [3, 5]);
        assert_close(&tensor([1, 5]).maximum(2.5), [2.5, 5.0]);
        assert_eq!(
            tensor([true]).minimum(&tensor([false])).dtype(),
            DType::Bool
        );
    }
}
