//! Operations on the exponent: scaleB and logB of IEEE 754, and C's `nextafter`.

use core::cmp::Ordering;

use crate::format::Layout;
use crate::round::{Cast, Flags, Rounding};

/// An exponent that is past the limits of every layout, and far inside an `i32`.
pub(super) const PAST_ALL_EXPONENTS: i32 = 1 << 24;

impl Layout {
    /// Returns a · 2<sup>n</sup> (IEEE 754-2019, 5.3.3, `scaleB`).
    pub(crate) const fn scale_b(self, rounding: Rounding, a: u64, n: i32) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a]) {
            return nan;
        }
        let code = a & self.code_mask();
        if !self.is_finite(code) {
            return (code, Flags::NONE);
        }
        let Some(mut number) = self.unpack(code) else {
            return (code, Flags::NONE);
        };
        let n = match n {
            n if n < -PAST_ALL_EXPONENTS => -PAST_ALL_EXPONENTS,
            n if n > PAST_ALL_EXPONENTS => PAST_ALL_EXPONENTS,
            n => n,
        };
        number.exponent += n;
        self.round_unpacked(rounding, number)
    }

    /// Returns the exponent of the leading bit, or `None` for zero, an infinity or a NaN.
    pub(crate) const fn leading_exponent(self, code: u64) -> Option<i32> {
        if !self.is_finite(code) {
            return None;
        }
        match self.unpack(code) {
            Some(number) => Some(number.exponent),
            None => None,
        }
    }

    /// Returns the exponent of the leading bit as a number of the format, rounded ties to even (IEEE 754-2019, 5.3.3, `logB`).
    pub(crate) const fn log_b(self, a: u64) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a]) {
            return nan;
        }
        if let Some(exponent) = self.leading_exponent(a) {
            let magnitude = exponent.unsigned_abs() as u128;
            return self.integer_to_code(Rounding::TiesToEven, exponent < 0, magnitude);
        }
        let zero = self.is_zero(a);
        let (code, flags) = self.infinite(Cast::new(), zero);
        (code, flags.union(Flags::DIVIDE_BY_ZERO.when(zero)))
    }

    /// Returns the next number from `a` toward `other`. If the numbers are equal, returns `other`. If a number is a NaN, returns
    /// a NaN.
    pub(crate) const fn next_toward(self, a: u64, other: u64) -> u64 {
        match self.compare(a, other) {
            Some(Ordering::Less) => self.next_up(a),
            Some(Ordering::Greater) => self.next_down(a),
            Some(Ordering::Equal) => other & self.code_mask(),
            None => match self.nan_of(&[a, other]) {
                Some((nan, _)) => nan,
                None => a,
            },
        }
    }
}
