//! Tensors in pieces, which all threads work on at once.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Args;

/// The elements of a piece: few enough that they stay in a core's cache, and whole bytes of any packed format.
pub(crate) const PIECE: u64 = 1 << 16;

/// How many threads work.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Threads {
    /// How many threads work [default: as many as there are CPUs]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// A piece of one of many tensors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Of all tensors' pieces, in the tensors' order.
    pub(crate) number: u64,
    /// The place of the tensor.
    pub(crate) tensor: usize,
    /// Where it begins in the tensor.
    pub(crate) first: u64,
    /// How long it is.
    pub(crate) count: u64,
}

/// Hands all pieces of tensors of these lengths to `work`, on every thread, each of which has room of its own. The first error stops
/// all.
pub(crate) fn each<Room: Default>(
    threads: Threads,
    lengths: impl IntoIterator<Item = u64>,
    work: impl Fn(Piece, &mut Room) -> Result<(), String> + Sync,
) -> Result<(), String> {
    let lengths: Vec<u64> = lengths.into_iter().collect();
    let mut pieces = 0;
    let ends = lengths.iter().map(|length| {
        pieces += length.div_ceil(PIECE);
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
            let first = (number - before) * PIECE;
            let piece = Piece {
                number,
                tensor,
                first,
                count: PIECE.min(lengths[tensor] - first),
            };
            if let Err(why) = work(piece, &mut room) {
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
            scope.spawn(run);
        }
        run();
    });
    let error = error.into_inner().unwrap_or_else(PoisonError::into_inner);
    error.map_or(Ok(()), Err)
}
