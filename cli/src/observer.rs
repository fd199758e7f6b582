//! An observer follows a long call: the call reports its progress, and asks whether to stop.

/// The kind of work on the bytes that are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// The bytes are read.
    Reading,
    /// The bytes are written.
    Writing,
}

impl std::fmt::Display for Activity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Activity::Reading => "read",
            Activity::Writing => "done",
        })
    }
}

/// Follows a call. Every thread that works calls the observer.
pub trait Observer: Sync {
    /// Reports that the call begins to read or write `total` bytes.
    fn start(&self, _total: u64, _activity: Activity) {}

    /// Reports that the call has read or written `bytes` more bytes.
    fn advance(&self, _bytes: u64) {}

    /// Reports a problem that is not an error. The text is one sentence.
    fn warn(&self, _what: &str) {}

    /// Reports that the call has read or written all bytes.
    fn finish(&self) {}

    /// Returns whether to stop. The call asks before each chunk of the work. If the answer is true, the call removes the files
    /// that it began, and returns [`Error::Cancelled`](crate::Error::Cancelled).
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// An observer that does nothing.
impl Observer for () {}
