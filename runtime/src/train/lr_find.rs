//! Which learning rate to start with.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::data::DataLoader;
use crate::display::{MimeBundle, Rich, progress_bar};
use crate::error::{Error, OrRaise};
use crate::files::{Stateful, Weights};
use crate::nn::Module;
use crate::optim::Optimizer;
use crate::plot::Figure;
use crate::random::{random_state, set_random_state};
use crate::tensor::Tensor;
use crate::train::evaluate::{Modes, check_not_empty};
use crate::train::scores::LossFn;
use crate::train::training::{check_trainable, set_training};

/// The loss against the learning rate, made by [`lr_find`].
#[derive(Clone)]
pub struct LrFind {
    lrs: Vec<f64>,
    losses: Vec<f64>,
    smoothed: Vec<f64>,
}

/// How much of the mean so far the smoothed loss keeps at every step.
const SMOOTHING: f64 = 0.9;

/// The sweep ends where the smoothed loss is so many times its lowest value.
const DIVERGED: f64 = 4.0;

/// Looks for a learning rate: trains with one that grows from 1e-6 to 10 in 100 steps, each a batch,
/// and watches the loss.
///
/// lrᵢ = low · (high / low)^(i / (n - 1)). The sweep ends early where the smoothed loss is more than
/// four times its lowest value, or no number. Afterwards model, optimiser, modes and random numbers
/// are as they were, and gradients are gone.
///
/// The idea is Smith's, "Cyclical learning rates for training neural networks" (2015,
/// arXiv:1506.01186).
///
/// ```
/// use cuaderno::prelude::*;
///
/// manual_seed(1);
/// let data = DataLoader::new(&digits(), 64).shuffle(true);
/// let model = seq![Linear::new(64, 32), ReLU, Linear::new(32, 10)];
/// let mut opt = Sgd::new(model.parameters(), 0.5);
/// let found = lr_find(&model, &data, &mut opt, cross_entropy);
/// assert!(found.suggestion() > 1e-3 && found.suggestion() < 1.0);
/// assert_eq!(opt.lr(), 0.5);
/// assert!(found.plot().to_svg().contains("learning rate"));
/// ```
///
/// # Panics
/// If the loader has no batch, or all parameters are frozen.
#[track_caller]
pub fn lr_find(
    model: &dyn Module,
    data: &DataLoader,
    opt: &mut dyn Optimizer,
    loss: impl Fn(&Tensor, &Tensor) -> Tensor,
) -> LrFind {
    sweep(model, data, opt, &loss, (1e-6, 10.0), 100)
}

/// The same as [`lr_find`] from one learning rate to another in some steps.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = DataLoader::new(&iris(), 150);
/// let model = seq![Linear::new(4, 3)];
/// let mut opt = Adam::new(model.parameters(), 0.001);
/// let found = lr_find_within(&model, &data, &mut opt, cross_entropy, 1e-4, 1e-1, 4);
/// assert_close(&tensor(found.lrs()), [1e-4, 1e-3, 1e-2, 1e-1]);
/// ```
///
/// # Panics
/// If 0 < low < high does not hold, or there are fewer than 2 steps.
#[track_caller]
pub fn lr_find_within(
    model: &dyn Module,
    data: &DataLoader,
    opt: &mut dyn Optimizer,
    loss: impl Fn(&Tensor, &Tensor) -> Tensor,
    low: f64,
    high: f64,
    steps: usize,
) -> LrFind {
    sweep(model, data, opt, &loss, (low, high), steps)
}

#[track_caller]
fn sweep(
    model: &dyn Module,
    data: &DataLoader,
    opt: &mut dyn Optimizer,
    loss: LossFn<'_>,
    (low, high): (f64, f64),
    steps: usize,
) -> LrFind {
    let ordered = 0.0 < low && low < high && high.is_finite();
    if !ordered || steps < 2 {
        let given = format!("from {low} to {high} in {steps} steps");
        Error::new(
            "lr_find",
            format!("needs 0 < low < high and at least 2 steps, not {given}"),
        )
        .raise();
    }
    check_not_empty("lr_find", data);
    let params = model.parameters();
    check_trainable("lr_find", &params);
    let (weights, memory, random) = (model.state_dict(), opt.state(), random_state());
    let _modes = Modes::keep(&params);
    set_training(&params);

    // An interrupt, too, leaves everything as it was.
    let swept = catch_unwind(AssertUnwindSafe(|| {
        let rate = |i: usize| low * (high / low).powf(i as f64 / (steps - 1) as f64);
        walk(model, data, opt, loss, (0..steps).map(rate))
    }));
    opt.zero_grad();
    model.load_state_dict(&weights).or_raise();
    opt.load_state(&memory).or_raise();
    set_random_state(&random);
    swept.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Trains with one learning rate after the other.
fn walk(
    model: &dyn Module,
    data: &DataLoader,
    opt: &mut dyn Optimizer,
    loss: LossFn<'_>,
    lrs: impl ExactSizeIterator<Item = f64>,
) -> LrFind {
    let mut found = LrFind {
        lrs: Vec::new(),
        losses: Vec::new(),
        smoothed: Vec::new(),
    };
    let bar = progress_bar(lrs.len());
    let mut batches = data.iter();
    for lr in lrs {
        let (x, y) = batches.next().unwrap_or_else(|| {
            batches = data.iter();
            batches.next().expect("the loader has a batch")
        });
        opt.set_lr(lr);
        let batch_loss = loss(&model.forward(&x), &y);
        if !found.record(lr, batch_loss.item()) {
            break;
        }
        opt.zero_grad();
        batch_loss.backward();
        opt.step();
        bar.status(&format!("lr {lr:.1e}, loss {:.4}", batch_loss.item()));
        bar.advance(1);
    }
    bar.finish();
    found
}

impl LrFind {
    /// Takes a loss; false where the sweep ends.
    fn record(&mut self, lr: f64, loss: f64) -> bool {
        if !loss.is_finite() {
            return false;
        }
        self.lrs.push(lr);
        self.losses.push(loss);
        // The weights of the mean add up to 1 from the first step on.
        let n = self.losses.len();
        let weight = |i: usize| SMOOTHING.powi((n - 1 - i) as i32);
        let all: f64 = (0..n).map(weight).sum();
        let sum: f64 = self
            .losses
            .iter()
            .enumerate()
            .map(|(i, l)| weight(i) * l)
            .sum();
        self.smoothed.push(sum / all);
        let lowest = self.smoothed.iter().copied().fold(f64::INFINITY, f64::min);
        // A loss that may be negative has no multiple that means anything.
        lowest <= 0.0 || sum / all <= DIVERGED * lowest
    }

    /// The learning rates, in order.
    pub fn lrs(&self) -> Vec<f64> {
        self.lrs.clone()
    }

    /// The loss of the batch at each learning rate, before its step.
    pub fn losses(&self) -> Vec<f64> {
        self.losses.clone()
    }

    /// The learning rate at which the smoothed loss falls most steeply against the logarithm of the
    /// learning rate, before its lowest point; NaN where it never falls.
    ///
    /// The slope is that over a tenth of the steps, and the first tenth is left out: what falls there
    /// is noise of the first batches.
    ///
    /// It is a place to start from, not the best rate: look at the curve.
    pub fn suggestion(&self) -> f64 {
        self.steepest().map_or(f64::NAN, |i| self.lrs[i])
    }

    fn steepest(&self) -> Option<usize> {
        let lowest = (0..self.smoothed.len())
            .min_by(|&a, &b| self.smoothed[a].total_cmp(&self.smoothed[b]))?;
        let reach = (self.lrs.len() / 20).max(1);
        let slope = |i: usize| {
            let (before, after) = (i - reach, (i + reach).min(lowest));
            let rise = self.smoothed[after] - self.smoothed[before];
            rise / (self.lrs[after] / self.lrs[before]).ln()
        };
        let first = reach + self.lrs.len() / 10;
        (first..lowest)
            .map(|i| (i, slope(i)))
            .filter(|(_, slope)| *slope < 0.0)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    }

    /// The loss against the learning rate, smoothed and as measured, with the suggestion.
    pub fn plot(&self) -> Figure {
        let figure = Figure::new()
            .line(&self.lrs, &self.losses)
            .color("C0")
            .alpha(0.3)
            .width(1.0)
            .line(&self.lrs, &self.smoothed)
            .color("C0")
            .label("smoothed loss");
        let figure = match self.steepest() {
            Some(i) => figure
                .scatter([self.lrs[i]], [self.smoothed[i]])
                .color("C1")
                .label(&format!("steepest: {:.1e}", self.lrs[i])),
            None => figure,
        };
        figure.log_x().xlabel("learning rate").ylabel("loss")
    }
}

impl fmt::Debug for LrFind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.lrs.first(), self.lrs.last());
        let ends = [first, last].map(|lr| lr.copied().unwrap_or(f64::NAN));
        write!(
            f,
            "LrFind(suggestion {:.2e}; {} steps from {:.1e} to {:.1e})",
            self.suggestion(),
            self.lrs.len(),
            ends[0],
            ends[1]
        )
    }
}

impl Rich for LrFind {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(format!("{self:?}")).svg(self.plot().to_svg())
    }
}

crate::display::rich_result!(LrFind);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn everything_is_as_before() {
        let model = seq![
            Linear::new(4, 8),
            BatchNorm1d::new(8),
            Dropout::new(0.3),
            Linear::new(8, 3)
        ];
        model.layer(2).eval();
        let mut opt = Adam::new(model.parameters(), 0.01);
        let data = DataLoader::new(&iris(), 30).shuffle(true);
        crate::random::with_seed(5, || {
            fit(&model, &data, &mut opt, cross_entropy, 1);
            let bits = |state: &StateDict| -> Vec<u64> {
                let all = state.iter().flat_map(|(_, t)| t.to_vec_f64());
                all.map(f64::to_bits).collect()
            };
            let state = random_state();
            let before = (bits(&model.state_dict()), bits(&opt.state()));
            lr_find(&model, &data, &mut opt, cross_entropy);
            assert_eq!((bits(&model.state_dict()), bits(&opt.state())), before);
            assert!(model.is_training() && !model.layer(2).is_training());
            assert!(model.parameters().tensors()[0].try_grad().is_none());
            let next = rand(&[4]).to_vec();
            set_random_state(&state);
            assert_eq!(rand(&[4]).to_vec(), next);
        });
    }

    /// A parabola, whose descent diverges above a known rate: w ← w (1 - 2 lr).
    #[test]
    fn a_sweep_ends_where_it_diverges() {
        let data = DataLoader::new(&TensorDataset::new(&ones(&[1, 1]), &zeros(&[1, 1])), 1);
        let model = Linear::new(1, 1).no_bias();
        no_grad(|| model.weight.fill_(1.0));
        let mut opt = Sgd::new(model.parameters(), 0.1);
        let found = lr_find(&model, &data, &mut opt, mse_loss);
        let last = *found.lrs().last().unwrap();
        assert!(last > 1.0 && last < 10.0, "{found:?}");
        let suggested = found.suggestion();
        assert!(suggested > 0.01 && suggested < 1.0, "{found:?}");
        assert!(found.plot().to_svg().contains("steepest"));
        assert_close(&model.weight, [[1.0]]);
    }

    #[test]
    fn noise_of_the_first_batches_is_not_the_steepest_place() {
        let mut found = LrFind {
            lrs: vec![],
            losses: vec![],
            smoothed: vec![],
        };
        for i in 0..100 {
            let power = -6.0 + 7.0 * f64::from(i) / 99.0;
            let loss = match i {
                0..4 => [4.5, 3.0, 4.0, 2.0][i as usize],
                _ => 3.5 - 0.6 * (power.min(-1.0) + 4.0).max(0.0),
            };
            found.record(10_f64.powf(power), loss);
        }
        let suggested = found.suggestion();
        assert!(suggested > 1e-4 && suggested < 1e-1, "{suggested}");
    }

    #[test]
    fn a_curve_that_never_falls_has_no_suggestion() {
        let mut found = LrFind {
            lrs: vec![],
            losses: vec![],
            smoothed: vec![],
        };
        assert!(found.suggestion().is_nan());
        for (lr, loss) in [(0.1, 1.0), (0.2, 2.0), (0.3, 3.0)] {
            assert!(found.record(lr, loss));
        }
        assert!(found.suggestion().is_nan());
        assert!(!found.record(0.4, f64::NAN));
        assert_eq!(found.lrs(), [0.1, 0.2, 0.3]);
        assert!(!found.plot().to_svg().contains("steepest"));
    }

    #[test]
    #[should_panic(
        expected = "lr_find: needs 0 < low < high and at least 2 steps, not from 1 to 0.1 in 9 steps"
    )]
    fn the_ends_are_in_order() {
        let data = DataLoader::new(&iris(), 30);
        let model = Linear::new(4, 3);
        let mut opt = Sgd::new(model.parameters(), 0.1);
        lr_find_within(&model, &data, &mut opt, cross_entropy, 1.0, 0.1, 9);
    }
}
