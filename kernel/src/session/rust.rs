//! Rust cells by evcxr: the only file that knows it.

use super::process::{Process, Verdict};
use super::{Cell, CellError, Completion, Completions, Control, Display, Event, Report, Session};
use crate::call_site;
use crate::cell_items::{self, CellItems};
use crate::diagnose::{self, Diagnostic, Failure, Variables};
use crate::magics;
use crate::preload::{self, Toolchain, Workplace};
use crate::source_map::SourceMap;
use crate::tools::{COMPILER_FILE, ERRORS_FILE, PROGRESS_SOCKET};
use anyhow::Context as _;
use crossbeam_channel::Sender;
use evcxr::{CommandContext, EvalContext, EvalOutputs};
use serde_json::{Map, Value, json};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What every session knows before its first cell.
const PRELUDE: &str = "use cuaderno::prelude::*;";

/// How long an interrupt is repeated until the cell reacts.
const REMINDING: Duration = Duration::from_secs(2);

/// A session of Rust cells.
pub struct RustSession {
    context: CommandContext,
    process: Process,
    controls: RustControl,
    sources: SourceMap,
    items: CellItems,
    rustc: PathBuf,
    _workplace: Arc<Workplace>,
}

#[derive(Clone)]
struct RustControl {
    process: Process,
    child: Arc<Mutex<Child>>,
    workplace: Arc<Workplace>,
    interrupted: Arc<AtomicBool>,
    /// Counts up when a cell begins and when it ends: odd while one is executed.
    execution: Arc<AtomicU64>,
    killed: Arc<AtomicBool>,
}

impl RustSession {
    /// Prepares the runtime if need be, starts the process that runs cells, and loads the prelude.
    ///
    /// # Errors
    /// If a tool is missing, the runtime does not compile or evcxr does not start.
    pub fn start(
        workplace: Arc<Workplace>,
        events: Sender<Event>,
    ) -> anyhow::Result<Box<dyn Session>> {
        let report = |line: &str| {
            // Nobody listens only when the kernel is already going down.
            let _ = events.send(Event::Stderr(format!("{line}\n").into_bytes()));
        };
        let toolchain = preload::toolchain()?;
        let prebuilt = preload::ensure(&report)?;
        workplace.equip(&toolchain, &prebuilt)?;
        static SESSIONS: AtomicU64 = AtomicU64::new(0);
        let number = SESSIONS.fetch_add(1, Ordering::SeqCst);
        let socket = workplace.folder().join(format!("socket-{number}"));
        let process = Process::listen(&socket, events.clone())?;
        process.listen_for_progress(&workplace.folder().join(PROGRESS_SOCKET))?;
        // evcxr tries itself out; that is not for the student.
        process.capture();
        let command = cell_command(&workplace, &toolchain, &prebuilt, &socket)?;
        let (context, outputs) =
            EvalContext::with_subprocess_command(command).map_err(|error| {
                anyhow::anyhow!("{error}").context("the process that runs the cells does not start")
            })?;
        // Text comes as frames; evcxr's own channels stay empty, and it waits until they are.
        for channel in [outputs.stdout, outputs.stderr] {
            std::thread::spawn(move || channel.into_iter().for_each(drop));
        }
        let mut context = CommandContext::with_eval_context(context);
        context
            .set_opt_level("0")
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let controls = RustControl {
            process: process.clone(),
            child: context.process_handle(),
            workplace: workplace.clone(),
            interrupted: Arc::default(),
            execution: Arc::default(),
            killed: Arc::default(),
        };
        let mut session = RustSession {
            context,
            process,
            controls,
            sources: SourceMap::default(),
            items: CellItems::default(),
            rustc: toolchain.rustc,
            _workplace: workplace,
        };
        session.load_prelude()?;
        Ok(Box::new(session))
    }

    fn load_prelude(&mut self) -> anyhow::Result<()> {
        self.context
            .execute(PRELUDE)
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("the runtime's prelude does not load")?;
        // rust-analyzer resolves names at the first question: asked here, the first cell is quick.
        let warm_up = "let warm_up = tensor([1.0]).sum(); warm_up.";
        let _ = self.context.completions(warm_up, warm_up.len());
        self.process.settle();
        self.process.release();
        Ok(())
    }

    fn run(&mut self, code: &str) -> Result<EvalOutputs, evcxr::Error> {
        self.controls.execution.fetch_add(1, Ordering::SeqCst);
        let result = self.context.execute(code);
        self.controls.execution.fetch_add(1, Ordering::SeqCst);
        result
    }

    /// Runs Rust code and evcxr's commands.
    fn execute_rust(&mut self, cell: &Cell, code: &str) -> Result<(), CellError> {
        let prepared = self.items.prepare(code, cell.id.as_deref());
        self.sources.add(cell.number, &prepared, &cell.code);
        let before = self.variables();
        self.process.begin();
        let result = self.run(&prepared.text);
        let verdict = self.process.settle();
        let interrupted = self.controls.interrupted.swap(false, Ordering::SeqCst);
        let killed = self.controls.killed.swap(false, Ordering::SeqCst);
        let failure = match (result, verdict) {
            (
                _,
                Verdict {
                    panic: Some(mut report),
                    ..
                },
            ) => {
                self.place(&mut report);
                if interrupted && report.message == "interrupted" {
                    Failure::Interrupted
                } else {
                    Failure::Panic(report)
                }
            }
            (
                _,
                Verdict {
                    question: Some(report),
                    ..
                },
            ) => Failure::Question(report),
            // It was waiting for a line, which it did not get.
            (Ok(_), _) if interrupted => Failure::Interrupted,
            (Ok(outputs), verdict) => {
                self.show(outputs);
                self.report_redefined(&verdict.redefined);
                if magics::forgets_everything(code) {
                    self.process.capture();
                    // It loaded at the start; there is no reason why it should not again.
                    let _ = self.load_prelude();
                }
                return Ok(());
            }
            (Err(evcxr::Error::SubprocessTerminated(status)), verdict) => Failure::Crash {
                status,
                last_words: verdict.last_words,
                killed,
            },
            (Err(_), Verdict { ran: false, .. }) if interrupted => Failure::Interrupted,
            (Err(evcxr::Error::CompilationErrors(errors)), _) => {
                self.items.forget_last();
                Failure::Compilation(self.diagnostics(&errors))
            }
            (Err(error), _) => {
                self.items.forget_last();
                Failure::Other(error.to_string())
            }
        };
        let after = self.variables();
        let missing = |names: Vec<String>| -> Vec<String> {
            names
                .into_iter()
                .filter(|name| !after.contains(name))
                .collect()
        };
        let variables = Variables {
            lost: missing(before),
            unmade: match failure {
                Failure::Panic(_) | Failure::Question(_) | Failure::Interrupted => {
                    missing(cell_items::bound_names(code))
                }
                _ => Vec::new(),
            },
            names: after.iter().cloned().chain(self.items()).collect(),
        };
        Err(diagnose::error(&failure, cell, &self.sources, &variables))
    }

    /// Functions, types and constants that cells have made.
    fn items(&self) -> Vec<String> {
        let names = self.context.defined_item_names().map(str::to_owned);
        names
            .filter(|name| !name.starts_with("cuaderno_impl_"))
            .collect()
    }

    /// Says which variables went with an older form of their type.
    fn report_redefined(&self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let note = format!(
            "note: lost, since the type was redefined: {}\n",
            names.join(", ")
        );
        self.process.emit(Event::Stderr(note.into_bytes()));
    }

    /// Gives a panic that was raised below the cell the line of the cell that led there.
    fn place(&self, report: &mut Report) {
        let in_cell = report
            .file
            .as_ref()
            .is_some_and(|file| file.contains("/cells/"));
        if in_cell || report.message == "interrupted" {
            return;
        }
        let found = call_site::find(&self.rustc, &report.frames);
        report.file = found.as_ref().map(|site| site.file.clone());
        report.line = found.as_ref().map(|site| site.line);
        report.column = found.as_ref().map(|site| site.column);
    }

    /// rustc's own reports where they are behind evcxr's errors, else evcxr's.
    fn diagnostics(&self, errors: &[evcxr::CompilationError]) -> Vec<Diagnostic> {
        let from_rustc = errors.iter().any(|error| !error.json.is_null());
        let file = self.controls.workplace.folder().join(ERRORS_FILE);
        let reports: Vec<Value> = std::fs::read(file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        if from_rustc && !reports.is_empty() {
            return reports.into_iter().map(Diagnostic::from_rustc).collect();
        }
        errors
            .iter()
            .map(|error| Diagnostic {
                message: error.message(),
                json: error.json.clone(),
                spans: own_spans(error),
            })
            .collect()
    }

    fn variables(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .context
            .variables_and_types()
            .map(|(name, _)| name.to_owned())
            .collect();
        names.sort();
        names
    }

    /// Shows what a command such as `:vars` returns.
    fn show(&self, outputs: EvalOutputs) {
        let data: Map<String, Value> = outputs
            .content_by_mime_type
            .into_iter()
            .map(|(mime, content)| (mime, Value::String(content)))
            .collect();
        if !data.is_empty() {
            self.process.emit(Event::Display(Display {
                data,
                result: true,
                ..Display::default()
            }));
        }
    }
}

/// What evcxr answers where there is nothing to say.
const NO_DOCUMENTATION: &str = "No documentation found";

/// The end of the word that `offset` stands in.
fn word_end(code: &str, offset: usize) -> usize {
    let rest = &code[offset.min(code.len())..];
    let inside = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    offset.min(code.len()) + inside
}

/// Positions that evcxr itself found, for errors without rustc's own report.
fn own_spans(error: &evcxr::CompilationError) -> Vec<(usize, usize, usize, usize)> {
    error
        .spanned_messages()
        .iter()
        .filter_map(|message| message.span)
        .map(|span| {
            (
                span.start_line,
                span.start_column,
                span.end_line,
                span.end_column,
            )
        })
        .collect()
}

fn cell_command(
    workplace: &Workplace,
    toolchain: &Toolchain,
    prebuilt: &preload::Prebuilt,
    socket: &std::path::Path,
) -> anyhow::Result<Command> {
    let mut command = Command::new(preload::beside_this_program("cuaderno-cell")?);
    let (path, cargo_home) = workplace.user_environment();
    let search = if cfg!(target_os = "macos") {
        "DYLD_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    let mut folders = vec![toolchain.library_folder.clone()];
    folders.extend(std::env::split_paths(
        &std::env::var_os(search).unwrap_or_default(),
    ));
    command
        .env("PATH", path)
        .env("CUADERNO_SOCKET", socket)
        .env("CUADERNO_RUNTIME_LIBRARY", &prebuilt.library)
        .env(search, std::env::join_paths(folders)?);
    for name in [
        "EVCXR_TMPDIR",
        "EVCXR_CONFIG_DIR",
        "RUST_SRC_PATH",
        crate::tools::TOOLS_VARIABLE,
    ] {
        command.env_remove(name);
    }
    match cargo_home {
        Some(home) => command.env("CARGO_HOME", home),
        None => command.env_remove("CARGO_HOME"),
    };
    // A group of its own, so that what a cell starts can end with it.
    command.process_group(0);
    Ok(command)
}

impl Session for RustSession {
    fn execute(&mut self, cell: &Cell) -> Result<(), CellError> {
        let magics::Plan { code, time, help } = magics::plan(&cell.code);
        if help {
            self.process.emit(Event::Display(magics::help()));
        }
        let start = Instant::now();
        let result = self.execute_rust(cell, &code);
        if time {
            let report = magics::time_report(self.process.run_time(), start.elapsed());
            self.process.emit(Event::Stdout(report.into_bytes()));
        }
        result
    }

    fn complete(&mut self, code: &str, offset: usize) -> Completions {
        let Ok(found) = self.context.completions(code, offset) else {
            return Completions {
                start: offset,
                end: offset,
                matches: Vec::new(),
            };
        };
        let mut matches: Vec<Completion> = found
            .completions
            .into_iter()
            .map(|completion| Completion {
                // The name alone: brackets and arguments are the student's to write.
                text: completion
                    .code
                    .split('(')
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                kind: completion.kind.to_owned(),
                signature: completion.label,
            })
            .collect();
        matches.extend(magics::complete(code, found.start_offset, offset));
        matches.dedup_by(|a, b| a.text == b.text);
        Completions {
            start: found.start_offset,
            end: found.end_offset,
            matches,
        }
    }

    fn inspect(&mut self, code: &str, offset: usize) -> Option<Map<String, Value>> {
        let end = word_end(code, offset);
        let (plain, markdown) = self.context.hover_at(code, end).ok()?;
        if plain == NO_DOCUMENTATION {
            return None;
        }
        let mut data = Map::new();
        data.insert("text/plain".to_owned(), json!(plain));
        data.insert("text/markdown".to_owned(), json!(markdown));
        Some(data)
    }

    fn evaluate(&mut self, expression: &str) -> Result<Map<String, Value>, CellError> {
        let cell = Cell {
            code: expression.to_owned(),
            ..Cell::default()
        };
        self.process.capture();
        let result = self.execute_rust(&cell, expression);
        let events = self.process.release();
        result?;
        let value = events.into_iter().rev().find_map(|event| match event {
            Event::Display(display) if display.result => Some(display.data),
            _ => None,
        });
        Ok(value.unwrap_or_default())
    }

    fn control(&self) -> Box<dyn Control> {
        Box::new(self.controls.clone())
    }
}

impl Control for RustControl {
    fn begin(&self) {
        self.interrupted.store(false, Ordering::SeqCst);
        self.killed.store(false, Ordering::SeqCst);
    }

    fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
        // The cell may be about to begin, compile or run: whatever it gets to next.
        let now = self.execution.load(Ordering::SeqCst);
        let execution = now | 1;
        let control = self.clone();
        std::thread::spawn(move || {
            let end = Instant::now() + REMINDING;
            while control.interrupted.load(Ordering::SeqCst) && Instant::now() < end {
                match control.execution.load(Ordering::SeqCst) {
                    now if now > execution => return,
                    now if now < execution => {}
                    _ if control.process.is_running() => control.signal(libc::SIGINT),
                    _ => control.stop_compiler(),
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
    }

    fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        self.stop_compiler();
        self.signal_group(libc::SIGKILL);
    }

    fn input(&self, line: Option<&str>) {
        self.process.input(line);
    }
}

impl RustControl {
    fn signal(&self, signal: libc::c_int) {
        if let Some(pid) = self.pid() {
            // SAFETY: a child of this process that evcxr has not waited for.
            unsafe { libc::kill(pid, signal) };
        }
    }

    /// Signals the process and everything that its cells have started.
    fn signal_group(&self, signal: libc::c_int) {
        if let Some(pid) = self.pid() {
            // SAFETY: the process leads a group of that number.
            unsafe { libc::kill(-pid, signal) };
        }
    }

    fn pid(&self) -> Option<libc::pid_t> {
        // evcxr holds this lock while it waits for a process that is already dying.
        let child = self.child.try_lock().ok()?;
        libc::pid_t::try_from(child.id()).ok()
    }

    fn stop_compiler(&self) {
        let file = self.workplace.folder().join(COMPILER_FILE);
        let group = std::fs::read_to_string(file)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        if let Some(group) = group.filter(|group: &libc::pid_t| *group > 1) {
            // SAFETY: the group that `cuaderno-cargo` made for itself and rustc.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
    }
}
