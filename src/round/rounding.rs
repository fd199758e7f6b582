//! How a number that a format doesn't have becomes one that it has: [`Rounding`], [`Overflow`], and the [`Flags`] that tell.

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

/// The direction in which an inexact result is rounded.
///
/// IEEE 754-2019, 4.3, has the first five; a "tie" is a value halfway between two neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Rounding {
    /// To the nearest; a tie to the neighbour whose last bit is 0. The default, of IEEE 754 and here.
    ///
    /// Where a significand has one bit, "last bit" is that of the code, except in a format without zero (E8M0), where a tie
    /// goes up.
    #[default]
    TiesToEven,
    /// To the nearest; a tie to the neighbour larger in magnitude.
    TiesToAway,
    /// To the neighbour smaller in magnitude: truncation.
    TowardZero,
    /// To the neighbour toward +∞.
    TowardPositive,
    /// To the neighbour toward −∞.
    TowardNegative,
    /// To the neighbour whose code is odd. A value rounded so, to a format with at least two bits more, can be rounded again
    /// in any direction as if it had been rounded once (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums:
    /// proved algorithms using rounding to odd", 2008).
    ToOdd,
}

impl Rounding {
    /// All roundings.
    pub const ALL: [Self; 6] = [
        Self::TiesToEven,
        Self::TiesToAway,
        Self::TowardZero,
        Self::TowardPositive,
        Self::TowardNegative,
        Self::ToOdd,
    ];
}

/// What becomes of a value past the largest finite number of a format.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Overflow {
    /// IEEE 754-2019, 7.4, and `OvfInf` of IEEE P3109: the infinity or the largest finite number, as the rounding says. A format without infinities
    /// gives NaN for the infinity, and one without NaN too gives its largest finite number.
    #[default]
    Ieee,
    /// The largest finite number, its sign kept; for infinities too. IEEE P3109 calls this `SatFinite`.
    Saturate,
    /// The largest finite number, its sign kept; but an infinity is treated as under [`Ieee`](Self::Ieee). IEEE P3109 calls this
    /// `SatPropagate`.
    ///
    /// ```
    /// use ulp::{Cast, F16, Overflow};
    ///
    /// let cast = Cast::new().overflow(Overflow::SaturateFinite);
    /// assert_eq!(F16::from_f32_with(1e6, cast).0, F16::MAX);
    /// assert_eq!(F16::from_f32_with(f32::INFINITY, cast).0, F16::INFINITY);
    /// ```
    SaturateFinite,
}

/// The exceptions that an operation raised (IEEE 754-2019, 7), as a set of bits.
///
/// ```
/// use ulp::{Cast, F16, Flags};
///
/// let (x, flags) = F16::from_f32_with(1e6, Cast::new());
/// assert!(x.is_infinite());
/// assert_eq!(flags, Flags::OVERFLOW | Flags::INEXACT);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(u8);

impl Flags {
    /// No exception.
    pub const NONE: Self = Self(0);
    /// The result is not the exact value.
    pub const INEXACT: Self = Self(1);
    /// The value, rounded to the format's precision as if its exponents had no lower bound, is smaller than the smallest
    /// normal number, and the result is inexact (tininess after rounding, as x86 detects it).
    pub const UNDERFLOW: Self = Self(2);
    /// The rounded value lay past the largest finite number, or an infinity did not stay one. INEXACT comes with it.
    pub const OVERFLOW: Self = Self(4);
    /// A finite number was divided by zero.
    pub const DIVIDE_BY_ZERO: Self = Self(8);
    /// There is no useful result: a signaling NaN, a NaN for a format without one, a negative number for one without sign.
    pub const INVALID: Self = Self(16);

    /// The set as bits: INEXACT is 1, UNDERFLOW 2, OVERFLOW 4, DIVIDE_BY_ZERO 8, INVALID 16.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of `other` are raised.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether none is raised.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of both; the operator `|`, for constants.
    #[must_use]
    #[inline(always)]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These if `raised`, else none: a choice without a branch.
    #[inline(always)]
    pub(crate) const fn when(self, raised: bool) -> Self {
        Self(self.0 * raised as u8)
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.union(other);
    }
}

/// `Flags(INEXACT | OVERFLOW)`.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 5] = [
            "INEXACT",
            "UNDERFLOW",
            "OVERFLOW",
            "DIVIDE_BY_ZERO",
            "INVALID",
        ];
        f.write_str("Flags(")?;
        let raised = NAMES
            .iter()
            .enumerate()
            .filter(|(i, _)| self.0 >> i & 1 == 1);
        for (nth, (_, name)) in raised.enumerate() {
            f.write_str(if nth == 0 { "" } else { " | " })?;
            f.write_str(name)?;
        }
        f.write_str(")")
    }
}
