//! Functions of each element, or of lines, as layers without parameters.

use std::fmt;

use crate::nn::{Module, observe};
use crate::ops;
use crate::shape::Int;
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

activation! {
    /// Each number times its logistic function, as a layer: y = x σ(x); `[..] -> [..]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&SiLU.forward(&tensor([0.0, 2.0])), [0.0, 1.7615942]);
    /// ```
    SiLU, silu
}

/// A layer with one number.
macro_rules! with_number {
    ($(#[$doc:meta])* $layer:ident, $field:ident = $default:expr, $method:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $layer {
            $field: f64,
        }

        impl $layer {
            /// The layer with PyTorch's default.
            pub fn new() -> $layer {
                $layer { $field: $default }
            }

            /// The same layer with another number.
            pub fn $field(&self, $field: f64) -> $layer {
                $layer { $field }
            }
        }

        impl Default for $layer {
            fn default() -> $layer {
                $layer::new()
            }
        }

        impl Module for $layer {
            fn forward(&self, x: &Tensor) -> Tensor {
                observe(self, || x.$method(self.$field))
            }

            fn name(&self) -> String {
                format!("{self:?}")
            }
        }

        impl fmt::Debug for $layer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($layer), self.$field)
            }
        }
    };
}

with_number! {
    /// The rectifier that lets a part of negative numbers through, 0.01 at first;
    /// y = x where x > 0, else slope x; `[..] -> [..]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = LeakyReLU::new().negative_slope(0.1);
    /// assert_close(&layer.forward(&tensor([-2.0, 3.0])), [-0.2, 3.0]);
    /// ```
    LeakyReLU, negative_slope = 0.01, leaky_relu
}

with_number! {
    /// The exponential linear unit, with alpha 1 at first; y = x where x > 0, else alpha (eˣ - 1);
    /// `[..] -> [..]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&ELU::new().alpha(0.5).forward(&tensor([-1.0, 3.0])), [-0.3160603, 3.0]);
    /// ```
    ELU, alpha = 1.0, elu
}

/// The Gaussian error linear unit as a layer: y = x Φ(x); `[..] -> [..]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([-1.0, 2.0]);
/// assert_close(&GELU::new().forward(&x), [-0.15865525, 1.9544997]);
/// assert_close(&GELU::new().tanh().forward(&x), [-0.158808, 1.9545977]);
/// ```
#[derive(Clone, Copy, Default)]
pub struct GELU {
    tanh: bool,
}

impl GELU {
    /// The exact function.
    pub fn new() -> GELU {
        GELU { tanh: false }
    }

    /// The approximation with tanh, PyTorch's `approximate="tanh"`.
    pub fn tanh(&self) -> GELU {
        GELU { tanh: true }
    }
}

impl Module for GELU {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || if self.tanh { x.gelu_tanh() } else { x.gelu() })
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for GELU {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.tanh { "GELU(tanh)" } else { "GELU" })
    }
}

/// A smooth rectifier as a layer: y = ln(1 + e^(beta x)) / beta; `[..] -> [..]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_close(&Softplus::new().forward(&tensor([0.0])), [0.6931472]);
/// assert_close(&Softplus::new().beta(2.0).forward(&tensor([0.0])), [0.3465736]);
/// ```
#[derive(Clone, Copy)]
pub struct Softplus {
    beta: f64,
    threshold: f64,
}

impl Softplus {
    /// With beta 1 and threshold 20.
    pub fn new() -> Softplus {
        Softplus {
            beta: 1.0,
            threshold: 20.0,
        }
    }

    /// How sharply it bends.
    pub fn beta(&self, beta: f64) -> Softplus {
        Softplus { beta, ..*self }
    }

    /// Where beta x is above it, y is x.
    pub fn threshold(&self, threshold: f64) -> Softplus {
        Softplus { threshold, ..*self }
    }
}

impl Default for Softplus {
    fn default() -> Softplus {
        Softplus::new()
    }
}

impl Module for Softplus {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || ops::softplus(x, self.beta, self.threshold))
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Softplus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.beta {
            1.0 => f.write_str("Softplus"),
            beta => write!(f, "Softplus(beta {beta})"),
        }
    }
}

/// A layer that works along one dim.
macro_rules! along_dim {
    ($(#[$doc:meta])* $layer:ident, $method:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $layer {
            dim: isize,
        }

        impl $layer {
            /// Along a dim; -1 is the last.
            pub fn new(dim: impl Int) -> $layer {
                $layer { dim: dim.int() }
            }
        }

        impl Module for $layer {
            fn forward(&self, x: &Tensor) -> Tensor {
                observe(self, || x.$method(self.dim))
            }

            fn name(&self) -> String {
                format!("{self:?}")
            }
        }

        impl fmt::Debug for $layer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($layer), self.dim)
            }
        }
    };
}

along_dim! {
    /// Softmax as a layer: positive numbers that add up to 1 along a dim; `[n, k] -> [n, k]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&Softmax::new(1).forward(&tensor([[0.0, 0.0]])), [[0.5, 0.5]]);
    /// ```
    Softmax, softmax
}

along_dim! {
    /// The logarithm of softmax as a layer; `[n, k] -> [n, k]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(&LogSoftmax::new(1).forward(&tensor([[0.0, 0.0]])), [[-0.6931472, -0.6931472]]);
    /// ```
    LogSoftmax, log_softmax
}
