//! The process that runs the cells.
//!
//! evcxr starts it in place of its own runtime and speaks to it in lines over standard input and
//! output (`LOAD_AND_RUN library function`, `EVCXR_EXECUTION_COMPLETE`). Before anything else the
//! two descriptors are moved out of the student's reach; standard output and error become frames
//! on the kernel's socket (see `kernel/PROTOCOL.md`).

mod channel;
#[cfg(target_os = "linux")]
mod interpose;
mod signals;

use channel::CHANNEL;
use cuaderno_kernel::frame::Kind;
use std::ffi::c_void;
use std::io::{BufRead, BufReader};
use std::sync::atomic::AtomicBool;

/// Mirror of `cuaderno::host::HostTable`; `cuaderno_attach` refuses another version.
#[repr(C)]
struct HostTable {
    version: u32,
    send: extern "C" fn(u8, *const u8, usize),
    interrupted: *const AtomicBool,
}

const HOST_VERSION: u32 = 1;

fn main() {
    if let Err(error) = run() {
        eprintln!("cuaderno-cell: {error}");
        std::process::exit(99);
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    // SAFETY: no other thread runs yet. evcxr sets it; a backtrace shows only generated code.
    unsafe { std::env::remove_var("RUST_BACKTRACE") };
    let commands = channel::open()?;
    signals::install();
    let runtime = std::env::var_os("CUADERNO_RUNTIME_LIBRARY")
        .ok_or("CUADERNO_RUNTIME_LIBRARY is not set: this program is started by the kernel")?;
    let hooks = attach(&runtime)?;

    let mut libraries = Vec::new();
    for line in BufReader::new(commands).lines() {
        let line = line?;
        let mut words = line.split(' ');
        let (Some("LOAD_AND_RUN"), Some(path), Some(function), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(format!("unknown instruction {line:?}").into());
        };
        // Libraries stay loaded: variables and threads refer to their code.
        libraries.push(load_and_run(path, function, &hooks)?);
    }
    Ok(())
}

type CellFunction = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

fn load_and_run(
    path: &str,
    function: &str,
    hooks: &Hooks,
) -> Result<libloading::Library, Box<dyn std::error::Error>> {
    use std::sync::atomic::{AtomicPtr, Ordering};
    static VARIABLES: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
    // SAFETY: evcxr compiled the library for this process, with this signature.
    let library = unsafe {
        let library = libloading::Library::new(path)?;
        let cell: libloading::Symbol<'_, CellFunction> = library.get(function.as_bytes())?;
        CHANNEL.send(Kind::Begin as u8, b"");
        (hooks.begin)();
        signals::begin_cell();
        let variables = cell(VARIABLES.load(Ordering::Relaxed));
        VARIABLES.store(variables, Ordering::Relaxed);
        library
    };
    signals::end_cell();
    (hooks.end)();
    CHANNEL.send(Kind::End as u8, b"");
    CHANNEL.answer(b"EVCXR_EXECUTION_COMPLETE\n");
    Ok(library)
}

/// What the runtime wants to be told.
struct Hooks {
    begin: extern "C" fn(),
    end: extern "C" fn(),
}

/// Gives the runtime its line to the kernel.
fn attach(runtime: &std::ffi::OsStr) -> Result<Hooks, Box<dyn std::error::Error>> {
    let table = HostTable {
        version: HOST_VERSION,
        send,
        interrupted: signals::interrupted(),
    };
    // SAFETY: the library is the prebuilt runtime, whose `host` module defines these symbols; it
    // is never unloaded.
    unsafe {
        let library = Box::leak(Box::new(libloading::Library::new(runtime)?));
        let attach: libloading::Symbol<'_, unsafe extern "C" fn(*const HostTable) -> u32> =
            library.get(b"cuaderno_attach")?;
        let version = attach(&table);
        if version != HOST_VERSION {
            return Err(format!(
                "the prebuilt runtime speaks version {version}, this kernel {HOST_VERSION}"
            )
            .into());
        }
        let check: libloading::Symbol<'_, signals::Check> =
            library.get(b"cuaderno_check_interrupt")?;
        signals::set_check(*check);
        let begin: libloading::Symbol<'_, extern "C" fn()> = library.get(b"cuaderno_begin")?;
        let end: libloading::Symbol<'_, extern "C" fn()> = library.get(b"cuaderno_end")?;
        Ok(Hooks {
            begin: *begin,
            end: *end,
        })
    }
}

extern "C" fn send(kind: u8, payload: *const u8, len: usize) {
    // SAFETY: the runtime passes a slice's own pointer and length.
    let payload = unsafe { std::slice::from_raw_parts(payload, len) };
    CHANNEL.send(kind, payload);
    // evcxr follows its own three notifications to know which variables the cell has lost.
    match kind {
        b'u' => CHANNEL.answer(b"EVCXR_PANIC_NOTIFICATION\n"),
        b'q' => CHANNEL.answer(b"EVCXR_ERROR_OCCURRED\n"),
        b't' => {
            let line = [b"EVCXR_VARIABLE_CHANGED_TYPE:", payload, b"\n"].concat();
            CHANNEL.answer(&line);
        }
        _ => {}
    }
}
