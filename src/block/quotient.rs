//! Exact quotients of floating-point numbers, for scales and elements alike.

use crate::format::Layout;
use crate::round::unpacked::Unpacked;
use crate::round::{Cast, Flags};

/// The number significand · 2<sup>exponent</sup>, which is not zero.
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

    /// Returns the magnitude of a finite code that is not zero.
    #[inline]
    pub(super) const fn new(layout: Layout, code: u64) -> Self {
        let (significand, exponent) = layout.significand_and_unit(code);
        Self { significand, exponent }
    }

    /// Returns the magnitude of a finite `f32` that is not zero.
    #[inline]
    pub(super) const fn of_f32(x: f32) -> Self {
        Self::new(Layout::BINARY32, x.to_bits() as u64)
    }

    /// Returns the exact product. Both significands have 64 bits together at most: those of two `f32`s have 48.
    #[inline]
    pub(super) const fn times(self, other: Self) -> Self {
        Self {
            significand: self.significand * other.significand,
            exponent: self.exponent + other.exponent,
        }
    }

    /// Rounds the number once to `f64`, ties to even.
    pub(super) const fn to_f64(self) -> f64 {
        let number = self.divide_by(Self::ONE, false);
        let (code, _) = Layout::BINARY64.round(Cast::new(), number);
        f64::from_bits(code)
    }

    /// Returns the number of powers of two from another number to this one, both included.
    pub(super) const fn powers_of_two_from(self, least: Self) -> u32 {
        const ONE: Factor = Factor::ONE;
        (self.divide_by(ONE, false).exponent - least.divide_by(ONE, false).exponent + 1) as u32
    }

    /// Returns ±self / divisor. The lowest bit of the significand stands for all bits below it. The quotient can therefore be
    /// rounded once, and its logarithm can be taken.
    #[inline]
    pub(super) const fn divide_by(self, divisor: Self, negative: bool) -> Unpacked {
        let (up, divisor_up) = (self.significand.leading_zeros(), divisor.significand.leading_zeros());
        let dividend = ((self.significand << up) as u128) << 64;
        let by = (divisor.significand << divisor_up) as u128;
        let quotient = dividend / by;
        let sticky = !dividend.is_multiple_of(by) as u128;
        let unit = (self.exponent - up as i32) - (divisor.exponent - divisor_up as i32) - 65;
        match Unpacked::new(negative, unit + 127, quotient << 1 | sticky) {
            Some(number) => number,
            None => panic!("the dividend is not zero"),
        }
    }
}

/// The divisor of the elements of a block, as an exact fraction.
#[derive(Clone, Copy)]
pub(super) struct Divisor {
    /// The factor of an element before the division: a tensor scale that divides.
    pub(super) factor: Factor,
    pub(super) divisor: Factor,
}

impl Divisor {
    /// Returns the exact quotient of an `f32` and this divisor. Returns `None` for 0, an infinity or NaN.
    #[inline]
    pub(super) const fn quotient(self, x: f32) -> Option<Unpacked> {
        // The comparison is one of bits, because comparisons of floats depend on the modes of the thread.
        const INFINITY: u32 = f32::INFINITY.to_bits() << 1;
        match x.to_bits() << 1 {
            0 | INFINITY.. => None,
            _ => {
                let dividend = Factor::of_f32(x).times(self.factor);
                Some(dividend.divide_by(self.divisor, x.is_sign_negative()))
            }
        }
    }

    /// Rounds the exact quotient of a finite `f32` and this divisor once to `element`, as `cast` says. NaN and infinity are cast.
    #[inline]
    pub(super) const fn round(self, cast: Cast, element: Layout, x: f32) -> (u64, Flags) {
        match self.quotient(x) {
            Some(quotient) => element.round(cast, quotient),
            None if x.to_bits() << 1 == 0 => element.signed_zero(x.is_sign_negative()),
            None => cast.convert_at_run_time(Layout::BINARY32, element, x.to_bits() as u64),
        }
    }
}
