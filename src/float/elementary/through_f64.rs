//! From a number to an `f64` and back, and the NaNs of the functions between.

use crate::round::{Flags, Format, from_code, to_code};

/// Fraction bits that `f64` has and the format hasn't.
const fn dropped_bits<F: Format>() -> u32 {
    f64::MANTISSA_DIGITS - F::LAYOUT.precision()
}

/// What a format's exponent field lacks to be an `f64`'s, in the place of the latter.
const fn rebias<F: Format>() -> u64 {
    ((f64::LAYOUT.bias() - F::LAYOUT.bias()) as u64) << f64::LAYOUT.fraction_bits()
}

/// The `f64` of the code of a normal number, by moving its fields to where an `f64` has them.
#[inline(always)]
pub(super) fn widen_normal<F: Format>(code: u64) -> f64 {
    let magnitude = code & F::LAYOUT.magnitude_mask();
    let sign = (code & F::LAYOUT.sign_mask()) << (f64::LAYOUT.bits() - F::LAYOUT.bits());
    f64::from_bits(sign | ((magnitude << dropped_bits::<F>()) + rebias::<F>()))
}

/// The code of an `f64` within the normal numbers of the format, by moving its fields back; what is dropped rounds them, ties
/// to even.
#[inline(always)]
pub(super) fn round_normal<F: Format>(y: f64) -> u64 {
    let place = y.abs().to_bits() - rebias::<F>();
    let odd = place >> dropped_bits::<F>() & 1;
    let almost_half = (1 << (dropped_bits::<F>() - 1)) - 1;
    let magnitude = (place + almost_half + odd) >> dropped_bits::<F>();
    F::LAYOUT.with_sign_bit(y.is_sign_negative(), magnitude)
}

/// Whether a code is of a normal number.
#[inline(always)]
pub(super) fn is_normal<F: Format>(code: u64) -> bool {
    let (least, most) = (F::LAYOUT.hidden_bit(), F::LAYOUT.max_code());
    (code & F::LAYOUT.magnitude_mask()).wrapping_sub(least) <= most - least
}

/// [`Format::cast`] to `f64`, with a shortcut for normal numbers.
#[inline(always)]
fn widen<F: Format>(x: F) -> f64 {
    #[cold]
    fn rare<F: Format>(x: F) -> f64 {
        x.cast()
    }
    if is_normal::<F>(to_code(x)) {
        widen_normal::<F>(to_code(x))
    } else {
        rare(x)
    }
}

/// [`Format::cast`] from `f64`, with a shortcut for what lies within the normal numbers; for a NaN that of the operands' codes.
#[inline(always)]
pub(super) fn round<F: Format>(y: f64, operands: &[u64]) -> F {
    let (least, most) = (F::MIN_POSITIVE.cast::<f64>(), F::MAX.cast::<f64>());
    if least <= y.abs() && y.abs() <= most {
        from_code(round_normal::<F>(y))
    } else {
        round_any(y, operands)
    }
}

/// The same without the shortcut. If the result is a NaN and no operand, the operation was invalid and gives the canonical NaN,
/// whichever the CPU's is.
#[cold]
fn round_any<F: Format>(y: f64, operands: &[u64]) -> F {
    if !y.is_nan() {
        return y.cast();
    }
    let (nan, _) = match F::LAYOUT.nan_of(operands) {
        Some(nan) => nan,
        None => F::LAYOUT.invalid(),
    };
    from_code(nan)
}

/// A function of one argument.
#[inline(always)]
pub(super) fn of_one<F: Format>(x: F, f: impl Fn(f64) -> f64) -> F {
    round(f(widen(x)), &[to_code(x)])
}

/// The same where a shortcut to the function doesn't go.
#[cold]
pub(super) fn of_any<F: Format>(x: F, f: impl Fn(f64) -> f64) -> F {
    round_any(f(x.cast()), &[to_code(x)])
}

/// A function of two arguments. Some give a number for a quiet NaN, but none for a signaling one (IEEE 754-2019, 6.2).
#[inline(always)]
pub(super) fn of_two<F: Format>(x: F, y: F, f: impl Fn(f64, f64) -> f64) -> F {
    let operands = [to_code(x), to_code(y)];
    match F::LAYOUT.nan_of(&operands) {
        Some((nan, Flags::INVALID)) => from_code(nan),
        _ => round(f(widen(x), widen(y)), &operands),
    }
}
