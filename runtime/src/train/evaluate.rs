//! A model measured and used, without training it.

use crate::autograd::no_grad;
use crate::data::DataLoader;
use crate::error::Error;
use crate::nn::{Mode, Module, Params};
use crate::ops::cat;
use crate::tensor::Tensor;
use crate::train::scores::{LossFn, MetricFn, Scores, Tally};

/// Measures the loss and some metrics of a model on data, in evaluation mode and without gradients.
///
/// A metric is a name with a function of the outputs and targets of a batch. The model's modes are
/// afterwards what they were before.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = DataLoader::new(&iris(), 50);
/// let model = seq![Linear::new(4, 3)];
/// let top_2 = |y_hat: &Tensor, y: &Tensor| top_k_accuracy(y_hat, y, 2);
/// let scores = evaluate(&model, &data, cross_entropy, &[("accuracy", &accuracy), ("top 2", &top_2)]);
/// assert!(scores["accuracy"] <= scores["top 2"]);
/// ```
///
/// # Panics
/// If the loader has no batch.
// The type of a metric in full, since that is what the reader has to write.
#[allow(clippy::type_complexity)]
#[track_caller]
pub fn evaluate(
    model: &dyn Module,
    data: &DataLoader,
    loss: impl Fn(&Tensor, &Tensor) -> Tensor,
    metrics: &[(&str, &dyn Fn(&Tensor, &Tensor) -> f64)],
) -> Scores {
    measure("evaluate", model, data, &loss, metrics)
}

#[track_caller]
pub(super) fn measure(
    op: &str,
    model: &dyn Module,
    data: &DataLoader,
    loss: LossFn<'_>,
    metrics: &[(&str, MetricFn<'_>)],
) -> Scores {
    check_not_empty(op, data);
    let params = model.parameters();
    let _modes = Modes::keep(&params);
    params.set_training(false);
    let mut tally = Tally::new(metrics);
    for (x, y) in data {
        no_grad(|| {
            let y_hat = model.forward(&x);
            tally.add(loss(&y_hat, &y).item(), &y_hat, &y, x.len());
        });
    }
    tally.scores()
}

/// The outputs of a model for all batches, in evaluation mode and without gradients, and the targets
/// in the same order: `[n, ..]` and `[n, ..]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(4, 3), Dropout::new(0.5)];
/// let (y_hat, y) = predict(&model, &DataLoader::new(&iris(), 64).shuffle(true));
/// assert_eq!((y_hat.shape(), y.shape()), (&[150, 3][..], &[150][..]));
/// let matrix = confusion_matrix(&y_hat, &y);
/// assert!(model.is_training());
/// ```
///
/// # Panics
/// If the loader has no batch.
#[track_caller]
pub fn predict(model: &dyn Module, data: &DataLoader) -> (Tensor, Tensor) {
    check_not_empty("predict", data);
    let params = model.parameters();
    let _modes = Modes::keep(&params);
    params.set_training(false);
    let (mut outputs, mut targets) = (Vec::new(), Vec::new());
    for (x, y) in data {
        outputs.push(no_grad(|| model.forward(&x)));
        targets.push(y);
    }
    let joined = |parts: &[Tensor]| cat(&parts.iter().collect::<Vec<_>>(), 0);
    (joined(&outputs), joined(&targets))
}

#[track_caller]
pub(super) fn check_not_empty(op: &str, data: &DataLoader) {
    if data.is_empty() {
        Error::new(
            op,
            format!(
                "the loader has no batch: {} examples in batches of {}",
                data.examples(),
                data.batch_size()
            ),
        )
        .help("drop_last(true) leaves out a last batch that is not full")
        .raise();
    }
}

/// The modes that a model had; it has them again when this is dropped, also by a panic.
pub(super) struct Modes(Vec<(Mode, bool)>);

impl Modes {
    pub(super) fn keep(params: &Params) -> Modes {
        let mode = |(_, mode): (&str, &Mode)| (mode.clone(), mode.is_training());
        Modes(params.modes().map(mode).collect())
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        for (mode, training) in &self.0 {
            mode.set_training(*training);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn layers_stand_on_evaluation_meanwhile() {
        let model = seq![Dropout::new(0.9), BatchNorm1d::new(2)];
        model.layer(1).eval();
        let x = ones(&[6, 2]);
        let data = DataLoader::new(&TensorDataset::new(&x, &x), 4);
        let before = model.state_dict();
        let (y_hat, _) = predict(&model, &data);
        assert_close_within(&y_hat, &x, 1e-4);
        assert!(evaluate(&model, &data, mse_loss, &[])["loss"] < 1e-6);
        assert!(model.layer(0).is_training());
        assert!(!model.layer(1).is_training());
        assert!(before["1.running_mean"].equal(&model.state_dict()["1.running_mean"]));
    }

    #[test]
    fn modes_come_back_after_a_panic() {
        let model = seq![Dropout::new(0.5)];
        let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
        let broken = |_: &Tensor, _: &Tensor| -> Tensor { panic!("broken loss") };
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            evaluate(&model, &data, broken, &[])
        }));
        assert!(result.is_err() && model.is_training());
    }

    #[test]
    #[should_panic(expected = "evaluate: the loader has no batch: 3 examples in batches of 4")]
    fn nothing_has_no_mean() {
        let data = DataLoader::new(&TensorDataset::new(&ones(&[3, 1]), &ones(&[3, 1])), 4);
        evaluate(&Identity, &data.drop_last(true), mse_loss, &[]);
    }

    #[test]
    #[should_panic(expected = "scores: there is no \"f1\"; there are: loss, accuracy")]
    fn a_wrong_name_lists_the_right_ones() {
        let data = DataLoader::new(&iris(), 50);
        let model = Linear::new(4, 3);
        let scores = evaluate(&model, &data, cross_entropy, &[("accuracy", &accuracy)]);
        let _ = scores["f1"];
    }
}
