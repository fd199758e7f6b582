//! A floating-point format as plain data: its fields, its codes and its limits.

mod builders;
mod codes;
mod fields;
mod invalid;
mod layout;
pub(crate) mod limits;
mod p3109;

pub use fields::Parts;
pub use invalid::InvalidLayout;
pub use layout::Layout;
pub use p3109::{P3109Name, UnknownLayout};
