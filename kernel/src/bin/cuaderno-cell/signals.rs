//! Interrupts: SIGINT sets a flag that the runtime reads, and only while a cell runs. And the last
//! words of a process whose stack overflows.

use crate::channel;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

static RUNNING: AtomicBool = AtomicBool::new(false);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CHECK: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// The runtime's function that unwinds if the flag is set.
pub type Check = extern "C-unwind" fn();

extern "C" fn on_interrupt(_signal: libc::c_int) {
    if RUNNING.load(Ordering::Relaxed) {
        INTERRUPTED.store(true, Ordering::Relaxed);
    }
}

/// Handles SIGINT. Without `SA_RESTART`, so that a blocking call returns and can look at the flag.
pub fn install() {
    // SAFETY: the handler only touches atomics.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_interrupt as *const () as usize;
        libc::sigaction(libc::SIGINT, &action, std::ptr::null_mut());
        let here = 0;
        STACK_TOP.store(&raw const here as usize, Ordering::Relaxed);
        action.sa_sigaction = on_fault as *const () as usize;
        // std has made the alternate stack that a handler needs when the stack is full.
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
        for signal in [libc::SIGSEGV, libc::SIGBUS] {
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

static STACK_TOP: AtomicUsize = AtomicUsize::new(0);

/// Says so if the fault is a stack overflow of the cells' thread; then the fault takes its course,
/// since the handler is reset and the faulting instruction runs again.
extern "C" fn on_fault(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    const MARGIN: usize = 1 << 20;
    // SAFETY: the system hands over a valid description; the limit is written before it is read.
    unsafe {
        let address = (*info).si_addr() as usize;
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_STACK, &mut limit);
        let size = usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX);
        let top = STACK_TOP.load(Ordering::Relaxed);
        if (top.saturating_sub(size).saturating_sub(MARGIN)..top).contains(&address) {
            channel::last_words(b"the cell has overflowed its stack\n");
        }
    }
}

pub fn begin_cell() {
    INTERRUPTED.store(false, Ordering::Relaxed);
    RUNNING.store(true, Ordering::Relaxed);
}

pub fn end_cell() {
    RUNNING.store(false, Ordering::Relaxed);
    INTERRUPTED.store(false, Ordering::Relaxed);
}

pub fn interrupted() -> &'static AtomicBool {
    &INTERRUPTED
}

pub fn set_check(check: Check) {
    CHECK.store(check as *mut (), Ordering::Relaxed);
}

/// Unwinds out of a blocking call if an interrupt is pending.
#[cfg(target_os = "linux")]
pub fn check() {
    let check = CHECK.load(Ordering::Relaxed);
    if INTERRUPTED.load(Ordering::Relaxed) && !check.is_null() {
        // SAFETY: only `set_check` stores here.
        let check: Check = unsafe { std::mem::transmute(check) };
        check();
    }
}
