//! A floating-point format as plain data: its fields, its codes and its limits.

mod builders;
mod codes;
mod fields;
mod fixed_text;
mod invalid;
mod layout;
pub(crate) mod limits;
mod p3109;

pub use fields::Parts;
pub(crate) use fixed_text::FixedText;
pub use invalid::InvalidLayout;
pub use layout::Layout;
pub use p3109::{P3109Name, UnknownLayout};
