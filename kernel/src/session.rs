//! What the server asks of a language: run a cell, complete, inspect, interrupt.
//!
//! Two sessions exist: [`rust`], the only one that knows evcxr, and [`echo`], a toy with which the
//! protocol is tested fast.

pub mod echo;
mod process;
pub mod rust;

pub use process::Report;

use crossbeam_channel::Sender;
use serde_json::Value;

/// A cell to run.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The source as the user wrote it.
    pub code: String,
    /// The number shown beside the cell.
    pub number: usize,
    /// The frontend's identifier of the cell, where it sends one.
    pub id: Option<String>,
}

/// What happens while a cell runs, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Bytes on standard output.
    Stdout(Vec<u8>),
    /// Bytes on standard error.
    Stderr(Vec<u8>),
    /// A value to show or to update.
    Display(Display),
    /// The cell's output so far goes away; with `wait`, when the next output comes.
    ClearOutput {
        /// Whether to wait for the next output.
        wait: bool,
    },
    /// The cell waits for a line of standard input; answer by [`Control::input`].
    InputRequest,
}

/// A value under several mime types.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Display {
    /// Content by mime type.
    pub data: serde_json::Map<String, Value>,
    /// Metadata by mime type.
    pub metadata: serde_json::Map<String, Value>,
    /// Names the display for updates.
    pub display_id: Option<String>,
    /// Replaces the display of that name.
    pub update: bool,
    /// Whether it is the value of the cell.
    pub result: bool,
}

/// An error as Jupyter shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellError {
    /// Kind of error, such as `Panic` or `E0382`.
    pub name: String,
    /// One line that says what is wrong.
    pub value: String,
    /// What is shown, with ANSI colours.
    pub traceback: Vec<String>,
}

/// Candidates for the text between two offsets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the replaced text starts, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// What may stand there instead, with the kind of each.
    pub matches: Vec<Completion>,
}

/// One candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The text to insert.
    pub text: String,
    /// Function, struct, keyword …
    pub kind: String,
    /// The signature, where there is one.
    pub signature: String,
}

/// Runs cells. Lives on a thread of its own.
pub trait Session {
    /// Runs a cell; events go to the sender given at the start.
    ///
    /// # Errors
    /// The error that ended the cell.
    fn execute(&mut self, cell: &Cell) -> Result<(), CellError>;

    /// Candidates at a byte offset.
    fn complete(&mut self, code: &str, offset: usize) -> Completions;

    /// Documentation of what stands at a byte offset, by mime type.
    fn inspect(&mut self, code: &str, offset: usize) -> Option<serde_json::Map<String, Value>>;

    /// The value of an expression as `text/plain`, for `user_expressions`.
    ///
    /// # Errors
    /// The error that evaluating it raised.
    fn evaluate(&mut self, expression: &str) -> Result<serde_json::Map<String, Value>, CellError>;

    /// What can be done to the session from other threads.
    fn control(&self) -> Box<dyn Control>;
}

/// Reaches a running session from outside.
pub trait Control: Send + Sync {
    /// A cell begins: what was asked of an earlier one is over.
    fn begin(&self);

    /// Asks the running cell to stop, keeping its variables.
    fn interrupt(&self);

    /// Ends the process that runs the cell; its variables are lost.
    fn kill(&self);

    /// Answers [`Event::InputRequest`]; `None` is the end of input.
    fn input(&self, line: Option<&str>);
}

/// Starts a session and gives it the channel for its events.
pub type Start = Box<dyn Fn(Sender<Event>) -> anyhow::Result<Box<dyn Session>> + Send>;
