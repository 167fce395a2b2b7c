//! Checkpoints of a training run, written and taken up again.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use crate::error::Error;
use crate::files::{Checkpoint, StateDict, Stateful};
use crate::optim::Optimizer;
use crate::train::best::Best;
use crate::train::callback::{Callback, Run};
use crate::train::pace::Paces;

/// When a checkpoint is written, and where to.
#[derive(Clone, Debug)]
pub(super) struct Save {
    /// After so many epochs and after the last; none is after each epoch better than all before.
    pub(super) every: Option<usize>,
    pub(super) path: PathBuf,
}

/// Writes the checkpoints of a run. Everything else that changes at the end of an epoch does so
/// before.
pub(super) struct Keeper {
    pub(super) saves: Vec<Save>,
    pub(super) paces: Rc<RefCell<Paces>>,
    pub(super) best: Rc<RefCell<Best>>,
}

/// An optimiser of any kind as a part of a checkpoint.
struct AnyOptimizer<'a>(&'a mut dyn Optimizer);

impl Stateful for AnyOptimizer<'_> {
    fn state(&self) -> StateDict {
        self.0.state()
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        self.0.load_state(state)
    }
}

impl Keeper {
    fn checkpoint(&self, run: &mut Run<'_>) -> Checkpoint {
        Checkpoint::new(run.model, &AnyOptimizer(run.opt))
            .with("schedules", &*self.paces.borrow())
            .with("best", &*self.best.borrow())
            .with("history", &run.history)
            .with_epoch(run.epoch)
            .with_step(run.history.batch_loss().len())
    }

    /// Brings a run to where it stood.
    pub(super) fn resume(&self, checkpoint: &Checkpoint, run: &mut Run<'_>) -> Result<(), Error> {
        checkpoint.restore_all(
            run.model,
            &mut [
                ("optimizer", &mut AnyOptimizer(run.opt)),
                ("schedules", &mut *self.paces.borrow_mut()),
                ("best", &mut *self.best.borrow_mut()),
                ("history", &mut run.history),
            ],
        )?;
        run.epoch = checkpoint.epoch();
        Ok(())
    }
}

impl Callback for Keeper {
    fn on_epoch_end(&mut self, run: &mut Run<'_>) {
        let ends = run.epoch == run.epochs || run.stop.is_some();
        let best = self.best.borrow().epoch() == run.epoch;
        let due = |save: &&Save| match save.every {
            Some(every) => run.epoch.is_multiple_of(every) || ends,
            None => best,
        };
        let due: Vec<Save> = self.saves.iter().filter(due).cloned().collect();
        for save in due {
            // A full disk is no reason to lose hours of training.
            if let Err(error) = self.checkpoint(run).save(&save.path) {
                run.history.set_unsaved(error);
            }
        }
    }
}
