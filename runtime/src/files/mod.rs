//! Numbers that outlive the session: weights, checkpoints, and arrays of other programs.
//!
//! | format | read | written |
//! |---|---|---|
//! | safetensors: weights and checkpoints | [`StateDict::load`] | [`StateDict::save`] |
//! | NumPy's `.npy`, one array | [`Tensor::load_npy`](crate::tensor::Tensor::load_npy) | [`Tensor::save_npy`](crate::tensor::Tensor::save_npy) |
//! | NumPy's `.npz`, arrays by name | [`StateDict::load`] | [`save_npz`] |
//! | PyTorch's `.pt` and `.pth` | [`StateDict::load`] | |
//!
//! No reader believes a file: every size is checked against what the file holds before memory is
//! asked for, and the program that a PyTorch file contains is never run. A file is written beside
//! its place and then takes it, so that the old one stays whole until the new one is.

mod bytes;
mod checkpoint;
mod disk;
mod model;
mod named;
mod npy;
mod npz;
mod optimizer;
mod pickle;
mod pytorch;
mod safetensors;
mod state;
mod zip;

pub use checkpoint::{Checkpoint, Stateful};
pub(crate) use disk::write;
pub use model::{Mismatch, Weights};
pub use npz::save_npz;
pub use state::StateDict;
