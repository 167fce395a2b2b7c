//! The rectifier that lets a little of negative numbers through.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::ops::kernel::{map, same_shape, zip};
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// Each element, times `slope` where it is negative; PyTorch's slope is 0.01 if none is given.
    ///
    /// y = x where x > 0, else slope x; dx = dy or slope dy; `[..] -> [..]`. Maas and others,
    /// "Rectifier nonlinearities improve neural network acoustic models" (2013).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&tensor([-2.0, 3.0]).leaky_relu(0.1), [-0.2, 3.0]);
    /// ```
    #[track_caller]
    pub fn leaky_relu(&self, slope: f64) -> Tensor {
        Tensor::apply(LeakyRelu { slope }, &[&self.float_or_same()])
    }
}

struct LeakyRelu {
    slope: f64,
}

impl Op for LeakyRelu {
    fn name(&self) -> &'static str {
        "leaky_relu"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_real!(x[0].dtype(), T => {
            let slope = self.slope as T;
            map::<T, T>(x[0], |x| if x > 0.0 { x } else { x * slope })
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grad = with_real!(grad.dtype(), T => {
            let slope = self.slope as T;
            let x = saved.input(0);
            zip::<T, T>("leaky_relu", grad, x, |g, x| if x > 0.0 { g } else { g * slope })
        });
        vec![same_shape(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "leaky_relu",
    math: "y = x where x > 0, else slope x; dx = dy or slope dy",
    cases: || Case::elementwise(sample, |x| x[0].leaky_relu(0.1)),
    wrong: Vec::new,
};
