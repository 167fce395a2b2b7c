//! Which of a cell's instructions led here: for panics that do not carry their caller's place, and
//! to tell the cells of the stock kernel apart.

use std::ffi::{CStr, c_int, c_void};

/// Most frames that are looked at: beyond, a recursion repeats itself.
const DEPTH: usize = 256;

/// Library and offset of each call on the stack that lies in a cell, innermost first.
pub(super) fn of_cells() -> Vec<(String, usize)> {
    let calls = addresses().into_iter().filter_map(library);
    // A return address stands behind its call.
    calls
        .filter(|(path, _)| path.contains("/cells/"))
        .map(|(path, offset)| (path, offset - 1))
        .collect()
}

/// The library of the cell that runs in the stock kernel, whose cells are `libcode_1.so` and so on.
/// A value of an older cell may have its methods there: the outermost call counts.
pub(crate) fn stock_cell() -> Option<String> {
    let calls = addresses().into_iter().rev().filter_map(library);
    calls
        .map(|(path, _)| path)
        .find(|path| path.contains("/libcode_"))
}

/// The return addresses on the stack, innermost first.
fn addresses() -> Vec<usize> {
    let mut addresses: Vec<usize> = Vec::new();
    // SAFETY: the callback gets back the vector that is lent here.
    unsafe { _Unwind_Backtrace(note_address, (&raw mut addresses).cast()) };
    addresses
}

unsafe extern "C" {
    fn _Unwind_Backtrace(
        trace: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
}

/// Codes of the unwinder: go on, stop.
const NO_REASON: c_int = 0;
const NORMAL_STOP: c_int = 4;

extern "C" fn note_address(context: *mut c_void, data: *mut c_void) -> c_int {
    // SAFETY: `of_cells` lends a vector; the unwinder hands over a valid context.
    let addresses = unsafe { &mut *data.cast::<Vec<usize>>() };
    let address = unsafe { _Unwind_GetIP(context) };
    addresses.push(address);
    if addresses.len() < DEPTH {
        NO_REASON
    } else {
        NORMAL_STOP
    }
}

/// The library that an address lies in, and its place there.
fn library(address: usize) -> Option<(String, usize)> {
    // SAFETY: plain data, filled by the call; the name lives as long as the library, which is
    // never unloaded.
    let (path, base) = unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        if libc::dladdr(address as *const c_void, &mut info) == 0 || info.dli_fname.is_null() {
            return None;
        }
        let path = CStr::from_ptr(info.dli_fname).to_str().ok()?;
        (path.to_owned(), info.dli_fbase as usize)
    };
    Some((path, address - base))
}
