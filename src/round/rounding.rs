//! [`Rounding`], [`Overflow`] and [`Flags`]: how a value is rounded to a format, and the exceptions that the rounding raises.

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

/// The direction in which an inexact result is rounded.
///
/// IEEE 754-2019, 4.3, defines the first five. A "tie" is a value halfway between two neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Rounding {
    /// To the nearest neighbour. A tie goes to the neighbour whose last bit is 0. This is the default, as in IEEE 754.
    ///
    /// If the significands of a format have one bit, "last bit" means the last bit of the code. In a format without zero (E8M0),
    /// a tie goes up.
    #[default]
    TiesToEven,
    /// To the nearest neighbour. A tie goes to the neighbour larger in magnitude.
    TiesToAway,
    /// To the neighbour smaller in magnitude. This is truncation.
    TowardZero,
    /// To the neighbour toward +∞.
    TowardPositive,
    /// To the neighbour toward −∞.
    TowardNegative,
    /// To the neighbour whose code is odd. If a value is rounded to odd in a format with at least two bits more, a second
    /// rounding in any direction gives the result of one direct rounding (Boldo and Melquiond, "Emulation of FMA and correctly
    /// rounded sums: proved algorithms using rounding to odd", 2008).
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

/// The treatment of a value past the largest finite number of a format.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Overflow {
    /// The infinity or the largest finite number, depending on the rounding (IEEE 754-2019, 7.4, and `OvfInf` of IEEE P3109). A
    /// format without infinities gives NaN for the infinity. A format without infinities and NaN gives its largest finite number.
    #[default]
    Ieee,
    /// The largest finite number with the sign of the value. Infinities become this number too. IEEE P3109 calls this
    /// `SatFinite`.
    Saturate,
    /// The largest finite number with the sign of the value. An infinity is treated as under [`Ieee`](Self::Ieee). IEEE P3109
    /// calls this `SatPropagate`.
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
    /// The result is inexact, and the value is smaller than the smallest normal number. The comparison rounds the value to the
    /// format's precision first, as if exponents had no lower bound (tininess after rounding, like on x86).
    pub const UNDERFLOW: Self = Self(2);
    /// The rounded value lies past the largest finite number, or an infinity did not stay an infinity. INEXACT is raised too.
    pub const OVERFLOW: Self = Self(4);
    /// A finite number was divided by zero.
    pub const DIVIDE_BY_ZERO: Self = Self(8);
    /// The operation has no useful result, for example for a signaling NaN, for a NaN in a format without NaN, or for a negative
    /// number in a format without sign.
    pub const INVALID: Self = Self(16);

    /// Returns the set as bits: INEXACT is 1, UNDERFLOW 2, OVERFLOW 4, DIVIDE_BY_ZERO 8, INVALID 16.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Returns whether all flags of `other` are raised.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns whether no flag is raised.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the flags of both sets. This is the operator `|` for constants.
    #[must_use]
    #[inline(always)]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns these flags if `raised` is true, and no flags otherwise. The choice has no branch.
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

/// Writes the names of the flags, for example `Flags(INEXACT | OVERFLOW)`.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 5] = ["INEXACT", "UNDERFLOW", "OVERFLOW", "DIVIDE_BY_ZERO", "INVALID"];
        f.write_str("Flags(")?;
        let raised = NAMES.iter().enumerate().filter(|(i, _)| self.0 >> i & 1 == 1);
        for (nth, (_, name)) in raised.enumerate() {
            f.write_str(if nth == 0 { "" } else { " | " })?;
            f.write_str(name)?;
        }
        f.write_str(")")
    }
}
