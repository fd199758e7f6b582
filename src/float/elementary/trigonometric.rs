//! Sine and cosine. The series here have only the few terms that 16 bits need.
//!
//! `ulp-verify functions` shows that every result is rounded correctly.

use core::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use super::through_f64::{of_any, round, widen_normal};
use crate::round::{Format, to_code};

/// π/2 in two parts. The upper part has 33 bits, so that its products with an integer of up to 20 bits are exact.
const HIGH: f64 = f64::from_bits(FRAC_PI_2.to_bits() & !((1 << 20) - 1));
/// The lower part has its last bits too, which an `f64` of π/2 lacks.
const LOW: f64 = (FRAC_PI_2 - HIGH) + 6.123_233_995_736_766e-17;

/// Returns the sine of x + `quarters` · π/2. `f` gives the result for large, tiny and special `x`.
#[inline(always)]
pub(super) fn sine<F: Format>(x: F, quarters: u64, f: impl Fn(f64) -> f64) -> F {
    /// Near this number, the last place is 1. The lowest bits of a sum with it are therefore the integer added.
    const ROUND: f64 = (3_u64 << 51) as f64;
    let least = const { F::LAYOUT.min_normal_code() };
    // 2^15, or the largest power of two below the infinity.
    let past = const { F::LAYOUT.power_of_two_code(15) };
    let code = to_code(x);
    if (code & F::LAYOUT.magnitude_mask()).wrapping_sub(least) >= past - least {
        return of_any(x, f);
    }
    let x = widen_normal::<F>(code);
    let shifted = x * FRAC_2_PI + ROUND;
    let n = shifted - ROUND;
    let quadrant = shifted.to_bits().wrapping_add(quarters);
    let r = (x - n * HIGH) - n * LOW;
    let r2 = r * r;
    let r4 = r2 * r2;
    let sine = r + r
        * r2
        * ((-1.0 / 6.0 + r2 * (1.0 / 120.0)) + r4 * (-1.0 / 5040.0 + r2 * (1.0 / 362_880.0) - r4 * (1.0 / 39_916_800.0)));
    let cosine = (1.0 - r2 * 0.5)
        + r4 * ((1.0 / 24.0 - r2 * (1.0 / 720.0)) + r4 * (1.0 / 40320.0 - r2 * (1.0 / 3_628_800.0) + r4 * (1.0 / 479_001_600.0)));
    // Both are computed, since no branch predictor knows the quadrant.
    let is_cosine = (quadrant & 1).wrapping_neg();
    let bits = cosine.to_bits() & is_cosine | sine.to_bits() & !is_cosine;
    round(f64::from_bits(bits ^ (quadrant >> 1) << 63), &[code])
}
