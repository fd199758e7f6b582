//! The operations of IEEE 754 on any [`Format`]. The caller chooses the rounding, and each operation returns the exceptions that
//! it raised.
//!
//! All operations use integer arithmetic: each result is exact, then rounded once. The bits are equal on every CPU, under any
//! rounding mode of the thread, and in constants. `f32` and `f64` are formats too. The operators of the types are tested against
//! these operations.
//!
//! ```
//! use ulp::{F16, Flags, Rounding, ieee};
//!
//! const THIRD: (F16, Flags) = ieee::div(F16::from_f32_const(1.0), F16::from_f32_const(3.0), Rounding::TowardPositive);
//! assert_eq!(THIRD, (F16::from_f32(0.33349609), Flags::INEXACT));
//!
//! // The CPU rounds the quotient too, but does not return the exceptions.
//! let (sum, flags) = ieee::add(0.1f64, 0.2, Rounding::TiesToEven);
//! assert_eq!((sum, flags), (0.1 + 0.2, Flags::INEXACT));
//! ```
//!
//! # Rules
//! - *NaN.* The result is the first operand that is a NaN, made quiet (IEEE 754-2019, 6.2.3). In a format whose NaNs have no
//!   payload, the result is the canonical NaN with the sign of that operand. A signaling NaN raises INVALID. An invalid operation
//!   (7.2) gives the canonical NaN. In a format without NaN, an invalid operation gives the largest number.
//! - *Infinity.* Overflow and division by zero give the result that a [`Cast`](crate::Cast) of such a value gives. In a format
//!   without infinity, the result is NaN or the largest number, and OVERFLOW and INEXACT are raised.
//! - *Zero.* Signs of zeros follow IEEE (6.3). [`Rounding::ToOdd`] uses the signs of ties to even. In a format without −0, zero
//!   has no sign. A format without zero gives its smallest number, with UNDERFLOW and INEXACT.
//! - *Sign.* A format without sign gives NaN for a negative result, and raises INVALID. If the format has no NaN, the result is
//!   the smallest number.
//! - *Underflow.* UNDERFLOW is raised as in a cast: tininess is detected after rounding.

use core::cmp::Ordering;

use crate::arithmetic::{Integer, by_floats, integer};
use crate::format::Layout;
use crate::round::{Cast, Flags, Format, Rounding, from_code, to_code};

#[inline]
const fn number<F: Format>((code, flags): (u64, Flags)) -> (F, Flags) {
    (from_code(code), flags)
}

/// Returns a + b (5.4.1).
#[inline]
pub const fn add<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.add(rounding, to_code(a), to_code(b)))
}

/// Returns a − b (5.4.1).
#[inline]
pub const fn sub<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.subtract(rounding, to_code(a), to_code(b)))
}

/// Returns a · b (5.4.1).
#[inline]
pub const fn mul<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.multiply(rounding, to_code(a), to_code(b)))
}

/// Returns a / b (5.4.1). If a finite number other than 0 is divided by 0, DIVIDE_BY_ZERO is raised.
#[inline]
pub const fn div<F: Format>(a: F, b: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.divide(rounding, to_code(a), to_code(b)))
}

/// Returns a − b · n, where n is a / b cut to an integer. This is Rust's `%` and C's `fmod`.
///
/// The result has the sign of a. If the format has 0, the exact result is a number of the format, and nothing is rounded.
/// [`remainder`] is the operation of IEEE 754.
#[doc(alias = "fmod")]
#[inline]
pub const fn rem<F: Format>(a: F, b: F) -> (F, Flags) {
    number(F::LAYOUT.rem(to_code(a), to_code(b)))
}

/// Returns a − b · n, where n is the integer nearest to a / b, ties to even (5.3.1). This is C's `remainder`. The result is
/// exact, like the result of [`rem`].
#[inline]
pub const fn remainder<F: Format>(a: F, b: F) -> (F, Flags) {
    number(F::LAYOUT.remainder(to_code(a), to_code(b)))
}

/// Returns √a (5.4.1). The root of −0 is −0. The root of any other negative number raises INVALID.
#[doc(alias = "squareRoot")]
#[inline]
pub const fn sqrt<F: Format>(a: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.square_root(rounding, to_code(a)))
}

/// Returns a · b + c, rounded once (5.4.1, `fusedMultiplyAdd`). ∞ · 0 raises INVALID for every c.
#[doc(alias("fma", "fusedMultiplyAdd"))]
#[inline]
pub const fn mul_add<F: Format>(a: F, b: F, c: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.multiply_add(rounding, to_code(a), to_code(b), to_code(c)))
}

/// Rounds to an integer of the same format without raising INEXACT (5.3.1, `roundToIntegral…`). The sign stays, and a zero keeps
/// its sign too.
///
/// If the integer is past the largest number of the format, the result overflows. For example, 15.5 of F8E3M4, ties to even,
/// gives ∞, with OVERFLOW and INEXACT.
#[doc(alias("rint", "nearbyint"))]
#[inline]
pub const fn round_to_integral<F: Format>(a: F, rounding: Rounding) -> (F, Flags) {
    let (rounded, flags) = round_to_integral_exact(a, rounding);
    let merely_inexact = flags.bits() == Flags::INEXACT.bits();
    (rounded, if merely_inexact { Flags::NONE } else { flags })
}

/// Rounds to an integer of the same format, and raises INEXACT if the value changes (5.3.1, `roundToIntegralExact`).
#[inline]
pub const fn round_to_integral_exact<F: Format>(a: F, rounding: Rounding) -> (F, Flags) {
    number(F::LAYOUT.round_to_integral(rounding, to_code(a)))
}

/// Returns a · 2<sup>n</sup> (5.3.3, `scaleB`). This is C's `scalbn` and `ldexp`.
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

/// Returns ⌊log<sub>2</sub> |a|⌋, the exponent of the leading bit, rounded ties to even (5.3.3, `logB`). 0 gives −∞ and raises
/// DIVIDE_BY_ZERO. An infinity gives ∞.
#[doc(alias = "logB")]
#[inline]
pub const fn log_b<F: Format>(a: F) -> (F, Flags) {
    number(F::LAYOUT.log_b(to_code(a)))
}

/// Compares a with b. Returns `None`, *unordered*, if a number is a NaN. A signaling NaN raises INVALID (5.6.1, 5.11,
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

/// Compares a with b, like [`compare`]. Every NaN raises INVALID (5.6.1, `compareSignaling…`).
#[inline]
pub const fn compare_signaling<F: Format>(a: F, b: F) -> (Option<Ordering>, Flags) {
    let (order, _) = compare(a, b);
    (order, Flags::INVALID.when(order.is_none()))
}

/// Converts an integer to the format, rounded by `rounding` (5.4.1, `convertFromInt`).
///
/// ```
/// use ulp::{Bf16, Flags, Rounding, ieee};
///
/// let (x, flags) = ieee::from_int::<Bf16, _>(16_842_753_u32, Rounding::TiesToEven);
/// assert_eq!((x.to_bits(), flags), (0x4b81, Flags::INEXACT));
/// ```
#[inline]
pub const fn from_int<F: Format, I: Integer>(x: I, rounding: Rounding) -> (F, Flags) {
    let cast = Cast::new().rounding(rounding);
    if let Some(odd) = by_floats::odd_f32::<F, I>(x) {
        return number(cast.convert(Layout::BINARY32, F::LAYOUT, to_code(odd)));
    }
    if let Some(odd) = by_floats::odd_f64::<F, I>(x) {
        return number(cast.convert(Layout::BINARY64, F::LAYOUT, to_code(odd)));
    }
    let (negative, magnitude) = integer::sign_and_magnitude(x);
    number(F::LAYOUT.integer_to_code(rounding, negative, magnitude))
}

/// Rounds a number to an integer type (5.4.1, 5.8, `convertToIntegerExact…`).
///
/// Raises INEXACT if rounding changes the value. A number out of the integer's range gives the nearest bound, and raises only
/// INVALID. A NaN gives 0 and raises INVALID.
///
/// ```
/// use ulp::{F16, Flags, Rounding, ieee};
///
/// assert_eq!(ieee::to_int::<i8, _>(F16::from_f32(-2.5), Rounding::TiesToEven), (-2, Flags::INEXACT));
/// assert_eq!(ieee::to_int::<u8, _>(F16::from_f32(300.0), Rounding::TiesToEven), (255, Flags::INVALID));
/// ```
#[inline]
pub const fn to_int<I: Integer, F: Format>(x: F, rounding: Rounding) -> (I, Flags) {
    let (bits, flags) = F::LAYOUT.to_integer(rounding, to_code(x), I::BITS, I::SIGNED);
    (integer::from_low_bits(bits), flags)
}
