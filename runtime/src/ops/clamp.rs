//! Elements held between two numbers.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Element, Scalar, with_real};
use crate::error::Error;
use crate::ops::kernel::{map, same_shape, zip};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element, or the bound that it lies beyond; `max` everywhere if `min` is above it.
    ///
    /// y = min(max(x, min), max), dx = dy where min ≤ x ≤ max, 0 elsewhere; `[..] -> [..]`. A bound
    /// of its own for each element is for [`Tensor::maximum`] and [`Tensor::minimum`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-2.0, 0.5, 3.0]).clamp(0.0, 1.0), [0.0, 0.5, 1.0]);
    /// ```
    #[track_caller]
    pub fn clamp<N: Scalar>(&self, min: N, max: N) -> Tensor {
        clamp(self, Some(min), Some(max))
    }

    /// Each element, or `min` where it is less.
    ///
    /// y = max(x, min), dx = dy where x ≥ min, 0 elsewhere; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-2.0, 0.5, 3.0]).clamp_min(0.0), [0.0, 0.5, 3.0]);
    /// ```
    #[track_caller]
    pub fn clamp_min<N: Scalar>(&self, min: N) -> Tensor {
        clamp(self, Some(min), None)
    }

    /// Each element, or `max` where it is more.
    ///
    /// y = min(x, max), dx = dy where x ≤ max, 0 elsewhere; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-2.0, 0.5, 3.0]).clamp_max(1.0), [-2.0, 0.5, 1.0]);
    /// ```
    #[track_caller]
    pub fn clamp_max<N: Scalar>(&self, max: N) -> Tensor {
        clamp(self, None, Some(max))
    }
}

#[track_caller]
fn clamp<N: Scalar>(x: &Tensor, min: Option<N>, max: Option<N>) -> Tensor {
    let op = Clamp {
        min: min.map_or(f64::NEG_INFINITY, N::value),
        max: max.map_or(f64::INFINITY, N::value),
        whole: (min.map_or(i64::MIN, whole), max.map_or(i64::MAX, whole)),
    };
    clamp_by(x, op, N::WHOLE)
}

/// A u64 may be beyond every i64.
fn whole<N: Scalar>(bound: N) -> i64 {
    if bound.value() >= i64::MAX as f64 {
        i64::MAX
    } else {
        bound.whole()
    }
}

#[track_caller]
fn clamp_by(x: &Tensor, op: Clamp, whole: bool) -> Tensor {
    let x = if whole {
        x.number_or_same()
    } else {
        x.float_or_same()
    };
    Tensor::apply(op, &[&x])
}

struct Clamp {
    min: f64,
    max: f64,
    /// Both with all their digits, for whole numbers.
    whole: (i64, i64),
}

/// The element between the bounds; NaN where one of the three is NaN.
fn between<T: Element>(x: T, min: T, max: T) -> T {
    let is_nan = |v: T| v.partial_cmp(&v).is_none();
    let x = if x < min || is_nan(min) { min } else { x };
    if x > max || is_nan(max) { max } else { x }
}

impl Op for Clamp {
    fn name(&self) -> &'static str {
        "clamp"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        if x[0].dtype() == DType::I64 {
            let (min, max) = self.whole;
            return Ok(map::<i64, i64>(x[0], |x| between(x, min, max)));
        }
        Ok(with_real!(x[0].dtype(), T => {
            let (min, max) = (self.min as T, self.max as T);
            map::<T, T>(x[0], |x| between(x, min, max))
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = with_real!(grad.dtype(), T => {
            let (min, max) = (self.min as T, self.max as T);
            zip::<T, T>("clamp", grad, saved.input(0), |g, x| {
                if x >= min && x <= max { g } else { 0.0 }
            })
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "clamp",
    math: "y = min(max(x, min), max), dx = dy where min ≤ x ≤ max, 0 elsewhere",
    cases: || {
        let mut cases = Case::elementwise(sample, |x| x[0].clamp(-0.5, 0.75));
        cases.extend(Case::elementwise(sample, |x| x[0].clamp_min(0)));
        cases.extend(Case::elementwise(sample, |x| x[0].clamp_max(0.3)));
        cases
    },
    wrong: Vec::new,
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn types_follow_the_bounds() {
        let x = tensor([1, 5]);
        assert_eq!(x.clamp(2, 4).to_vec_i64(), [2, 4]);
        assert_eq!(x.clamp(2, 4).dtype(), DType::I64);
        assert_close(&x.clamp(1.5, 4.5), [1.5, 4.5]);
        assert_eq!(x.clamp_min(2).to_vec_i64(), [2, 5]);
        assert_eq!(tensor([true, false]).clamp(0, 1).dtype(), DType::I64);
        let large = 9_007_199_254_740_993_i64;
        assert_eq!(tensor([i64::MAX]).clamp_max(large).to_vec_i64(), [large]);
        assert_eq!(
            tensor([i64::MIN, 0]).clamp_min(-large).to_vec_i64(),
            [-large, 0]
        );
    }

    #[test]
    fn bounds_may_be_beyond_every_whole_number() {
        let large = 9_007_199_254_740_993_i64;
        assert_eq!(
            tensor([-5, large]).clamp_max(u64::MAX).to_vec_i64(),
            [-5, large]
        );
        assert_eq!(
            tensor([-5, 7]).clamp(0_usize, usize::MAX).to_vec_i64(),
            [0, 7]
        );
    }

    #[test]
    fn edges_are_those_of_pytorch() {
        assert_close(&tensor([1.0, 3.0]).clamp(2.0, 1.0), [1.0, 1.0]);
        assert_close(&tensor([f64::NAN]).clamp(0.0, 1.0), [f64::NAN]);
        assert_close(&tensor([0.5]).clamp(0.0, f64::NAN), [f64::NAN]);
        assert_close(&tensor([0.5]).clamp(f64::NAN, 1.0), [f64::NAN]);
        let x = tensor([0.0, 1.0, 2.0]).requires_grad();
        x.clamp(0.0, 1.0).sum().backward();
        assert_close(&x.grad(), [1.0, 1.0, 0.0]);
    }
}
