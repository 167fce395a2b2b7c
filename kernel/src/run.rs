//! `cuaderno run`: executes notebooks without Jupyter.

use crate::checks::Problem;
use crate::install;
use crate::notebook::{CodeCell, Notebook, Outputs};
use crate::preload::{self, Workplace};
use crate::session::rust::RustSession;
use crate::session::{Cell, CellError, Control, Event, Start};
use crate::venv::Venv;
use anyhow::Context as _;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use regex::Regex;
use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a cell that took too long may take to end once it is interrupted.
const INTERRUPT_LIMIT: Duration = Duration::from_secs(3);

/// rust-analyzer recurses deeply; a thread's usual 2 MB are not enough for it.
const STACK: usize = 32 << 20;

/// Executes notebooks, `jobs` of them at a time, and prints a line for each as it ends.
///
/// # Errors
/// If a notebook can't be read, a session does not start, or the HTML can't be written.
pub fn run(
    notebooks: &[PathBuf],
    html: Option<&Path>,
    timeout: Duration,
    jobs: NonZeroUsize,
) -> anyhow::Result<ExitCode> {
    let [notebook] = notebooks else {
        return run_apart(notebooks, html, timeout, jobs.get());
    };
    let path = notebook
        .canonicalize()
        .with_context(|| format!("{}", notebook.display()))?;
    let html = html.map(std::path::absolute).transpose()?;
    let notebook = Notebook::read(&path)?;
    // A notebook's cells run in its folder, as in Jupyter.
    std::env::set_current_dir(path.parent().unwrap_or(Path::new("/")))?;
    // SAFETY: no other thread runs yet.
    let workplace = Arc::new(unsafe { Workplace::enter() }?);
    let start: Start = Box::new(move |events| RustSession::start(workplace.clone(), events));
    let (outputs, outcome) = execute(&notebook, start, timeout)?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    println!("{}", outcome.line(&name));
    if let Some(folder) = html {
        write_html(&notebook, &outputs, &name, &folder)?;
    }
    match &outcome.failure {
        None => Ok(ExitCode::SUCCESS),
        Some((number, error)) => {
            eprintln!("{}", for_terminal(&error.traceback.join("\n")));
            eprintln!(
                "error: {name}, cell [{number}]: {}: {}",
                error.name, error.value
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

/// A traceback, without its colours where nobody sees them.
fn for_terminal(text: &str) -> Cow<'_, str> {
    static COLOUR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("\u{1b}\\[[0-9;]*m").expect("valid"));
    if std::io::stderr().is_terminal() {
        return Cow::Borrowed(text);
    }
    COLOUR.replace_all(text, "")
}

/// A process for each notebook: a session changes its process's environment.
fn run_apart(
    notebooks: &[PathBuf],
    html: Option<&Path>,
    timeout: Duration,
    jobs: usize,
) -> anyhow::Result<ExitCode> {
    let next = AtomicUsize::new(0);
    let work = || -> anyhow::Result<usize> {
        let mut failed = 0;
        while let Some(notebook) = notebooks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut command = Command::new(install::this_program()?);
            command
                .arg("run")
                .arg(notebook)
                .arg("--timeout")
                .arg(timeout.as_secs().to_string());
            if let Some(folder) = html {
                command.arg("--html").arg(folder);
            }
            command.stdin(Stdio::null());
            let status = if jobs == 1 {
                command.status()?
            } else {
                // What is said of one notebook stays together.
                let output = command.output()?;
                std::io::stdout().write_all(&output.stdout)?;
                std::io::stderr().write_all(&output.stderr)?;
                output.status
            };
            failed += usize::from(!status.success());
        }
        Ok(failed)
    };
    let failed = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.min(notebooks.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let failed = workers
            .into_iter()
            .map(|worker| worker.join().expect("nothing in it panics"));
        failed.sum::<anyhow::Result<usize>>()
    })?;
    println!(
        "{} of {} notebooks ran whole",
        notebooks.len() - failed,
        notebooks.len()
    );
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What became of a notebook.
#[derive(Debug)]
struct Outcome {
    ran: usize,
    cells: usize,
    total: Duration,
    slowest: Option<(usize, Duration)>,
    failure: Option<(usize, CellError)>,
}

impl Outcome {
    fn line(&self, name: &str) -> String {
        let Outcome { ran, cells, .. } = self;
        let done = match self.failure {
            None => format!("{cells} cells"),
            Some((number, _)) => format!("FAILED in cell [{number}], {ran} of {cells} cells run"),
        };
        let slowest = self.slowest.map_or_else(String::new, |(number, time)| {
            format!(
                ", slowest: cell [{number}] with {:.1} s",
                time.as_secs_f32()
            )
        });
        format!(
            "{name}: {done} in {:.1} s{slowest}",
            self.total.as_secs_f32()
        )
    }
}

/// Runs the cells in order, up to the first that fails.
fn execute(
    notebook: &Notebook,
    start: Start,
    timeout: Duration,
) -> anyhow::Result<(Outputs, Outcome)> {
    let begun = Instant::now();
    let session = Running::start(start)?;
    let mut outputs = Outputs::default();
    let cells = notebook.code_cells();
    let mut outcome = Outcome {
        ran: 0,
        cells: cells.len(),
        total: Duration::ZERO,
        slowest: None,
        failure: None,
    };
    for cell in cells {
        let started = Instant::now();
        outputs.begin(&cell);
        let result = session.execute(&cell, timeout, &mut outputs)?;
        outputs.end(result.as_ref().err());
        outcome.ran += 1;
        let took = (cell.number, started.elapsed());
        outcome.slowest = outcome
            .slowest
            .filter(|slowest| slowest.1 >= took.1)
            .or(Some(took));
        if let (Err(error), false) = (result, cell.may_fail) {
            outcome.failure = Some((cell.number, error));
            break;
        }
    }
    session.end();
    outcome.total = begun.elapsed();
    Ok((outputs, outcome))
}

/// A session on its thread.
struct Running {
    cells: Sender<Cell>,
    results: Receiver<Result<(), CellError>>,
    events: Receiver<Event>,
    control: Box<dyn Control>,
    thread: JoinHandle<()>,
}

impl Running {
    fn start(start: Start) -> anyhow::Result<Running> {
        let (event_sender, events) = unbounded();
        let (cells, work) = unbounded::<Cell>();
        let (result_sender, results) = unbounded();
        let (ready_sender, ready) = unbounded();
        let body = move || {
            let mut session = match start(event_sender) {
                Ok(session) => session,
                Err(error) => return drop(ready_sender.send(Err(error))),
            };
            // Who does not listen any more has given up on this session.
            let _ = ready_sender.send(Ok(session.control()));
            for cell in work {
                let _ = result_sender.send(session.execute(&cell));
            }
        };
        let thread = std::thread::Builder::new()
            .name("session".to_owned())
            .stack_size(STACK);
        let thread = thread.spawn(body)?;
        let control = loop {
            match ready.recv_timeout(Duration::from_millis(50)) {
                Ok(control) => break control?,
                Err(RecvTimeoutError::Timeout) => show_progress(&events),
                Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the session does not start"),
            }
        };
        // Whatever the start said is no cell's output.
        show_progress(&events);
        Ok(Running {
            cells,
            results,
            events,
            control,
            thread,
        })
    }

    fn execute(
        &self,
        cell: &CodeCell,
        timeout: Duration,
        outputs: &mut Outputs,
    ) -> anyhow::Result<Result<(), CellError>> {
        let CodeCell {
            code, number, id, ..
        } = cell.clone();
        self.cells
            .send(Cell { code, number, id })
            .context("the session has ended")?;
        let limit = Instant::now() + timeout;
        let (mut interrupted, mut killed) = (false, false);
        loop {
            match self.events.recv_timeout(Duration::from_millis(5)) {
                Ok(Event::InputRequest) => self.control.input(None),
                Ok(event) => outputs.add(event),
                Err(_) => {}
            }
            if let Ok(result) = self.results.try_recv() {
                // Everything that the cell sent came before its result.
                self.events.try_iter().for_each(|event| outputs.add(event));
                return Ok(if interrupted {
                    Err(too_long(timeout))
                } else {
                    result
                });
            }
            let over = Instant::now().saturating_duration_since(limit);
            if !over.is_zero() && !interrupted {
                self.control.interrupt();
                interrupted = true;
            } else if over > INTERRUPT_LIMIT && !killed {
                self.control.kill();
                killed = true;
            }
            anyhow::ensure!(
                over <= 10 * INTERRUPT_LIMIT && !self.thread.is_finished(),
                "the session broke in cell [{number}]"
            );
        }
    }

    fn end(self) {
        drop(self.cells);
        // A panic of the session has been shown by its thread.
        let _ = self.thread.join();
    }
}

fn too_long(timeout: Duration) -> CellError {
    let value = format!(
        "the cell ran longer than {} s (--timeout)",
        timeout.as_secs()
    );
    CellError {
        name: "Timeout".to_owned(),
        traceback: vec![value.clone()],
        value,
    }
}

/// What a session says before its first cell: the runtime is being compiled.
fn show_progress(events: &Receiver<Event>) {
    for event in events.try_iter() {
        if let Event::Stdout(bytes) | Event::Stderr(bytes) = event {
            // Nothing depends on these lines.
            let _ = std::io::stderr().write_all(&bytes);
        }
    }
}

/// Writes the executed notebook, and nbconvert's page of it.
fn write_html(
    notebook: &Notebook,
    outputs: &Outputs,
    name: &str,
    folder: &Path,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("can't write {}", folder.display()))?;
    let executed = folder.join(name);
    notebook.write(&executed, outputs)?;
    let venv = Venv::of(&preload::checkout());
    if !venv.python().exists() {
        return Err(Problem::new(
            format!(
                "{} is written, but not its HTML: there is no .venv",
                executed.display()
            ),
            "run `cargo lab --prepare`, which installs nbconvert",
        )
        .into());
    }
    let output = Command::new(venv.python())
        .args(["-m", "nbconvert", "--to", "html", "--log-level", "ERROR"])
        .arg(&executed)
        .stdin(Stdio::null())
        .output()
        .context("nbconvert does not start")?;
    let text = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "nbconvert failed:\n{}",
        text.trim()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::echo::EchoSession;
    use serde_json::json;

    fn run_echo(cells: &[(&str, bool)], timeout: Duration) -> (serde_json::Value, Outcome) {
        let cells: Vec<_> = cells
            .iter()
            .map(|(code, may_fail)| {
                let tags = if *may_fail {
                    json!(["raises-exception"])
                } else {
                    json!([])
                };
                json!({ "cell_type": "code", "source": code, "metadata": { "tags": tags } })
            })
            .collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        let content = json!({ "nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells });
        std::fs::write(file.path(), content.to_string()).unwrap();
        let notebook = Notebook::read(file.path()).unwrap();
        let start: Start = Box::new(|events| Ok(EchoSession::start(events)));
        let (outputs, outcome) = execute(&notebook, start, timeout).unwrap();
        notebook.write(file.path(), &outputs).unwrap();
        (
            serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap(),
            outcome,
        )
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn every_cell_runs_and_the_slowest_is_named() {
        let cells = [
            ("print one", false),
            ("sleep 60", false),
            ("value 3", false),
        ];
        let (notebook, outcome) = run_echo(&cells, LONG);
        assert_eq!((outcome.ran, outcome.slowest.unwrap().0), (3, 2));
        assert_eq!(notebook["cells"][0]["outputs"][0]["text"], "one\n");
        assert_eq!(notebook["cells"][2]["outputs"][0]["execution_count"], 3);
        let line = outcome.line("a.ipynb");
        assert!(line.starts_with("a.ipynb: 3 cells in 0."), "{line}");
        assert!(line.contains("slowest: cell [2] with 0."), "{line}");
    }

    #[test]
    fn a_notebook_ends_at_its_first_failing_cell() {
        let cells = [
            ("print one", false),
            ("error two", false),
            ("print three", false),
        ];
        let (notebook, outcome) = run_echo(&cells, LONG);
        let (number, error) = outcome.failure.as_ref().unwrap();
        assert_eq!((*number, error.value.as_str(), outcome.ran), (2, "two", 2));
        assert!(
            outcome
                .line("a.ipynb")
                .contains("FAILED in cell [2], 2 of 3 cells run")
        );
        assert_eq!(notebook["cells"][1]["outputs"][0]["ename"], "EchoError");
        assert_eq!(notebook["cells"][2]["outputs"], json!([]));
    }

    #[test]
    fn a_cell_that_shows_an_error_on_purpose_does_not_end_it() {
        let (notebook, outcome) = run_echo(&[("error one", true), ("print two", false)], LONG);
        assert!(outcome.failure.is_none());
        assert_eq!(notebook["cells"][0]["outputs"][0]["output_type"], "error");
        assert_eq!(notebook["cells"][1]["outputs"][0]["text"], "two\n");
    }

    #[test]
    fn a_cell_that_takes_too_long_is_ended() {
        let (_, outcome) = run_echo(&[("sleep 60000", false)], Duration::from_millis(100));
        let (number, error) = outcome.failure.unwrap();
        assert_eq!((number, error.name.as_str()), (1, "Timeout"));
        assert!(outcome.total < Duration::from_secs(10));
    }

    #[test]
    fn a_cell_that_asks_for_input_finds_its_end() {
        let (notebook, outcome) = run_echo(&[("ask", false)], LONG);
        assert!(outcome.failure.is_none());
        assert_eq!(notebook["cells"][0]["outputs"][0]["text"], "\n");
    }

    #[test]
    fn a_session_that_does_not_start_says_why() {
        let start: Start = Box::new(|_| Err(anyhow::anyhow!("no rust-src")));
        let error = Running::start(start).err().unwrap();
        assert_eq!(error.to_string(), "no rust-src");
    }
}
