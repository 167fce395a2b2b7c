//! Training in one call.

use crate::data::DataLoader;
use crate::nn::Module;
use crate::optim::Optimizer;
use crate::tensor::Tensor;
use crate::train::{History, Trainer};

/// Trains a model for some epochs, with a live loss curve and a progress bar.
///
/// For every batch: predict, measure the loss, compute gradients, take a step. It is
/// `Trainer::new(epochs).fit(..)`; a [`Trainer`] can do more.
///
/// ```
/// use cuaderno::prelude::*;
///
/// manual_seed(1);
/// let x = randn(&[100, 2]);
/// let y = x.matmul(&tensor([[2.0], [-3.4]])) + 4.2;
/// let data = DataLoader::new(&TensorDataset::new(&x, &y), 10).shuffle(true);
/// let model = seq![Linear::new(2, 1)];
/// let mut opt = Sgd::new(model.parameters(), 0.1);
/// let history = fit(&model, &data, &mut opt, mse_loss, 10);
/// assert!(history.last_loss() < 1e-3);
/// ```
///
/// # Panics
/// As [`Trainer::fit`].
#[track_caller]
pub fn fit(
    model: &dyn Module,
    data: &DataLoader,
    opt: &mut dyn Optimizer,
    loss: impl Fn(&Tensor, &Tensor) -> Tensor,
    epochs: usize,
) -> History {
    Trainer::new(epochs).fit(model, data, opt, loss)
}
