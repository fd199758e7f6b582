//! Exact quotients of floating-point numbers, for scales and elements alike.

use crate::format::Layout;
use crate::round::unpacked::Number;
use crate::round::{Cast, Flags};

/// significand · 2<sup>exponent</sup>, not zero.
#[derive(Clone, Copy)]
pub(super) struct Factor {
    significand: u64,
    exponent: i32,
}

impl Factor {
    pub(super) const ONE: Self = Self {
        significand: 1,
        exponent: 0,
    };

    /// The magnitude of a finite code that is not zero.
    #[inline]
    pub(super) const fn new(layout: Layout, code: u64) -> Self {
        let (significand, exponent) = layout.integer(code);
        Self {
            significand,
            exponent,
        }
    }

    /// The magnitude of a finite `f32` that is not zero.
    #[inline]
    pub(super) const fn of_f32(x: f32) -> Self {
        Self::new(Layout::BINARY32, x.to_bits() as u64)
    }

    /// The exact product. The significands of both have 64 bits together at most: those of two `f32` have 48.
    #[inline]
    pub(super) const fn times(self, other: Self) -> Self {
        Self {
            significand: self.significand * other.significand,
            exponent: self.exponent + other.exponent,
        }
    }

    /// Rounded once, ties to even.
    pub(super) const fn to_f64(self) -> f64 {
        let number = self.over(Self::ONE, false);
        let (code, _) = Layout::BINARY64.round(Cast::new(), number);
        f64::from_bits(code)
    }

    /// How many powers of two lie from another to this, both included.
    pub(super) const fn powers_of_two_from(self, least: Self) -> u32 {
        const ONE: Factor = Factor::ONE;
        (self.over(ONE, false).exponent - least.over(ONE, false).exponent + 1) as u32
    }

    /// ±self / divisor. The lowest bit of the significand says whether anything lies below it, so that the quotient can be
    /// rounded once, and its logarithm taken.
    #[inline]
    pub(super) const fn over(self, divisor: Self, negative: bool) -> Number {
        let (up, divisor_up) = (
            self.significand.leading_zeros(),
            divisor.significand.leading_zeros(),
        );
        let dividend = ((self.significand << up) as u128) << 64;
        let by = (divisor.significand << divisor_up) as u128;
        let quotient = dividend / by;
        let sticky = !dividend.is_multiple_of(by) as u128;
        let unit = (self.exponent - up as i32) - (divisor.exponent - divisor_up as i32) - 65;
        match Number::new(negative, unit + 127, quotient << 1 | sticky) {
            Some(number) => number,
            None => panic!("the dividend is not zero"),
        }
    }
}

/// What the elements of a block are divided by, as an exact fraction.
#[derive(Clone, Copy)]
pub(super) struct Divisor {
    /// Multiplies an element first: a tensor scale that divides.
    pub(super) factor: Factor,
    pub(super) divisor: Factor,
}

impl Divisor {
    /// The exact quotient of a finite `f32` and this, rounded once to `element` as `cast` says. NaN and infinity are cast.
    #[inline]
    pub(super) const fn round(self, cast: Cast, element: Layout, x: f32) -> (u64, Flags) {
        // By bits: comparisons of floats obey the modes of the thread.
        let magnitude = x.to_bits() << 1;
        if magnitude >= f32::INFINITY.to_bits() << 1 {
            return cast.convert(Layout::BINARY32, element, x.to_bits() as u64);
        }
        let negative = x.is_sign_negative();
        if magnitude == 0 {
            return element.signed_zero(negative);
        }
        let dividend = Factor::of_f32(x).times(self.factor);
        element.round(cast, dividend.over(self.divisor, negative))
    }
}
