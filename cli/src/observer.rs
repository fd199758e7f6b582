//! Who follows a call that takes long: told how far it is, and asked whether it should go on.

/// What is done to the bytes that are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// They are read.
    Reading,
    /// They are written.
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

/// Follows a call. All threads that work call it.
pub trait Observer: Sync {
    /// From now on, so many bytes are read or written.
    fn start(&self, _total: u64, _activity: Activity) {}

    /// So many more of them are done.
    fn advance(&self, _bytes: u64) {}

    /// Something is not as it should be, and is no error: one sentence.
    fn warn(&self, _what: &str) {}

    /// All are done.
    fn finish(&self) {}

    /// Whether to stop: asked before each piece of the work. The call then removes what it began, and returns
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody follows.
impl Observer for () {}
