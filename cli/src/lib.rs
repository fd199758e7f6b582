//! What the binary `ulp` is made of. A library for its tests and fuzz targets alone: nothing here is stable.

#![doc(hidden)]

mod bits;
mod cast;
mod check;
pub mod checkpoint;
mod convert;
mod finfo;
mod formats;
mod header;
mod memory;
mod output;
mod pages;
mod pieces;
mod program;
mod progress;
mod scheme;
mod signals;
mod style;
mod table;

use std::path::Path;

pub use program::run;

/// Turns a cause into a message of one line that names the file.
fn about<E: ToString>(path: &Path) -> impl Fn(E) -> String + '_ {
    move |cause| one_line(&format!("{}: {}", path.display(), cause.to_string()))
}

/// Names of files and tensors come from outside, and causes quote them: a line break or a terminal's escape sequence in one stays text.
fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for c in message.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}
