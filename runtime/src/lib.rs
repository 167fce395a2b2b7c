//! Tensors, automatic differentiation, layers, data, training and plots for the Cuaderno course.
//!
//! A notebook cell sees the names of [`prelude`]; the modules below are in reading order, each
//! using only those after it (see `ARCHITECTURE.md`).
//!
//! ```
//! use cuaderno::prelude::*;
//!
//! let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
//! let w = tensor([[1.0], [0.5]]).requires_grad();
//! let loss = x.matmul(&w).sum();
//! loss.backward();
//! assert_close(&w.grad(), [[4.0], [6.0]]);
//! ```
#![doc = include_str!("../docs/pytorch.md")]

pub mod prelude;

pub mod train;

pub mod data;
pub mod files;
pub mod init;
pub mod loss;
pub mod metrics;
pub mod nn;
pub mod optim;
pub mod plot;
pub mod transforms;

pub mod gradcheck;
pub mod ops;

pub mod autograd;
pub mod random;
pub mod tensor;

pub mod display;
pub mod host;

pub mod device;
pub mod dtype;
pub mod error;
mod gemm;
mod memory;
pub mod shape;
mod simd;
pub mod threads;

// Lets a cell hand its own arrays over in the version that the runtime was built with.
pub use ndarray;
