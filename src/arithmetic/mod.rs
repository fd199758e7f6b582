//! Arithmetic on codes of any [`Layout`](crate::Layout), and on numbers of any [`Format`](crate::Format).

mod basic;
pub(crate) mod by_floats;
mod exponent;
pub mod ieee;
pub(crate) mod integer;
mod integral;
pub(crate) mod native;
pub(crate) mod order;
pub(crate) mod powers;
mod remainder;
mod total;

pub use integer::Integer;
pub use order::ulps_between;
pub use total::Total;
