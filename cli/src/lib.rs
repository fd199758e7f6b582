//! The parts of the program `ulp`. This library serves only its tests and fuzz targets, and nothing in it is stable.

#![doc(hidden)]

mod bits;
mod call;
pub mod cast;
mod check;
pub mod checkpoint;
pub mod chunks;
mod completions;
pub mod convert;
pub mod document;
mod entries;
pub mod error;
mod finfo;
mod formats;
mod inspect;
mod line;
mod memory;
pub mod observer;
mod output;
mod program;
mod progress;
mod quantized;
mod scheme;
mod signals;
mod style;
mod table;

pub use call::call;
pub use error::{Error, Exit};
pub use program::{run, run_with};
