//! Threads that prepare batches ahead of the one who trains.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::data::loader::Pass;
use crate::error::Error;
use crate::host;
use crate::tensor::Tensor;

/// Batches that a worker prepares ahead.
const AHEAD: usize = 2;

/// How often a wait looks whether the cell is interrupted.
const LOOK: Duration = Duration::from_millis(50);

/// A batch, or what a worker panicked with.
type Outcome = Result<(Tensor, Tensor), Box<dyn Any + Send>>;

/// Worker i of n makes the batches i, i + n, i + 2n, ..: whoever asks for a batch knows whose it
/// is, and a slow one holds up no more than what the others have prepared.
pub(super) struct Workers {
    outcomes: Vec<Receiver<Outcome>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn start(pass: &Arc<Pass>, count: usize) -> Workers {
        let mut workers = Workers {
            outcomes: Vec::new(),
            threads: Vec::new(),
        };
        let count = count.min(pass.batches);
        for first in 0..count {
            let (sender, receiver) = sync_channel::<Outcome>(AHEAD - 1);
            let pass = pass.clone();
            let work = move || {
                for number in (first..pass.batches).step_by(count) {
                    let outcome = catch_unwind(AssertUnwindSafe(|| pass.batch(number)));
                    let broken = outcome.is_err();
                    // Nobody listens any more where the pass was left early.
                    if sender.send(outcome).is_err() || broken {
                        return;
                    }
                }
            };
            let name = format!("cuaderno-loader-{first}");
            match std::thread::Builder::new().name(name).spawn(work) {
                Ok(thread) => workers.threads.push(thread),
                Err(error) => Error::new(
                    "DataLoader",
                    format!(
                        "the system refuses worker {} of {count}: {error}",
                        first + 1
                    ),
                )
                .help("workers(2) is often enough")
                .raise(),
            }
            workers.outcomes.push(receiver);
        }
        workers
    }

    /// The batch, which must be asked for in order.
    pub(super) fn batch(&self, number: usize) -> (Tensor, Tensor) {
        let outcomes = &self.outcomes[number % self.outcomes.len()];
        loop {
            match outcomes.recv_timeout(LOOK) {
                Ok(Ok(batch)) => return batch,
                Ok(Err(panic)) => resume_unwind(panic),
                Err(RecvTimeoutError::Timeout) => host::check_interrupt(),
                Err(RecvTimeoutError::Disconnected) => {
                    Error::new("DataLoader", "a worker has ended before its batches").raise()
                }
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // Without receivers a worker ends with the batch that it is at. It may run a cell's code,
        // so it does not outlive the pass.
        self.outcomes.clear();
        for thread in self.threads.drain(..) {
            // What a worker panics with has come as an outcome.
            let _ = thread.join();
        }
    }
}
