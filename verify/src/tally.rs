//! Counting comparisons, on every core.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

/// The number of mismatches that are kept to be shown.
const SHOWN: usize = 6;

/// The number of comparisons, and the number of mismatches.
#[derive(Debug, Default)]
pub struct Tally {
    inputs: u64,
    compared: u64,
    wrong: u64,
    shown: Vec<String>,
}

impl Tally {
    /// Counts an input.
    pub fn input(&mut self) {
        self.inputs += 1;
    }

    /// Counts a comparison. If it is wrong and one of the first, keeps the text of `describe`.
    #[inline]
    pub fn check(&mut self, right: bool, describe: impl FnOnce() -> String) {
        self.compared += 1;
        if !right {
            self.wrong += 1;
            if self.shown.len() < SHOWN {
                self.shown.push(describe());
            }
        }
    }

    /// Adds another count.
    pub fn add(&mut self, other: Tally) {
        self.inputs += other.inputs;
        self.compared += other.compared;
        self.wrong += other.wrong;
        self.shown.extend(other.shown);
        self.shown.truncate(SHOWN);
    }
}

/// Does each piece of the work once, on as many threads as there are cores.
///
/// # Panics
/// If `work` panics.
pub fn parallel(pieces: u64, work: impl Fn(u64, &mut Tally) + Sync) -> Tally {
    let next = AtomicU64::new(0);
    let worker = || {
        let mut tally = Tally::default();
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return tally;
            }
            work(piece, &mut tally);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut total = Tally::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for one in workers {
            total.add(one.join().expect("a worker panicked"));
        }
    });
    total
}

/// The lines of a run.
#[derive(Debug)]
pub struct Report {
    name: &'static str,
    start: Instant,
    last: Instant,
    total: Tally,
}

impl Report {
    /// Starts a run.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        let now = Instant::now();
        Self {
            name,
            start: now,
            last: now,
            total: Tally::default(),
        }
    }

    /// Prints a line on one check, and its first mismatches.
    pub fn line(&mut self, what: &str, tally: Tally) {
        let Tally {
            inputs,
            compared,
            wrong,
            shown,
        } = &tally;
        let seconds = self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
        println!(
            "{}: {what}: {inputs} inputs, {compared} comparisons, {wrong} mismatches, {seconds:.1} s",
            self.name
        );
        for mismatch in shown {
            println!("    {mismatch}");
        }
        self.total.add(tally);
    }

    /// Prints the sums. Returns whether nothing was wrong.
    #[must_use]
    pub fn finish(self) -> bool {
        let Tally {
            inputs, compared, wrong, ..
        } = self.total;
        let seconds = self.start.elapsed().as_secs_f64();
        println!(
            "{}: all: {inputs} inputs, {compared} comparisons, {wrong} mismatches, {seconds:.1} s",
            self.name
        );
        // A run without comparisons has shown nothing.
        wrong == 0 && compared > 0
    }
}
