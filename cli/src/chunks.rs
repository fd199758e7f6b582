//! Cuts tensors into chunks, on which all threads work at once.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Args;

use crate::Error;
use crate::observer::Observer;

/// The number of elements of a chunk. A chunk stays in a core's cache, and has whole bytes of any packed format.
pub(crate) const CHUNK: u64 = 1 << 16;

/// The number of threads.
#[derive(Args, Clone, Copy, Default, Debug)]
pub struct Threads {
    /// How many threads work [default: as many as there are CPUs]
    #[arg(long, value_name = "N", value_parser = count)]
    pub threads: Option<NonZeroUsize>,
}

/// The largest number of threads. No machine has more CPUs, and more threads would only take memory.
const MAX_THREADS: usize = 4096;

fn count(text: &str) -> Result<NonZeroUsize, String> {
    let count: NonZeroUsize = text.parse().map_err(|error: std::num::ParseIntError| error.to_string())?;
    if count.get() > MAX_THREADS {
        return Err(format!("more than {MAX_THREADS}"));
    }
    Ok(count)
}

/// A chunk of one of many tensors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    /// The number of the chunk among the chunks of all tensors, in the tensors' order.
    pub(crate) number: u64,
    /// The index of the tensor.
    pub(crate) tensor: usize,
    /// The position in the tensor at which the chunk begins.
    pub(crate) first: u64,
    /// The length of the chunk.
    pub(crate) count: u64,
}

/// A tensor to cut into chunks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) length: u64,
    /// How much shorter the first chunk is than the others. It is less than `size`.
    pub(crate) lead: u64,
    /// The length of the other chunks.
    pub(crate) size: u64,
}

impl From<u64> for Span {
    fn from(length: u64) -> Self {
        Self {
            length,
            lead: 0,
            size: CHUNK,
        }
    }
}

/// Passes all chunks of `count` tensors to `work`, on every thread. `tensor` returns the span of a tensor by its index. Each thread
/// has its own buffers. The first error stops all threads, and the observer can stop them.
pub(crate) fn each<Scratch: Default>(
    threads: Threads,
    observer: &dyn Observer,
    count: usize,
    tensor: impl Fn(usize) -> Span + Sync,
    work: impl Fn(Chunk, &mut Scratch) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let chunks_of = |Span { length, lead, size }| {
        // An empty tensor has no chunk, however much shorter the first chunk would be.
        let cut: u64 = if length == 0 { 0 } else { length + lead };
        cut.div_ceil(size)
    };
    let chunks: u64 = (0..count).map(|place| chunks_of(tensor(place))).sum();
    let (next, stop, error) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(None));
    let run = || {
        let mut scratch = Scratch::default();
        // The tensor of the last chunk, and the number of chunks before this tensor. The numbers of a thread's chunks grow, so each
        // thread passes the tensors once. A list of the tensors' first chunks would take memory.
        let (mut place, mut before) = (0, 0);
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= chunks {
                break;
            }
            let mut span = tensor(place);
            while number >= before + chunks_of(span) {
                before += chunks_of(span);
                place += 1;
                span = tensor(place);
            }
            let Span { length, lead, size } = span;
            let start = (number - before) * size;
            let first = start.saturating_sub(lead);
            let chunk = Chunk {
                number,
                tensor: place,
                first,
                count: length.min(start + size - lead) - first,
            };
            let done = if observer.is_cancelled() {
                Err(Error::Cancelled)
            } else {
                work(chunk, &mut scratch)
            };
            if let Err(why) = done {
                stop.store(true, Ordering::Relaxed);
                error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
            }
        }
    };
    let available = || thread::available_parallelism().ok();
    let threads = threads.threads.or_else(available);
    let others = threads.map_or(1, NonZeroUsize::get) as u64;
    thread::scope(|scope| {
        for _ in 1..others.min(chunks) {
            // If the system gives no more threads, fewer threads do the work.
            if thread::Builder::new().spawn_scoped(scope, run).is_err() {
                break;
            }
        }
        run();
    });
    let error = error.into_inner().unwrap_or_else(PoisonError::into_inner);
    error.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_tensor_in_order() {
        let [few, many] = [9, 3 * CHUNK + 5];
        let tensors = [0, few, CHUNK, many]
            .into_iter()
            .flat_map(|length| [0, 1, 5, CHUNK - 1].map(|lead| (length, lead)));
        let tensors = tensors.map(|(length, lead)| Span {
            length,
            lead,
            size: CHUNK,
        });
        let tensors: Vec<Span> = tensors.collect();
        let chunks = Mutex::new(Vec::new());
        let threads = Threads { threads: None };
        let keep = |chunk, (): &mut ()| {
            chunks.lock().expect("no panic").push(chunk);
            Ok(())
        };
        each(threads, &(), tensors.len(), |place| tensors[place], keep).expect("nothing fails");
        let mut chunks = chunks.into_inner().expect("no panic");
        chunks.sort_by_key(|chunk| chunk.number);
        let numbers = chunks.iter().map(|chunk| chunk.number);
        assert!(numbers.eq(0..chunks.len() as u64));

        for (i, Span { length, lead, .. }) in tensors.into_iter().enumerate() {
            let mut at = 0;
            for chunk in chunks.iter().filter(|chunk| chunk.tensor == i) {
                assert_eq!(chunk.first, at);
                assert!((1..=CHUNK).contains(&chunk.count));
                at += chunk.count;
                assert!(at == length || (at + lead) % CHUNK == 0, "{chunk:?}");
            }
            assert_eq!(at, length);
        }
    }
}
