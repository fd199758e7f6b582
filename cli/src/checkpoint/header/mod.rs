//! The header of a safetensors file. `read` checks a header, and `write` makes one.

mod metadata;
mod name;
mod read;
mod shape;
mod tensor;
mod text;
pub(crate) mod write;

pub use metadata::Metadata;
pub(crate) use name::Name;
pub use read::{HEADER_LIMIT, HeaderError, METADATA};
pub use shape::Shape;
pub use tensor::{Header, Tensor};
