//! Stands before libc's `read`, `write` and `nanosleep` for every library in this process.
//!
//! Rust's standard library calls these by name, and the dynamic linker finds the program's own
//! definitions first. So `println!` and `eprintln!` become frames in the order in which they
//! happen, `stdin().read_line` asks in the notebook, and an interrupt ends `thread::sleep`.
//! Everything else goes straight to the system. On macOS the linker binds differently: there text
//! takes the way through the pipes of `channel`, and reading standard input finds its end.

use crate::channel::{CHANNEL, on_cell_thread};
use crate::signals;
use cuaderno_kernel::frame::Kind;
use libc::{c_int, c_void, iovec, size_t, ssize_t, timespec};

#[unsafe(no_mangle)]
unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, len: size_t) -> ssize_t {
    if let Some(kind) = stream(fd) {
        // SAFETY: the caller's buffer, as promised to write(2).
        let text = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), len) };
        CHANNEL.send(kind as u8, text);
        return len as ssize_t;
    }
    // SAFETY: handed on as it came.
    unsafe { libc::syscall(libc::SYS_write, fd, bytes, len) as ssize_t }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn writev(fd: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    if let Some(kind) = stream(fd) {
        // SAFETY: the caller's buffers, as promised to writev(2).
        let text: Vec<u8> = unsafe { std::slice::from_raw_parts(parts, count as usize) }
            .iter()
            .flat_map(|part| unsafe {
                std::slice::from_raw_parts(part.iov_base.cast::<u8>(), part.iov_len)
            })
            .copied()
            .collect();
        CHANNEL.send(kind as u8, &text);
        return text.len() as ssize_t;
    }
    // SAFETY: handed on as it came.
    unsafe { libc::syscall(libc::SYS_writev, fd, parts, count) as ssize_t }
}

fn stream(fd: c_int) -> Option<Kind> {
    match fd {
        1 if CHANNEL.is_open() => Some(Kind::Stdout),
        2 if CHANNEL.is_open() => Some(Kind::Stderr),
        _ => None,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn read(fd: c_int, bytes: *mut c_void, len: size_t) -> ssize_t {
    if fd == 0 && CHANNEL.is_open() {
        // SAFETY: the caller's buffer, as promised to read(2).
        let buffer = unsafe { std::slice::from_raw_parts_mut(bytes.cast::<u8>(), len) };
        return CHANNEL.read_input(buffer) as ssize_t;
    }
    // SAFETY: handed on as it came.
    unsafe { libc::syscall(libc::SYS_read, fd, bytes, len) as ssize_t }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn nanosleep(time: *const timespec, rest: *mut timespec) -> c_int {
    // SAFETY: handed on as it came.
    unsafe { sleep(libc::CLOCK_REALTIME, 0, time, rest) }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn clock_nanosleep(
    clock: libc::clockid_t,
    flags: c_int,
    time: *const timespec,
    rest: *mut timespec,
) -> c_int {
    // SAFETY: handed on as it came.
    match unsafe { sleep(clock, flags, time, rest) } {
        0 => 0,
        // This one returns the error where `nanosleep` sets errno.
        _ => std::io::Error::last_os_error()
            .raw_os_error()
            .unwrap_or(libc::EINTR),
    }
}

unsafe fn sleep(
    clock: libc::clockid_t,
    flags: c_int,
    time: *const timespec,
    rest: *mut timespec,
) -> c_int {
    // SAFETY: handed on as it came.
    let result = unsafe { libc::syscall(libc::SYS_clock_nanosleep, clock, flags, time, rest) };
    if result != 0 && on_cell_thread() {
        signals::check();
    }
    result as c_int
}
