//! Splits the work on an array among threads.

use std::ops::{AddAssign, Range};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The smallest number of elements of a part. Starting a thread for fewer elements does not pay.
///
/// This number of elements fills whole SIMD vectors, and whole bytes of packed formats.
pub(crate) const LEAST: usize = 1 << 16;

/// The number of elements for each thread, if the caller does not give the number of threads.
const EACH: usize = 1 << 18;

/// Returns the number of threads that work on `elements` elements. `asked` is the number that the caller asks for, if any.
pub(crate) fn how_many(asked: Option<usize>, elements: usize) -> usize {
    match asked {
        Some(asked) => asked.min(elements / LEAST).max(1),
        // Asking the system for the number of CPUs takes longer than the work on a small array.
        None if elements < 2 * EACH => 1,
        None => {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            cores.min(elements / EACH)
        }
    }
}

/// Calls `work` for each part of `units` units, and returns the sum of the results.
///
/// The number of units of a part is a multiple of `least`, and at least `least`. The last part can be smaller.
///
/// The calling thread works too. The other threads live only during the call, because a pool of threads would not outlive a
/// fork of the process. If the system refuses a thread, fewer threads do the work.
pub(crate) fn share<T: AddAssign + Default + Send>(
    units: usize,
    least: usize,
    threads: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> T {
    if threads == 1 {
        return work(0..units);
    }
    // There are a few parts for each thread. A thread that is held up then leaves its parts to the others.
    let part = units.div_ceil(4 * threads).next_multiple_of(least);
    let next = AtomicUsize::new(0);
    let total = Mutex::new(T::default());
    let worker = || {
        let mut sum = T::default();
        loop {
            let start = next.fetch_add(part, Ordering::Relaxed);
            if start >= units {
                break;
            }
            sum += work(start..units.min(start.saturating_add(part)));
        }
        if let Ok(mut total) = total.lock() {
            *total += sum;
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            if thread::Builder::new().spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        worker();
    });
    total.into_inner().unwrap_or_default()
}
