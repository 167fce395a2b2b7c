//! The operations: one file each, listed in [`OPS`], whose entries tests check one by one.
//!
//! What a cell compiles is kept small: methods with type parameters, and methods that a cell may
//! use as a function pointer (`#[inline]`, as `Tensor::relu`), only hand on to a function without.
//! The latter is needed for linking: rustc 1.95 makes a crate that takes a pointer to another
//! crate's `#[track_caller]` function look for that function in itself, unless it is `#[inline]`.

mod kernel;
mod lines;
mod operand;
mod spec;

mod abs;
mod add;
mod allclose;
mod any;
mod argmax;
mod atan2;
mod cast;
mod cat;
mod clamp;
mod classify;
mod compare;
mod copy;
mod correction;
mod cos;
mod div;
mod exp;
mod expand;
mod in_place;
mod index_select;
mod lerp;
mod linalg;
mod log;
mod log_softmax;
mod logaddexp;
mod logical;
mod logsumexp;
mod matmul;
mod max;
mod maximum;
mod mean;
mod mul;
mod narrow;
mod neg;
mod norm;
mod permute;
mod pow;
mod prod;
mod relu;
mod remainder;
mod reshape;
mod rounding;
mod select;
mod sigmoid;
mod sin;
mod softmax;
mod sqrt;
mod square;
mod squeeze;
mod sub;
mod sum;
mod tanh;
mod unary;
mod var;
mod where_;

pub use cat::{cat, stack};
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
    &div::SPEC,
    &exp::SPEC,
    &expand::SPEC,
    &index_select::SPEC,
    &lerp::SPEC,
    &log::SPEC,
    &log_softmax::SPEC,
    &logaddexp::SPEC,
    &logsumexp::SPEC,
    &matmul::SPEC,
    &max::SPEC,
    &maximum::MINIMUM,
    &maximum::SPEC,
    &mean::SPEC,
    &mul::SPEC,
    &narrow::SPEC,
    &neg::SPEC,
    &norm::SPEC,
    &permute::SPEC,
    &pow::SPEC,
    &prod::SPEC,
    &relu::SPEC,
    &remainder::FMOD,
    &remainder::SPEC,
    &reshape::SPEC,
    &rounding::CEIL,
    &rounding::FLOOR,
    &rounding::FRAC,
    &rounding::ROUND,
    &rounding::SIGN,
    &rounding::TRUNC,
    &select::SPEC,
    &sigmoid::SPEC,
    &sin::SPEC,
    &softmax::SPEC,
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
