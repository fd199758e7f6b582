//! Computes functions through `f64`: widens the operands, rounds the result, and makes the NaN that IEEE 754 prescribes.

use crate::round::{Flags, Format, from_code, to_code};

/// Returns the number of fraction bits that `f64` has and the format lacks.
const fn dropped_bits<F: Format>() -> u32 {
    f64::MANTISSA_DIGITS - F::LAYOUT.precision()
}

/// Returns the difference of the exponent fields of `f64` and the format, at the place of the `f64` field.
const fn rebias<F: Format>() -> u64 {
    ((f64::LAYOUT.bias() - F::LAYOUT.bias()) as u64) << f64::LAYOUT.fraction_bits()
}

/// Returns the `f64` of the code of a normal number. The function moves the fields to their place in an `f64`.
#[inline(always)]
pub(super) fn widen_normal<F: Format>(code: u64) -> f64 {
    let magnitude = code & F::LAYOUT.magnitude_mask();
    let sign = (code & F::LAYOUT.sign_mask()) << (f64::LAYOUT.bits() - F::LAYOUT.bits());
    f64::from_bits(sign | ((magnitude << dropped_bits::<F>()) + rebias::<F>()))
}

/// Returns the code of an `f64` that lies within the normal numbers of the format. The function moves the fields back, and rounds
/// off the dropped bits, ties to even.
#[inline(always)]
pub(super) fn round_normal<F: Format>(y: f64) -> u64 {
    let place = y.abs().to_bits() - rebias::<F>();
    let odd = place >> dropped_bits::<F>() & 1;
    let almost_half = (1 << (dropped_bits::<F>() - 1)) - 1;
    let magnitude = (place + almost_half + odd) >> dropped_bits::<F>();
    F::LAYOUT.with_sign_bit(y.is_sign_negative(), magnitude)
}

/// Rounds a number with a relative error. Returns `None` if the number is so near to a tie that the error matters, or is not a
/// normal number of the format.
#[inline(always)]
pub(super) fn round_far_from_ties<F: Format>(y: f64, error: f64) -> Option<F> {
    let (least, most) = (F::MIN_POSITIVE.cast::<f64>(), F::MAX.cast::<f64>());
    let guard = y.to_bits() & ((1 << dropped_bits::<F>()) - 1);
    let units = (error * (1_u64 << f64::MANTISSA_DIGITS) as f64) as u64;
    let is_far = guard.abs_diff(1 << (dropped_bits::<F>() - 1)) > units;
    (is_far && least <= y.abs() && y.abs() <= most).then(|| from_code(round_normal::<F>(y)))
}

/// Returns whether a code is that of a normal number.
#[inline(always)]
pub(super) fn is_normal<F: Format>(code: u64) -> bool {
    let (least, most) = (F::LAYOUT.hidden_bit(), F::LAYOUT.max_code());
    (code & F::LAYOUT.magnitude_mask()).wrapping_sub(least) <= most - least
}

/// Does what [`Format::cast`] to `f64` does, with a shortcut for normal numbers.
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

/// Does what [`Format::cast`] from `f64` does, with a shortcut for normal numbers. A NaN becomes the NaN of the operands' codes.
#[inline(always)]
pub(super) fn round<F: Format>(y: f64, operands: &[u64]) -> F {
    let (least, most) = (F::MIN_POSITIVE.cast::<f64>(), F::MAX.cast::<f64>());
    if least <= y.abs() && y.abs() <= most {
        from_code(round_normal::<F>(y))
    } else {
        round_any(y, operands)
    }
}

/// Does what [`round`] does, without the shortcut. If the result is a NaN and no operand is, the operation was invalid. The
/// result is then the canonical NaN on every CPU.
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

/// Computes a function of one argument.
#[inline(always)]
pub(super) fn of_one<F: Format>(x: F, f: impl Fn(f64) -> f64) -> F {
    round(f(widen(x)), &[to_code(x)])
}

/// Computes a function of one argument, for numbers that a shortcut of the function leaves out.
#[cold]
pub(super) fn of_any<F: Format>(x: F, f: impl Fn(f64) -> f64) -> F {
    round_any(f(x.cast()), &[to_code(x)])
}

/// Computes a function of two arguments. Some functions give a number for a quiet NaN, but none does for a signaling NaN (IEEE
/// 754-2019, 6.2).
#[inline(always)]
pub(super) fn of_two<F: Format>(x: F, y: F, f: impl Fn(f64, f64) -> f64) -> F {
    let operands = [to_code(x), to_code(y)];
    match F::LAYOUT.nan_of(&operands) {
        Some((nan, Flags::INVALID)) => from_code(nan),
        _ => round(f(widen(x), widen(y)), &operands),
    }
}
