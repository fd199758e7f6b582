//! Neighbours, distances, and orders.

use core::cmp::Ordering;

use crate::format::Layout;
use crate::round::{Format, to_code};

impl Layout {
    /// Returns the largest ordinal. It is the ordinal of the infinity in a format that has one.
    const fn top_ordinal(self) -> i64 {
        (self.max_code() + self.has_infinities() as u64) as i64
    }

    /// Returns the code with an [`ordinal`](Self::ordinal). The ordinal 0 gives +0.
    const fn ordinal_to_code(self, ordinal: i64) -> u64 {
        let negative = ordinal < 0;
        let magnitude = ordinal.unsigned_abs() - (negative && !self.has_zero()) as u64;
        self.with_sign_bit(negative, magnitude)
    }

    /// Returns the code of the least greater number (IEEE 754-2019, 5.3.1). +∞ and NaN stay unchanged. In a format without
    /// infinities, the largest number stays unchanged.
    pub(crate) const fn next_up(self, code: u64) -> u64 {
        let code = code & self.code_mask();
        if self.is_nan(code) || self.ordinal(code) == self.top_ordinal() {
            return code;
        }
        let next = self.ordinal_to_code(self.ordinal(code) + 1);
        if self.is_zero(next) { self.signed_zero(true).0 } else { next }
    }

    /// Returns the code of the greatest lesser number.
    pub(crate) const fn next_down(self, code: u64) -> u64 {
        let code = code & self.code_mask();
        let lowest = if self.is_signed() {
            -self.top_ordinal() - !self.has_zero() as i64
        } else {
            0
        };
        if self.is_nan(code) || self.ordinal(code) == lowest {
            return code;
        }
        self.ordinal_to_code(self.ordinal(code) - 1)
    }

    /// Returns the number of steps between two codes, or `None` if a code is a NaN.
    pub(crate) const fn ulp_distance(self, a: u64, b: u64) -> Option<u64> {
        if self.is_nan(a) || self.is_nan(b) {
            None
        } else {
            Some(self.ordinal(a).abs_diff(self.ordinal(b)))
        }
    }

    /// Returns the code of the unit in the last place: the distance to the next number up in magnitude, as if exponents had no
    /// upper bound. An infinity gives +∞. A NaN gives itself.
    pub(crate) const fn ulp(self, code: u64) -> u64 {
        let code = code & self.code_mask();
        if self.is_nan(code) {
            return code;
        }
        let magnitude = code & self.magnitude_mask();
        if magnitude > self.max_code() {
            return magnitude;
        }
        let field = (magnitude >> self.fraction_bits()) as i32;
        let above = field - (self.has_zero() && field > 0) as i32;
        self.power_of_two_code(self.finest_exponent() + above)
    }

    /// Orders all codes by IEEE 754-2019, 5.10. Numbers are ordered by their values, with −0 below +0. NaNs lie outside of all
    /// numbers, ordered by sign and payload.
    pub(crate) const fn total_order(self, a: u64, b: u64) -> Ordering {
        let (a, b) = (self.total_rank(a), self.total_rank(b));
        if a < b {
            Ordering::Less
        } else if a > b {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }

    const fn total_rank(self, code: u64) -> i64 {
        let magnitude = (code & self.magnitude_mask()) as i64;
        if self.nan_is_negative_zero() && self.is_nan(code) {
            i64::MAX
        } else if self.is_negative(code) {
            !magnitude
        } else {
            magnitude
        }
    }

    /// Returns the code with another sign. FNUZ's NaN has no sign.
    pub(crate) const fn copy_sign(self, code: u64, negative: bool) -> u64 {
        if self.is_signed() && self.is_negative(code) != negative {
            self.negate(code)
        } else {
            code & self.code_mask()
        }
    }

    /// Returns the lesser (or greater) of two numbers. If a number is a NaN, returns that NaN, made quiet, if `nan_wins`, and
    /// otherwise returns the other number (IEEE 754-2019, 9.6).
    pub(crate) const fn min_max(self, a: u64, b: u64, greatest: bool, nan_wins: bool) -> u64 {
        let (a, b) = (a & self.code_mask(), b & self.code_mask());
        match self.nan_of(&[a, b]) {
            Some((nan, _)) if nan_wins || self.is_nan(a) && self.is_nan(b) => nan,
            Some(_) if self.is_nan(a) => b,
            Some(_) => a,
            None if matches!(self.total_order(a, b), Ordering::Less) != greatest => a,
            None => b,
        }
    }
}

/// Returns the number of steps from one number to the other: how often [`next_up`](crate::F16::next_up) must be applied to the
/// lesser number to get the greater one.
///
/// Equal numbers are 0 steps apart. −0 and +0 are equal. ∞ is one step past the largest number. If a number is a NaN, the
/// distance is [`u64::MAX`]. No two numbers have this distance. A test for nearness therefore fails for a NaN.
///
/// ```
/// use ulp::{F16, ulps_between};
///
/// let third = F16::from_f32(1.0) / F16::from_f32(3.0);
/// assert_eq!(ulps_between(third, F16::from_f32(0.3335)), 1);
/// assert_eq!(ulps_between(0.1f64 + 0.2, 0.3), 1);
/// assert_eq!(ulps_between(1.0, f32::NAN), u64::MAX);
/// ```
#[doc(alias("ulp_distance", "ulp_diff"))]
#[inline]
pub const fn ulps_between<F: Format>(a: F, b: F) -> u64 {
    match F::LAYOUT.ulp_distance(to_code(a), to_code(b)) {
        Some(steps) => steps,
        None => u64::MAX,
    }
}
