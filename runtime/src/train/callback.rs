//! Where code of one's own joins the training loop.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::nn::Module;
use crate::optim::Optimizer;
use crate::train::History;

/// A training run as it stands, as a [`Callback`] sees it.
pub struct Run<'a> {
    /// The model that is trained.
    pub model: &'a dyn Module,
    /// Its optimiser, whose learning rate a callback may set.
    pub opt: &'a mut dyn Optimizer,
    /// The epoch, from 1; 0 before the first.
    pub epoch: usize,
    /// How many epochs there will be at most.
    pub epochs: usize,
    /// The batch of this epoch that was done last, from 1; 0 before the first.
    pub batch: usize,
    /// How many batches an epoch has.
    pub batches: usize,
    /// The loss of that batch, before its step.
    pub loss: f64,
    /// What is known so far.
    pub history: History,
    pub(super) stop: Option<String>,
}

impl Run<'_> {
    /// Ends training after this batch, or after this epoch, for a reason that the history keeps.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    /// let model = seq![Linear::new(1, 1)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let trainer = Trainer::new(100).on_epoch_end(|run| {
    ///     if run.epoch == 3 {
    ///         run.stop("three are enough");
    ///     }
    /// });
    /// let history = trainer.fit(&model, &data, &mut opt, mse_loss);
    /// assert_eq!((history.len(), history.stopped()), (3, Some("three are enough")));
    /// ```
    pub fn stop(&mut self, reason: &str) {
        self.stop.get_or_insert_with(|| reason.to_owned());
    }

    /// The value of the last epoch of a series, such as `valid loss`; NaN before its end.
    ///
    /// # Panics
    /// If no series has this name; they are listed at [`History`].
    #[track_caller]
    pub fn value(&self, name: &str) -> f64 {
        self.history.last(name)
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Run(epoch {} of {}, batch {} of {}, loss {:.4})",
            self.epoch, self.epochs, self.batch, self.batches, self.loss
        )
    }
}

/// What a training run calls at certain moments; each method does nothing unless it is written.
///
/// To look at a callback after the run, keep one handle to it and give the other away, as here; for
/// a single moment `Trainer::on_epoch_end` and `on_batch_end` take a closure.
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// use cuaderno::prelude::*;
///
/// struct GradientNorms {
///     norms: Vec<f64>,
/// }
///
/// impl Callback for GradientNorms {
///     fn on_batch_end(&mut self, run: &mut Run) {
///         let weight = run.model.parameters().tensors()[0].clone();
///         self.norms.push(weight.grad().norm().item());
///     }
/// }
///
/// let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
/// let model = seq![Linear::new(1, 1)];
/// let mut opt = Sgd::new(model.parameters(), 0.1);
/// let watch = Rc::new(RefCell::new(GradientNorms { norms: vec![] }));
/// Trainer::new(3).callback(watch.clone()).fit(&model, &data, &mut opt, mse_loss);
/// assert_eq!(watch.borrow().norms.len(), 6);
/// ```
pub trait Callback {
    /// Before the first epoch.
    fn on_train_begin(&mut self, _run: &mut Run<'_>) {}

    /// Before the first batch of an epoch.
    fn on_epoch_begin(&mut self, _run: &mut Run<'_>) {}

    /// After a step of the optimiser; the gradients of the batch are still there.
    fn on_batch_end(&mut self, _run: &mut Run<'_>) {}

    /// After an epoch, when the history has its values, validation included.
    fn on_epoch_end(&mut self, _run: &mut Run<'_>) {}

    /// After the last epoch.
    fn on_train_end(&mut self, _run: &mut Run<'_>) {}
}

/// A handle to a callback that somebody else has another handle to.
impl<C: Callback + ?Sized> Callback for Rc<RefCell<C>> {
    fn on_train_begin(&mut self, run: &mut Run<'_>) {
        self.borrow_mut().on_train_begin(run);
    }

    fn on_epoch_begin(&mut self, run: &mut Run<'_>) {
        self.borrow_mut().on_epoch_begin(run);
    }

    fn on_batch_end(&mut self, run: &mut Run<'_>) {
        self.borrow_mut().on_batch_end(run);
    }

    fn on_epoch_end(&mut self, run: &mut Run<'_>) {
        self.borrow_mut().on_epoch_end(run);
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) {
        self.borrow_mut().on_train_end(run);
    }
}

/// A closure for the end of each epoch.
pub(super) struct EpochEnd<F>(pub(super) F);

impl<F: FnMut(&mut Run<'_>)> Callback for EpochEnd<F> {
    fn on_epoch_end(&mut self, run: &mut Run<'_>) {
        (self.0)(run);
    }
}

/// A closure for the end of each batch.
pub(super) struct BatchEnd<F>(pub(super) F);

impl<F: FnMut(&mut Run<'_>)> Callback for BatchEnd<F> {
    fn on_batch_end(&mut self, run: &mut Run<'_>) {
        (self.0)(run);
    }
}

/// All callbacks of a run, in order.
pub(super) struct Callbacks(pub(super) Vec<Rc<RefCell<dyn Callback>>>);

impl Callback for Callbacks {
    fn on_train_begin(&mut self, run: &mut Run<'_>) {
        self.0.iter_mut().for_each(|c| c.on_train_begin(run));
    }

    fn on_epoch_begin(&mut self, run: &mut Run<'_>) {
        self.0.iter_mut().for_each(|c| c.on_epoch_begin(run));
    }

    fn on_batch_end(&mut self, run: &mut Run<'_>) {
        self.0.iter_mut().for_each(|c| c.on_batch_end(run));
    }

    fn on_epoch_end(&mut self, run: &mut Run<'_>) {
        self.0.iter_mut().for_each(|c| c.on_epoch_end(run));
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) {
        self.0.iter_mut().for_each(|c| c.on_train_end(run));
    }
}
