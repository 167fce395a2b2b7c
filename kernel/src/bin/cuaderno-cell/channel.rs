//! The socket to the kernel, and the pipes that catch what bypasses Rust's standard library.

use cuaderno_kernel::frame::{self, Kind};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The one channel of this process.
pub static CHANNEL: Channel = Channel {
    open: AtomicBool::new(false),
    socket: AtomicI32::new(-1),
    answers: AtomicI32::new(-1),
    pipes: [AtomicI32::new(-1), AtomicI32::new(-1)],
    writing: Mutex::new(()),
    input: Mutex::new(Vec::new()),
};

/// Descriptors are plain numbers here: `write` below must work at any moment, also in a panic
/// hook, and never recurse into itself.
pub struct Channel {
    open: AtomicBool,
    socket: AtomicI32,
    answers: AtomicI32,
    /// Read ends of what other writers (C code, child processes) print: output, error.
    pipes: [AtomicI32; 2],
    writing: Mutex<()>,
    input: Mutex<Vec<u8>>,
}

/// Moves evcxr's pipes out of the way, connects to the kernel, and returns evcxr's commands.
pub fn open() -> io::Result<File> {
    let path = std::env::var_os("CUADERNO_SOCKET")
        .ok_or_else(|| io::Error::other("CUADERNO_SOCKET is not set"))?;
    let socket = UnixStream::connect(path)?.into_raw_fd();
    let commands = duplicate(0)?;
    CHANNEL
        .answers
        .store(duplicate(1)?.into_raw_fd(), Ordering::Relaxed);
    for (stream, pipe) in CHANNEL.pipes.iter().enumerate() {
        let (read_end, write_end) = io::pipe()?;
        replace(write_end.as_raw_fd(), stream as RawFd + 1)?;
        let read_end = OwnedFd::from(read_end).into_raw_fd();
        // SAFETY: a descriptor that was just opened.
        unsafe { libc::fcntl(read_end, libc::F_SETFL, libc::O_NONBLOCK) };
        pipe.store(read_end, Ordering::Relaxed);
    }
    replace(File::open("/dev/null")?.as_raw_fd(), 0)?;
    CHANNEL.socket.store(socket, Ordering::Relaxed);
    CHANNEL.open.store(true, Ordering::Release);
    remember_cell_thread();
    std::thread::Builder::new()
        .name("output".to_owned())
        .spawn(watch)?;
    Ok(File::from(commands))
}

impl Channel {
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Sends one frame, after whatever is waiting in the pipes.
    pub fn send(&self, kind: u8, payload: &[u8]) {
        let guard = self.lock();
        self.drain(&guard);
        self.frame(&guard, kind, payload);
    }

    /// Writes a line to evcxr.
    pub fn answer(&self, line: &[u8]) {
        let _guard = self.lock();
        write_all(self.answers.load(Ordering::Relaxed), line);
    }

    /// Serves `read(0)`: asks the kernel for a line and hands it out.
    #[cfg(target_os = "linux")]
    pub fn read_input(&self, buffer: &mut [u8]) -> usize {
        let mut waiting = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_empty() {
            self.send(Kind::InputRequest as u8, b"");
            match frame::read(&mut Socket(self.socket.load(Ordering::Relaxed))) {
                Ok(Some((Kind::Input, line))) => *waiting = line,
                _ => return 0,
            }
        }
        let n = waiting.len().min(buffer.len());
        buffer[..n].copy_from_slice(&waiting[..n]);
        waiting.drain(..n);
        n
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn frame(&self, _guard: &MutexGuard<'_, ()>, kind: u8, payload: &[u8]) {
        let socket = self.socket.load(Ordering::Relaxed);
        // One piece per megabyte, so that the kernel can show a long text while it comes.
        let text = kind == Kind::Stdout as u8 || kind == Kind::Stderr as u8;
        let piece = if text { 1 << 20 } else { usize::MAX };
        let mut rest = payload;
        loop {
            let (now, later) = rest.split_at(rest.len().min(piece));
            write_all(socket, &[&frame::header(kind, now.len()), now].concat());
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
    }

    fn drain(&self, guard: &MutexGuard<'_, ()>) {
        let mut buffer = [0; 1 << 14];
        for (pipe, kind) in self.pipes.iter().zip([Kind::Stdout, Kind::Stderr]) {
            loop {
                let fd = pipe.load(Ordering::Relaxed);
                // SAFETY: the buffer is ours; the pipe does not block.
                let n = unsafe { raw_read(fd, &mut buffer) };
                if n <= 0 {
                    break;
                }
                self.frame(guard, kind as u8, &buffer[..n as usize]);
            }
        }
    }
}

/// Sends on what others print, and ends the process when the kernel is gone.
fn watch() {
    let [output, error] = [0, 1].map(|i: usize| CHANNEL.pipes[i].load(Ordering::Relaxed));
    let socket = CHANNEL.socket.load(Ordering::Relaxed);
    loop {
        let mut fds =
            [(output, libc::POLLIN), (error, libc::POLLIN), (socket, 0)].map(|(fd, events)| {
                libc::pollfd {
                    fd,
                    events,
                    revents: 0,
                }
            });
        // SAFETY: three valid entries.
        unsafe { libc::poll(fds.as_mut_ptr(), 3, -1) };
        if fds[2].revents & (libc::POLLHUP | libc::POLLERR | libc::POLLNVAL) != 0 {
            // SAFETY: ends this process, which leads its group, and what its cells have started.
            unsafe { libc::kill(0, libc::SIGKILL) };
        }
        if fds[0].revents != 0 || fds[1].revents != 0 {
            let guard = CHANNEL.lock();
            CHANNEL.drain(&guard);
        }
    }
}

fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: returns a new descriptor or -1. From 100 up: out of the way of what a student opens.
    let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 100) };
    if copy < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just made, owned by nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

fn replace(source: RawFd, target: RawFd) -> io::Result<()> {
    // SAFETY: both are open descriptors of this process.
    match unsafe { libc::dup2(source, target) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

#[cfg(target_os = "linux")]
unsafe fn raw_read(fd: RawFd, buffer: &mut [u8]) -> isize {
    // SAFETY: promised by the caller. Not `libc::read`, which `interpose` defines.
    unsafe { libc::syscall(libc::SYS_read, fd, buffer.as_mut_ptr(), buffer.len()) as isize }
}

#[cfg(not(target_os = "linux"))]
unsafe fn raw_read(fd: RawFd, buffer: &mut [u8]) -> isize {
    // SAFETY: promised by the caller.
    unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) }
}

/// Sends text from a signal handler: without the lock, since the process is about to end.
pub fn last_words(text: &[u8]) {
    let socket = CHANNEL.socket.load(Ordering::Relaxed);
    write_all(socket, &frame::header(Kind::Stderr as u8, text.len()));
    write_all(socket, text);
}

/// A frame that can't be sent has no reader left; `watch` then ends the process.
fn write_all(fd: RawFd, bytes: &[u8]) {
    let _ = Socket(fd).write_all(bytes);
}

struct Socket(RawFd);

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the buffer is ours.
        match unsafe { raw_read(self.0, buffer) } {
            -1 => Err(io::Error::last_os_error()),
            n => Ok(n as usize),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the buffer is ours; `send` would only serve the socket, not evcxr's pipe.
        match unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) } {
            -1 => Err(io::Error::last_os_error()),
            n => Ok(n as usize),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

thread_local! {
    static CELL_THREAD: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

fn remember_cell_thread() {
    CELL_THREAD.set(true);
}

/// Whether the caller is the thread on which cells run.
#[cfg(target_os = "linux")]
pub fn on_cell_thread() -> bool {
    CELL_THREAD.try_with(std::cell::Cell::get).unwrap_or(false)
}
