//! A floating-point format as plain data: its fields, its codes, its limits.

mod codes;
mod fields;
mod layout;
pub(crate) mod limits;

pub use fields::Parts;
pub use layout::{Fields, Layout, LayoutError};
