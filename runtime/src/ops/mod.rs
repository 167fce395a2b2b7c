//! The operations: one file each, or a few lines each in `unary.rs` and `rounding.rs`, listed in
//! [`OPS`], whose entries tests check one by one.
//!
//! What a cell compiles is kept small: methods with type parameters, and methods that a cell may
//! use as a function pointer (`#[inline]`, as `Tensor::relu`), only hand on to a function without.
//! The latter is needed for linking: rustc 1.95 makes a crate that takes a pointer to another
//! crate's `#[track_caller]` function look for that function in itself, unless it is `#[inline]`.

mod index;
mod kernel;
mod lines;
mod operand;
mod spec;
mod strided;

mod abs;
mod adaptive_pool;
mod add;
mod allclose;
mod any;
mod argmax;
mod atan2;
mod avg_pool;
mod batch_norm;
mod cast;
mod cat;
mod choose;
mod clamp;
mod classify;
mod compare;
mod conv;
mod conv_transpose;
mod copy;
mod correction;
mod cos;
pub(crate) mod cross_entropy;
mod cumprod;
mod cumsum;
mod det;
mod diag;
mod diagonal;
mod div;
mod dot;
mod einsum;
mod elu;
mod embedding;
mod exp;
mod expand;
mod flip;
mod gather;
mod gelu;
mod in_place;
mod index_select;
mod indexing;
mod interpolate;
mod iter;
mod layer_norm;
mod leaky_relu;
mod lerp;
mod linalg;
mod linear;
mod log;
mod log_softmax;
mod logaddexp;
mod logical;
mod logsumexp;
mod masked;
mod matmul;
mod max;
mod max_pool;
mod maximum;
mod mean;
mod median;
mod meshgrid;
mod mul;
mod narrow;
mod neg;
mod nonzero;
mod norm;
mod one_hot;
mod pad;
mod pad_mode;
pub(crate) mod pair_loss;
mod permute;
mod pool;
mod pow;
mod prod;
pub(crate) mod recurrent;
mod relu;
mod remainder;
mod repeat;
mod reshape;
mod roll;
mod rounding;
mod scatter_add;
mod select;
mod sigmoid;
mod silu;
mod sin;
mod slice;
mod softmax;
mod softplus;
mod solve;
mod sort;
mod split;
mod sqrt;
mod square;
mod squeeze;
mod sub;
mod sum;
mod tanh;
mod tri;
mod unary;
mod unfold;
mod unique;
mod var;
mod where_;

pub(crate) use batch_norm::{Moments, check as check_batch_norm, normalise};
pub use cat::{cat, stack};
pub use conv::{ConvOptions, Padding, Pads};
pub use einsum::einsum;
pub(crate) use embedding::embedding;
pub use index::{Ellipsis, Index, Indices, NewAxis, Span, Steps, step};
pub use interpolate::Interpolation;
pub use iter::Rows;
pub(crate) use layer_norm::layer_norm;
pub(crate) use linear::linear;
pub use meshgrid::meshgrid;
pub use operand::Operand;
pub use pool::PoolOptions;
pub(crate) use softplus::softplus;
pub use spec::{Case, Spec};
pub use where_::where_;

/// Every differentiable operation.
///
/// ```
/// use cuaderno::ops::OPS;
///
/// assert!(OPS.iter().any(|op| op.name == "matmul"));
/// ```
#[doc = include_str!("../../docs/ops.md")]
pub static OPS: &[&Spec] = &[
    &abs::SPEC,
    &adaptive_pool::ADAPTIVE_AVG_POOL1D,
    &adaptive_pool::ADAPTIVE_MAX_POOL1D,
    &adaptive_pool::ADAPTIVE_MAX_POOL2D,
    &adaptive_pool::SPEC,
    &add::SPEC,
    &atan2::SPEC,
    &batch_norm::SPEC,
    &avg_pool::AVG_POOL1D,
    &avg_pool::SPEC,
    &cast::SPEC,
    &cat::SPEC,
    &clamp::SPEC,
    &conv::CONV1D,
    &conv::SPEC,
    &conv_transpose::CONV_TRANSPOSE1D,
    &conv_transpose::SPEC,
    &copy::SPEC,
    &correction::SPEC,
    &cos::SPEC,
    &cross_entropy::NLL,
    &cross_entropy::SPEC,
    &cumprod::SPEC,
    &cumsum::SPEC,
    &det::SPEC,
    &diag::SPEC,
    &diagonal::SPEC,
    &div::SPEC,
    &einsum::SPEC,
    &elu::SPEC,
    &embedding::SPEC,
    &exp::SPEC,
    &expand::SPEC,
    &flip::SPEC,
    &gather::SPEC,
    &gelu::SPEC,
    &gelu::TANH,
    &index_select::SPEC,
    &layer_norm::SPEC,
    &leaky_relu::SPEC,
    &interpolate::SPEC,
    &lerp::SPEC,
    &linear::SPEC,
    &log::SPEC,
    &log_softmax::SPEC,
    &logaddexp::SPEC,
    &logsumexp::SPEC,
    &matmul::SPEC,
    &max::SPEC,
    &max_pool::MAX_POOL1D,
    &max_pool::SPEC,
    &maximum::MINIMUM,
    &maximum::SPEC,
    &mean::SPEC,
    &median::SPEC,
    &mul::SPEC,
    &narrow::SPEC,
    &neg::SPEC,
    &norm::SPEC,
    &pad::SPEC,
    &pair_loss::ABSOLUTE,
    &pair_loss::BCE,
    &pair_loss::BCE_WITH_LOGITS,
    &pair_loss::HINGE,
    &pair_loss::HUBER,
    &pair_loss::KL_DIV,
    &pair_loss::SMOOTH_L1,
    &pair_loss::SQUARED,
    &permute::SPEC,
    &pow::SPEC,
    &prod::SPEC,
    &recurrent::GRU,
    &recurrent::LSTM,
    &recurrent::RNN,
    &relu::SPEC,
    &remainder::FLOOR_DIVIDE,
    &remainder::FMOD,
    &remainder::SPEC,
    &reshape::SPEC,
    &rounding::CEIL,
    &rounding::FLOOR,
    &rounding::FRAC,
    &rounding::ROUND,
    &rounding::SIGN,
    &rounding::TRUNC,
    &scatter_add::SPEC,
    &select::SPEC,
    &sigmoid::SPEC,
    &silu::SPEC,
    &sin::SPEC,
    &slice::SPEC,
    &softmax::SPEC,
    &softplus::SPEC,
    &solve::INVERSE,
    &solve::SPEC,
    &sqrt::SPEC,
    &square::SPEC,
    &squeeze::SPEC,
    &sub::SPEC,
    &sum::SPEC,
    &tanh::SPEC,
    &unary::ACOS,
    &unary::ASIN,
    &unary::ATAN,
    &unary::COSH,
    &unary::ERF,
    &unary::EXP2,
    &unary::EXPM1,
    &unary::LOG10,
    &unary::LOG1P,
    &unary::LOG2,
    &unary::RECIPROCAL,
    &unary::RSQRT,
    &unary::SINH,
    &unary::TAN,
    &unfold::SPEC,
    &var::SPEC,
    &where_::SPEC,
];

#[cfg(test)]
mod tests;
