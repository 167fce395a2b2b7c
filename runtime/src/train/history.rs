//! What a training run leaves behind.

use std::fmt;

use crate::display::{MimeBundle, Rich};
use crate::plot::Figure;

/// The loss of every batch and the mean loss of every epoch of a [`fit`](crate::train::fit).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
/// let model = seq![Linear::new(1, 1)];
/// let mut opt = Sgd::new(model.parameters(), 0.1);
/// let history = fit(&model, &data, &mut opt, mse_loss, 3);
/// assert_eq!(history.batch_loss().len(), 6);
/// assert_eq!(history.epoch_loss().len(), 3);
/// ```
#[derive(Clone)]
pub struct History {
    batches_per_epoch: usize,
    batch_loss: Vec<f64>,
    epoch_loss: Vec<f64>,
    /// Sum of the losses of this epoch's examples, and their number.
    sum: f64,
    examples: usize,
}

impl History {
    pub(crate) fn new(batches_per_epoch: usize) -> History {
        History {
            batches_per_epoch,
            batch_loss: Vec::new(),
            epoch_loss: Vec::new(),
            sum: 0.0,
            examples: 0,
        }
    }

    pub(crate) fn record_batch(&mut self, loss: f64, examples: usize) {
        self.batch_loss.push(loss);
        self.sum += loss * examples as f64;
        self.examples += examples;
    }

    pub(crate) fn end_epoch(&mut self) {
        self.epoch_loss.push(self.sum / self.examples as f64);
        (self.sum, self.examples) = (0.0, 0);
    }

    /// How many epochs are done, with fractions.
    pub(crate) fn epochs_done(&self) -> f64 {
        self.batch_loss.len() as f64 / self.batches_per_epoch.max(1) as f64
    }

    /// The loss of every batch, in order.
    pub fn batch_loss(&self) -> Vec<f64> {
        self.batch_loss.clone()
    }

    /// The mean loss of every epoch's examples, each measured before its batch's step.
    pub fn epoch_loss(&self) -> Vec<f64> {
        self.epoch_loss.clone()
    }

    /// The mean loss of the last epoch; NaN before the first has ended.
    pub fn last_loss(&self) -> f64 {
        self.epoch_loss.last().copied().unwrap_or(f64::NAN)
    }

    /// The loss curve.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    /// let model = seq![Linear::new(1, 1)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let figure = fit(&model, &data, &mut opt, mse_loss, 3).plot();
    /// assert!(figure.to_svg().contains("epoch mean"));
    /// ```
    pub fn plot(&self) -> Figure {
        let per_epoch = self.batches_per_epoch.max(1) as f64;
        let batches: Vec<f64> = (1..=self.batch_loss.len())
            .map(|batch| batch as f64 / per_epoch)
            .collect();
        let epochs: Vec<f64> = (1..=self.epoch_loss.len())
            .map(|epoch| epoch as f64)
            .collect();
        Figure::new()
            .line(&batches, &self.batch_loss)
            .label("batch")
            .line(&epochs, &self.epoch_loss)
            .marker()
            .label("epoch mean")
            .title("training")
            .xlabel("epoch")
            .ylabel("loss")
    }
}

/// Epochs that a summary lists at each end.
const EDGE: usize = 5;

impl History {
    /// The epochs to list: all, or both ends around a gap.
    fn listed(&self) -> Vec<Option<(usize, f64)>> {
        let all: Vec<_> = self
            .epoch_loss
            .iter()
            .enumerate()
            .map(|(i, &loss)| Some((i + 1, loss)))
            .collect();
        if all.len() <= 2 * EDGE + 1 {
            return all;
        }
        [&all[..EDGE], &[None], &all[all.len() - EDGE..]].concat()
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "History of {} epochs, {} batches",
            self.epoch_loss.len(),
            self.batch_loss.len()
        )?;
        for line in self.listed() {
            match line {
                Some((epoch, loss)) => write!(f, "\n  epoch {epoch}: loss {loss:.6}")?,
                None => write!(f, "\n  ...")?,
            }
        }
        Ok(())
    }
}

impl Rich for History {
    fn mime_bundle(&self) -> MimeBundle {
        let row = |line: Option<(usize, f64)>| match line {
            Some((epoch, loss)) => format!("<tr><td>{epoch}</td><td>{loss:.6}</td></tr>"),
            None => "<tr><td>⋮</td><td>⋮</td></tr>".to_owned(),
        };
        let rows: String = self.listed().into_iter().map(row).collect();
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th>epoch</th><th>loss</th></tr></thead><tbody>{rows}</tbody></table>"
        ))
    }
}

crate::display::rich_result!(History);
