//! The operations of IEEE 754 on any [`Format`], in a rounding of your choice, with the exceptions that they raise.
//!
//! All of it is integer arithmetic: exact, then rounded once; the same bits on every CPU, under any rounding mode of the thread,
//! and in constants. `f32` and `f64` are formats too. It is the reference that the operators of the types are tested against.
//!
//! ```
//! use ulp::{F16, Flags, Rounding, ieee};
//!
//! const THIRD: (F16, Flags) = ieee::div(F16::from_f32(1.0), F16::from_f32(3.0), Rounding::TowardPositive);
//! assert_eq!(THIRD, (F16::from_f32(0.33349609), Flags::INEXACT));
//!
//! // What the CPU does, where it does not say what it raised.
//! let (sum, flags) = ieee::add(0.1f64, 0.2, Rounding::TiesToEven);
//! assert_eq!((sum, flags), (0.1 + 0.2, Flags::INEXACT));
//! ```
//!
//! # Rules
//! - *NaN.* The result is the first operand that is a NaN, made quiet (IEEE 754-2019, 6.2.3); where NaNs have no payload, the
//!   canonical one with its sign. A signaling NaN raises INVALID. An invalid operation (7.2) gives the canonical NaN; in a
//!   format without NaN, its largest number.
//! - *Infinity.* Overflow and division by zero give what a [`Cast`](crate::Cast) of such a value gives: where there is no infinity,
//!   NaN or the largest number, and OVERFLOW and INEXACT are raised.
//! - *Zero.* Signs are IEEE's (6.3); under [`Rounding::ToOdd`] those of ties to even. Without −0, zero has no sign. A format
//!   without zero gives its smallest number, with UNDERFLOW and INEXACT.
//! - *Sign.* A format without sign gives NaN for a negative result (its smallest number if it has no NaN) and raises INVALID.
//! - UNDERFLOW means what it means for a cast: tininess is detected after rounding.

use core::cmp::Ordering;

use crate::format::{from_code, to_code};
use crate::{Flags, Format, Rounding};

#[inline]
const fn number<F: Format>((code, flags): (u64, Flags)) -> (F, Flags) {
    (from_code(code), flags)
}

/// a + b (5.4.1).
#[inline]
pub const fn add<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.add(rounding, to_code(a), to_code(b)))
}

/// a − b (5.4.1).
#[inline]
pub const fn sub<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.subtract(rounding, to_code(a), to_code(b)))
}

/// a · b (5.4.1).
#[inline]
pub const fn mul<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.multiply(rounding, to_code(a), to_code(b)))
}

/// a / b (5.4.1). A finite number other than 0, divided by 0, raises DIVIDE_BY_ZERO.
#[inline]
pub const fn div<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.divide(rounding, to_code(a), to_code(b)))
}

/// a − b · n, where n is a / b cut to an integer: Rust's `%` and C's `fmod`.
///
/// The exact result is a number of the format (if the format has 0), with the sign of a, so nothing is rounded.
/// [`remainder`] is the operation of IEEE 754.
#[inline]
pub const fn rem<F: Format>(a: F, b: F, _rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.rem(to_code(a), to_code(b)))
}

/// a − b · n, where n is the integer nearest to a / b, ties to even (5.3.1): C's `remainder`. Exact, as [`rem`] is.
#[inline]
pub const fn remainder<F: Format>(a: F, b: F) -> (F, Flags) {
    number(F::LAYOUT.remainder(to_code(a), to_code(b)))
}

/// √a (5.4.1). That of −0 is −0, that of other negative numbers INVALID.
#[inline]
pub const fn sqrt<F: Format>(a: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.square_root(rounding, to_code(a)))
}

/// a · b + c, rounded once (5.4.1, `fusedMultiplyAdd`). ∞ · 0 raises INVALID whatever c is.
#[inline]
pub const fn mul_add<F: Format>(a: F, b: F, c: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.multiply_add(rounding, to_code(a), to_code(b), to_code(c)))
}

/// Rounds to an integer in the same format, without raising INEXACT (5.3.1, `roundToIntegral…`). The sign stays, of a zero too.
///
/// An integer past the largest number of the format overflows: 15.5 of F8E3M4, ties to even, gives ∞, with OVERFLOW and INEXACT.
#[inline]
pub const fn round_to_integral<F: Format>(a: F, rounding: Rounding) -> (F, Flags) {
    let (rounded, flags) = round_to_integral_exact(a, rounding);
    let merely_inexact = flags.bits() == Flags::INEXACT.bits();
    (rounded, if merely_inexact { Flags::NONE } else { flags })
}

/// Rounds to an integer in the same format, and raises INEXACT if that changes the value (5.3.1, `roundToIntegralExact`).
#[inline]
pub const fn round_to_integral_exact<F: Format>(a: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.round_to_integral(rounding, to_code(a)))
}

/// How a compares with b: `None`, *unordered*, if one is a NaN; INVALID if that is a signaling one (5.6.1, 5.11,
/// `compareQuiet…`).
#[inline]
pub const fn compare<F: Format>(a: F, b: F) -> (Option<Ordering>, Flags) {
    let (a, b) = (to_code(a), to_code(b));
    let flags = match F::LAYOUT.nan_of(&[a, b]) {
        Some((_, flags)) => flags,
        None => Flags::NONE,
    };
    (F::LAYOUT.compare(a, b), flags)
}

/// The same, but INVALID for every NaN (5.6.1, `compareSignaling…`).
#[inline]
pub const fn compare_signaling<F: Format>(a: F, b: F) -> (Option<Ordering>, Flags) {
    let (order, _) = compare(a, b);
    (order, Flags::INVALID.when(order.is_none()))
}

macro_rules! integers {
    ($($integer:ident, $from:ident, $to:ident;)*) => { $(
        #[doc = concat!("The number of an `", stringify!($integer), "`, rounded once (5.4.1, `convertFromInt`).")]
        #[inline]
        pub const fn $from<F: Format>(x: $integer, rounding: Rounding) -> (F, Flags) {
            #[allow(unused_comparisons, reason = "the macro serves unsigned integers too")]
            let negative = x < 0;
            let magnitude = if negative { (x as u128).wrapping_neg() } else { x as u128 };
            number(F::LAYOUT.integer_code(rounding, negative, magnitude))
        }

        #[doc = concat!("Rounds to an `", stringify!($integer), "` (5.4.1, 5.8, `convertToIntegerExact…`).")]
        ///
        /// Raises INEXACT if that changes the value. What is out of range raises INVALID alone, and gives the nearest bound; a NaN gives 0.
        #[inline]
        pub const fn $to<F: Format>(x: F, rounding: Rounding) -> ($integer, Flags) {
            let signed = $integer::MIN != 0;
            let (integer, flags) = F::LAYOUT.code_integer(rounding, to_code(x), $integer::BITS, signed);
            (integer as $integer, flags)
        }
    )* };
}
integers! {
    i8, from_i8, to_i8;
    i16, from_i16, to_i16;
    i32, from_i32, to_i32;
    i64, from_i64, to_i64;
    i128, from_i128, to_i128;
    isize, from_isize, to_isize;
    u8, from_u8, to_u8;
    u16, from_u16, to_u16;
    u32, from_u32, to_u32;
    u64, from_u64, to_u64;
    u128, from_u128, to_u128;
    usize, from_usize, to_usize;
}
