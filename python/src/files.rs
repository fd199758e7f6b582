//! Checkpoints: the commands of the tool `ulp`, as functions.

use std::ffi::{CString, OsString};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyRuntimeError, PyUserWarning};
use pyo3::prelude::*;
use ulp_cli::observer::{Activity, Observer};
use ulp_cli::run_with;

create_exception!(
    ulp_float,
    Error,
    PyException,
    "The error of a call about files. Nothing exists then under the name of the output, unless kind is \
     'after_publish'.\n\n\
     Attributes:\n    \
     kind: what went wrong, for programs: 'io', 'header', 'tensor', 'exists', 'usage', ...\n    \
     path: the file or directory that it is about, or None\n    \
     tensor: the tensor that it is about, or None\n    \
     exit_code: what the command `ulp` would end with"
);

/// Runs a command on files, and returns the text that `ulp` prints for these arguments.
///
/// If `progress` is not None, the thread of the caller calls it now and then. The arguments are the number of bytes done, the
/// number of all bytes, and "reading" or "writing". An exception that `progress` raises ends the command. Ctrl-C ends it too.
#[pyfunction]
#[pyo3(signature = (arguments, progress=None))]
#[allow(clippy::needless_pass_by_value, reason = "Python's objects come by value")]
pub(crate) fn call(py: Python<'_>, arguments: Vec<OsString>, progress: Option<Py<PyAny>>) -> PyResult<String> {
    let watcher = Watcher::default();
    let mut interrupted = None;
    let result = py.detach(|| {
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            let observer = &watcher;
            let work = move || {
                let result = ulp_cli::call(arguments, observer);
                // Sending does not fail, because the receiver waits for this message.
                let _ = sender.send(());
                result
            };
            let worker = thread::Builder::new().spawn_scoped(scope, work)?;
            while receiver.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                if interrupted.is_none() {
                    let told = Python::attach(|py| {
                        py.check_signals()?;
                        watcher.tell(py, progress.as_ref())
                    });
                    if let Err(error) = told {
                        watcher.is_cancelled.store(true, Ordering::Relaxed);
                        interrupted = Some(error);
                    }
                }
            }
            Ok::<_, std::io::Error>(worker.join())
        })
    })?;
    if let Some(error) = interrupted {
        return Err(error);
    }
    let result = result.map_err(|_| PyRuntimeError::new_err("the command broke off: a fault of ulp"))?;
    for warning in watcher.warnings.lock().iter().flat_map(|warnings| warnings.iter()) {
        let warning = CString::new(warning.as_str())?;
        PyErr::warn(py, &py.get_type::<PyUserWarning>(), &warning, 2)?;
    }
    // Tells the last progress, which the command may have made after the last call of `tell`.
    watcher.tell(py, progress.as_ref())?;
    result.map_err(|error| raise(py, &error).unwrap_or_else(|error| error))
}

/// The time between two checks for Ctrl-C. It is also the time between two calls of `progress`.
const PAUSE: Duration = Duration::from_millis(50);

/// The state of a running command: the progress, the warnings, and whether the command is cancelled.
#[derive(Debug, Default)]
struct Watcher {
    done: AtomicU64,
    total: AtomicU64,
    is_writing: AtomicBool,
    is_cancelled: AtomicBool,
    warnings: Mutex<Vec<String>>,
}

impl Observer for Watcher {
    fn start(&self, total: u64, activity: Activity) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        let is_writing = activity == Activity::Writing;
        self.is_writing.store(is_writing, Ordering::Relaxed);
    }

    fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    fn warn(&self, what: &str) {
        if let Ok(mut warnings) = self.warnings.lock() {
            warnings.push(what.into());
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

impl Watcher {
    fn tell(&self, py: Python<'_>, progress: Option<&Py<PyAny>>) -> PyResult<()> {
        let total = self.total.load(Ordering::Relaxed);
        if let Some(progress) = progress
            && total > 0
        {
            let activity = if self.is_writing.load(Ordering::Relaxed) {
                "writing"
            } else {
                "reading"
            };
            let done = self.done.load(Ordering::Relaxed).min(total);
            progress.call1(py, (done, total, activity))?;
        }
        Ok(())
    }
}

/// Returns the Python exception of an error.
fn raise(py: Python<'_>, error: &ulp_cli::Error) -> PyResult<PyErr> {
    let raised = Error::new_err(error.line());
    let value = raised.value(py);
    value.setattr("kind", error.kind())?;
    value.setattr("path", error.path().map(Path::as_os_str))?;
    value.setattr("tensor", error.tensor())?;
    value.setattr("exit_code", error.exit() as u8)?;
    Ok(raised)
}

/// Runs the command `ulp` with these arguments, and returns the exit code. The first argument is the name of the command.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "Python's objects come by value")]
pub(crate) fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| run_with(&arguments) as u8)
}
