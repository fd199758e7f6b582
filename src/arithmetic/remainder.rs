//! Remainders of divisions, and the integer quotients that belong to them. Both are exact, however far apart the operands are.

use crate::format::Layout;
use crate::round::{Cast, Flags, Rounding, unpacked::Unpacked};

/// The division of two magnitudes: ⌊x / y⌋, and x − y · ⌊x / y⌋ with the sign of x.
struct Division {
    /// The quotient without the lowest `cut` bits. If bits are cut, the last bit is sticky.
    quotient: u128,
    cut: i32,
    /// True if the quotient is odd.
    odd: bool,
    remainder: Option<Unpacked>,
}

impl Division {
    /// Divides by long division with digits of up to 63 bits.
    const fn new(x: Unpacked, y: Unpacked) -> Self {
        let mut left = x.exponent - y.exponent;
        if left < 0 {
            return Self {
                quotient: 0,
                cut: 0,
                odd: false,
                remainder: Some(x),
            };
        }
        let divisor = y.significand as u128;
        let mut remainder = x.significand as u128;
        let mut quotient = (remainder >= divisor) as u128;
        remainder -= quotient * divisor;
        let (mut odd, mut cut) = (quotient == 1, 0);
        while left > 0 {
            let bits = if left < 63 { left } else { 63 };
            left -= bits;
            remainder <<= bits;
            let digit = remainder / divisor;
            remainder %= divisor;
            odd = digit & 1 != 0;
            if quotient >> 64 == 0 {
                quotient = quotient << bits | digit;
            } else {
                quotient |= (digit != 0) as u128;
                cut += bits;
            }
        }
        let remainder = Unpacked::new(x.negative, y.exponent + 64, remainder);
        Self {
            quotient,
            cut,
            odd,
            remainder,
        }
    }
}

/// Returns whether twice `x` is greater than `y` in magnitude, or equal to `y` if `or_equal` is true.
const fn is_more_than_half(x: Unpacked, y: Unpacked, or_equal: bool) -> bool {
    if x.exponent + 1 != y.exponent {
        return x.exponent + 1 > y.exponent;
    }
    x.significand > y.significand || or_equal && x.significand == y.significand
}

impl Layout {
    /// Returns the operands if both are finite and not zero. Otherwise returns the remainder, as an error.
    const fn division_operands(self, a: u64, b: u64) -> Result<(Unpacked, Unpacked), (u64, Flags)> {
        if let Some(nan) = self.nan_of(&[a, b]) {
            return Err(nan);
        }
        match (self.unpack(a), self.unpack(b)) {
            _ if self.is_infinite(a) => Err(self.invalid()),
            (None, Some(_)) => Err((a & self.code_mask(), Flags::NONE)),
            _ if self.is_infinite(b) => Err((a & self.code_mask(), Flags::NONE)),
            (_, None) => Err(self.invalid()),
            (Some(x), Some(y)) => Ok((x, y)),
        }
    }

    /// Returns x − y · n, where n is the quotient cut to an integer. This is C's `fmod`.
    pub(crate) const fn rem(self, a: u64, b: u64) -> (u64, Flags) {
        let (x, y) = match self.division_operands(a, b) {
            Ok(operands) => operands,
            Err(result) => return result,
        };
        match Division::new(x, y).remainder {
            Some(remainder) => self.round_unpacked(Rounding::TiesToEven, remainder),
            None => self.signed_zero(x.negative),
        }
    }

    /// Returns x − y · n, where n is the integer nearest to the quotient, ties to even (IEEE 754-2019, 5.3.1).
    pub(crate) const fn remainder(self, a: u64, b: u64) -> (u64, Flags) {
        let (x, y) = match self.division_operands(a, b) {
            Ok(operands) => operands,
            Err(result) => return result,
        };
        let Division { odd, remainder, .. } = Division::new(x, y);
        match remainder {
            None => self.signed_zero(x.negative),
            Some(remainder) if is_more_than_half(remainder, y, odd) => {
                let y = Unpacked {
                    negative: !x.negative,
                    ..y
                };
                self.round_or_zero(Rounding::TiesToEven, remainder.plus(y))
            }
            Some(remainder) => self.round_unpacked(Rounding::TiesToEven, remainder),
        }
    }

    /// Returns the least non-negative x − y · n, rounded.
    pub(crate) const fn rem_euclid(self, a: u64, b: u64) -> u64 {
        let remainder = match self.division_operands(a, b) {
            Ok((x, y)) => match Division::new(x, y).remainder {
                Some(remainder) if remainder.negative => {
                    let y = Unpacked { negative: false, ..y };
                    return self.round_or_zero(Rounding::TiesToEven, remainder.plus(y)).0;
                }
                Some(remainder) => self.round_unpacked(Rounding::TiesToEven, remainder).0,
                None => self.signed_zero(x.negative).0,
            },
            Err((remainder, _)) => remainder,
        };
        let wraps = self.is_negative(remainder) && self.is_infinite(b) && !self.is_zero(remainder);
        if wraps && !self.is_nan(remainder) {
            self.infinite(Cast::new(), false).0
        } else {
            remainder
        }
    }

    /// Returns a number minus its integer part. An integer gives +0.
    pub(crate) const fn fract(self, a: u64) -> u64 {
        match self.unpack(a) {
            Some(x) if self.is_finite(a) => match Division::new(x, Unpacked::ONE).remainder {
                Some(remainder) => self.round_unpacked(Rounding::TiesToEven, remainder).0,
                None => self.signed_zero(false).0,
            },
            _ => self.subtract(Rounding::TiesToEven, a, a).0,
        }
    }

    /// Returns the n of [`rem_euclid`](Self::rem_euclid), rounded.
    pub(crate) const fn div_euclid(self, a: u64, b: u64) -> u64 {
        let Ok((x, y)) = self.division_operands(a, b) else {
            let below = self.is_negative(a) && self.is_finite(a) && !self.is_zero(a);
            return if below && self.is_infinite(b) {
                let one = Unpacked {
                    negative: !self.is_negative(b),
                    ..Unpacked::ONE
                };
                self.round_unpacked(Rounding::TiesToEven, one).0
            } else {
                self.divide(Rounding::TiesToEven, a, b).0
            };
        };
        let Division {
            quotient,
            cut,
            remainder,
            ..
        } = Division::new(x, y);
        // The addition never carries into the cut bits: if the remainder is not 0, the cut bits are not all 1.
        let quotient = quotient + (x.negative && remainder.is_some()) as u128;
        let negative = x.negative != y.negative;
        match Unpacked::new(negative, cut + 127, quotient) {
            Some(quotient) => self.round_unpacked(Rounding::TiesToEven, quotient).0,
            None => self.signed_zero(negative).0,
        }
    }
}
