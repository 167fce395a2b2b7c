//! Threads for large work.
//!
//! Work is cut into pieces whose results don't depend on how many threads there are.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// What one thread does alone, in elements of a simple loop: waking another costs some
/// microseconds, in which it would compute about this many.
pub(crate) const GRAIN: usize = 1 << 15;

#[derive(Clone)]
struct Threads {
    count: usize,
    /// The threads beside the one that calls. Missing where there are none, or the system refuses.
    pool: Option<Arc<ThreadPool>>,
}

static THREADS: RwLock<Option<Threads>> = RwLock::new(None);

fn threads() -> Threads {
    let known = THREADS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(threads) = &*known {
        return threads.clone();
    }
    drop(known);
    set_num_threads(std::thread::available_parallelism().map_or(1, NonZero::get));
    threads()
}

/// How many threads large operations use; at first as many as the machine runs at once.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert!(num_threads() >= 1);
/// ```
pub fn num_threads() -> usize {
    threads().count
}

/// Sets how many threads large operations use; results do not depend on it.
///
/// ```
/// use cuaderno::prelude::*;
///
/// set_num_threads(1);
/// assert_eq!(num_threads(), 1);
/// ```
pub fn set_num_threads(count: usize) {
    let count = count.max(1);
    let name = |i| format!("cuaderno-{i}");
    let build = || {
        ThreadPoolBuilder::new()
            .num_threads(count - 1)
            .thread_name(name)
    };
    let pool = (count > 1)
        .then(|| build().build().ok().map(Arc::new))
        .flatten();
    let threads = Threads {
        count: if pool.is_some() { count } else { 1 },
        pool,
    };
    *THREADS.write().unwrap_or_else(PoisonError::into_inner) = Some(threads);
}

/// Calls `work(start, piece)` for pieces of `out` that together are all of it, each a multiple of
/// `unit` long except perhaps the last; in several threads if there are more than `grain`
/// elements for each.
pub(crate) fn pieces<T: Send>(
    out: &mut [T],
    unit: usize,
    grain: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    let Some((pool, length)) = cut(out.len(), unit, grain) else {
        return work(0, out);
    };
    let whole = out.len();
    let start = Start(out.as_mut_ptr());
    run(&pool, whole.div_ceil(length), &|i| {
        let from = i * length;
        // SAFETY: pieces of different `i` lie in `out` and do not overlap, and `run` calls each
        // `i` once and returns when all are done.
        let piece = unsafe {
            std::slice::from_raw_parts_mut(start.get().add(from), length.min(whole - from))
        };
        work(from, piece);
    });
}

/// The pool, and the length of a piece; none if one thread does it all.
fn cut(count: usize, unit: usize, grain: usize) -> Option<(Arc<ThreadPool>, usize)> {
    if count <= grain {
        return None;
    }
    let threads = threads();
    let pool = threads.pool?;
    // More pieces than threads even out what other programs take from one of them.
    let parts = (count / grain).clamp(1, 4 * threads.count);
    let length = count.div_ceil(parts).next_multiple_of(unit.max(1));
    (length < count).then_some((pool, length))
}

/// Calls `work(round, i, band)` for each of the rounds and each band of `out`, all `length` long
/// except perhaps the last; in several threads, each of which takes the next call in this order when
/// it is done with one. The calls for one band come one after the other.
pub(crate) fn rounds<T: Send>(
    out: &mut [T],
    length: usize,
    rounds: usize,
    work: impl Fn(usize, usize, &mut [T]) + Sync,
) {
    let Some(pool) = threads().pool else {
        for round in 0..rounds {
            let bands = out.chunks_mut(length).enumerate();
            bands.for_each(|(i, band)| work(round, i, band));
        }
        return;
    };
    let whole = out.len();
    let done: Vec<_> = (0..whole.div_ceil(length))
        .map(|_| AtomicUsize::new(0))
        .collect();
    let start = Start(out.as_mut_ptr());
    run(&pool, rounds * done.len(), &|call| {
        let (round, i) = (call / done.len(), call % done.len());
        // Taken before this call, so it is on its way.
        while done[i].load(Ordering::Acquire) < round {
            std::thread::yield_now();
        }
        // Also if `work` panics: others wait for it.
        let _done = Done(&done[i]);
        let from = i * length;
        // SAFETY: different bands lie in `out` and do not overlap, the round before has ended its
        // work on this one, and `run` returns when all is done.
        let band = unsafe {
            std::slice::from_raw_parts_mut(start.get().add(from), length.min(whole - from))
        };
        work(round, i, band);
    });
}

/// Counts a call when it ends.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

/// Where elements start, for threads that write to different ones.
struct Start<T>(*mut T);

// SAFETY: the elements are `Send`, and no two threads touch the same ones.
unsafe impl<T: Send> Sync for Start<T> {}

impl<T> Start<T> {
    fn get(&self) -> *mut T {
        self.0
    }
}

/// How often the calling thread looks whether the others are done before it goes to sleep: about as
/// long as waking it would take.
const LOOKS: usize = 1000;

/// `work(i)` for every `i` below `count`. The calling thread takes part: while the others wake it
/// has begun, and its cache holds what it works on.
// Not generic: rayon's part compiled for each loop was more than half of the runtime's code.
fn run(pool: &ThreadPool, count: usize, work: &(dyn Fn(usize) + Sync)) {
    let others = pool.current_num_threads().min(count.saturating_sub(1));
    let (next, busy) = (AtomicUsize::new(0), AtomicUsize::new(others));
    let take = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return;
            }
            work(i);
        }
    };
    pool.in_place_scope(|scope| {
        for _ in 0..others {
            scope.spawn(|_| {
                take();
                busy.fetch_sub(1, Ordering::Release);
            });
        }
        take();
        for _ in 0..LOOKS {
            if busy.load(Ordering::Acquire) == 0 {
                break;
            }
            std::hint::spin_loop();
        }
    });
}

/// `work(i)` for every `i` below `count`, in order; in several threads if `parallel`.
pub(crate) fn collect<R: Send>(
    count: usize,
    parallel: bool,
    work: impl Fn(usize) -> R + Sync,
) -> Vec<R> {
    if !parallel || count < 2 {
        return (0..count).map(work).collect();
    }
    let Some(pool) = threads().pool else {
        return (0..count).map(work).collect();
    };
    let mut out: Vec<Option<R>> = (0..count).map(|_| None).collect();
    let start = Start(out.as_mut_ptr());
    run(&pool, count, &|i| {
        // SAFETY: each `i` is below `count` and called once, so no other thread touches its place.
        unsafe { *start.get().add(i) = Some(work(i)) };
    });
    out.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_everything_once() {
        for (length, unit, grain) in [(0, 1, 1), (1, 1, 1), (10, 3, 2), (1000, 7, 10), (5, 9, 1)] {
            let mut out = vec![0_usize; length];
            pieces(&mut out, unit, grain, |start, piece| {
                assert_eq!(start % unit, 0);
                for (i, v) in piece.iter_mut().enumerate() {
                    *v += start + i + 1;
                }
            });
            assert!(out.iter().enumerate().all(|(i, &v)| v == i + 1));
        }
        assert_eq!(collect(5, true, |i| i * i), [0, 1, 4, 9, 16]);
    }

    #[test]
    fn rounds_of_a_band_come_one_after_the_other() {
        for (length, size) in [(0, 3), (1, 1), (10, 3), (64, 5)] {
            let mut out = vec![0_usize; length];
            rounds(&mut out, size, 20, |round, i, band| {
                assert_eq!(band.len(), size.min(length - i * size));
                for v in band {
                    assert_eq!(*v, round);
                    *v += 1;
                }
            });
            assert_eq!(out, vec![20; length]);
        }
    }

    #[test]
    fn a_panic_in_any_round_reaches_the_caller() {
        for bad in 0..12 {
            let mut out = [0; 9];
            let work = |round, i, _: &mut [i32]| assert_ne!(3 * round + i, bad);
            let calls = || rounds(&mut out, 3, 4, work);
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(calls));
            assert!(caught.is_err(), "{bad}");
        }
    }

    #[test]
    fn a_panic_in_any_piece_reaches_the_caller() {
        for bad in 0..8 {
            let work = |i| assert!(i != bad, "piece {i}");
            let caught = std::panic::catch_unwind(|| collect(8, true, work));
            assert!(caught.is_err(), "{bad}");
        }
        assert_eq!(collect(3, true, |i| i), [0, 1, 2]);
    }

    #[test]
    fn work_may_call_for_threads_again() {
        let sums = collect(6, true, |i| {
            collect(100, true, |j| i * j).iter().sum::<usize>()
        });
        assert_eq!(sums, [0, 4950, 9900, 14850, 19800, 24750]);
    }
}
