//! Who follows a call that takes long: told how far it is, and asked whether it should go on.

/// What is done to the bytes that are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// They are read.
    Reading,
    /// They are written.
    Writing,
}

/// Follows a call. All threads that work call it.
pub trait Observer: Sync {
    /// From now on, so many bytes are read or written.
    fn start(&self, _total: u64, _activity: Activity) {}

    /// So many more of them are done.
    fn advance(&self, _bytes: u64) {}

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
