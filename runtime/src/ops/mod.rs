//! The operations: one file each, listed in [`OPS`], whose entries tests check one by one.
//!
//! What a cell compiles is kept small: methods with type parameters, and methods that a cell may
//! use as a function pointer (`#[inline]`, as `Tensor::relu`), only hand on to a function without.
//! The latter is needed for linking: rustc 1.95 makes a crate that takes a pointer to another
//! crate's `#[track_caller]` function look for that function in itself, unless it is `#[inline]`.

mod index;
mod kernel;
mod operand;
mod spec;
mod strided;

mod abs;
mod add;
mod argmax;
mod cast;
mod cat;
mod choose;
mod compare;
mod copy;
mod cos;
mod cumprod;
mod cumsum;
mod diag;
mod div;
mod exp;
mod expand;
mod flip;
mod gather;
mod in_place;
mod index_select;
mod indexing;
mod iter;
mod linalg;
mod log;
mod log_softmax;
mod masked;
mod matmul;
mod max;
mod mean;
mod median;
mod meshgrid;
mod mul;
mod narrow;
mod neg;
mod nonzero;
mod one_hot;
mod pad;
mod pad_mode;
mod permute;
mod pow;
mod relu;
mod repeat;
mod reshape;
mod roll;
mod scatter_add;
mod select;
mod sigmoid;
mod sin;
mod slice;
mod softmax;
mod sort;
mod split;
mod sqrt;
mod square;
mod squeeze;
mod sub;
mod sum;
mod tanh;
mod tri;
mod unique;
mod var;
mod where_;

pub use cat::{cat, stack};
pub use index::{Ellipsis, Index, Indices, NewAxis, Span, Steps, step};
pub use iter::Rows;
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
    &cast::SPEC,
    &cat::SPEC,
    &copy::SPEC,
    &cos::SPEC,
    &cumprod::SPEC,
    &cumsum::SPEC,
    &diag::SPEC,
    &div::SPEC,
    &exp::SPEC,
    &expand::SPEC,
    &flip::SPEC,
    &gather::SPEC,
    &index_select::SPEC,
    &log::SPEC,
    &log_softmax::SPEC,
    &matmul::SPEC,
    &max::SPEC,
    &mean::SPEC,
    &mul::SPEC,
    &narrow::SPEC,
    &neg::SPEC,
    &pad::SPEC,
    &permute::SPEC,
    &pow::SPEC,
    &relu::SPEC,
    &reshape::SPEC,
    &scatter_add::SPEC,
    &select::SPEC,
    &sigmoid::SPEC,
    &sin::SPEC,
    &slice::SPEC,
    &softmax::SPEC,
    &sqrt::SPEC,
    &square::SPEC,
    &squeeze::SPEC,
    &sub::SPEC,
    &sum::SPEC,
    &tanh::SPEC,
    &var::SPEC,
    &where_::SPEC,
];

#[cfg(test)]
mod tests;
