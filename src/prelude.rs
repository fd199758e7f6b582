//! What most programs name: `use ulp::prelude::*`.

pub use crate::float::catalogue::*;
pub use crate::{Cast, Flags, Float, Format, Overflow, Rounding, finfo, slice};
