//! x86-64: SSE2, AVX2 with F16C, AVX-512, VBMI, AVX512-BF16.

mod float16;
mod float8;
mod float8_via_f16;
mod lookup;
mod lookup_scaled;
mod maxima;
mod narrowing;
mod nontemporal;
mod select;
mod target;
mod token;

pub(crate) use narrowing::Narrowing;
pub(crate) use nontemporal::{fetch, fetch_next_page};
pub(in crate::bulk) use nontemporal::{pays_to_stream, stream};
pub(crate) use select::{Lookup, control_bits_are_default, dispatch, run};
pub(in crate::bulk) use select::{convert, convert_by_any};
