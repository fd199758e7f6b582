//! Exponentials and logarithms. The series here have only the few terms that 16 bits need. The functions of `libm`, made for all
//! 53 bits of an `f64`, take three times as long.
//!
//! For no [`F16`](crate::F16) or [`Bf16`](crate::Bf16) does a function here come nearer to a midpoint of two neighbours than
//! 2<sup>−26.8</sup> of its value. Both series have a smaller error. Their results are therefore rounded correctly.

use core::f64::consts::{FRAC_1_SQRT_2, LN_2, LOG2_E};

use super::bfloat16::{self, Log2};
use super::through_f64::{is_normal, of_any, of_two, round, round_far_from_ties, round_normal, widen_normal};
use crate::format::Layout;
use crate::round::{Format, from_code, to_code};

/// Returns 2<sup>x · log2</sup>. `f` gives the result for large and special `x`.
#[inline(always)]
pub(super) fn exponential<F: Format>(x: F, log2: f64, f: impl Fn(f64) -> f64) -> F {
    if const { F::LAYOUT.const_eq(Layout::BFLOAT16) } {
        return from_code(bfloat16::exponential(to_code(x), Log2::new(log2)));
    }
    // Below 2^(w - 2), e^x and 2^x are normal numbers. w is the width of the exponent field.
    let limit = F::LAYOUT.bias() as u64 + F::LAYOUT.exponent_bits() as u64 - 2;
    let magnitude = to_code(x) & F::LAYOUT.magnitude_mask();
    if magnitude >= limit << F::LAYOUT.fraction_bits() {
        return of_any(x, f);
    }
    // `widen_normal` makes another tiny number of a zero or a subnormal number. The power of any tiny number rounds to 1.
    let power = exp2(log2 * widen_normal::<F>(to_code(x)));
    from_code(round_normal::<F>(power))
}

/// Returns 2<sup>x</sup> for |x| < 1000, with a relative error below 2<sup>−27</sup>.
#[inline(always)]
fn exp2(x: f64) -> f64 {
    /// Near this number, the last place is 1. The lowest bits of a sum with it are therefore the integer added.
    const ROUND: f64 = (3_u64 << 51) as f64;
    /// The coefficients of the series of 2<sup>t</sup>: ln(2)<sup>n</sup> / n!.
    const C: [f64; 8] = {
        let mut c = [1.0; 8];
        let mut n = 1;
        while n < c.len() {
            c[n] = c[n - 1] * LN_2 / n as f64;
            n += 1;
        }
        c
    };
    let shifted = x + ROUND;
    let t = x - (shifted - ROUND);
    let t2 = t * t;
    let high = (C[4] + C[5] * t) + (C[6] + C[7] * t) * t2;
    let power = (C[0] + C[1] * t) + ((C[2] + C[3] * t) + high * t2) * t2;
    let exponent = shifted.to_bits() << f64::LAYOUT.fraction_bits();
    f64::from_bits(power.to_bits().wrapping_add(exponent))
}

/// Returns ln(x) · scale. `f` gives the result for every `x` that is not positive and normal.
#[inline(always)]
pub(super) fn logarithm<F: Format>(x: F, scale: f64, f: impl Fn(f64) -> f64) -> F {
    if is_positive_normal::<F>(to_code(x)) {
        round(scale * ln(widen_normal::<F>(to_code(x))), &[to_code(x)])
    } else {
        of_any(x, f)
    }
}

/// Returns ln(x) for positive normal x, with a relative error below 2<sup>−28</sup>.
#[inline(always)]
fn ln(x: f64) -> f64 {
    // x = m · 2^exponent, and m is within a factor of √2 of 1.
    let above = (x.to_bits() as i64) - (FRAC_1_SQRT_2.to_bits() as i64);
    let exponent = above >> f64::LAYOUT.fraction_bits();
    let shift = (exponent as u64) << f64::LAYOUT.fraction_bits();
    let m = f64::from_bits(x.to_bits().wrapping_sub(shift));
    // ln(m) = 2 artanh(s), the odd series of 2 / n.
    let s = (m - 1.0) / (m + 1.0);
    let (s2, s4) = (s * s, s * s * s * s);
    let series = (2.0 + 2.0 / 3.0 * s2) + ((2.0 / 5.0 + 2.0 / 7.0 * s2) + 2.0 / 9.0 * s4) * s4;
    exponent as f64 * LN_2 + series * s
}

/// Returns whether a code is that of a positive normal number.
#[inline(always)]
fn is_positive_normal<F: Format>(code: u64) -> bool {
    is_normal::<F>(code) && code & F::LAYOUT.sign_mask() == 0
}

/// Returns x<sup>y</sup>.
#[inline(always)]
pub(super) fn power<F: Format>(x: F, y: F) -> F {
    /// The error of the logarithm grows with the exponent of the power, which is below 2⁸ for a normal power.
    const ERROR: f64 = 1.0 / (1 << 19) as f64;
    #[cold]
    fn rare<F: Format>(x: F, y: F) -> F {
        of_two(x, y, libm::pow)
    }
    if is_positive_normal::<F>(to_code(x)) && is_normal::<F>(to_code(y)) {
        let exponent = widen_normal::<F>(to_code(y)) * (LOG2_E * ln(widen_normal::<F>(to_code(x))));
        let limit = const { F::LAYOUT.max_exponent() as f64 };
        if exponent.abs() < limit
            && let Some(power) = round_far_from_ties(exp2(exponent), ERROR)
        {
            return power;
        }
    }
    rare(x, y)
}

/// Returns ln(x) / ln(base).
#[inline(always)]
pub(super) fn quotient_of_logarithms<F: Format>(x: F, base: F) -> F {
    const ERROR: f64 = 1.0 / (1 << 26) as f64;
    #[cold]
    fn rare<F: Format>(x: F, base: F) -> F {
        of_two(x, base, |x, base| libm::log(x) / libm::log(base))
    }
    if is_positive_normal::<F>(to_code(x)) && is_positive_normal::<F>(to_code(base)) {
        let quotient = ln(widen_normal::<F>(to_code(x))) / ln(widen_normal::<F>(to_code(base)));
        if let Some(quotient) = round_far_from_ties(quotient, ERROR) {
            return quotient;
        }
    }
    rare(x, base)
}
