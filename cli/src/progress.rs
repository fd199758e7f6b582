//! How far the work on a checkpoint is, on standard error: a bar on a terminal, else a line now and then.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{DecimalBytes, HumanDuration, ProgressBar, ProgressStyle};

/// Seconds between two lines.
const PAUSE: u64 = 10;

pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    done_to_them: &'static str,
    total: u64,
    done: AtomicU64,
    start: Instant,
    /// Lines written.
    lines: AtomicU64,
}

impl Progress {
    /// Of so many bytes, which are, for example, "written".
    pub(crate) fn new(total: u64, done_to_them: &'static str, quiet: bool) -> Progress {
        let bar = (!quiet && stderr().is_terminal()).then(|| {
            let style = "{wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec}, {eta} left";
            let style = ProgressStyle::with_template(style);
            let bar = ProgressBar::new(total);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Progress {
            bar,
            quiet,
            done_to_them,
            total,
            done: AtomicU64::new(0),
            start: Instant::now(),
            lines: AtomicU64::new(0),
        }
    }

    /// So many bytes more are done.
    pub(crate) fn add(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
        } else if !self.quiet {
            let elapsed = self.start.elapsed();
            let line = elapsed.as_secs() / PAUSE;
            if self.lines.fetch_max(line, Ordering::Relaxed) < line {
                let rate = done as f64 / elapsed.as_secs_f64();
                let left = self.total.saturating_sub(done) as f64 / rate;
                let left = std::time::Duration::try_from_secs_f64(left).unwrap_or_default();
                // It's no error if nobody reads this.
                let _ = writeln!(
                    stderr(),
                    "{} of {} {}, {}/s, {} left",
                    DecimalBytes(done),
                    DecimalBytes(self.total),
                    self.done_to_them,
                    DecimalBytes(rate as u64),
                    HumanDuration(left)
                );
            }
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// An error's line stands alone.
impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}
