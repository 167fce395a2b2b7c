//! The thread on which the session lives: it runs one thing at a time.

use crate::diagnose;
use crate::session::{Cell, CellError, Completions, Control, Event, Session, Start};
use crossbeam_channel::{Receiver, Sender, unbounded};
use serde_json::{Map, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Something for the session to do, and where its answer goes.
pub enum Task {
    /// Run a cell.
    Execute(Cell, oneshot::Sender<Result<(), CellError>>),
    /// Evaluate an expression.
    Evaluate(
        String,
        oneshot::Sender<Result<Map<String, Value>, CellError>>,
    ),
    /// Complete at a byte offset.
    Complete(String, usize, oneshot::Sender<Completions>),
    /// Inspect at a byte offset.
    Inspect(String, usize, oneshot::Sender<Option<Map<String, Value>>>),
}

/// The way to the session's thread.
#[derive(Clone)]
pub struct Executor {
    tasks: Sender<Task>,
    busy: Arc<AtomicBool>,
    control: Arc<Mutex<Option<Box<dyn Control>>>>,
    /// Set by an interrupt that came before the session was there.
    cancelled: Arc<AtomicBool>,
}

impl Executor {
    /// Starts the session on a thread of its own; events come out of the receiver.
    pub fn start(start: Start) -> (Executor, Receiver<Event>) {
        let (tasks, queue) = unbounded();
        let (events, receiver) = unbounded();
        let executor = Executor {
            tasks,
            busy: Arc::new(AtomicBool::new(true)),
            control: Arc::default(),
            cancelled: Arc::default(),
        };
        let worker = executor.clone();
        std::thread::Builder::new()
            .name("session".to_owned())
            .stack_size(64 << 20)
            .spawn(move || worker.run(&start, &events, &queue))
            .expect("a thread can be started");
        (executor, receiver)
    }

    fn run(&self, start: &Start, events: &Sender<Event>, queue: &Receiver<Task>) {
        let mut session = self.open(start, events);
        self.busy.store(false, Ordering::SeqCst);
        while let Ok(task) = queue.recv() {
            self.busy.store(true, Ordering::SeqCst);
            if session.is_err() {
                // What was missing may be there now.
                session = self.open(start, events);
            }
            let cancelled = self.cancelled.swap(false, Ordering::SeqCst);
            match &mut session {
                Ok(_) if cancelled && matches!(task, Task::Execute(..)) => cancel(task),
                Ok(open) => {
                    // A panic of the engine costs the session, not the kernel: whoever waits for
                    // the answer hears of it, and the next cell gets a new session.
                    let perform = AssertUnwindSafe(|| perform(open.as_mut(), task));
                    if catch_unwind(perform).is_err() {
                        session = self.open(start, events);
                    }
                }
                Err(error) => refuse(error, task),
            }
            self.busy.store(false, Ordering::SeqCst);
        }
    }

    fn open(&self, start: &Start, events: &Sender<Event>) -> anyhow::Result<Box<dyn Session>> {
        let session = start(events.clone())?;
        *self.control.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.control());
        Ok(session)
    }

    /// Whether the session has something to do or is still starting.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) || !self.tasks.is_empty()
    }

    /// Hands over a task.
    pub fn submit(&self, task: Task) {
        // The thread lives as long as the kernel.
        let _ = self.tasks.send(task);
    }

    /// A cell begins: what was asked of an earlier one is over.
    pub fn begin_cell(&self) {
        self.cancelled.store(false, Ordering::SeqCst);
        self.control(|control| control.begin());
    }

    /// Interrupts the running cell, or keeps the next from starting while the session itself is
    /// still coming up.
    pub fn interrupt(&self) {
        match &*self.control.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(control) => control.interrupt(),
            None => self.cancelled.store(true, Ordering::SeqCst),
        }
    }

    /// Does something to the running session; nothing while it is still starting.
    pub fn control(&self, act: impl FnOnce(&dyn Control)) {
        if let Some(control) = &*self.control.lock().unwrap_or_else(PoisonError::into_inner) {
            act(control.as_ref());
        }
    }
}

/// An answer that nobody waits for is dropped.
fn perform(session: &mut dyn Session, task: Task) {
    match task {
        Task::Execute(cell, answer) => drop(answer.send(session.execute(&cell))),
        Task::Evaluate(expression, answer) => drop(answer.send(session.evaluate(&expression))),
        Task::Complete(code, at, answer) => drop(answer.send(session.complete(&code, at))),
        Task::Inspect(code, at, answer) => drop(answer.send(session.inspect(&code, at))),
    }
}

fn cancel(task: Task) {
    if let Task::Execute(cell, answer) = task {
        let value = "the cell was interrupted before it started";
        drop(answer.send(Err(CellError {
            name: "KeyboardInterrupt".to_owned(),
            value: value.to_owned(),
            traceback: vec![diagnose::interrupted(cell.number, value)],
        })));
    }
}

fn refuse(error: &anyhow::Error, task: Task) {
    let error = || CellError {
        name: "KernelStart".to_owned(),
        value: error.to_string(),
        traceback: vec![format!(
            "\x1b[1;31mThe kernel can't run cells yet\x1b[0m: {error:#}\n\
             Mend this and run the cell again; `cuaderno doctor` tells more."
        )],
    };
    match task {
        Task::Execute(_, answer) => drop(answer.send(Err(error()))),
        Task::Evaluate(_, answer) => drop(answer.send(Err(error()))),
        Task::Complete(_, at, answer) => {
            drop(answer.send(Completions {
                start: at,
                end: at,
                matches: Vec::new(),
            }));
        }
        Task::Inspect(_, _, answer) => drop(answer.send(None)),
    }
}
