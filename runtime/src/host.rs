//! The line to the Cuaderno kernel: frames out, interrupts in.
//!
//! The process that runs the cells (`cuaderno-cell`, see `kernel/PROTOCOL.md`) loads this library
//! and hands it a [`HostTable`] through [`cuaderno_attach`]. Without that call (a plain program,
//! `cargo test`, the stock `evcxr_jupyter` kernel) every function here does nothing, so the rest
//! of the runtime never asks which kernel it runs under.

mod frames;
#[doc(hidden)]
pub mod store;

use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use frames::stock_cell;

/// What the host process gives to the runtime. Both sides are built from this checkout, and
/// `version` guards against a stale prebuilt library.
#[repr(C)]
#[derive(Debug)]
pub struct HostTable {
    /// Must equal [`HOST_VERSION`].
    pub version: u32,
    /// Sends one frame: kind, payload, length in bytes.
    pub send: extern "C" fn(u8, *const u8, usize),
    /// Set by the host's SIGINT handler while a cell runs.
    pub interrupted: *const AtomicBool,
}

// The function is thread-safe and the flag is an atomic that lives as long as the process.
unsafe impl Send for HostTable {}
unsafe impl Sync for HostTable {}

/// Version of [`HostTable`] and of the frames' meaning.
pub const HOST_VERSION: u32 = 1;

/// Kinds of frames that the runtime sends; `kernel/PROTOCOL.md` documents the payloads.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Frame {
    /// JSON `{data, metadata, transient, update, result}`: show a value.
    Display = b'd',
    /// JSON `{wait}`: clear the cell's output.
    ClearOutput = b'c',
    /// JSON `{message, file, line, column, main}`: a thread panicked.
    Panic = b'p',
    /// Empty: the cell's outermost `catch_unwind` caught the panic just reported.
    Unwound = b'u',
    /// JSON `{message, file, line, column}`: a `?` ended the cell early.
    Question = b'q',
    /// Name of a variable whose type was redefined.
    Redefined = b't',
}

static HOST: OnceLock<HostTable> = OnceLock::new();

/// The text with which an interrupted computation unwinds.
pub const INTERRUPT_MESSAGE: &str = "interrupted";

/// Whether the Cuaderno kernel listens.
pub fn attached() -> bool {
    HOST.get().is_some()
}

/// Sends a frame after everything that was printed before it; false without a kernel.
pub(crate) fn send(kind: Frame, payload: &[u8]) -> bool {
    let Some(host) = HOST.get() else { return false };
    let _ = std::io::stdout().flush();
    (host.send)(kind as u8, payload.as_ptr(), payload.len());
    true
}

/// Ends the running cell by a panic if the user asked for an interrupt.
///
/// Every op, data loader and progress loop calls it; a long loop of your own may call it too. It
/// costs one atomic read.
#[inline]
pub fn check_interrupt() {
    if let Some(host) = HOST.get() {
        // SAFETY: the host promises that the flag lives as long as the process.
        if unsafe { &*host.interrupted }.load(Ordering::Relaxed) {
            interrupt(host);
        }
    }
}

#[cold]
fn interrupt(host: &HostTable) {
    // SAFETY: as above. Cleared so that destructors which call the runtime do not panic again.
    unsafe { &*host.interrupted }.store(false, Ordering::Relaxed);
    if !std::thread::panicking() {
        std::panic::panic_any(Interrupted);
    }
}

/// Payload of the panic that an interrupt raises.
#[derive(Clone, Copy, Debug)]
pub struct Interrupted;

/// Called by the host when a blocking call such as `sleep` was cut short by an interrupt.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn cuaderno_check_interrupt() {
    check_interrupt();
}

/// Called once by the host before the first cell; returns [`HOST_VERSION`].
///
/// # Safety
/// `table` points to a valid [`HostTable`] whose members live as long as the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuaderno_attach(table: *const HostTable) -> u32 {
    // SAFETY: promised by the caller.
    let table = unsafe { table.read() };
    if table.version == HOST_VERSION && HOST.set(table).is_ok() {
        std::panic::set_hook(Box::new(report_panic));
        // Text without a newline sits in std's line buffer; this thread makes it appear at once.
        let flusher = std::thread::spawn(|| {
            loop {
                if RUNNING.load(Ordering::Relaxed) {
                    let _ = std::io::stdout().flush();
                    std::thread::park_timeout(FLUSH_INTERVAL);
                } else {
                    std::thread::park();
                }
            }
        });
        let _ = FLUSHER.set(flusher.thread().clone());
    }
    HOST_VERSION
}

/// Whether a cell runs.
static RUNNING: AtomicBool = AtomicBool::new(false);

static FLUSHER: OnceLock<std::thread::Thread> = OnceLock::new();

const FLUSH_INTERVAL: std::time::Duration = std::time::Duration::from_millis(40);

/// Called by the host before each cell.
#[unsafe(no_mangle)]
pub extern "C" fn cuaderno_begin() {
    RUNNING.store(true, Ordering::Relaxed);
    if let Some(flusher) = FLUSHER.get() {
        flusher.unpark();
    }
}

/// Called by the host after each cell, so that nothing printed stays in std's buffer and live
/// displays show their last state.
#[unsafe(no_mangle)]
pub extern "C" fn cuaderno_end() {
    RUNNING.store(false, Ordering::Relaxed);
    crate::display::flush();
    let _ = std::io::stdout().flush();
}

fn report_panic(info: &PanicHookInfo<'_>) {
    let message = if info.payload().is::<Interrupted>() {
        INTERRUPT_MESSAGE.to_owned()
    } else if let Some(text) = info.payload_as_str() {
        text.to_owned()
    } else {
        "a panic whose payload is not text".to_owned()
    };
    let thread = std::thread::current();
    let report = serde_json::json!({
        "message": message,
        "file": info.location().map(|l| l.file()),
        "line": info.location().map(|l| l.line()),
        "column": info.location().map(|l| l.column()),
        "thread": thread.name(),
        "frames": frames::of_cells(),
    });
    send(Frame::Panic, report.to_string().as_bytes());
}

/// What the kernel puts in place of evcxr's own end-of-cell prints. Not for lessons.
#[doc(hidden)]
pub mod generated {
    use super::{Frame, send};

    /// The cell's code panicked and the panic ended the cell.
    pub fn unwound() {
        send(Frame::Unwound, b"");
    }

    /// A `?` at the top level of a cell met an error.
    #[track_caller]
    pub fn question(message: &str) {
        let at = std::panic::Location::caller();
        let report = serde_json::json!({
            "message": message, "file": at.file(), "line": at.line(), "column": at.column(),
        });
        send(Frame::Question, report.to_string().as_bytes());
    }

    /// Before a statement that stands behind `%time`.
    pub fn start_timer() {
        TIMER.set(Some(std::time::Instant::now()));
    }

    /// After that statement: prints how long it took.
    pub fn stop_timer() {
        if let Some(start) = TIMER.take() {
            println!("Wall time: {:.3?}", start.elapsed());
        }
    }

    thread_local! {
        static TIMER: std::cell::Cell<Option<std::time::Instant>> =
            const { std::cell::Cell::new(None) };
    }

    /// A variable no longer has the type it was stored with.
    pub fn redefined(name: &str) {
        send(Frame::Redefined, name.as_bytes());
    }
}
