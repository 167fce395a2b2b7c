//! Sums of all elements up to each.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Element, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::kernel::along;
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{self, Int};
use crate::tensor::Tensor;

impl Tensor {
    /// The sum of the elements up to each one along a dim.
    ///
    /// y_i = x_0 + .. + x_i, dx_i = dy_i + .. + dy_(n-1); `[..] -> [..]`. Floats are added in f64.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([1.0, 2.0, 3.0]).cumsum(0), [1.0, 3.0, 6.0]);
    /// ```
    #[track_caller]
    pub fn cumsum(&self, dim: impl Int) -> Tensor {
        cumsum(self, dim.int())
    }
}

#[track_caller]
fn cumsum(x: &Tensor, dim: isize) -> Tensor {
    let dim = shape::dim("cumsum", dim, x.shape()).or_raise();
    Tensor::apply(CumSum { dim }, &[&x.number_or_same()])
}

struct CumSum {
    dim: usize,
}

/// Writes running sums of `line` to the places that `order` gives.
fn run<T: Element>(line: &[T], target: &mut [T], order: impl Iterator<Item = usize>) {
    let mut sum = 0.0;
    for i in order {
        sum += line[i].to_f64();
        target[i] = T::from_f64(sum);
    }
}

impl Op for CumSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        if x[0].dtype() == DType::I64 {
            return Ok(along::<i64>(x[0], self.dim, |line, target| {
                let mut sum = 0_i64;
                for (&v, target) in line.iter().zip(target) {
                    sum = sum.wrapping_add(v);
                    *target = sum;
                }
            }));
        }
        Ok(
            with_real!(x[0].dtype(), T => along::<T>(x[0], self.dim, |line, target| {
                run(line, target, 0..line.len());
            })),
        )
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let back = with_real!(grad.dtype(), T => along::<T>(grad, self.dim, |line, target| {
            run(line, target, (0..line.len()).rev());
        }));
        vec![Some(back)]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "cumsum",
    math: "y_i = x_0 + .. + x_i, dx_i = dy_i + .. + dy_(n-1)",
    cases: || {
        vec![
            Case::new("columns", &[sample(&[2, 4])], |x| x[0].cumsum(1)),
            Case::new("rows", &[sample(&[3, 2])], |x| x[0].cumsum(0)),
            Case::new("middle", &[sample(&[2, 3, 2])], |x| x[0].cumsum(-2)),
            Case::new("empty", &[sample(&[0, 2])], |x| x[0].cumsum(0)),
        ]
    },
    wrong: || {
        vec![
            Case::new("no such dim", &[sample(&[2, 3])], |x| x[0].cumsum(2)),
            Case::new("one number", &[sample(&[])], |x| x[0].cumsum(0)),
        ]
    },
};

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn whole_numbers_and_long_sums() {
        assert_eq!(
            tensor([true, false, true]).cumsum(0).to_vec_i64(),
            [1, 1, 2]
        );
        assert_eq!(
            tensor([[1, 2], [3, 4]]).t().cumsum(0).to_vec_i64(),
            [1, 3, 3, 7]
        );
        let last = full(&[1 << 20], 0.1).cumsum(0).i(-1).item();
        assert!(
            (last / (0.1_f32 as f64 * (1 << 20) as f64) - 1.0).abs() < 1e-6,
            "{last}"
        );
    }
}
