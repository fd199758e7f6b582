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
mod program;
mod signals;
mod style;

use std::path::Path;

pub use program::run;

/// Turns a cause into a message that names the file. It is one line: what a cause quotes may have control characters, which are escaped.
fn about<E: ToString>(path: &Path) -> impl Fn(E) -> String + '_ {
    move |cause| {
        let message = format!("{}: {}", path.display(), cause.to_string());
        if !message.contains(char::is_control) {
            return message;
        }
        let mut line = String::new();
        for char in message.chars() {
            if char.is_control() {
                line.extend(char.escape_default());
            } else {
                line.push(char);
            }
        }
        line
    }
}
