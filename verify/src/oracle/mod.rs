//! What a cast or an operation must give, by exact arithmetic and comparison alone.
//!
//! This shares nothing with the crate `ulp`: neither code, nor a description of a format, nor the method. The crate shifts
//! significands and adds; here a code is decoded as the standards' formulas say, its value is kept as an integer times a power of
//! two, and a value is rounded by searching the representable values that enclose it and comparing it with the point half-way.
//! A result of arithmetic is kept as what it is, a quotient or a root, too: those can be compared without being computed.
//! So an error would have to be made twice, in two ways, to stay unseen.
//!
//! The rules are those of the project's design ("Rules of the numbers"); each stands beside the code that follows it, with the
//! clause of IEEE 754-2019, the OCP document or the library that it comes from.

mod arithmetic;
mod block;
mod cast;
mod integer;
mod methods;
mod power;
mod shape;
#[cfg(test)]
mod tests;
mod value;

pub use arithmetic::{Answer, add, div, mul, mul_add, rem, remainder, sqrt, sub};
pub use block::{Blocked, Quantized, Rule};
pub use cast::{Question, cast};
pub use integer::{from_integer, round_to_integral, to_integer};
pub use methods::{div_euclid, fract, midpoint, recip, rem_euclid, scaled, ulp};
pub use power::Powers;
pub use shape::{SHIPPED, Shape, p3109, shipped};
pub use value::{Dyadic, Real, Value, decode};

/// The rounding was not exact (IEEE 754-2019, 7.6).
pub const INEXACT: u8 = 1;
/// Tiny after rounding, and inexact (7.5).
pub const UNDERFLOW: u8 = 2;
/// The rounded value lay past the largest finite one, or an infinity did not stay one (7.4).
pub const OVERFLOW: u8 = 4;
/// A finite number was divided by zero (7.3).
pub const DIVIDE_BY_ZERO: u8 = 8;
/// A signaling NaN, a NaN or a negative value that the target cannot hold (7.2).
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
    /// What is not exact goes to the neighbour whose code is odd.
    ToOdd,
}

impl Rounding {
    /// The six of them.
    pub const ALL: [Rounding; 6] = [
        Rounding::TiesToEven,
        Rounding::TiesToAway,
        Rounding::TowardZero,
        Rounding::TowardPositive,
        Rounding::TowardNegative,
        Rounding::ToOdd,
    ];
}
