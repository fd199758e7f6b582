//! The header of a safetensors file. `read` checks a header, and `write` makes one.

mod metadata;
mod read;
mod shape;
pub(crate) mod write;

pub use metadata::Metadata;
pub use read::{HEADER_LIMIT, Header, HeaderError, METADATA, Tensor};
pub use shape::Shape;
