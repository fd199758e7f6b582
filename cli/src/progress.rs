//! How far the work on a checkpoint is, on standard error: a bar on a terminal, else a line now and then.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use indicatif::{DecimalBytes, HumanDuration, ProgressBar, ProgressStyle};

use crate::observer::{Activity, Observer};

/// Seconds between two lines.
const PAUSE: u64 = 10;

/// Shows a person how far the work is.
pub(crate) struct Progress {
    quiet: bool,
    run: RwLock<Option<Run>>,
}

/// Work that has begun.
struct Run {
    bar: Option<ProgressBar>,
    activity: Activity,
    total: u64,
    done: AtomicU64,
    start: Instant,
    /// Lines written.
    lines: AtomicU64,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Progress {
        Progress {
            quiet,
            run: RwLock::new(None),
        }
    }
}

impl Observer for Progress {
    fn start(&self, total: u64, activity: Activity) {
        self.finish();
        if self.quiet {
            return;
        }
        let bar = stderr().is_terminal().then(|| {
            let style = "{wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec}, {eta} left";
            let style = ProgressStyle::with_template(style);
            let bar = ProgressBar::new(total);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let run = Run {
            bar,
            activity,
            total,
            done: AtomicU64::new(0),
            start: Instant::now(),
            lines: AtomicU64::new(0),
        };
        *self.run.write().unwrap_or_else(PoisonError::into_inner) = Some(run);
    }

    fn advance(&self, bytes: u64) {
        if let Some(run) = &*self.run.read().unwrap_or_else(PoisonError::into_inner) {
            run.advance(bytes);
        }
    }

    /// Takes the bar away.
    fn finish(&self) {
        let run = self
            .run
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(bar) = run.and_then(|run| run.bar) {
            bar.finish_and_clear();
        }
    }
}

impl Run {
    fn advance(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            return;
        }
        let elapsed = self.start.elapsed();
        let line = elapsed.as_secs() / PAUSE;
        if self.lines.fetch_max(line, Ordering::Relaxed) < line {
            let rate = done as f64 / elapsed.as_secs_f64();
            let left = self.total.saturating_sub(done) as f64 / rate;
            let left = std::time::Duration::try_from_secs_f64(left).unwrap_or_default();
            let done_to_them = match self.activity {
                Activity::Reading => "read",
                Activity::Writing => "written",
            };
            // It's no error if nobody reads this.
            let _ = writeln!(
                stderr(),
                "{} of {} {done_to_them}, {}/s, {} left",
                DecimalBytes(done),
                DecimalBytes(self.total),
                DecimalBytes(rate as u64),
                HumanDuration(left)
            );
        }
    }
}

/// An error's line stands alone.
impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}
