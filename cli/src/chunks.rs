//! Cuts tensors into pieces, on which all threads work at once.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Args;

use crate::Error;
use crate::observer::Observer;

/// The number of elements of a piece. A piece stays in a core's cache, and has whole bytes of any packed format.
pub(crate) const PIECE: u64 = 1 << 16;

/// The number of threads.
#[derive(Args, Clone, Copy, Default, Debug)]
pub struct Threads {
    /// How many threads work [default: as many as there are CPUs]
    #[arg(long, value_name = "N", value_parser = count)]
    pub threads: Option<NonZeroUsize>,
}

/// The largest number of threads. No machine has more CPUs, and more threads would only take memory.
const MOST: usize = 4096;

fn count(text: &str) -> Result<NonZeroUsize, String> {
    let count: NonZeroUsize = text
        .parse()
        .map_err(|error: std::num::ParseIntError| error.to_string())?;
    if count.get() > MOST {
        return Err(format!("more than {MOST}"));
    }
    Ok(count)
}

/// A piece of one of many tensors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// The number of the piece among the pieces of all tensors, in the tensors' order.
    pub(crate) number: u64,
    /// The place of the tensor.
    pub(crate) tensor: usize,
    /// The place in the tensor at which the piece begins.
    pub(crate) first: u64,
    /// The length of the piece.
    pub(crate) count: u64,
}

/// A tensor to cut into pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) length: u64,
    /// How much shorter the first piece is than the others: less than `size`.
    pub(crate) less: u64,
    /// The length of the other pieces.
    pub(crate) size: u64,
}

impl From<u64> for Whole {
    fn from(length: u64) -> Self {
        Self {
            length,
            less: 0,
            size: PIECE,
        }
    }
}

/// Passes all pieces of tensors to `work`, on every thread. Each thread has its own buffers. The first error stops all threads,
/// and the observer can stop them.
pub(crate) fn each<Room: Default>(
    threads: Threads,
    observer: &dyn Observer,
    tensors: impl IntoIterator<Item = impl Into<Whole>>,
    work: impl Fn(Piece, &mut Room) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let tensors: Vec<Whole> = tensors.into_iter().map(Into::into).collect();
    let mut pieces = 0;
    let ends = tensors.iter().map(|Whole { length, less, size }| {
        // An empty tensor has no piece, however much shorter the first piece would be.
        let cut = if *length == 0 { 0 } else { length + less };
        pieces += cut.div_ceil(*size);
        pieces
    });
    let ends: Vec<u64> = ends.collect();
    let (next, stop, error) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(None));
    let run = || {
        let mut room = Room::default();
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= pieces {
                break;
            }
            let tensor = ends.partition_point(|&end| end <= number);
            let before = if tensor == 0 { 0 } else { ends[tensor - 1] };
            let Whole { length, less, size } = tensors[tensor];
            let start = (number - before) * size;
            let first = start.saturating_sub(less);
            let piece = Piece {
                number,
                tensor,
                first,
                count: length.min(start + size - less) - first,
            };
            let done = if observer.is_cancelled() {
                Err(Error::Cancelled)
            } else {
                work(piece, &mut room)
            };
            if let Err(why) = done {
                stop.store(true, Ordering::Relaxed);
                error
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .get_or_insert(why);
            }
        }
    };
    let available = || thread::available_parallelism().ok();
    let threads = threads.threads.or_else(available);
    let others = threads.map_or(1, NonZeroUsize::get) as u64;
    thread::scope(|scope| {
        for _ in 1..others.min(pieces) {
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
    fn are_whole_tensors_in_order_with_ends_where_asked() {
        let [few, many] = [9, 3 * PIECE + 5];
        let tensors = [0, few, PIECE, many]
            .into_iter()
            .flat_map(|length| [0, 1, 5, PIECE - 1].map(|less| (length, less)));
        let tensors = tensors.map(|(length, less)| Whole {
            length,
            less,
            size: PIECE,
        });
        let tensors: Vec<Whole> = tensors.collect();
        let pieces = Mutex::new(Vec::new());
        let threads = Threads { threads: None };
        let keep = |piece, (): &mut ()| {
            pieces.lock().expect("no panic").push(piece);
            Ok(())
        };
        each(threads, &(), tensors.iter().copied(), keep).expect("nothing fails");
        let mut pieces = pieces.into_inner().expect("no panic");
        pieces.sort_by_key(|piece| piece.number);
        let numbers = pieces.iter().map(|piece| piece.number);
        assert!(numbers.eq(0..pieces.len() as u64));

        for (i, Whole { length, less, .. }) in tensors.into_iter().enumerate() {
            let mut at = 0;
            for piece in pieces.iter().filter(|piece| piece.tensor == i) {
                assert_eq!(piece.first, at);
                assert!((1..=PIECE).contains(&piece.count));
                at += piece.count;
                assert!(at == length || (at + less) % PIECE == 0, "{piece:?}");
            }
            assert_eq!(at, length);
        }
    }
}
