//! Remainders, and the integral quotients that belong to them: exact, however far apart the operands are.

use crate::format::Layout;
use crate::round::{Cast, Flags, Rounding, unpacked::Number};

/// Of two magnitudes: ⌊x / y⌋, and x − y · ⌊x / y⌋ with the sign of x.
struct Division {
    /// The quotient without the lowest `cut` bits; its last bit is sticky then.
    quotient: u128,
    cut: i32,
    /// Whether the quotient is odd.
    odd: bool,
    rest: Option<Number>,
}

impl Division {
    /// Long division, with digits of up to 63 bits.
    const fn new(x: Number, y: Number) -> Self {
        let mut left = x.exponent - y.exponent;
        if left < 0 {
            return Self {
                quotient: 0,
                cut: 0,
                odd: false,
                rest: Some(x),
            };
        }
        let divisor = y.significand as u128;
        let mut rest = x.significand as u128;
        let mut quotient = (rest >= divisor) as u128;
        rest -= quotient * divisor;
        let (mut odd, mut cut) = (quotient == 1, 0);
        while left > 0 {
            let bits = if left < 63 { left } else { 63 };
            left -= bits;
            rest <<= bits;
            let digit = rest / divisor;
            rest %= divisor;
            odd = digit & 1 != 0;
            if quotient >> 64 == 0 {
                quotient = quotient << bits | digit;
            } else {
                quotient |= (digit != 0) as u128;
                cut += bits;
            }
        }
        let rest = Number::new(x.negative, y.exponent + 64, rest);
        Self {
            quotient,
            cut,
            odd,
            rest,
        }
    }
}

/// Whether twice a number is more than another in magnitude, or just as much if `or_equal`.
const fn is_more_than_half(x: Number, y: Number, or_equal: bool) -> bool {
    if x.exponent + 1 != y.exponent {
        return x.exponent + 1 > y.exponent;
    }
    x.significand > y.significand || or_equal && x.significand == y.significand
}

impl Layout {
    /// The operands of a division that is neither invalid nor by an infinity, nor of zero; else its remainder.
    const fn divided(self, a: u64, b: u64) -> Result<(Number, Number), (u64, Flags)> {
        if let Some(nan) = self.nan_of(&[a, b]) {
            return Err(nan);
        }
        match (self.number(a), self.number(b)) {
            _ if self.is_infinite(a) => Err(self.invalid()),
            (None, Some(_)) => Err((a & self.code_mask(), Flags::NONE)),
            _ if self.is_infinite(b) => Err((a & self.code_mask(), Flags::NONE)),
            (_, None) => Err(self.invalid()),
            (Some(x), Some(y)) => Ok((x, y)),
        }
    }

    /// x − y · n, n the quotient cut to an integer; C's `fmod`.
    pub(crate) const fn rem(self, a: u64, b: u64) -> (u64, Flags) {
        let (x, y) = match self.divided(a, b) {
            Ok(operands) => operands,
            Err(result) => return result,
        };
        match Division::new(x, y).rest {
            Some(rest) => self.round(Cast::new(), rest),
            None => self.signed_zero(x.negative),
        }
    }

    /// x − y · n, n the integer nearest to the quotient, ties to even (IEEE 754-2019, 5.3.1).
    pub(crate) const fn remainder(self, a: u64, b: u64) -> (u64, Flags) {
        let (x, y) = match self.divided(a, b) {
            Ok(operands) => operands,
            Err(result) => return result,
        };
        let Division { odd, rest, .. } = Division::new(x, y);
        match rest {
            None => self.signed_zero(x.negative),
            Some(rest) if is_more_than_half(rest, y, odd) => {
                let y = Number {
                    negative: !x.negative,
                    ..y
                };
                self.round_some(Rounding::TiesToEven, rest.plus(y))
            }
            Some(rest) => self.round(Cast::new(), rest),
        }
    }

    /// The least non-negative x − y · n, rounded.
    pub(crate) const fn rem_euclid(self, a: u64, b: u64) -> u64 {
        let rest = match self.divided(a, b) {
            Ok((x, y)) => match Division::new(x, y).rest {
                Some(rest) if rest.negative => {
                    let y = Number {
                        negative: false,
                        ..y
                    };
                    return self.round_some(Rounding::TiesToEven, rest.plus(y)).0;
                }
                Some(rest) => self.round(Cast::new(), rest).0,
                None => self.signed_zero(x.negative).0,
            },
            Err((rest, _)) => rest,
        };
        let wraps = self.is_negative(rest) && self.is_infinite(b) && !self.is_zero(rest);
        if wraps && !self.is_nan(rest) {
            self.infinite(Cast::new(), false).0
        } else {
            rest
        }
    }

    /// What is left of a number without its integer; of an integer, +0.
    pub(crate) const fn fract(self, a: u64) -> u64 {
        match self.number(a) {
            Some(x) if self.is_finite(a) => match Division::new(x, Number::ONE).rest {
                Some(rest) => self.round(Cast::new(), rest).0,
                None => self.signed_zero(false).0,
            },
            _ => self.subtract(Rounding::TiesToEven, a, a).0,
        }
    }

    /// The n of [`rem_euclid`](Self::rem_euclid), rounded.
    pub(crate) const fn div_euclid(self, a: u64, b: u64) -> u64 {
        let Ok((x, y)) = self.divided(a, b) else {
            let below = self.is_negative(a) && self.is_finite(a) && !self.is_zero(a);
            return if below && self.is_infinite(b) {
                let one = Number {
                    negative: !self.is_negative(b),
                    ..Number::ONE
                };
                self.round(Cast::new(), one).0
            } else {
                self.divide(Rounding::TiesToEven, a, b).0
            };
        };
        let Division {
            quotient,
            cut,
            rest,
            ..
        } = Division::new(x, y);
        // A carry into the bits that were cut is none: those of a rest that is not 0 aren't all 1.
        let quotient = quotient + (x.negative && rest.is_some()) as u128;
        let negative = x.negative != y.negative;
        match Number::new(negative, cut + 127, quotient) {
            Some(quotient) => self.round(Cast::new(), quotient).0,
            None => self.signed_zero(negative).0,
        }
    }
}
