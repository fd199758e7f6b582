//! aarch64: NEON. There is one level, and the program is compiled for this level.

mod float16;
mod select;
mod token;

pub(crate) use super::portable::{Lookup, Narrowing, dispatch, fetch, fetch_next_page, run};
pub(in crate::bulk) use super::portable::{pays_to_stream, stream};
pub(crate) use select::control_bits_are_default;
pub(in crate::bulk) use select::{convert, convert as convert_by_any};
