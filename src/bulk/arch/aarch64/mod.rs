//! aarch64: NEON. The loops are compiled as everywhere: there is one level, and the program is compiled for it.

mod float16;
mod select;
mod token;

pub(crate) use super::portable::{Lookup, dispatch, run};
pub(in crate::bulk) use super::portable::{pays_to_stream, stream};
pub(crate) use select::control_bits_are_default;
pub(in crate::bulk) use select::{convert, convert as convert_by_any};
