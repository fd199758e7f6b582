//! Computes the right results of casts and operations, by exact arithmetic and comparison alone.
//!
//! The oracle shares nothing with the crate `ulp`: no code, no description of a format, no method. The crate shifts significands
//! and adds. The oracle decodes a code by the formulas of the standards, and keeps its value as an integer times a power of two.
//! It rounds a value by searching the representable values that enclose it, and comparing it with the point half-way. It keeps a
//! result of arithmetic as a quotient or a root, because both can be compared without being computed. An error stays unseen only
//! if it is made twice, in two ways.
//!
//! The rules are those of the project's design ("Rules of the numbers"). Each stands beside the code that follows it, with the
//! clause of IEEE 754-2019, the OCP document or the library that it comes from.

mod arithmetic;
mod block;
mod cast;
mod format_spec;
mod integer;
mod methods;
mod power;
#[cfg(test)]
mod tests;
mod value;

pub use arithmetic::{Answer, add, div, mul, mul_add, rem, remainder, sqrt, sub};
pub use block::{Blocked, Quantized, Rule};
pub use cast::{RoundingQuery, cast};
pub use format_spec::{FormatSpec, SHIPPED, p3109, shipped};
pub use integer::{from_integer, round_to_integral, to_integer};
pub use methods::{div_euclid, fract, midpoint, recip, rem_euclid, scaled, ulp};
pub use power::Powers;
pub use value::{Dyadic, Real, Value, decode};

/// The rounding was not exact (IEEE 754-2019, 7.6).
pub const INEXACT: u8 = 1;
/// The result was tiny after rounding, and inexact (7.5).
pub const UNDERFLOW: u8 = 2;
/// The rounded value lay beyond the largest finite one, or an infinity did not stay one (7.4).
pub const OVERFLOW: u8 = 4;
/// A finite number was divided by zero (7.3).
pub const DIVIDE_BY_ZERO: u8 = 8;
/// An operand was a signaling NaN, or a NaN or a negative value that the target cannot hold (7.2).
pub const INVALID: u8 = 16;

/// A rounding direction: IEEE 754-2019, 4.3, and von Neumann's rounding to odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// `roundTiesToEven`.
    TiesToEven,
    /// `roundTiesToAway`.
    TiesToAway,
    /// `roundTowardZero`.
    TowardZero,
    /// `roundTowardPositive`.
    TowardPositive,
    /// `roundTowardNegative`.
    TowardNegative,
    /// A value that is not exact goes to the neighbour whose code is odd.
    ToOdd,
}

impl Rounding {
    /// The six roundings.
    pub const ALL: [Rounding; 6] = [
        Rounding::TiesToEven,
        Rounding::TiesToAway,
        Rounding::TowardZero,
        Rounding::TowardPositive,
        Rounding::TowardNegative,
        Rounding::ToOdd,
    ];
}
