//! Large buffers, used again.
//!
//! A fresh buffer of 40 MB costs 10 000 page faults, more time than adding 10 million numbers. So
//! large buffers are kept for a while when a tensor is dropped.

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
    kept(count).unwrap_or_else(|| vec![T::default(); count])
}

/// A buffer of `count` elements with this value.
pub(crate) fn filled<T: Element>(count: usize, value: T) -> Vec<T> {
    match kept(count) {
        Some(mut buffer) => {
            buffer.fill(value);
            buffer
        }
        None => vec![value; count],
    }
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
}
