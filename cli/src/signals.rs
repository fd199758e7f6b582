//! Signals that end the program. Incomplete files are removed first.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::entries;

/// The state that a signal uses. A signal waits while the lock is held.
static STATE: Mutex<State> = Mutex::new(State {
    unfinished: Vec::new(),
    whole: None,
});

struct State {
    /// Files and directories that are not complete.
    unfinished: Vec<PathBuf>,
    /// The output, once it is in its place.
    whole: Option<PathBuf>,
}

/// The lock under which incomplete files are made, renamed and removed.
pub(crate) struct Uninterrupted(MutexGuard<'static, State>);

/// Takes the lock. If a signal has arrived, the program ends here.
pub(crate) fn uninterrupted() -> Uninterrupted {
    Uninterrupted(STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// True once a signal has come that ends the program. The thread that waits for signals may not have run yet.
static CAME: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Ends the program's work. A signal that has come decides the exit code, and a signal that comes later is too late.
pub(crate) fn end() {
    while CAME.load(Ordering::SeqCst) {
        std::thread::park();
    }
    std::mem::forget(uninterrupted());
}

impl Uninterrupted {
    /// Makes signals remove this path from now on.
    pub(crate) fn add(&mut self, path: &Path) {
        self.0.unfinished.push(path.into());
    }

    /// Makes signals keep this path from now on.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.0.unfinished.retain(|unfinished| unfinished != path);
    }

    /// Makes signals report that this output is complete from now on.
    pub(crate) fn publish(&mut self, output: &Path) {
        self.0.whole = Some(output.into());
    }

    /// Returns the output, if it is in its place.
    pub(crate) fn published(&self) -> Option<&Path> {
        self.0.whole.as_deref()
    }
}

/// Removes a path. A failure can't be reported to anybody, and the name says that the file is temporary.
pub(crate) fn remove(path: &Path) {
    let _ = entries::remove(path);
}

/// Handles signals from now on. A signal removes incomplete files, and ends the program as a shell expects: with 128 plus the
/// number of the signal. If the output is in its place already, `after_publish` gets its path and the signal, and returns the
/// exit code.
#[cfg(unix)]
pub(crate) fn handle(after_publish: impl Fn(&Path, i32) -> u8 + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::SIGXFSZ;
    let ignored = ignored();
    let of_interest = |signal: &i32| ignored.is_some_and(|ignored| !is_in(ignored, *signal));
    // A write beyond the limit on lengths then fails, and the error has a message.
    if of_interest(&SIGXFSZ) {
        signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default())?;
    }
    let ending: Vec<i32> = match ignored {
        Some(_) => ending().filter(of_interest).collect(),
        None => TWO.into(),
    };
    let mut signals = signal_hook::iterator::Signals::new(&ending)?;
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
    // Without the thread, nobody would end the program.
    for signal in ending {
        signal_hook::flag::register(signal, CAME.clone())?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn handle(_after_publish: impl Fn(&Path, i32) -> u8 + Send + 'static) -> std::io::Result<()> {
    Ok(())
}

/// The signals that are handled where the system doesn't say which signals are ignored.
#[cfg(unix)]
const TWO: [i32; 2] = [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM];

/// Returns the signals that end a program unless the program handles them, except the signals of a broken program.
#[cfg(unix)]
fn ending() -> impl Iterator<Item = i32> {
    use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU};
    // The real-time signals of Linux, without those that the C library uses itself. No other signal has such a high number.
    let real_time = if cfg!(target_os = "linux") { 35..65 } else { 0..0 };
    [
        SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
    ]
    .into_iter()
    .chain(real_time)
}

/// Returns the signals that were ignored when the program started, as under `nohup`. Each signal is a bit. Returns `None` if the
/// system doesn't say.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(unix)]
fn is_in(signals: u64, signal: i32) -> bool {
    signals >> (signal - 1) & 1 == 1
}
