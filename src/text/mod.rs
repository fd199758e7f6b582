//! Text: numbers parsed from decimal and hexadecimal digits, and printed in few decimal digits that tell them from all
//! others.
//!
//! All of it is integer arithmetic on a [`Layout`](crate::Layout) and codes, so that one routine serves every format and no mode
//! of the thread changes a result. Both directions compare decimals with numbers: first by 128 bits of a power of five
//! ([`power`]), which decide nearly always, else exactly ([`big`]).

mod big;
mod error;
mod parse;
mod power;
mod print;
#[cfg(feature = "num-traits")]
mod radix;
mod scan;
mod shortest;

pub use error::{FloatErrorKind, ParseFloatError};
pub(crate) use parse::{parse, parse_with};
pub(crate) use print::{Style, print};
#[cfg(feature = "num-traits")]
pub(crate) use radix::parse_radix;
