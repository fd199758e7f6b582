//! Rounding to a narrow format in lanes of floats, for layouts known only at run time.
//!
//! A magnitude y in [2<sup>e</sup>, 2<sup>e+1</sup>) is rounded to multiples of the step of the target there, 2<sup>e−f</sup>.
//! The loop adds 2<sup>e+23−f</sup>. The last bit of an `f32` of that size is the step, and the addition therefore rounds, ties
//! to even. The low bits of the sum count the steps. The code is this count plus the exponents passed on the way. Below the
//! smallest normal number, e stays as in the smallest normal number.
//!
//! The additions obey the rounding mode of the thread. The results are right only in the default modes.

use crate::format::Layout;

macro_rules! narrow {
    ($Narrow:ident, $float:ident, $bits:ident, $fraction_bits:literal, $bias:literal) => {
        /// The constants to round to a format that has a fraction, fewer fraction bits than the lane, and no smaller exponents.
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $Narrow {
            /// The bits of the smallest normal number.
            pub(super) min_normal: $bits,
            /// The fraction bits that the target lacks.
            pub(super) drop: u32,
        }

        impl $Narrow {
            pub(super) fn new(layout: Layout) -> Option<Self> {
                let exponent = layout.min_exponent() + $bias;
                let supported = layout.has_zero()
                    && (1..$fraction_bits).contains(&layout.fraction_bits())
                    && exponent > 0
                    // The addend is at least twice the largest number, and must be finite.
                    && layout.max_exponent() < $bias / 2;
                supported.then(|| Self {
                    min_normal: (exponent as $bits) << $fraction_bits,
                    drop: $fraction_bits - layout.fraction_bits(),
                })
            }

            /// Returns the sum whose low bits hold the code of a magnitude, and the value in place of its exponent. The addend
            /// must be finite.
            #[inline(always)]
            pub(super) fn sum(self, magnitude: $float) -> ($bits, $bits) {
                const EXPONENT: $bits = $float::INFINITY.to_bits();
                let exponent = (magnitude.to_bits() & EXPONENT).max(self.min_normal);
                (self.sum_at(exponent, magnitude), exponent)
            }

            /// Returns the sum of a magnitude and the addend of an exponent. The exponent may be that of a slightly smaller
            /// magnitude.
            #[inline(always)]
            pub(super) fn sum_at(self, exponent: $bits, magnitude: $float) -> $bits {
                let adding = exponent + ((self.drop as $bits) << $fraction_bits);
                (magnitude + $float::from_bits(adding)).to_bits()
            }

            /// Returns the code of a sum. If the number is past the largest number, the code is too. The code of an infinity or a
            /// NaN is arbitrary: blocks with infinities or NaNs come here too, and exact arithmetic replaces their codes. No
            /// operation here may therefore overflow with a panic.
            #[inline(always)]
            pub(super) fn code(self, (sum, exponent): ($bits, $bits)) -> $bits {
                let added = exponent + ((self.drop as $bits) << $fraction_bits);
                let steps = sum.wrapping_sub(added);
                steps.wrapping_add((exponent - self.min_normal) >> self.drop)
            }

            /// Returns the number that a sum was rounded to.
            #[inline(always)]
            #[allow(dead_code, reason = "of use for scales alone, which are rounded in f64")]
            pub(super) fn value(self, (sum, exponent): ($bits, $bits)) -> $float {
                let adding = exponent + ((self.drop as $bits) << $fraction_bits);
                $float::from_bits(sum) - $float::from_bits(adding)
            }
        }
    };
}
narrow!(Narrow32, f32, u32, 23, 127);
narrow!(Narrow64, f64, u64, 52, 1023);
