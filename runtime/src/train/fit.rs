//! The loop that trains a model, short enough to be a lesson.

use crate::data::DataLoader;
use crate::display::progress_bar;
use crate::nn::Module;
use crate::optim::Optimizer;
use crate::plot::Board;
use crate::tensor::Tensor;
use crate::train::History;

/// Trains a model for some epochs, with a live loss curve and a progress bar.
///
/// For every batch: predict, measure the loss, compute gradients, take a step.
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
#[track_caller]
pub fn fit(
    model: &dyn Module,
    data: &DataLoader,
    opt: &mut dyn Optimizer,
    loss: impl Fn(&Tensor, &Tensor) -> Tensor,
    epochs: usize,
) -> History {
    train(model, data, opt, &loss, epochs)
}

#[track_caller]
fn train(
    model: &dyn Module,
    data: &DataLoader,
    opt: &mut dyn Optimizer,
    loss: &dyn Fn(&Tensor, &Tensor) -> Tensor,
    epochs: usize,
) -> History {
    let mut history = History::new(data.len());
    let board = Board::new("training").xlabel("epoch").ylabel("loss");
    let bar = progress_bar(epochs * data.len());
    for epoch in 1..=epochs {
        bar.label(&format!("epoch {epoch}/{epochs}"));
        for (x, y) in data {
            let batch_loss = loss(&model.forward(&x), &y);
            opt.zero_grad();
            batch_loss.backward();
            opt.step();

            history.record_batch(batch_loss.item(), x.len());
            board.add("batch", history.epochs_done(), batch_loss.item());
            bar.advance(1);
        }
        history.end_epoch();
        board.add("epoch mean", epoch as f64, history.last_loss());
        bar.status(&format!("loss {:.4}", history.last_loss()));
    }
    bar.finish();
    board.finish();
    history
}
