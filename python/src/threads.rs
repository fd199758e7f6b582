//! How an array is split among threads.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::counts::Counts;

/// Elements of a part at least: the work of starting a thread for fewer would not pay.
const LEAST: usize = 1 << 16;

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

/// Does parts of so many elements, this thread among others, which live as long as the call: a pool of threads would not outlive a
/// fork of the process. If the system refuses a thread, fewer do the work.
pub(crate) fn share(
    elements: usize,
    threads: usize,
    work: impl Fn(Range<usize>) -> Counts + Sync,
) -> Counts {
    if threads == 1 {
        return work(0..elements);
    }
    // A few parts each, so that a thread that is held up leaves work to the others; and whole vectors, and bytes of packed formats.
    let part = elements
        .div_ceil(4 * threads)
        .next_multiple_of(LEAST / 64)
        .max(LEAST);
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Counts::default());
    let worker = || {
        let mut counts = Counts::default();
        loop {
            let start = next.fetch_add(part, Ordering::Relaxed);
            if start >= elements {
                break;
            }
            counts += work(start..elements.min(start + part));
        }
        if let Ok(mut total) = total.lock() {
            *total += counts;
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
