//! Rounding to a narrow format in lanes of floats, for layouts known only at run time.
//!
//! A magnitude y in [2<sup>e</sup>, 2<sup>e+1</sup>) is rounded to multiples of the target's step there, 2<sup>e−f</sup>, by adding
//! 2<sup>e+23−f</sup>: the last bit of an `f32` of that size is the step, so the addition rounds, ties to even. The low bits of the sum
//! are how many steps there are, which is the code but for the exponents passed on the way. Below the smallest normal number, e stays
//! where it is there.
//!
//! The additions round as the thread does: they are right only where its modes are the default.

use crate::format::Layout;

macro_rules! narrow {
    ($Narrow:ident, $float:ident, $bits:ident, $fraction_bits:literal, $bias:literal) => {
        /// A format that numbers in lanes are rounded to: with a fraction, of fewer bits, and of no smaller exponents.
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $Narrow {
            /// The bits of the smallest normal number.
            pub(super) min_normal: $bits,
            /// Fraction bits that the target lacks.
            pub(super) drop: u32,
        }

        impl $Narrow {
            pub(super) fn new(layout: Layout) -> Option<Self> {
                let exponent = layout.min_exponent() + $bias;
                let serves = layout.has_zero()
                    && (1..$fraction_bits).contains(&layout.fraction_bits())
                    && exponent > 0
                    // What is added, twice the largest number and more, must be finite.
                    && layout.max_exponent() < $bias / 2;
                serves.then(|| Self {
                    min_normal: (exponent as $bits) << $fraction_bits,
                    drop: $fraction_bits - layout.fraction_bits(),
                })
            }

            /// The sum whose low bits say the code of a magnitude, and what stands for its exponent. What is added to the magnitude
            /// must be finite.
            #[inline(always)]
            pub(super) fn sum(self, magnitude: $float) -> ($bits, $bits) {
                const EXPONENT: $bits = $float::INFINITY.to_bits();
                let exponent = (magnitude.to_bits() & EXPONENT).max(self.min_normal);
                (self.sum_at(exponent, magnitude), exponent)
            }

            /// The sum of a magnitude with what belongs to the exponent of one that is hardly smaller.
            #[inline(always)]
            pub(super) fn sum_at(self, exponent: $bits, magnitude: $float) -> $bits {
                let adding = exponent + ((self.drop as $bits) << $fraction_bits);
                (magnitude + $float::from_bits(adding)).to_bits()
            }

            /// The code of a sum, past the largest one where the number is. The code of an infinity or a NaN is arbitrary: blocks that
            /// have one come here too, and their codes are made anew by exact arithmetic. So nothing may overflow with a panic.
            #[inline(always)]
            pub(super) fn code(self, (sum, exponent): ($bits, $bits)) -> $bits {
                let added = exponent + ((self.drop as $bits) << $fraction_bits);
                let steps = sum.wrapping_sub(added);
                steps.wrapping_add((exponent - self.min_normal) >> self.drop)
            }

            /// The number that a sum was rounded to.
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
