//! How an array is split among threads.

use std::ops::{AddAssign, Range};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Elements of a part at least: the work of starting a thread for fewer would not pay. Whole vectors, and bytes of packed formats.
pub(crate) const LEAST: usize = 1 << 16;

/// Elements for which a thread each is started, if nobody says how many.
const EACH: usize = 1 << 18;

/// How many threads work on so many elements, if so many are asked for.
pub(crate) fn how_many(asked: Option<usize>, elements: usize) -> usize {
    match asked {
        Some(asked) => asked.min(elements / LEAST).max(1),
        // The question to the system costs more than small arrays.
        None if elements < 2 * EACH => 1,
        None => {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            cores.min(elements / EACH)
        }
    }
}

/// Does parts of so many units, each of at least `least` but the last and of a multiple of it, and sums what they return.
///
/// This thread does some; the others live as long as the call: a pool of threads would not outlive a fork of the process. If the
/// system refuses a thread, fewer do the work.
pub(crate) fn share<T: AddAssign + Default + Send>(
    units: usize,
    least: usize,
    threads: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> T {
    if threads == 1 {
        return work(0..units);
    }
    // A few parts each, so that a thread that is held up leaves work to the others.
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
