//! Buffers, used again.
//!
//! A fresh buffer of 40 MB costs 10 000 page faults, more time than adding 10 million numbers; one of
//! 32 KB is cleared first, which takes its lines from the cache of the thread that wrote them last. So
//! buffers are kept for a while when a tensor is dropped, and Linux is asked for large pages:
//! each saves 511 faults, and reading many small ones costs a virtual machine an eighth of its time.

use std::sync::{Mutex, PoisonError};

use crate::dtype::Element;
use crate::error::Error;

/// Smaller buffers are left to the allocator: to clear them costs no more than to find one here.
const SMALLEST: usize = 1 << 14;
/// From this size on buffers are large; glibc's allocator asks the system for each.
const LARGE: usize = 1 << 17;
/// How many bytes of small and of large buffers are kept at most, per type of element.
const KEPT: [usize; 2] = [2 << 20, 96 << 20];

/// Buffers of one type that wait for their next use, the oldest first: small ones and large ones, so
/// that neither drive the others out.
pub(crate) struct Pool<T>([Mutex<Vec<Vec<T>>>; 2]);

impl<T> Pool<T> {
    pub(crate) const fn new() -> Pool<T> {
        Pool([const { Mutex::new(Vec::new()) }; 2])
    }

    /// Calls `f` with the buffers among which one of so many bytes belongs, and with how many bytes
    /// are kept there; not at all if such a buffer is not kept.
    fn with<R>(&self, size: usize, f: impl FnOnce(&mut Vec<Vec<T>>, usize) -> R) -> Option<R> {
        let shelf = usize::from(size >= LARGE);
        if !(SMALLEST..=KEPT[shelf]).contains(&size) {
            return None;
        }
        let mut buffers = self.0[shelf].lock().unwrap_or_else(PoisonError::into_inner);
        Some(f(&mut buffers, KEPT[shelf]))
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

/// Whether there is memory for so many elements. Without this look ahead, what is not there would end
/// the process; less than a gigabyte or so is not looked for.
pub(crate) fn is_there<T>(count: usize) -> bool {
    const LOOKED_FOR: usize = 1 << 30;
    count.saturating_mul(size_of::<T>()) < LOOKED_FOR
        || Vec::<T>::new().try_reserve_exact(count).is_ok()
}

/// Zeros in memory that no page fault has filled yet.
fn fresh<T: Element>(count: usize) -> Vec<T> {
    if !is_there::<T>(count) {
        let gigabytes = count as f64 * size_of::<T>() as f64 / 1e9;
        Error::new(
            "memory",
            format!(
                "a result of {count} elements needs {gigabytes:.0} GB of memory, which is not there"
            ),
        )
        .help("[n, 1] and [n] broadcast to [n, n]; other work is done in parts, such as batches")
        .raise();
    }
    let buffer = vec![T::default(); count];
    #[cfg(target_os = "linux")]
    advise(&buffer);
    buffer
}

/// Asks for large pages where a buffer holds some.
#[cfg(target_os = "linux")]
fn advise<T>(buffer: &Vec<T>) {
    const PAGE: usize = 1 << 12;
    const LARGE_PAGE: usize = 1 << 21;
    if bytes(buffer) < 2 * LARGE_PAGE {
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
    let mut buffer = T::pool().with(count * size_of::<T>(), |buffers, _| {
        // One that is far too large would keep memory that nobody uses. The newest is still in the
        // cache.
        let fits = |buffer: &Vec<T>| (count..=count + count / 4).contains(&buffer.capacity());
        Some(buffers.remove(buffers.iter().rposition(fits)?))
    })??;
    buffer.resize(count, T::default());
    Some(buffer)
}

/// Takes a buffer back whose tensor is gone.
pub(crate) fn recycle<T: Element>(buffer: Vec<T>) {
    // Freed when the lock is open again.
    let _freed = T::pool().with(bytes(&buffer), |buffers, kept| {
        let mut total = bytes(&buffer) + buffers.iter().map(bytes).sum::<usize>();
        let old = buffers.iter().take_while(|old| {
            let over = total > kept;
            total -= bytes(old);
            over
        });
        let old = old.count();
        let freed: Vec<_> = buffers.drain(..old).collect();
        buffers.push(buffer);
        freed
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "memory: a result of 1125899906842624 elements needs 9007199 GB")]
    fn memory_that_is_not_there_ends_no_process() {
        buffer::<f64>(1 << 50);
    }

    // A type of element that no other test uses in buffers of these sizes.
    #[test]
    fn a_buffer_is_used_again() {
        for (count, kept) in [(2 * LARGE, KEPT[1]), (2 * SMALLEST, KEPT[0])] {
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
            for _ in 0..kept / count + 4 {
                recycle(vec![true; count]);
            }
            let sum = |buffers: &mut Vec<Vec<bool>>, _| buffers.iter().map(bytes).sum();
            let total: usize = bool::pool().with(count, sum).unwrap();
            assert_eq!(total, kept);
        }
        assert_eq!(buffer::<bool>(3), [false; 3]);
        let mut count = 0;
        let all = |buffers: &mut Vec<Vec<bool>>, _| buffers.len();
        for size in [0, SMALLEST - 1, KEPT[1] + 1] {
            recycle(vec![true; size]);
            count += bool::pool().with(size, all).unwrap_or_default();
        }
        assert_eq!(count, 0);
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
