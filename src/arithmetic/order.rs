//! Neighbours, distances, and orders.

#![allow(clippy::needless_bitwise_bool, reason = "a lazy operator is a branch")]

use core::cmp::Ordering;

use crate::format::Layout;
use crate::round::{Format, from_code, to_code};

impl Layout {
    /// Returns the largest ordinal. It is the ordinal of the infinity in a format that has one.
    #[inline(always)]
    const fn top_ordinal(self) -> i64 {
        (self.max_code() + self.has_infinities() as u64) as i64
    }

    /// Returns the code with an [`ordinal`](Self::ordinal). The ordinal 0 gives +0.
    #[inline(always)]
    const fn ordinal_to_code(self, ordinal: i64) -> u64 {
        let negative = ordinal < 0;
        let magnitude = ordinal.unsigned_abs() - (negative && !self.has_zero()) as u64;
        self.with_sign_bit(negative, magnitude)
    }

    /// Returns the code of the least greater number (IEEE 754-2019, 5.3.1). +∞ and NaN stay unchanged. In a format without
    /// infinities, the largest number stays unchanged.
    #[inline(always)]
    pub(crate) const fn next_up(self, code: u64) -> u64 {
        let code = code & self.code_mask();
        if self.is_nan(code) || self.ordinal(code) == self.top_ordinal() {
            return code;
        }
        let next = self.ordinal_to_code(self.ordinal(code) + 1);
        if self.is_zero(next) { self.signed_zero(true).0 } else { next }
    }

    /// Returns the code of the greatest lesser number.
    #[inline(always)]
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
    #[inline(always)]
    pub(crate) const fn ulp_distance(self, a: u64, b: u64) -> Option<u64> {
        if self.is_nan(a) || self.is_nan(b) {
            None
        } else {
            Some(self.ordinal(a).abs_diff(self.ordinal(b)))
        }
    }

    /// Returns the code of the unit in the last place: the distance to the next number up in magnitude, as if exponents had no
    /// upper bound. An infinity gives +∞. A NaN gives itself.
    #[inline(always)]
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

    /// Returns the code with another sign. FNUZ's NaN has no sign.
    #[inline(always)]
    pub(crate) const fn copy_sign(self, code: u64, negative: bool) -> u64 {
        if self.is_signed() && self.is_negative(code) != negative {
            self.negate(code)
        } else {
            code & self.code_mask()
        }
    }
}

/// The order of the codes of a format, by integers that grow with them.
///
/// A code moves to the top of the narrowest signed integer that holds it, so that a vector compares many. If the integer is negative, all bits but the sign are inverted: this is the total
/// order. The two's complement of a magnitude is the order of values. The constants spare a build without optimization all work on
/// the layout.
struct Order<F>(F);

impl<F: Format> Order<F> {
    const MAGNITUDE_BITS: u32 = F::LAYOUT.bits() - F::LAYOUT.is_signed() as u32;
    const NAN_IS_NEGATIVE_ZERO: bool = F::LAYOUT.nan_is_negative_zero();
    /// 1 if both zeros have one value.
    const ZEROS: i64 = F::LAYOUT.has_zero() as i64;
    const TOP: u64 = F::LAYOUT.max_code() + F::LAYOUT.has_infinities() as u64;
    /// The integers of the least and the greatest number. Every NaN lies outside of them, except FNUZ's.
    const MOST: i64 = Self::value(Self::TOP);
    const LEAST: i64 = if F::LAYOUT.is_signed() {
        Self::value(F::LAYOUT.sign_mask() | Self::TOP)
    } else {
        0
    };

    /// Returns an integer that grows with the code in the total order, in which −0 comes before +0.
    #[inline(always)]
    const fn total(code: u64) -> i64 {
        macro_rules! key {
            ($Int:ident, $Bits:ident) => {{
                let top = (code << const { $Int::BITS - 1 - min(Self::MAGNITUDE_BITS, $Int::BITS - 1) }) as $Int;
                (top ^ ((top >> ($Int::BITS - 1)) as $Bits >> 1) as $Int) as i64
            }};
        }
        match Self::MAGNITUDE_BITS {
            0..=7 => key!(i8, u8),
            8..=15 => key!(i16, u16),
            16..=31 => key!(i32, u32),
            _ => key!(i64, u64),
        }
    }

    /// Returns an integer that grows with the value.
    #[inline(always)]
    const fn value(code: u64) -> i64 {
        macro_rules! key {
            ($Int:ident) => {{
                let top = (code << const { $Int::BITS - 1 - min(Self::MAGNITUDE_BITS, $Int::BITS - 1) }) as $Int;
                let sign = top >> ($Int::BITS - 1);
                (top ^ sign & $Int::MAX).wrapping_sub(sign * Self::ZEROS as $Int) as i64
            }};
        }
        match Self::MAGNITUDE_BITS {
            0..=7 => key!(i8),
            8..=15 => key!(i16),
            16..=31 => key!(i32),
            _ => key!(i64),
        }
    }

    #[inline(always)]
    const fn is_nan(code: u64) -> bool {
        let is_high = code & const { F::LAYOUT.magnitude_mask() } > Self::TOP;
        is_high | (Self::NAN_IS_NEGATIVE_ZERO && code == const { F::LAYOUT.sign_mask() })
    }

    /// Returns the values of two codes, and whether a code is a NaN that lies between the least and the greatest number.
    #[inline(always)]
    const fn values(a: F, b: F) -> (i64, i64, bool) {
        let (a, b) = (to_code(a), to_code(b));
        let has_inner_nan = Self::NAN_IS_NEGATIVE_ZERO && (Self::is_nan(a) | Self::is_nan(b));
        (Self::value(a), Self::value(b), has_inner_nan)
    }
}

const fn min(a: u32, b: u32) -> u32 {
    if a < b { a } else { b }
}

/// Returns whether `a` is less than `b`. The function has no branch.
#[inline(always)]
pub(crate) const fn is_less<F: Format>(a: F, b: F) -> bool {
    let (a, b, has_inner_nan) = Order::<F>::values(a, b);
    (Order::<F>::LEAST <= a) & (a < b) & (b <= Order::<F>::MOST) & !has_inner_nan
}

/// Returns whether `a` is at most `b`. The function has no branch.
#[inline(always)]
pub(crate) const fn is_at_most<F: Format>(a: F, b: F) -> bool {
    let (a, b, has_inner_nan) = Order::<F>::values(a, b);
    (Order::<F>::LEAST <= a) & (a <= b) & (b <= Order::<F>::MOST) & !has_inner_nan
}

/// Returns whether two numbers are equal. The function has no branch.
#[inline(always)]
pub(crate) const fn is_equal<F: Format>(a: F, b: F) -> bool {
    let is_nan = Order::<F>::is_nan(to_code(a));
    let (a, b, has_inner_nan) = Order::<F>::values(a, b);
    !is_nan & (a == b) & !has_inner_nan
}

/// Returns the order of two numbers by their values. Zeros are equal. A NaN has no order.
#[inline(always)]
pub(crate) const fn compare<F: Format>(a: F, b: F) -> Option<Ordering> {
    let (a, b, has_inner_nan) = Order::<F>::values(a, b);
    let (least, most) = (Order::<F>::LEAST, Order::<F>::MOST);
    let has_outer_nan = (a < least) | (b > most) | (b < least) | (a > most);
    if has_outer_nan | has_inner_nan {
        None
    } else if a < b {
        Some(Ordering::Less)
    } else if a > b {
        Some(Ordering::Greater)
    } else {
        Some(Ordering::Equal)
    }
}

/// Returns the order of two codes by IEEE 754-2019, 5.10. Numbers are ordered by their values, with −0 below +0. NaNs lie outside
/// of all numbers, ordered by sign and payload. FNUZ's NaN, which has no sign, comes last.
#[inline(always)]
pub(crate) const fn total_order<F: Format>(a: F, b: F) -> Ordering {
    let (a, b) = (total_rank(a), total_rank(b));
    if a < b {
        Ordering::Less
    } else if a > b {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

#[inline(always)]
const fn total_rank<F: Format>(x: F) -> i64 {
    if Order::<F>::NAN_IS_NEGATIVE_ZERO && Order::<F>::is_nan(to_code(x)) {
        i64::MAX
    } else {
        Order::<F>::total(to_code(x))
    }
}

/// Returns the lesser (or greater) of two numbers. If a number is a NaN, returns that NaN, made quiet, if `nan_wins`, and otherwise
/// returns the other number (IEEE 754-2019, 9.6).
#[inline(always)]
pub(crate) const fn min_max<F: Format>(a: F, b: F, greatest: bool, nan_wins: bool) -> F {
    let (a, b) = (to_code(a), to_code(b));
    let a_is_less = Order::<F>::total(a) < Order::<F>::total(b);
    let number = if a_is_less == greatest { b } else { a };
    from_code(match (Order::<F>::is_nan(a), Order::<F>::is_nan(b)) {
        (false, false) => number,
        (true, other_is_nan) if nan_wins || other_is_nan => F::LAYOUT.quieted(a),
        (false, true) if nan_wins => F::LAYOUT.quieted(b),
        (true, _) => b,
        (false, true) => a,
    })
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
