//! Short ways from and to `f32` and `f64`, ties to even, for IEEE formats of up to 16 bits.
//!
//! [`Cast::convert`] serves all formats, roundings and flags, and its code is long. These functions do one job each, so that they
//! are fast in a build without optimization too. `ulp-verify f32-half` tries all `f32`s and all codes of 16 bits.

use crate::format::Layout;
use crate::round::{Cast, Format, from_code, shares_exponents, to_code};

/// True if branches are better than the long way. Loops over the long way become loops over vectors, if the CPU's vectors can
/// shift each number by its own count, and if the compiler optimizes.
const BRANCHES_PAY: bool = cfg!(debug_assertions) || cfg!(all(target_arch = "x86_64", not(target_feature = "avx2")));

macro_rules! short {
    ($Short:ident, $Float:ident, $Bits:ident, $WIDE:ident, $to:ident, $from:ident) => {
        /// The constants of the ways between a format and a wide one.
        struct $Short<F>(F);

        impl<F: Format> $Short<F> {
            const WIDE: Layout = Layout::$WIDE;
            /// True if the format is an IEEE format of up to 16 bits, and all its numbers are normal in the wide format or the
            /// exponents are equal.
            const APPLIES: bool = F::LAYOUT.is_ieee()
                && F::LAYOUT.bits() <= 16
                && (Self::SHARES_EXPONENTS
                    || F::LAYOUT.finest_exponent() > Self::WIDE.min_exponent()
                        && F::LAYOUT.max_exponent() < Self::WIDE.max_exponent());
            /// The format, or a format that stands in for it so that the constants below can be computed.
            const NARROW: Layout = if Self::APPLIES { F::LAYOUT } else { Layout::BINARY16 };
            const SHARES_EXPONENTS: bool = shares_exponents(Self::WIDE, F::LAYOUT);
            const DROPPED: u32 = Self::WIDE.fraction_bits() - Self::NARROW.fraction_bits();
            const REBIAS: $Bits = ((Self::WIDE.bias() - Self::NARROW.bias()) as $Bits) << Self::WIDE.fraction_bits();
            /// The number of bits between the sign bits of both formats.
            const SIGN_SHIFT: u32 = Self::WIDE.bits() - Self::NARROW.bits();
            const SIGN: u64 = Self::NARROW.sign_mask();
            const MAGNITUDE: $Bits = Self::WIDE.magnitude_mask() as $Bits;
            const HALF: $Bits = 1 << (Self::DROPPED - 1);
            const INFINITY: $Bits = (Self::NARROW.max_code() + 1) as $Bits;
            const WIDE_INFINITY: $Bits = (Self::WIDE.max_code() + 1) as $Bits;
            const QUIET: $Bits = Self::NARROW.quiet_bit() as $Bits;
            const MIN_NORMAL: $Bits = Self::NARROW.min_normal_code() as $Bits;
            /// The codes in the wide format of the smallest normal number and of 2<sup>max exponent + 1</sup>.
            const WIDE_MIN_NORMAL: $Bits = Self::WIDE.power_of_two_code(Self::NARROW.min_exponent()) as $Bits;
            const WIDE_PAST: $Bits = Self::WIDE.power_of_two_code(Self::NARROW.max_exponent() + 1) as $Bits;
            /// The smallest positive number.
            const FINEST: $Float = $Float::from_bits(Self::WIDE.power_of_two_code(Self::NARROW.finest_exponent()) as $Bits);
        }

        /// Converts a number exactly, or rounds it once, ties to even.
        #[inline(always)]
        pub(crate) const fn $to<F: Format>(x: F) -> $Float {
            if !const { $Short::<F>::APPLIES } {
                return from_code(Cast::new().convert(F::LAYOUT, Layout::$WIDE, to_code(x)).0);
            }
            let code = to_code(x) as $Bits;
            let sign = code & $Short::<F>::SIGN as $Bits;
            let magnitude = code & $Short::<F>::NARROW.magnitude_mask() as $Bits;
            let quiet = (magnitude > $Short::<F>::INFINITY) as $Bits * $Short::<F>::QUIET;
            if $Short::<F>::SHARES_EXPONENTS {
                return $Float::from_bits((code | quiet) << $Short::<F>::DROPPED);
            }
            let special = if magnitude >= $Short::<F>::INFINITY {
                $Short::<F>::WIDE_INFINITY
            } else {
                0
            };
            let normal = (((magnitude | quiet) << $Short::<F>::DROPPED) + $Short::<F>::REBIAS) | special;
            // The product is exact, and a normal number.
            let subnormal = (magnitude as i32 as $Float * $Short::<F>::FINEST).to_bits();
            let wide = if magnitude < $Short::<F>::MIN_NORMAL {
                subnormal
            } else {
                normal
            };
            $Float::from_bits(wide | sign << $Short::<F>::SIGN_SHIFT)
        }

        /// Rounds a number once, ties to even, with IEEE's overflow.
        #[inline(always)]
        pub(crate) const fn $from<F: Format>(x: $Float) -> F {
            let bits = x.to_bits();
            if !const { $Short::<F>::APPLIES && ($Short::<F>::SHARES_EXPONENTS || BRANCHES_PAY) } {
                return from_code(Cast::new().convert(Layout::$WIDE, F::LAYOUT, bits as u64).0);
            }
            if $Short::<F>::SHARES_EXPONENTS {
                // The sign stays in its place. A carry out of the largest number makes the infinity.
                let odd = bits >> $Short::<F>::DROPPED & 1;
                let number = bits.wrapping_add($Short::<F>::HALF - 1 + odd) >> $Short::<F>::DROPPED;
                let nan = bits >> $Short::<F>::DROPPED | $Short::<F>::QUIET;
                let is_nan = bits & $Short::<F>::MAGNITUDE > $Short::<F>::WIDE_INFINITY;
                return from_code(if is_nan { nan } else { number } as u64);
            }
            let magnitude = bits & $Short::<F>::MAGNITUDE;
            let sign = (bits >> $Short::<F>::SIGN_SHIFT) as u64 & $Short::<F>::SIGN;
            let code =
                if magnitude.wrapping_sub($Short::<F>::WIDE_MIN_NORMAL) < $Short::<F>::WIDE_PAST - $Short::<F>::WIDE_MIN_NORMAL {
                    let odd = magnitude >> $Short::<F>::DROPPED & 1;
                    (magnitude - $Short::<F>::REBIAS + ($Short::<F>::HALF - 1) + odd) >> $Short::<F>::DROPPED
                } else if magnitude >= $Short::<F>::WIDE_PAST {
                    let is_nan = magnitude > $Short::<F>::WIDE_INFINITY;
                    let payload = magnitude >> $Short::<F>::DROPPED & ($Short::<F>::QUIET - 1);
                    $Short::<F>::INFINITY | if is_nan { $Short::<F>::QUIET | payload } else { 0 }
                } else {
                    // The significand moves down to the unit of the subnormals. The bits that are lost decide the rounding.
                    let exponent = magnitude >> $Short::<F>::WIDE.fraction_bits();
                    let down = ($Short::<F>::WIDE_MIN_NORMAL >> $Short::<F>::WIDE.fraction_bits()) - exponent
                        + $Short::<F>::DROPPED as $Bits;
                    if down >= $Bits::BITS as $Bits {
                        0
                    } else {
                        let hidden = $Short::<F>::WIDE.hidden_bit() as $Bits;
                        let significand = (magnitude & (hidden - 1)) | hidden;
                        let odd = significand >> down & 1;
                        (significand + ((1 << (down - 1)) - 1) + odd) >> down
                    }
                };
            from_code(sign | code as u64)
        }
    };
}
short!(ShortF32, f32, u32, BINARY32, to_f32, from_f32);
short!(ShortF64, f64, u64, BINARY64, to_f64, from_f64);
