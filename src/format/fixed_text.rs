//! [`FixedText`]: a text in memory of a fixed length, without an allocation.
use core::fmt;

/// A text of at most N bytes. A text that is too long is cut at the end of a character.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct FixedText<const N: usize> {
    bytes: [u8; N],
    len: usize,
    is_cut: bool,
}

impl<const N: usize> FixedText<N> {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
            is_cut: false,
        }
    }

    /// Appends a text. After a text that was cut, nothing is appended.
    pub(crate) const fn push(&mut self, text: &str) {
        let room = if self.is_cut { 0 } else { N - self.len };
        let mut end = if text.len() < room { text.len() } else { room };
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.is_cut |= end < text.len();
        let mut i = 0;
        while i < end {
            self.bytes[self.len] = text.as_bytes()[i];
            self.len += 1;
            i += 1;
        }
    }

    pub(crate) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

/// A text that does not fit is an error.
impl<const N: usize> fmt::Write for FixedText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        if self.is_cut { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Ends with an ellipsis if the text was cut.
impl<const N: usize> fmt::Debug for FixedText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)?;
        f.write_str(if self.is_cut { "…" } else { "" })
    }
}
