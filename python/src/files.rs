//! Checkpoints: the commands of the tool `ulp`, as calls.

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
    "What ended a call about files instead of a result: nothing stands then under the name of the output, unless kind is \
     'after_publish'.\n\n\
     Attributes:\n    \
     kind: what went wrong, for programs: 'io', 'header', 'tensor', 'exists', 'usage', ...\n    \
     path: the file or directory that it is about, or None\n    \
     tensor: the tensor that it is about, or None\n    \
     exit_code: what the command `ulp` would end with"
);

/// Runs a command about files: what `ulp` prints for these arguments.
///
/// `progress`, if it is not None, is called now and then with the bytes done, all bytes, and "reading" or "writing", on the thread
/// of the caller. What it raises ends the command, as Ctrl-C does.
#[pyfunction]
#[pyo3(signature = (arguments, progress=None))]
#[allow(
    clippy::needless_pass_by_value,
    reason = "Python's objects come by value"
)]
pub(crate) fn call(
    py: Python<'_>,
    arguments: Vec<OsString>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let watcher = Watcher::default();
    let mut interrupted = None;
    let result = py.detach(|| {
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            let observer = &watcher;
            let work = move || {
                let result = ulp_cli::call(arguments, observer);
                // The other end waits for it.
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
    let result =
        result.map_err(|_| PyRuntimeError::new_err("the command broke off: a fault of ulp"))?;
    for warning in watcher
        .warnings
        .lock()
        .iter()
        .flat_map(|warnings| warnings.iter())
    {
        let warning = CString::new(warning.as_str())?;
        PyErr::warn(py, &py.get_type::<PyUserWarning>(), &warning, 2)?;
    }
    // The last of it, which may have come between two looks.
    watcher.tell(py, progress.as_ref())?;
    result.map_err(|error| raise(py, &error).unwrap_or_else(|error| error))
}

/// How long it takes until Ctrl-C is noticed, and how often progress is told.
const PAUSE: Duration = Duration::from_millis(50);

/// How far a command is.
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

/// The exception of an error.
fn raise(py: Python<'_>, error: &ulp_cli::Error) -> PyResult<PyErr> {
    let raised = Error::new_err(error.line());
    let value = raised.value(py);
    value.setattr("kind", error.kind())?;
    value.setattr("path", error.path().map(Path::as_os_str))?;
    value.setattr("tensor", error.tensor())?;
    value.setattr("exit_code", error.exit() as u8)?;
    Ok(raised)
}

/// Runs the command `ulp` with these arguments, the first of which is its name, and returns its exit code.
#[pyfunction]
#[allow(
    clippy::needless_pass_by_value,
    reason = "Python's objects come by value"
)]
pub(crate) fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| run_with(&arguments) as u8)
}
