//! The process that runs the cells, seen from the kernel: frames in, signals and input out.

use super::{Display, Event};
use crate::frame::{self, Kind};
use crossbeam_channel::Sender;
use serde::Deserialize;
use std::io::{self, BufRead as _, BufReader};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A panic or a failed `?`, as the runtime reports it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Report {
    pub message: String,
    pub file: Option<String>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub thread: Option<String>,
    /// Libraries and offsets of the calls in cells, innermost first.
    #[serde(default)]
    pub frames: Vec<(String, usize)>,
}

/// What the process said of the cell besides its output.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The panic that ended the cell.
    pub panic: Option<Report>,
    /// The error that a `?` returned.
    pub question: Option<Report>,
    /// Variables whose type was redefined.
    pub redefined: Vec<String>,
    /// Whether the cell's code was reached.
    pub ran: bool,
    /// The last printed error text, which tells how a process died.
    pub last_words: String,
}

/// The kernel's end of the channel. One connection per process; evcxr starts a new process after
/// a crash.
#[derive(Clone)]
pub struct Process {
    shared: Arc<Shared>,
}

struct Shared {
    events: Mutex<Sender<Event>>,
    /// Events held back while an expression is evaluated for its value alone.
    captured: Mutex<Option<Vec<Event>>>,
    state: Mutex<State>,
    /// Held while a frame is handled, so that [`Process::settle`] can wait for it.
    handling: Mutex<()>,
}

#[derive(Default)]
struct State {
    socket: Option<UnixStream>,
    running: bool,
    verdict: Verdict,
    pending_panic: Option<Report>,
    started: Option<Instant>,
    run_time: Duration,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Process {
    /// Listens on a socket for the process that evcxr is about to start.
    pub fn listen(path: &Path, events: Sender<Event>) -> io::Result<Process> {
        let listener = UnixListener::bind(path)?;
        let shared = Arc::new(Shared {
            events: Mutex::new(events),
            captured: Mutex::default(),
            state: Mutex::default(),
            handling: Mutex::default(),
        });
        let process = Process { shared };
        let acceptor = process.clone();
        std::thread::Builder::new()
            .name("cells".to_owned())
            .spawn(move || {
                for connection in listener.incoming().flatten() {
                    acceptor.serve(connection);
                }
            })?;
        Ok(process)
    }

    /// Listens for lines about a build that takes its time.
    pub fn listen_for_progress(&self, path: &Path) -> io::Result<()> {
        // An earlier session of this kernel may have left it.
        let _ = std::fs::remove_file(path);
        let listener = UnixListener::bind(path)?;
        let process = self.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                for line in BufReader::new(connection).lines().map_while(Result::ok) {
                    process.emit(Event::Stderr(format!("{line}\n").into_bytes()));
                }
            }
        });
        Ok(())
    }

    /// Reads one process's frames until it ends.
    fn serve(&self, connection: UnixStream) {
        let Ok(mut reading) = connection
            .try_clone()
            .map(|c| BufReader::with_capacity(1 << 16, c))
        else {
            return;
        };
        lock(&self.shared.state).socket = Some(connection);
        loop {
            if reading.buffer().is_empty() && !wait_readable(reading.get_ref(), -1) {
                break;
            }
            let _handling = lock(&self.shared.handling);
            match frame::read(&mut reading) {
                Ok(Some((kind, payload))) => self.handle(kind, payload),
                Ok(None) | Err(_) => break,
            }
            // Frames already in the buffer are handled under the same lock.
            while holds_frame(reading.buffer()) {
                match frame::read(&mut reading) {
                    Ok(Some((kind, payload))) => self.handle(kind, payload),
                    _ => break,
                }
            }
        }
        let mut state = lock(&self.shared.state);
        state.socket = None;
        state.running = false;
    }

    fn handle(&self, kind: Kind, payload: Vec<u8>) {
        let mut state = lock(&self.shared.state);
        // A reported panic is the cell's end if it unwinds to the top, and destructors may still
        // draw and print on the way. Otherwise it was caught, and reads as it would in a terminal.
        if matches!(kind, Kind::End | Kind::Panic)
            && let Some(report) = state.pending_panic.take()
        {
            self.emit(Event::Stderr(report.to_text().into_bytes()));
        }
        match kind {
            Kind::Begin => {
                state.running = true;
                state.started = Some(Instant::now());
                state.verdict.ran = true;
            }
            Kind::End => {
                state.running = false;
                state.run_time = state
                    .started
                    .take()
                    .map(|at| at.elapsed())
                    .unwrap_or_default();
            }
            Kind::Stdout => self.emit(Event::Stdout(payload)),
            Kind::Stderr => {
                remember_last_words(&mut state.verdict.last_words, &payload);
                self.emit(Event::Stderr(payload));
            }
            Kind::Display => {
                if let Some(display) = parse_display(&payload) {
                    self.emit(Event::Display(display));
                }
            }
            Kind::ClearOutput => {
                let wait = serde_json::from_slice::<serde_json::Value>(&payload)
                    .is_ok_and(|value| value["wait"] == true);
                self.emit(Event::ClearOutput { wait });
            }
            Kind::Panic => {
                let report: Report = serde_json::from_slice(&payload).unwrap_or_default();
                if report.thread.as_deref() == Some("main") {
                    state.pending_panic = Some(report);
                } else {
                    self.emit(Event::Stderr(report.to_text().into_bytes()));
                }
            }
            Kind::Unwound => {
                // `resume_unwind` unwinds without a report.
                state.verdict.panic = Some(state.pending_panic.take().unwrap_or_else(|| Report {
                    message: "a panic without a message".to_owned(),
                    ..Report::default()
                }));
            }
            Kind::Question => {
                state.verdict.question = serde_json::from_slice(&payload).ok();
            }
            Kind::Redefined => {
                state
                    .verdict
                    .redefined
                    .push(String::from_utf8_lossy(&payload).into_owned());
            }
            Kind::InputRequest => self.emit(Event::InputRequest),
            Kind::Input => {}
        }
    }

    pub fn emit(&self, event: Event) {
        if let Some(captured) = lock(&self.shared.captured).as_mut() {
            captured.push(event);
            return;
        }
        // Without a receiver the kernel is shutting down.
        let _ = lock(&self.shared.events).send(event);
    }

    /// Holds events back from now on.
    pub fn capture(&self) {
        *lock(&self.shared.captured) = Some(Vec::new());
    }

    /// Ends [`Self::capture`] and returns what was held back.
    pub fn release(&self) -> Vec<Event> {
        lock(&self.shared.captured).take().unwrap_or_default()
    }

    /// Forgets what was said of the cell before.
    pub fn begin(&self) {
        let mut state = lock(&self.shared.state);
        state.verdict = Verdict::default();
        state.run_time = Duration::ZERO;
    }

    /// How long the last cell's code ran, without its compilation.
    pub fn run_time(&self) -> Duration {
        lock(&self.shared.state).run_time
    }

    /// Waits until every frame sent so far is handled, and returns what was said of the cell.
    pub fn settle(&self) -> Verdict {
        let start = Instant::now();
        loop {
            let handling = lock(&self.shared.handling);
            let state = lock(&self.shared.state);
            let waiting = state
                .socket
                .as_ref()
                .is_some_and(|socket| wait_readable(socket, 0));
            if !waiting && !state.running || start.elapsed() > Duration::from_secs(5) {
                return state.verdict.clone();
            }
            drop((state, handling));
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    pub fn is_running(&self) -> bool {
        lock(&self.shared.state).running
    }

    /// Answers a request for input.
    pub fn input(&self, line: Option<&str>) {
        let state = lock(&self.shared.state);
        if let Some(mut socket) = state.socket.as_ref() {
            let text = line.map(|line| format!("{line}\n")).unwrap_or_default();
            // If the process is gone there is nobody to tell.
            let _ = frame::write(&mut socket, Kind::Input, text.as_bytes());
        }
    }
}

impl Report {
    fn to_text(&self) -> String {
        let thread = self.thread.as_deref().unwrap_or("<unnamed>");
        format!("thread '{thread}' panicked:\n{}\n", self.message)
    }
}

fn remember_last_words(words: &mut String, more: &[u8]) {
    words.push_str(&String::from_utf8_lossy(more));
    let excess = words.len().saturating_sub(4096);
    let cut = words
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| *at >= excess)
        .unwrap_or(0);
    words.drain(..cut);
}

fn parse_display(payload: &[u8]) -> Option<Display> {
    #[derive(Deserialize)]
    struct Wire {
        data: serde_json::Map<String, serde_json::Value>,
        #[serde(default)]
        metadata: serde_json::Map<String, serde_json::Value>,
        display_id: Option<String>,
        #[serde(default)]
        update: bool,
        #[serde(default)]
        result: bool,
    }
    let wire: Wire = serde_json::from_slice(payload).ok()?;
    Some(Display {
        data: wire.data,
        metadata: wire.metadata,
        display_id: wire.display_id,
        update: wire.update,
        result: wire.result,
    })
}

/// Whether all of the next frame has been read from the socket.
fn holds_frame(buffer: &[u8]) -> bool {
    let length = buffer
        .get(1..5)
        .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    length.is_some_and(|length| buffer.len() - 5 >= u32::from_le_bytes(length) as usize)
}

/// Whether reading would not block, or the other side is gone.
fn wait_readable(socket: &UnixStream, timeout_ms: i32) -> bool {
    let mut fd = libc::pollfd {
        fd: socket.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    loop {
        // SAFETY: one valid entry.
        match unsafe { libc::poll(&mut fd, 1, timeout_ms) } {
            -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            n => return n > 0,
        }
    }
}
