//! Measures several ways to do one job, in turns, and prints one table of ratios.
//!
//! Criterion measures one way after the other. The clock of a virtual machine changes in between, so a ratio of two such
//! measurements says little. Here each round runs every way once, and a ratio is the median of the rounds' ratios.

use core::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The number of rounds. It is odd, so that a median is a measurement.
const ROUNDS: usize = 15;
/// The time that one way takes in one round. A way that takes longer runs once.
const SHARE: Duration = Duration::from_micros(700);

/// The least ratio that a row should reach.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// The goal.
    pub goal: f64,
    /// The ratio that the row must reach, and the reason why the ratio is below the goal.
    pub bound: Option<(f64, &'static str)>,
}

impl Floor {
    /// Makes a floor that is the goal.
    pub const fn goal(goal: f64) -> Self {
        Floor { goal, bound: None }
    }

    /// Makes a floor below the goal, for this reason.
    pub const fn bound(goal: f64, least: f64, reason: &'static str) -> Self {
        let bound = Some((least, reason));
        Floor { goal, bound }
    }
}

/// One way to do a job.
#[allow(missing_debug_implementations, reason = "a closure has none")]
pub struct Way<'a> {
    name: &'a str,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Way<'a> {
    /// Names a way.
    pub fn new<R>(name: &'a str, mut run: impl FnMut() -> R + 'a) -> Self {
        Way {
            name,
            run: Box::new(move || {
                black_box(run());
            }),
        }
    }

    /// Makes the way called `memcpy`, which moves this number of bytes. Each byte that it copies is read and written.
    pub fn memcpy(bytes: usize) -> Self {
        let src = vec![1u8; bytes / 2];
        let mut dst = vec![0u8; bytes / 2];
        Way::new("memcpy", move || {
            dst.copy_from_slice(black_box(&src));
            black_box(&mut dst);
        })
    }
}

/// A table that grows by a row for each job.
#[derive(Debug, Default)]
pub struct Table {
    filter: Option<String>,
    missed: usize,
}

impl Table {
    /// Begins a table. The first argument of the program that is no option chooses the rows whose names have this text.
    pub fn new() -> Self {
        let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
        println!("Each way: its throughput divided by the first way's, and its time a number. A row with * misses its floor.\n");
        Table { filter, missed: 0 }
    }

    /// Returns whether the arguments of the program choose this row.
    pub fn chooses(&self, row: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| row.contains(filter.as_str()))
    }

    /// Measures a job of `count` numbers, and prints the row. The floor applies to the way called `ulp`.
    pub fn row(&mut self, row: &str, count: usize, floor: Option<Floor>, mut ways: Vec<Way<'_>>) {
        if !self.chooses(row) {
            return;
        }
        let times = measure(&mut ways);
        let ratio = |way: usize| median((0..ROUNDS).map(|round| times[0][round] / times[way][round]));
        let mut cells: Vec<String> = ways
            .iter()
            .enumerate()
            .map(|(i, way)| {
                let nanoseconds = median(times[i].iter().copied()) * 1e9 / count as f64;
                let ratio = if i == 0 { String::new() } else { format!("{:.2}, ", ratio(i)) };
                format!("{:<24}", format!("{} {ratio}{nanoseconds:.3} ns", way.name))
            })
            .collect();
        let ours = ways.iter().position(|way| way.name == "ulp").filter(|&way| way > 0);
        if let (Some(floor), Some(ours)) = (floor, ours.map(ratio)) {
            cells.push(format!("goal {:.2}", floor.goal));
            let mut must = floor.goal;
            if let Some((least, reason)) = floor.bound {
                must = least;
                cells.push(format!("floor {least:.2} ({reason})"));
            }
            if ours < must {
                cells.push("*".into());
                self.missed += 1;
            }
        }
        println!("{row:<28}  {}", cells.join("  "));
    }

    /// Ends the table. The exit code is an error if a row missed its floor.
    pub fn finish(self) -> ExitCode {
        if self.missed == 0 {
            return ExitCode::SUCCESS;
        }
        println!("\n{} rows miss their floors", self.missed);
        ExitCode::FAILURE
    }
}

/// Returns the seconds that one run of each way took, in each round.
fn measure(ways: &mut [Way<'_>]) -> Vec<Vec<f64>> {
    let runs: Vec<usize> = ways
        .iter_mut()
        .map(|way| {
            // The first run warms the caches. Later runs tell how many runs fill the share.
            (way.run)();
            let (start, mut runs) = (Instant::now(), 0);
            while start.elapsed() < SHARE / 4 || runs == 0 {
                (way.run)();
                runs += 1;
            }
            (SHARE.as_secs_f64() / start.elapsed().as_secs_f64() * f64::from(runs)).max(1.0) as usize
        })
        .collect();
    let mut times = vec![Vec::new(); ways.len()];
    for _ in 0..ROUNDS {
        for (i, way) in ways.iter_mut().enumerate() {
            let start = Instant::now();
            for _ in 0..runs[i] {
                (way.run)();
            }
            times[i].push(start.elapsed().as_secs_f64() / runs[i] as f64);
        }
    }
    times
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
