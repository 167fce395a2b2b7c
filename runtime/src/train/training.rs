//! The training loop itself, short enough to be a lesson.

use std::time::Instant;

use crate::data::DataLoader;
use crate::error::Error;
use crate::nn::{Mode, Params};
use crate::train::Trainer;
use crate::train::callback::{Callback, Run};
use crate::train::evaluate::measure;
use crate::train::history::Epoch;
use crate::train::scores::{LossFn, MetricFn, Tally};

/// Trains until the last epoch is done, or something stops the run.
#[track_caller]
pub(super) fn train(
    trainer: &Trainer,
    run: &mut Run<'_>,
    data: &DataLoader,
    loss: LossFn<'_>,
    callbacks: &mut dyn Callback,
) {
    let params = run.model.parameters();
    let metrics: Vec<(&str, MetricFn<'_>)> = trainer.metrics();
    callbacks.on_train_begin(run);
    while run.epoch < run.epochs && run.stop.is_none() {
        let start = Instant::now();
        let (mut tally, mut lr) = (Tally::new(&metrics), run.opt.lr());
        (run.epoch, run.batch) = (run.epoch + 1, 0);
        callbacks.on_epoch_begin(run);
        set_training(&params);
        for (x, y) in data {
            let y_hat = run.model.forward(&x);
            let batch_loss = loss(&y_hat, &y);
            (run.batch, run.loss) = (run.batch + 1, batch_loss.item());
            trainer.check_finite(run);

            run.opt.zero_grad();
            batch_loss.backward();
            trainer.clip_gradients(&params);
            lr = run.opt.lr();
            run.opt.step();

            tally.add(run.loss, &y_hat, &y, x.len());
            run.history.record_batch(run.loss);
            callbacks.on_batch_end(run);
            if run.stop.is_some() {
                break;
            }
        }
        let valid = trainer.valid.as_ref();
        let valid = valid.map(|valid| measure("fit", run.model, valid, loss, &metrics));
        run.history.record_epoch(Epoch {
            train: tally.scores(),
            valid,
            lr,
            seconds: start.elapsed().as_secs_f64(),
        });
        callbacks.on_epoch_end(run);
    }
    if let Some(reason) = &run.stop {
        run.history.set_stopped(reason);
    }
    callbacks.on_train_end(run);
}

/// Switches every layer to training but those of which all parameters are frozen: a frozen batch
/// norm would go on to learn its running statistics, and so spoil what was frozen.
pub(super) fn set_training(params: &Params) {
    let frozen = |name: &str| {
        let Some((layer, _)) = name.rsplit_once('.') else {
            return false;
        };
        let part = params.under(layer);
        !part.is_empty() && part.count_trainable() == 0
    };
    for (name, mode) in params.modes() {
        Mode::set_training(mode, !frozen(name));
    }
}

/// A model of which nothing would change is refused before it costs time.
#[track_caller]
pub(super) fn check_trainable(op: &str, params: &Params) {
    if !params.is_empty() && params.count_trainable() == 0 {
        let count = params.len();
        Error::new(
            op,
            format!("all {count} parameters of the model are frozen"),
        )
        .help("model.unfreeze(), or model.parameters().under(\"head\").unfreeze() for a part")
        .raise();
    }
}
