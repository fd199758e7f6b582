//! Powers with an integer exponent, and products with a real constant.

use super::exponent::PAST_ALL_EXPONENTS;
use crate::format::Layout;
use crate::round::{Cast, Rounding, unpacked::Unpacked};

/// A real number. The last bit of `exact` is sticky.
#[derive(Clone, Copy)]
pub(crate) struct Constant {
    pub(crate) nearest: f64,
    pub(crate) exact: Unpacked,
}

/// 180 / π.
pub(crate) const DEGREES: Constant = Constant {
    nearest: 180.0 / core::f64::consts::PI,
    exact: Unpacked {
        negative: false,
        exponent: 5,
        significand: 0xe52e_e0d3_1e0f_bdc3,
    },
};
/// π / 180.
pub(crate) const RADIANS: Constant = Constant {
    nearest: core::f64::consts::PI / 180.0,
    exact: Unpacked {
        negative: false,
        exponent: -6,
        significand: 0x8efa_3512_94e9_c8af,
    },
};

const PAST_ALL: i64 = PAST_ALL_EXPONENTS as i64;

/// A number of 128 bits, significand · 2<sup>exponent − 127</sup>, and whether bits were cut off. The topmost bit of the
/// significand is set.
#[derive(Clone, Copy)]
struct Extended {
    exponent: i64,
    significand: u128,
    inexact: bool,
}

impl Extended {
    const ONE: Self = Self {
        exponent: 0,
        significand: 1 << 127,
        inexact: false,
    };

    /// Returns the product, cut to 128 bits.
    const fn times(self, other: Self) -> Self {
        const LOW: u128 = u64::MAX as u128;
        let (a, b) = (self.significand, other.significand);
        let low = (a & LOW) * (b & LOW);
        let (left, right) = ((a >> 64) * (b & LOW), (a & LOW) * (b >> 64));
        let middle = (low >> 64) + (left & LOW) + (right & LOW);
        let high = (a >> 64) * (b >> 64) + (left >> 64) + (right >> 64) + (middle >> 64);
        let low = middle << 64 | low & LOW;
        // The product of two numbers in [1, 2) lies in [1, 4). It may have one more bit before the point.
        let carry = (high >> 127) as u32;
        let (significand, remainder) = if carry == 1 {
            (high, low)
        } else {
            (high << 1 | low >> 127, low << 1)
        };
        Self {
            exponent: self.exponent + other.exponent + carry as i64,
            significand,
            inexact: self.inexact || other.inexact || remainder != 0,
        }
    }

    /// Returns 1 / self, cut to 128 bits.
    const fn reciprocal(self) -> Self {
        if self.significand == Self::ONE.significand {
            return Self {
                exponent: -self.exponent,
                ..self
            };
        }
        // Long division of 2²⁵⁵ by the significand, one bit at a time. `remainder` starts as the upper half of 2²⁵⁵.
        let (mut quotient, mut remainder) = (0_u128, 1_u128 << 127);
        let mut bits = 128;
        while bits > 0 {
            let carry = remainder >> 127 == 1;
            remainder <<= 1;
            quotient <<= 1;
            if carry || remainder >= self.significand {
                remainder = remainder.wrapping_sub(self.significand);
                quotient |= 1;
            }
            bits -= 1;
        }
        Self {
            exponent: -self.exponent - 1,
            significand: quotient,
            inexact: true,
        }
    }
}

impl Layout {
    /// Returns a power by the rules of `pown` in IEEE 754-2019, 9.2. The 0th power is 1 for every base.
    ///
    /// The function computes 128 bits. Rounding errors reach at most the last 32 bits. The result is rounded once, unless the
    /// exact power lies within these errors of a tie and is not a tie.
    pub(crate) const fn power(self, a: u64, n: i32) -> u64 {
        if n == 0 {
            return self.round_unpacked(Rounding::TiesToEven, Unpacked::ONE).0;
        }
        if let Some((nan, _)) = self.nan_of(&[a]) {
            return nan;
        }
        let negative = self.is_negative(a) && n & 1 == 1;
        let x = match self.unpack(a) {
            Some(x) if self.is_finite(a) => x,
            base => {
                // The power is infinite: an infinity with a positive exponent, or zero with a negative exponent.
                return if base.is_some() == (n > 0) {
                    self.infinite(Cast::new(), negative).0
                } else {
                    self.signed_zero(negative).0
                };
            }
        };
        let mut base = Extended {
            exponent: x.exponent as i64,
            significand: (x.significand as u128) << 64,
            inexact: false,
        };
        let (mut power, mut left) = (Extended::ONE, n.unsigned_abs());
        loop {
            if left & 1 == 1 {
                power = power.times(base);
            }
            left >>= 1;
            if left == 0 {
                break;
            }
            base = base.times(base);
        }
        if n < 0 {
            power = power.reciprocal();
        }
        let exponent = match power.exponent {
            far if far < -PAST_ALL => -PAST_ALL,
            far if far > PAST_ALL => PAST_ALL,
            near => near,
        };
        let significand = power.significand | power.inexact as u128;
        self.round_or_zero(Rounding::TiesToEven, Unpacked::new(negative, exponent as i32, significand))
            .0
    }

    /// Returns the product with a constant that is not a number of any format, rounded once.
    pub(crate) const fn scale(self, a: u64, constant: Unpacked) -> u64 {
        match self.unpack(a) {
            Some(x) if self.is_finite(a) => self.round_or_zero(Rounding::TiesToEven, x.product(constant)).0,
            _ => match self.nan_of(&[a]) {
                Some((nan, _)) => nan,
                None => a & self.code_mask(),
            },
        }
    }
}
