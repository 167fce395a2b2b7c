//! Every name that a notebook cell sees.
//!
//! The list is explicit, so that adding a name is a decision, and no name of Rust's own prelude is
//! in it.

pub use crate::autograd::{Graph, HookHandle, Op, Saved, Saves, grad, jacobian, no_grad, vjp};
pub use crate::data::{
    DataLoader, Dataset, StandardScaler, Table, TensorDataset, diabetes, train_test_split,
};
pub use crate::device::Device;
pub use crate::display::{
    CellResult, DisplayHandle, MimeBundle, Progress, Rich, clear_output, display, progress,
};
pub use crate::dtype::DType;
pub use crate::error::Error;
pub use crate::gradcheck::gradcheck;
pub use crate::host::check_interrupt;
pub use crate::loss::mse_loss;
pub use crate::nn::{Linear, Module, Params, ReLU, Sequential};
pub use crate::ops::{Ellipsis, NewAxis, cat, einsum, meshgrid, stack, step, where_};
pub use crate::optim::{Optimizer, Sgd};
pub use crate::plot::{
    Board, Figure, Image, Names, image_grid, imshow, plot_activation, plot_confusion_matrix,
    plot_decision_boundary, plot_gradients, plot_metric, plot_weights, show_kernels,
    show_predictions, show_reconstructions,
};
pub use crate::random::{
    RandomState, bernoulli, manual_seed, multinomial, normal, rand, rand_like, randint, randn,
    randn_like, random_state, randperm, set_random_state, uniform,
};
pub use crate::tensor::{
    Tensor, arange, assert_close, assert_close_within, eye, full, full_like, linspace, logspace,
    ones, ones_like, tensor, tensor_of, zeros, zeros_like,
};
pub use crate::threads::{num_threads, set_num_threads};
pub use crate::train::{History, fit};
pub use crate::{params, seq};
