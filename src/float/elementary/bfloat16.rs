//! Exponentials of [`Bf16`] in `f32`, without branches. A loop over numbers therefore becomes a loop over vectors.
//!
//! The errors in the last few places of an `f32` never matter: for no `Bf16` is e<sup>x</sup> or 2<sup>x</sup> that near to a
//! midpoint of two neighbours. `ulp-verify functions` shows this by trying every `Bf16`.

use core::f32::consts::LN_2;

use crate::float::Bf16;

/// The logarithm of a base to base 2, in two parts. Numbers of 8 bits times the first part are exact.
#[derive(Clone, Copy)]
pub(super) struct Log2 {
    high: f32,
    low: f32,
}

impl Log2 {
    pub(super) const fn new(log2: f64) -> Self {
        let high = f32::from_bits((log2 as f32).to_bits() & 0xffff_0000);
        Self {
            high,
            low: (log2 - high as f64) as f32,
        }
    }
}

/// Returns 2<sup>x · log2</sup>.
#[inline(always)]
pub(super) fn exponential(code: u64, log2: Log2) -> u64 {
    /// Powers of e and 2 with larger exponents are infinite. Powers with smaller exponents than −144 are all but 0.
    const LIMIT: f32 = 144.0;
    /// Near this number, the last place is 1. The lowest bits of a sum with it are therefore the integer added.
    const ROUND: f32 = (3_u32 << 22) as f32;
    /// The coefficients of the series of 2<sup>t</sup>: ln(2)<sup>n</sup> / n!.
    const C: [f32; 8] = {
        let mut c = [1.0; 8];
        let mut n = 1;
        while n < c.len() {
            c[n] = c[n - 1] * LN_2 / n as f32;
            n += 1;
        }
        c
    };
    let x = Bf16::from_bits(code as u16);
    let wide = x.to_f32();
    let above = if wide > LIMIT { LIMIT } else { wide };
    let limited = if above < -LIMIT { -LIMIT } else { above };

    let shifted = limited * log2.high + ROUND;
    let whole = shifted - ROUND;
    let t = (limited * log2.high - whole) + limited * log2.low;
    let t2 = t * t;
    let high = (C[4] + C[5] * t) + (C[6] + C[7] * t) * t2;
    let power = C[0] + (C[1] * t + ((C[2] + C[3] * t) + high * t2) * t2);

    // The multiplication takes two steps. The second step may overflow or make a subnormal number.
    let exponent = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let first = exponent >> 1;
    let result = power * power_of_two(first) * power_of_two(exponent - first);
    // A NaN passes to the result unchanged.
    Bf16::from_f32(if x.is_nan() { wide } else { result }).to_bits() as u64
}

/// Returns 2<sup>exponent</sup>, a normal number.
#[inline(always)]
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}
