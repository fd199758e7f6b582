//! Text. Numbers are parsed from decimal and hexadecimal digits. Numbers are printed in the few decimal digits that tell a number
//! from all others.
//!
//! Both directions use integer arithmetic on a [`Layout`](crate::Layout) and codes. One routine serves every format, and no mode
//! of the thread changes a result. Both directions compare decimals with numbers. A comparison first uses 128 bits of a power of
//! five ([`pow5`]), which nearly always decide. If they do not decide, the comparison is exact ([`bignum`]).

mod bignum;
mod error;
mod parse;
mod pow5;
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
