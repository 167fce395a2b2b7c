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
mod add;
mod allclose;
mod any;
mod argmax;
mod atan2;
mod cast;
mod cat;
mod choose;
mod clamp;
mod classify;
mod compare;
mod copy;
mod correction;
mod cos;
mod cumprod;
mod cumsum;
mod det;
mod diag;
mod diagonal;
mod div;
mod dot;
mod einsum;
mod exp;
mod expand;
mod flip;
mod gather;
mod in_place;
mod index_select;
mod indexing;
mod iter;
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
mod permute;
mod pow;
mod prod;
mod relu;
mod remainder;
mod repeat;
mod reshape;
mod roll;
mod rounding;
mod scatter_add;
mod select;
mod sigmoid;
mod sin;
mod slice;
mod softmax;
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
mod unique;
mod var;
mod where_;

pub use cat::{cat, stack};
pub use einsum::einsum;
pub use index::{Ellipsis, Index, Indices, NewAxis, Span, Steps, step};
pub use iter::Rows;
pub(crate) use linear::linear;
pub use meshgrid::meshgrid;
pub use operand::Operand;
pub use spec::{Case, Spec};
pub use where_::where_;

/// Every differentiable operation.
///
/// ```
/// use cuaderno::ops::OPS;
///
/// assert!(OPS.iter().any(|op| op.name == "matmul"));
/// ```
pub static OPS: &[&Spec] = &[
    &abs::SPEC,
    &add::SPEC,
    &atan2::SPEC,
    &cast::SPEC,
    &cat::SPEC,
    &clamp::SPEC,
    &copy::SPEC,
    &correction::SPEC,
    &cos::SPEC,
    &cumprod::SPEC,
    &cumsum::SPEC,
    &det::SPEC,
    &diag::SPEC,
    &diagonal::SPEC,
    &div::SPEC,
    &einsum::SPEC,
    &exp::SPEC,
    &expand::SPEC,
    &flip::SPEC,
    &gather::SPEC,
    &index_select::SPEC,
    &lerp::SPEC,
    &linear::SPEC,
    &log::SPEC,
    &log_softmax::SPEC,
    &logaddexp::SPEC,
    &logsumexp::SPEC,
    &matmul::SPEC,
    &max::SPEC,
    &maximum::MINIMUM,
    &maximum::SPEC,
    &mean::SPEC,
    &median::SPEC,
    &mul::SPEC,
    &narrow::SPEC,
    &neg::SPEC,
    &norm::SPEC,
    &pad::SPEC,
    &permute::SPEC,
    &pow::SPEC,
    &prod::SPEC,
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
    &sin::SPEC,
    &slice::SPEC,
    &softmax::SPEC,
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
    &var::SPEC,
    &where_::SPEC,
];

#[cfg(test)]
mod tests;
