//! Signals that end the program: what is half written goes, and then the program.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::entries;

/// What a signal finds. Who holds the lock is not interrupted.
static STATE: Mutex<State> = Mutex::new(State {
    unfinished: Vec::new(),
    whole: None,
});

struct State {
    /// Files and directories that are not whole.
    unfinished: Vec<PathBuf>,
    /// The output, once it is in its place.
    whole: Option<PathBuf>,
}

/// The lock under which what is not whole is made, renamed and removed.
pub(crate) struct Uninterrupted(MutexGuard<'static, State>);

/// Waits until a signal that arrived has ended the program.
pub(crate) fn uninterrupted() -> Uninterrupted {
    Uninterrupted(STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Uninterrupted {
    /// A signal removes this path from now on.
    pub(crate) fn add(&mut self, path: &Path) {
        self.0.unfinished.push(path.into());
    }

    /// A signal leaves this path from now on.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.0.unfinished.retain(|unfinished| unfinished != path);
    }

    /// A signal says from now on that this output is whole.
    pub(crate) fn publish(&mut self, output: &Path) {
        self.0.whole = Some(output.into());
    }

    /// The output, if it is in its place.
    pub(crate) fn published(&self) -> Option<&Path> {
        self.0.whole.as_deref()
    }
}

/// There is nobody to tell if that fails; the name says that it is temporary.
pub(crate) fn remove(path: &Path) {
    let _ = entries::remove(path);
}

/// From now on, signals remove what is not whole, and end the program as a shell expects it: with 128 and the signal's number. If the
/// output is in its place already, `after_publish` is told its path and the signal, and says what to exit with.
#[cfg(unix)]
pub(crate) fn handle(
    after_publish: impl Fn(&Path, i32) -> u8 + Send + 'static,
) -> std::io::Result<()> {
    use signal_hook::consts::SIGXFSZ;
    let ignored = ignored();
    let of_interest = |signal: &i32| ignored.is_some_and(|ignored| !is_in(ignored, *signal));
    // A write that would make a file too long then fails, and the error has a message.
    if of_interest(&SIGXFSZ) {
        signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default())?;
    }
    let ending: Vec<i32> = match ignored {
        Some(_) => ending().filter(of_interest).collect(),
        None => TWO.into(),
    };
    let mut signals = signal_hook::iterator::Signals::new(ending)?;
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            let lock = uninterrupted();
            for path in &lock.0.unfinished {
                remove(path);
            }
            let code = match lock.published() {
                Some(path) => i32::from(after_publish(path, signal)),
                None => 128 + signal,
            };
            std::process::exit(code);
        }
    };
    std::thread::Builder::new().spawn(wait)?;
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn handle(
    _after_publish: impl Fn(&Path, i32) -> u8 + Send + 'static,
) -> std::io::Result<()> {
    Ok(())
}

/// Those that are handled where it isn't known which are ignored.
#[cfg(unix)]
const TWO: [i32; 2] = [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM];

/// The signals that end a program unless it handles them, but for those that say that the program is broken.
#[cfg(unix)]
fn ending() -> impl Iterator<Item = i32> {
    use signal_hook::consts::{
        SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM,
        SIGXCPU,
    };
    // The real-time ones of Linux, without those that the C library takes for itself. Nothing else has numbers so high.
    let real_time = if cfg!(target_os = "linux") {
        35..65
    } else {
        0..0
    };
    [
        SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM,
        SIGXCPU,
    ]
    .into_iter()
    .chain(real_time)
}

/// The signals that whoever started the program told it to ignore, as `nohup` does, one a bit. `None` if the system doesn't say.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(unix)]
fn is_in(signals: u64, signal: i32) -> bool {
    signals >> (signal - 1) & 1 == 1
}
