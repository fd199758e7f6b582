//! The operations of IEEE 754 on any [`Format`], in a rounding of your choice, with the exceptions that they raise.
//!
//! All of it is integer arithmetic: exact, then rounded once; the same bits on every CPU, under any rounding mode of the thread,
//! and in constants. `f32` and `f64` are formats too. It is the reference that the operators of the types are tested against.
//!
//! ```
//! use ulp::{F16, Flags, Rounding, ieee};
//!
//! const THIRD: (F16, Flags) = ieee::div(F16::from_f32_const(1.0), F16::from_f32_const(3.0), Rounding::TowardPositive);
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

use crate::arithmetic::{Integer, integer};
use crate::round::{Flags, Format, Rounding, from_code, to_code};

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
#[doc(alias = "fmod")]
#[inline]
pub const fn rem<F: Format>(a: F, b: F) -> (F, Flags) {
    number(F::LAYOUT.rem(to_code(a), to_code(b)))
}

/// a − b · n, where n is the integer nearest to a / b, ties to even (5.3.1): C's `remainder`. Exact, as [`rem`] is.
#[inline]
pub const fn remainder<F: Format>(a: F, b: F) -> (F, Flags) {
    number(F::LAYOUT.remainder(to_code(a), to_code(b)))
}

/// √a (5.4.1). That of −0 is −0, that of other negative numbers INVALID.
#[doc(alias = "squareRoot")]
#[inline]
pub const fn sqrt<F: Format>(a: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.square_root(rounding, to_code(a)))
}

/// a · b + c, rounded once (5.4.1, `fusedMultiplyAdd`). ∞ · 0 raises INVALID whatever c is.
#[doc(alias("fma", "fusedMultiplyAdd"))]
#[inline]
pub const fn mul_add<F: Format>(a: F, b: F, c: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.multiply_add(rounding, to_code(a), to_code(b), to_code(c)))
}

/// Rounds to an integer in the same format, without raising INEXACT (5.3.1, `roundToIntegral…`). The sign stays, of a zero too.
///
/// An integer past the largest number of the format overflows: 15.5 of F8E3M4, ties to even, gives ∞, with OVERFLOW and INEXACT.
#[doc(alias("rint", "nearbyint"))]
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

/// a · 2<sup>n</sup> (5.3.3, `scaleB`): C's `scalbn` and `ldexp`.
///
/// ```
/// use ulp::{Flags, Rounding, ieee};
///
/// assert_eq!(ieee::scale_b(1.5f32, -150, Rounding::TiesToEven).0, f32::from_bits(1));
/// assert_eq!(ieee::scale_b(1.5f64, 3, Rounding::TiesToEven), (12.0, Flags::NONE));
/// ```
#[doc(alias("ldexp", "scalbn", "scaleB"))]
#[inline]
pub const fn scale_b<F: Format>(a: F, n: i32, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.scale_b(rounding, to_code(a), n))
}

/// ⌊log<sub>2</sub> |a|⌋, the exponent of the leading bit, to nearest, ties to even (5.3.3, `logB`). That of 0 is −∞ and raises
/// DIVIDE_BY_ZERO, that of an infinity ∞.
#[doc(alias = "logB")]
#[inline]
pub const fn log_b<F: Format>(a: F) -> (F, Flags) {
    number(F::LAYOUT.log_b(to_code(a)))
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

/// Returns the number nearest to an integer, as `rounding` says (5.4.1, `convertFromInt`).
///
/// ```
/// use ulp::{Bf16, Flags, Rounding, ieee};
///
/// let (x, flags) = ieee::from_int::<Bf16, _>(16_842_753_u32, Rounding::TiesToEven);
/// assert_eq!((x.to_bits(), flags), (0x4b81, Flags::INEXACT));
/// ```
#[inline]
pub const fn from_int<F: Format, I: Integer>(x: I, rounding: Rounding) -> (F, Flags) {
    let (negative, magnitude) = integer::sign_and_magnitude(x);
    number(F::LAYOUT.integer_code(rounding, negative, magnitude))
}

/// Rounds to an integer (5.4.1, 5.8, `convertToIntegerExact…`).
///
/// Raises INEXACT if rounding changes the value. A number out of the integer's range raises INVALID alone, and gives the nearest
/// bound; a NaN gives 0 and INVALID.
///
/// ```
/// use ulp::{F16, Flags, Rounding, ieee};
///
/// assert_eq!(ieee::to_int::<i8, _>(F16::from_f32(-2.5), Rounding::TiesToEven), (-2, Flags::INEXACT));
/// assert_eq!(ieee::to_int::<u8, _>(F16::from_f32(300.0), Rounding::TiesToEven), (255, Flags::INVALID));
/// ```
#[inline]
pub const fn to_int<I: Integer, F: Format>(x: F, rounding: Rounding) -> (I, Flags) {
    let (bits, flags) = F::LAYOUT.code_integer(rounding, to_code(x), I::BITS, I::SIGNED);
    (integer::from_low_bits(bits), flags)
}
