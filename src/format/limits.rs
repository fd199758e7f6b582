//! The limits of a format, as codes, exponents and decimal digits. `finfo` and the constants of a type show these limits.

use crate::format::Layout;

impl Layout {
    /// Returns the code of 2<sup>exponent</sup>, or the code of the nearest positive number.
    #[inline(always)]
    pub(crate) const fn power_of_two_code(self, exponent: i32) -> u64 {
        let finest = self.finest_exponent();
        if exponent > self.max_exponent() {
            self.max_code()
        } else if exponent >= self.min_exponent() {
            let field = exponent - self.min_exponent() + self.has_zero() as i32;
            (field as u64) << self.fraction_bits()
        } else if self.has_zero() && exponent >= finest {
            1 << (exponent - finest)
        } else {
            self.min_positive_code()
        }
    }

    /// Returns whether another format has all finite values of this format.
    pub(crate) const fn is_within(self, wide: Layout) -> bool {
        self.fraction_bits() <= wide.fraction_bits()
            && self.finest_exponent() >= wide.finest_exponent()
            && self.max_exponent() <= wide.max_exponent()
    }

    /// Returns the code of the smallest finite number: the code of −max, or 0 in a format without sign.
    #[inline]
    pub const fn min_code(self) -> u64 {
        if self.is_signed() {
            self.sign_mask() | self.max_code()
        } else {
            0
        }
    }

    /// Returns the code of the step from 1 to the next larger number.
    #[inline]
    pub const fn epsilon_code(self) -> u64 {
        self.power_of_two_code(self.epsilon_exponent())
    }

    /// Returns the exponent of the step from 1 to the next larger number: −10 for binary16. If 1 is a subnormal, returns the
    /// exponent of the step between subnormals.
    pub(crate) const fn epsilon_exponent(self) -> i32 {
        max(0, self.min_exponent()) - self.fraction_bits() as i32
    }

    /// Returns the exponent of the step from 1 to the next smaller number: −11 for binary16.
    pub(crate) const fn epsilon_below_exponent(self) -> i32 {
        max(-1, self.min_exponent()) - self.fraction_bits() as i32
    }

    /// Returns the number of decimal digits that survive a conversion to the format and back: ⌊fraction bits · log<sub>10</sub>
    /// 2⌋, 3 for binary16 (C's `FLT_DIG`).
    #[inline]
    pub const fn digits(self) -> u32 {
        // Five digits of log10(2) = 0.30102999… are enough. Up to 58 bits, no multiple of log10(2) is so near to an integer that
        // the other digits matter.
        self.fraction_bits() * 30103 / 100_000
    }

    /// Returns the exponent of the smallest power of ten that is a normal number: −4 for binary16 (C's `FLT_MIN_10_EXP`).
    pub const fn min_10_exp(self) -> i32 {
        match self.min_exponent() {
            0 => 0,
            // A positive power of two is never a power of ten.
            exponent @ 1.. => floor_log10(1.0, exponent) + 1,
            exponent => -floor_log10(1.0, -exponent),
        }
    }

    /// Returns the exponent of the largest power of ten up to the largest finite number: 4 for binary16 (C's `FLT_MAX_10_EXP`).
    pub const fn max_10_exp(self) -> i32 {
        let exponent = self.max_exponent();
        let unit = max(exponent, self.min_exponent()) - self.fraction_bits() as i32;
        let significand = if exponent < self.min_exponent() {
            self.max_code()
        } else {
            self.max_code() & self.fraction_mask() | self.hidden_bit()
        };
        floor_log10(significand as f64, unit)
    }
}

pub(crate) const fn max(a: i32, b: i32) -> i32 {
    if a > b { a } else { b }
}

pub(crate) const fn min(a: i32, b: i32) -> i32 {
    if a < b { a } else { b }
}

/// Returns ⌊log<sub>10</sub>(x · 2<sup>exponent</sup>)⌋. Rounding errors matter only if the value is very near to a power of ten.
/// No limit of a format is that near, except a limit that is a power of ten. In that case there are no rounding errors.
const fn floor_log10(mut x: f64, mut exponent: i32) -> i32 {
    let mut log = 0;
    loop {
        while x >= 10.0 {
            x /= 10.0;
            log += 1;
        }
        while x < 1.0 {
            x *= 10.0;
            log -= 1;
        }
        match exponent {
            0 => return log,
            1.. => {
                x *= 2.0;
                exponent -= 1;
            }
            _ => {
                x /= 2.0;
                exponent += 1;
            }
        }
    }
}
