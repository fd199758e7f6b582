//! SIGINT and SIGTERM: what is half written goes, and then the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files and directories that are not whole. Who holds the lock is not interrupted.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The lock under which what is not whole is made, renamed and removed.
pub(crate) struct Uninterrupted(MutexGuard<'static, Vec<PathBuf>>);

/// Waits until a signal that arrived has ended the program.
pub(crate) fn uninterrupted() -> Uninterrupted {
    Uninterrupted(UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Uninterrupted {
    /// A signal removes this path from now on.
    pub(crate) fn add(&mut self, path: &Path) {
        self.0.push(path.into());
    }

    /// A signal leaves this path from now on.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.0.retain(|unfinished| unfinished != path);
    }
}

/// From now on, the two signals remove what is not whole, and end the program as a shell expects it.
#[cfg(unix)]
pub(crate) fn handle() -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let Uninterrupted(unfinished) = uninterrupted();
            for path in &*unfinished {
                remove(path);
            }
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn handle() -> std::io::Result<()> {
    Ok(())
}

/// There is nobody to tell if that fails; the name says that it is temporary.
pub(crate) fn remove(path: &Path) {
    let _ = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
}
