//! The builders of [`Layout`]. Each builder exists twice: as a constant function that panics, and as one that returns an error.

use super::Layout;
use super::invalid::{Argument, InvalidLayout};

/// The widest exponent field. Values up to 2<sup>±2^20</sup> keep every exponent and every sum of exponents far inside an `i32`.
const MAX_EXPONENT_BITS: u32 = 20;
/// The largest magnitude of a bias. The limit keeps exponents far inside an `i32`.
const MAX_BIAS: i32 = 1 << MAX_EXPONENT_BITS;
/// The widest fraction field. A significand, its carry, and the bits that decide a rounding fit 64 bits.
const MAX_FRACTION_BITS: u32 = 58;

/// A layout, or the rule that it breaks.
type Built = Result<Layout, &'static str>;

/// Makes two builders from each body: one that panics, and one that returns an error. The body gives a [`Built`].
macro_rules! builders {
    ($(
        $(#[$doc:meta])*
        $name:ident, $try_name:ident($($self:ident as $layout:ident)? $(; $($arg:ident: $type:ident),*)?) $body:block
    )*) => { $(
        $(#[$doc])*
        #[inline]
        #[must_use]
        #[track_caller]
        pub const fn $name($($self,)? $($($arg: $type),*)?) -> Self {
            match Self::$try_name($($self,)? $($($arg),*)?) {
                Ok(layout) => layout,
                Err(error) => error.panic(),
            }
        }

        #[doc = concat!("Does what [`", stringify!($name), "`](Self::", stringify!($name), ") does, but returns an error instead of a panic.")]
        ///
        /// # Errors
        /// If the layout would make no sense. The error names the builder, its arguments, and the rule that they break.
        #[inline]
        pub const fn $try_name($($self,)? $($($arg: $type),*)?) -> Result<Self, InvalidLayout> {
            const fn build($($layout: Layout,)? $($($arg: $type),*)?) -> Built $body
            match build($($self,)? $($($arg),*)?) {
                Ok(layout) => Ok(layout),
                Err(rule) => Err(InvalidLayout::new(
                    stringify!($name),
                    &[$($(argument!($arg $type)),*)?],
                    rule,
                )),
            }
        }
    )* };
}

macro_rules! argument {
    ($arg:ident bool) => {
        Argument::Truth($arg)
    };
    ($arg:ident i32) => {
        Argument::Signed($arg as i64)
    };
    ($arg:ident $unsigned:ident) => {
        Argument::Unsigned($arg as u64)
    };
}

/// Builders. Each builder panics if the layout would make no sense. In a constant, the panic is a compile error.
impl Layout {
    builders! {
        /// Returns an interchange-like format (IEEE 754-2019, 3.4). The format is signed and has the bias 2<sup>e−1</sup> − 1.
        /// Its topmost exponent holds the infinity and NaNs with payloads.
        ///
        /// # Panics
        /// If `exponent_bits` is not in 1..=20 or `fraction_bits` not in 1..=58, or if the code is wider than 64 bits.
        ieee, try_ieee(; exponent_bits: u32, fraction_bits: u32) {
            if fraction_bits == 0 {
                return Err("an IEEE layout needs a fraction bit, to tell its NaNs from its infinity");
            }
            match finite(exponent_bits, fraction_bits) {
                Ok(mut layout) => {
                    layout.infinities = true;
                    layout.high_nans = layout.fraction_mask();
                    checked(layout)
                }
                refused => refused,
            }
        }

        /// Returns a format whose codes are all finite numbers, like OCP's FP6 and FP4. The format is signed and has the bias
        /// 2<sup>e−1</sup> − 1.
        ///
        /// # Panics
        /// If `exponent_bits` is not in 1..=20 or `fraction_bits` not in 0..=58, or if the code is wider than 64 bits.
        finite, try_finite(; exponent_bits: u32, fraction_bits: u32) {
            finite(exponent_bits, fraction_bits)
        }

        /// Returns a format "finite, NaN, unsigned zero" (arXiv 2206.02915). The code of −0 is its only NaN. The bias is
        /// 2<sup>e−1</sup>.
        ///
        /// # Panics
        /// If `exponent_bits` is not in 1..=20 or `fraction_bits` not in 0..=58, or if the code is wider than 64 bits.
        fnuz, try_fnuz(; exponent_bits: u32, fraction_bits: u32) {
            match finite(exponent_bits, fraction_bits) {
                Ok(mut layout) => {
                    layout.bias += 1;
                    layout.negative_zero = false;
                    checked(layout)
                }
                refused => refused,
            }
        }

        /// Returns a format of IEEE P3109 with `bits` bits and `precision` significant bits. The fraction has one bit fewer than
        /// `precision`. If `extended` is true, the format has infinities. The format has one NaN: the code of −0, or the topmost
        /// code of an unsigned format.
        ///
        /// # Panics
        /// If `precision` is not in 1..`bits` (1..=`bits` for an unsigned format), or is above 59.
        p3109, try_p3109(; bits: u32, precision: u32, signed: bool, extended: bool) {
            // An unsigned layout is built with a sign bit first. The sign bit is taken away again below.
            let bits = bits.saturating_add(!signed as u32);
            if precision == 0 || precision >= bits {
                return Err("a P3109 layout has at least one bit of precision and one of exponent");
            }
            match finite(bits - precision, precision - 1) {
                Ok(mut layout) => {
                    layout.bias += 1;
                    layout.negative_zero = false;
                    if !signed {
                        layout.bits -= 1;
                        layout.signed = false;
                        layout.high_nans = 1;
                    }
                    layout.infinities = extended;
                    checked(layout)
                }
                refused => refused,
            }
        }

        /// Returns this layout with another exponent bias. The bias lies in −2<sup>20</sup> to 2<sup>20</sup>.
        ///
        /// # Panics
        /// If the bias is out of that range.
        with_bias, try_with_bias(self as layout; bias: i32) {
            checked(Layout { bias, ..layout })
        }

        /// Returns this layout with a sign bit or without one. The exponent and fraction fields stay, and the code gains or loses
        /// a bit. A sign adds a negative zero if the layout has a zero.
        ///
        /// # Panics
        /// If the code would be wider than 64 bits.
        with_sign, try_with_sign(self as layout; signed: bool) {
            if signed == layout.signed {
                return Ok(layout);
            }
            checked(Layout {
                bits: layout.magnitude_bits() + signed as u32,
                signed,
                negative_zero: signed && layout.zero,
                ..layout
            })
        }

        /// Returns this layout with zero and subnormals at exponent field 0, or with normal numbers there, like E8M0.
        ///
        /// # Panics
        /// If the code of −0 is the NaN, and `zero` is false. A layout without zero has no code of −0.
        with_zero, try_with_zero(self as layout; zero: bool) {
            if !zero && layout.nan_is_negative_zero() {
                return Err("a layout without zero has no code of -0 to be the NaN");
            }
            if zero == layout.zero {
                return Ok(layout);
            }
            checked(Layout {
                zero,
                negative_zero: layout.signed && zero,
                ..layout
            })
        }

        /// Returns this layout with a negative zero, or with a NaN in its place, like the FNUZ formats.
        ///
        /// # Panics
        /// If the layout has no sign or no zero, or if the code of −0 would become a NaN and the layout already has other NaNs.
        with_negative_zero, try_with_negative_zero(self as layout; negative_zero: bool) {
            if !layout.signed || !layout.zero {
                return Err("only a layout with a sign and a zero has a code of -0");
            }
            checked(Layout { negative_zero, ..layout })
        }

        /// Returns this layout with an infinity just above the largest finite code, or without an infinity.
        ///
        /// # Panics
        /// If there is no room for the infinity.
        with_infinities, try_with_infinities(self as layout; infinities: bool) {
            checked(Layout { infinities, ..layout })
        }

        /// Returns this layout with `high_nans` NaN codes per sign at the very top: 2<sup>fraction bits</sup> − 1 for IEEE, 1 for
        /// OCP E4M3.
        ///
        /// # Panics
        /// If there is no room for the NaNs, or if the code of −0 is the NaN.
        with_high_nans, try_with_high_nans(self as layout; high_nans: u64) {
            checked(Layout { high_nans, ..layout })
        }
    }
}

const fn finite(exponent_bits: u32, fraction_bits: u32) -> Built {
    if exponent_bits == 0 || exponent_bits > MAX_EXPONENT_BITS {
        return Err("a layout has 1 to 20 exponent bits");
    }
    if fraction_bits > MAX_FRACTION_BITS {
        return Err("a layout has at most 58 fraction bits");
    }
    checked(Layout {
        bits: 1 + exponent_bits + fraction_bits,
        fraction_bits,
        bias: (1 << (exponent_bits - 1)) - 1,
        signed: true,
        zero: true,
        negative_zero: true,
        infinities: false,
        high_nans: 0,
    })
}

const fn checked(layout: Layout) -> Built {
    if layout.magnitude_bits() > 63 || layout.bits > 64 {
        return Err("a layout has at most 64 bits, 63 without the sign");
    }
    if layout.bias < -MAX_BIAS || layout.bias > MAX_BIAS {
        return Err("the exponent bias of a layout lies within -2^20 and 2^20");
    }
    if layout.high_nans > 0 && layout.nan_is_negative_zero() {
        return Err("a layout whose NaN is the code of -0 has no other NaNs");
    }
    // One finite code must be left. A layout with a zero needs one more finite code.
    let all = layout.magnitude_mask();
    let others = layout.infinities as u64 + layout.zero as u64;
    if layout.high_nans > all || layout.high_nans + others > all {
        return Err("the layout has no room for its special codes");
    }
    Ok(layout)
}
