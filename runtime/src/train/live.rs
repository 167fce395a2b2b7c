//! A training run on the page: a progress bar, and curves that grow.

use crate::display::{ProgressBar, progress_bar};
use crate::plot::Board;
use crate::train::callback::{Callback, Run};
use crate::train::history::VALID;

/// The bar and the board of a run.
pub(super) struct Live {
    bar: ProgressBar,
    board: Board,
    /// How many batches a point of the curve is the mean of.
    every: usize,
    /// The losses that are no point yet.
    losses: Vec<f64>,
}

/// The curve of batches has at most about so many points: more look like noise, and take time to
/// draw.
const POINTS: usize = 200;

impl Live {
    /// The displays of a run of so many batches with these metrics.
    pub(super) fn new(batches: usize, metrics: &[&str]) -> Live {
        let mut board = Board::new("training").xlabel("epoch").ylabel("loss");
        if !metrics.is_empty() {
            let series = |name: &str| [name.to_owned(), format!("{VALID}{name}")];
            let [loss, valid_loss] = series("loss");
            board = board.panel("loss", ["batch".to_owned(), loss, valid_loss]);
            for metric in metrics {
                board = board.panel(metric, series(metric));
            }
            let width = 340 * (1 + metrics.len().min(3)) as u32;
            board = board.size(width, 300);
        }
        Live {
            bar: progress_bar(batches),
            board,
            every: batches.div_ceil(POINTS).max(1),
            losses: Vec::new(),
        }
    }
}

impl Callback for Live {
    fn on_train_begin(&mut self, run: &mut Run<'_>) {
        // Those of a run that is gone on with.
        self.bar.advance(run.epoch * run.batches);
    }

    fn on_epoch_begin(&mut self, run: &mut Run<'_>) {
        let (epoch, epochs) = (run.epoch, run.epochs);
        self.bar.label(&format!("epoch {epoch}/{epochs}"));
    }

    fn on_batch_end(&mut self, run: &mut Run<'_>) {
        self.losses.push(run.loss);
        if self.losses.len() == self.every {
            let mean = self.losses.iter().sum::<f64>() / self.every as f64;
            self.losses.clear();
            self.board.add("batch", run.history.epochs_done(), mean);
        }
        self.bar.advance(1);
    }

    fn on_epoch_end(&mut self, run: &mut Run<'_>) {
        let mut status = Vec::new();
        for (name, value) in run.history.newest() {
            self.board.add(&name, run.epoch as f64, value);
            status.push(format!("{name} {value:.4}"));
        }
        self.bar.status(&status.join(", "));
    }

    fn on_train_end(&mut self, _run: &mut Run<'_>) {
        self.bar.finish();
        self.board.finish();
    }
}
