//! Parsing and printing. The parser reads decimal and hexadecimal digits. The printer writes the fewest decimal digits that tell
//! a number from all other numbers of its format.
//!
//! Parser and printer compute with integers, on a [`Layout`](crate::Layout) and codes. They serve every format, and no mode of
//! the thread changes a result. Both compare decimals with numbers. A comparison first uses 128 bits of a power of five
//! ([`pow5`]), which nearly always decide. Otherwise the comparison is exact ([`bignum`]).

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
