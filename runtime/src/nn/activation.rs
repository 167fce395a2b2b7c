//! Functions of each element as layers, without parameters.

use crate::nn::{Module, observe};
use crate::tensor::Tensor;

/// A layer that calls a method of tensors.
macro_rules! activation {
    ($(#[$doc:meta])* $layer:ident, $method:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $layer;

        impl Module for $layer {
            fn forward(&self, x: &Tensor) -> Tensor {
                observe(self, || x.$method())
            }
        }
    };
}

activation! {
    /// The rectifier as a layer: y = max(0, x); `[..] -> [..]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&ReLU.forward(&tensor([-1.0, 2.0])), [0.0, 2.0]);
    /// ```
    ReLU, relu
}

activation! {
    /// The logistic function as a layer: y = 1 / (1 + e⁻ˣ); `[..] -> [..]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&Sigmoid.forward(&tensor([0.0, 2.0])), [0.5, 0.8807971]);
    /// ```
    Sigmoid, sigmoid
}

activation! {
    /// The hyperbolic tangent as a layer; `[..] -> [..]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&Tanh.forward(&tensor([0.0, 1.0])), [0.0, 0.7615942]);
    /// ```
    Tanh, tanh
}
