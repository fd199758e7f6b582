//! Neighbours, distances, and orders.

use core::cmp::Ordering;

use crate::format::Layout;
use crate::round::{Format, to_code};

impl Layout {
    /// The largest rank, that of the infinity if there is one.
    const fn top_rank(self) -> i64 {
        (self.max_code() + self.has_infinities() as u64) as i64
    }

    /// The code of a [`rank`](Self::rank); 0 that of +0.
    const fn rank_code(self, rank: i64) -> u64 {
        let negative = rank < 0;
        let magnitude = rank.unsigned_abs() - (negative && !self.has_zero()) as u64;
        self.with_sign_bit(negative, magnitude)
    }

    /// The least number that compares greater (IEEE 754-2019, 5.3.1). The largest, a NaN, and +∞ stay what they are.
    pub(crate) const fn next_up(self, code: u64) -> u64 {
        let code = code & self.code_mask();
        if self.is_nan(code) || self.rank(code) == self.top_rank() {
            return code;
        }
        let next = self.rank_code(self.rank(code) + 1);
        if self.is_zero(next) {
            self.signed_zero(true).0
        } else {
            next
        }
    }

    /// The greatest number that compares less.
    pub(crate) const fn next_down(self, code: u64) -> u64 {
        let code = code & self.code_mask();
        let lowest = if self.is_signed() {
            -self.top_rank() - !self.has_zero() as i64
        } else {
            0
        };
        if self.is_nan(code) || self.rank(code) == lowest {
            return code;
        }
        self.rank_code(self.rank(code) - 1)
    }

    /// The steps between two codes; `None` if one is a NaN.
    pub(crate) const fn steps(self, a: u64, b: u64) -> Option<u64> {
        if self.is_nan(a) || self.is_nan(b) {
            None
        } else {
            Some(self.rank(a).abs_diff(self.rank(b)))
        }
    }

    /// The code of the unit in the last place: the distance to the next number up in magnitude, as if exponents had no upper
    /// bound. That of an infinity is +∞, that of a NaN itself.
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

    /// IEEE 754-2019, 5.10: numbers by their values, −0 below +0, NaNs outside of all, by sign and payload.
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

    /// The code with the sign of another. FNUZ's NaN has none.
    pub(crate) const fn copy_sign(self, code: u64, negative: bool) -> u64 {
        if self.is_signed() && self.is_negative(code) != negative {
            self.negate(code)
        } else {
            code & self.code_mask()
        }
    }

    /// The lesser (or greater) of two. With a NaN: that NaN, quiet, if it `wins` (IEEE 754-2019, 9.6), else the other.
    pub(crate) const fn extreme(self, a: u64, b: u64, greatest: bool, nan_wins: bool) -> u64 {
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

/// The steps from one number to the other: how many times [`next_up`](crate::F16::next_up) leads from the lesser to the greater.
///
/// Equal numbers, −0 and +0 too, are 0 steps apart, and ∞ is a step past the largest number. If one is a NaN, the distance is
/// [`u64::MAX`], which no numbers have, so that a test for nearness fails.
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
    match F::LAYOUT.steps(to_code(a), to_code(b)) {
        Some(steps) => steps,
        None => u64::MAX,
    }
}
