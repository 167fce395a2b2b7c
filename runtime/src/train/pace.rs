//! Learning-rate schedules within a training run.

use std::fmt;
use std::rc::Rc;

use crate::error::Error;
use crate::files::{StateDict, Stateful};
use crate::optim::{ReduceLROnPlateau, Schedule};
use crate::train::callback::{Callback, Run};

/// When a schedule steps.
pub(super) enum Pace {
    Epoch(Box<dyn Schedule>),
    Batch(Box<dyn Schedule>),
    /// After each epoch, with the value that the trainer watches.
    Plateau(ReduceLROnPlateau),
}

/// Makes a schedule as it was given, for each run anew.
#[derive(Clone)]
pub(super) struct MakePace(pub(super) Rc<dyn Fn() -> Pace>);

impl fmt::Debug for MakePace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.0)() {
            Pace::Epoch(_) => "each epoch",
            Pace::Batch(_) => "each batch",
            Pace::Plateau(_) => "on a plateau",
        })
    }
}

/// The schedules of a run.
pub(super) struct Paces {
    pub(super) list: Vec<Pace>,
    /// The series that a plateau is looked for in.
    pub(super) watched: String,
}

impl Callback for Paces {
    fn on_batch_end(&mut self, run: &mut Run<'_>) {
        for pace in &mut self.list {
            if let Pace::Batch(schedule) = pace {
                schedule.step(run.opt);
            }
        }
    }

    fn on_epoch_end(&mut self, run: &mut Run<'_>) {
        for pace in &mut self.list {
            match pace {
                Pace::Epoch(schedule) => schedule.step(run.opt),
                Pace::Batch(_) => {}
                Pace::Plateau(schedule) => schedule.step(run.opt, run.history.last(&self.watched)),
            }
        }
    }
}

impl Stateful for Paces {
    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        for (i, pace) in self.list.iter().enumerate() {
            let part = match pace {
                Pace::Epoch(schedule) | Pace::Batch(schedule) => schedule.state(),
                Pace::Plateau(schedule) => schedule.state(),
            };
            state.insert_part(&i.to_string(), &part);
        }
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        for (i, pace) in self.list.iter_mut().enumerate() {
            let part = state.part(&i.to_string());
            match pace {
                Pace::Epoch(schedule) | Pace::Batch(schedule) => schedule.load_state(&part)?,
                Pace::Plateau(schedule) => schedule.load_state(&part)?,
            }
        }
        Ok(())
    }
}
