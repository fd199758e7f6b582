//! What the binary `ulp` is made of. A library for its tests and fuzz targets alone: nothing here is stable.

#![doc(hidden)]

mod cast;
pub mod checkpoint;
mod convert;
mod finfo;
mod formats;
mod header;
mod memory;
mod output;
mod program;

use std::path::Path;

pub use program::run;

/// Turns a cause into a message that names the file.
fn about<E: ToString>(path: &Path) -> impl Fn(E) -> String + '_ {
    move |cause| format!("{}: {}", path.display(), cause.to_string())
}
