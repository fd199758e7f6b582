//! Shows the progress of the work on a checkpoint, on standard error: a bar on a terminal, and otherwise a line now and then.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};
use std::{env, fmt};

use indicatif::{DecimalBytes, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::line::one_line;

use crate::observer::{Activity, Observer};

/// Seconds between two lines.
const PAUSE: u64 = 10;

/// The seconds of a month. A longer forecast is not shown.
const LONGEST_FORECAST: f64 = 30.0 * 24.0 * 3600.0;

/// An observer that shows the progress to a person.
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
    /// The number of lines written.
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
        // Some terminals can't move the cursor back to draw a bar again.
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let bar = (stderr().is_terminal() && !dumb).then(|| {
            let style = ProgressStyle::with_template("{wide_bar} {decimal_bytes}/{decimal_total_bytes}{speed}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let speed = |state: &ProgressState, text: &mut dyn fmt::Write| {
                let left = state.len().unwrap_or(0).saturating_sub(state.pos());
                // A failure to draw a line is no error.
                let _ = text.write_str(&speed(state.per_sec(), left));
            };
            ProgressBar::new(total).with_style(style.with_key("speed", speed))
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

    fn warn(&self, what: &str) {
        let line = format!("ulp: warning: {}", one_line(what));
        let run = self.run.read().unwrap_or_else(PoisonError::into_inner);
        let write = || {
            // It is no error if nobody reads this line.
            let _ = writeln!(stderr(), "{line}");
        };
        match run.as_ref().and_then(|run| run.bar.as_ref()) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Removes the bar.
    fn finish(&self) {
        let run = self.run.write().unwrap_or_else(PoisonError::into_inner).take();
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
            // It is no error if nobody reads this line.
            let _ = writeln!(
                stderr(),
                "{} of {} {}{}",
                DecimalBytes(done),
                DecimalBytes(self.total),
                self.activity,
                speed(rate, self.total.saturating_sub(done))
            );
        }
    }
}

/// Returns the bytes a second, and the time for the bytes that are left. Returns an empty text if the work stands still.
fn speed(rate: f64, left: u64) -> String {
    let seconds = left as f64 / rate;
    // This condition holds for infinities and NaNs too.
    if !(rate >= 1.0 && seconds < LONGEST_FORECAST) {
        return String::new();
    }
    let left = HumanDuration(Duration::from_secs_f64(seconds));
    format!(", {}/s, {left} left", DecimalBytes(rate as u64))
}

/// Removes the bar, because the line of an error stands alone.
impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::speed;

    #[test]
    fn rates_that_say_nothing_are_omitted() {
        assert_eq!(speed(2e6, 4_000_000), ", 2.00 MB/s, 2 seconds left");
        for (rate, left) in [
            (0.0, 0),
            (0.0, 7),
            (0.5, 1),
            (f64::NAN, 7),
            (f64::INFINITY, u64::MAX),
            (1.0, u64::MAX),
            (1.0, 365 * 24 * 3600),
        ] {
            let text = speed(rate, left);
            assert!(
                text.is_empty() || !(text.contains("year") || text.contains(" 0 B")),
                "{rate} {left}: {text}"
            );
        }
    }
}
