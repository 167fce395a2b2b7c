//! Large buffers, used again.
//!
//! A fresh buffer of 40 MB costs 10 000 page faults, more time than adding 10 million numbers. So
//! large buffers are kept for a while when a tensor is dropped, and Linux is asked for large pages:
//! each saves 511 faults, and reading many small ones costs a virtual machine an eighth of its time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::dtype::Element;

/// Smaller buffers are left to the allocator, which keeps them without our help; from this size on
/// glibc's asks the system for each.
const SMALLEST: usize = 1 << 17;
/// How many bytes are kept at most, per type of element.
const KEPT: usize = 96 << 20;

/// Buffers of one type that wait for their next use, the oldest first.
pub(crate) struct Pool<T> {
    buffers: Mutex<Vec<Vec<T>>>,
}

impl<T> Pool<T> {
    pub(crate) const fn new() -> Pool<T> {
        Pool {
            buffers: Mutex::new(Vec::new()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<T>>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bytes<T>(buffer: &Vec<T>) -> usize {
    buffer.capacity() * size_of::<T>()
}

/// A buffer of `count` elements with any values in it, for code that writes each of them.
pub(crate) fn buffer<T: Element>(count: usize) -> Vec<T> {
    kept(count).unwrap_or_else(|| fresh(count))
}

/// A buffer of `count` elements with this value.
pub(crate) fn filled<T: Element>(count: usize, value: T) -> Vec<T> {
    let mut buffer = match kept(count) {
        Some(buffer) => buffer,
        // Nobody has to write the zeros that the system gives. By their bits: -0 is another number.
        None if value.to_f64().to_bits() == 0 => return fresh(count),
        None => fresh(count),
    };
    buffer.fill(value);
    buffer
}

/// Zeros in memory that no page fault has filled yet.
fn fresh<T: Element>(count: usize) -> Vec<T> {
    let buffer = vec![T::default(); count];
    #[cfg(target_os = "linux")]
    advise(&buffer);
    buffer
}

/// Asks for large pages where a buffer holds some.
#[cfg(target_os = "linux")]
fn advise<T>(buffer: &Vec<T>) {
    const PAGE: usize = 1 << 12;
    const LARGE: usize = 1 << 21;
    if bytes(buffer) < 2 * LARGE {
        return;
    }
    let start = buffer.as_ptr().addr().next_multiple_of(PAGE);
    let end = (buffer.as_ptr().addr() + bytes(buffer)) / PAGE * PAGE;
    let first = buffer.as_ptr().with_addr(start).cast_mut();
    // SAFETY: the pages lie in the buffer, and advice changes nothing in them. A system without
    // large pages refuses, which changes nothing either.
    unsafe { libc::madvise(first.cast(), end - start, libc::MADV_HUGEPAGE) };
}

/// A buffer that was taken back, with what is left in it.
fn kept<T: Element>(count: usize) -> Option<Vec<T>> {
    if count * size_of::<T>() < SMALLEST {
        return None;
    }
    let mut buffers = T::pool().lock();
    // One that is far too large would keep memory that nobody uses.
    let fits = |buffer: &Vec<T>| (count..=count + count / 4).contains(&buffer.capacity());
    let place = buffers.iter().position(fits)?;
    let mut buffer = buffers.remove(place);
    drop(buffers);
    buffer.resize(count, T::default());
    Some(buffer)
}

/// Takes a buffer back whose tensor is gone.
pub(crate) fn recycle<T: Element>(buffer: Vec<T>) {
    let size = bytes(&buffer);
    if !(SMALLEST..=KEPT).contains(&size) {
        return;
    }
    let mut buffers = T::pool().lock();
    let mut total = size + buffers.iter().map(bytes).sum::<usize>();
    let mut freed = Vec::new();
    while total > KEPT {
        let oldest = buffers.remove(0);
        total -= bytes(&oldest);
        freed.push(oldest);
    }
    buffers.push(buffer);
    drop(buffers);
    drop(freed);
}

#[cfg(test)]
mod tests {
    use super::*;

    // A type of element that no other test uses in large buffers.
    #[test]
    fn a_large_buffer_is_used_again() {
        let count = 2 * SMALLEST;
        let first = buffer::<bool>(count);
        let at = first.as_ptr();
        recycle(first);
        let second = buffer::<bool>(count - 100);
        assert_eq!((second.as_ptr(), second.len()), (at, count - 100));
        let other = buffer::<bool>(count);
        assert_ne!(other.as_ptr(), at);
        recycle(vec![false; count]);
        assert!(filled(count, true).iter().all(|&v| v));
        recycle(second);
        for _ in 0..KEPT / SMALLEST + 4 {
            recycle(vec![true; SMALLEST]);
        }
        let kept: usize = bool::pool().lock().iter().map(bytes).sum();
        assert!(kept <= KEPT, "{kept}");
        assert_eq!(buffer::<bool>(3), [false; 3]);
    }

    #[test]
    fn a_fresh_buffer_has_the_value_to_its_last_bit() {
        // Large enough for large pages, and of sizes that no other test asks for.
        let count = (5 << 20) + 77;
        for value in [0.0, -0.0, 0.5] {
            let buffer = filled::<f64>(count, value);
            let same = |v: &f64| v.to_bits() == f64::to_bits(value);
            assert_eq!(
                (buffer.len(), buffer.iter().all(same)),
                (count, true),
                "{value:?}"
            );
        }
    }
}
