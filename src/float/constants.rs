//! The numbers with names: 0 and 1, the ends of the subnormals, and the constants of mathematics.

use super::Float;
use super::spec::{HasSign, HasZero, Spec};
use crate::format::Layout;
use crate::round::{Cast, Flags, Rounding, unpacked::Unpacked};

/// Returns the code of 1. A format without the number 1 doesn't compile.
///
/// ```compile_fail
/// ulp::float_type!(type Small = SmallSpec(u8): ulp::Layout::finite(4, 3).with_bias(30), "small", [sign, zero]);
///
/// let one = Small::ONE;
/// ```
pub(super) const fn one(layout: Layout) -> u64 {
    let (code, flags) = layout.integer_to_code(Rounding::TiesToEven, false, 1);
    assert!(flags.is_empty(), "the format doesn't have the number 1");
    code
}

/// # Numbers with names
/// A program that uses a number that the format lacks doesn't compile.
impl<S: Spec> Float<S> {
    /// The number 1.
    pub const ONE: Self = Self::from_code(one(Self::LAYOUT));
}

/// # Numbers with names
impl<S: HasSign> Float<S> {
    /// The number −1.
    pub const NEG_ONE: Self = Self::from_code(Self::LAYOUT.negate(one(Self::LAYOUT)));
}

/// # Numbers with names
impl<S: HasZero> Float<S> {
    /// The number 0.
    pub const ZERO: Self = Self::from_code(0);
    /// The number −0.
    pub const NEG_ZERO: Self = {
        assert!(Self::LAYOUT.has_negative_zero(), "the format doesn't have the number -0");
        Self::from_code(Self::LAYOUT.negate(0))
    };
    /// The smallest positive number, which is subnormal.
    pub const MIN_POSITIVE_SUBNORMAL: Self = Self::from_code(least_subnormal(Self::LAYOUT));
    /// The largest subnormal number.
    pub const MAX_SUBNORMAL: Self = {
        let (subnormals, max) = (Self::LAYOUT.hidden_bit() - 1, Self::LAYOUT.max_code());
        let _ = least_subnormal(Self::LAYOUT);
        Self::from_code(if subnormals < max { subnormals } else { max })
    };
}

/// Returns the code of the smallest subnormal number.
const fn least_subnormal(layout: Layout) -> u64 {
    assert!(layout.fraction_bits() > 0, "the format doesn't have a subnormal number");
    1
}

/// Returns the code nearest to a number that no format has exactly.
const fn nearest_code(layout: Layout, exponent: i32, significand: u64) -> u64 {
    let number = Unpacked {
        negative: false,
        exponent,
        significand,
    };
    let (code, flags) = layout.round(Cast::new(), number);
    assert!(!flags.contains(Flags::OVERFLOW), "the format doesn't have a number so large");
    code
}

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident: $exponent:literal, $significand:literal;)*) => {
        /// # Constants of mathematics
        /// The nearest numbers of the format, under the names of `core::f32::consts`.
        impl<S: Spec> Float<S> { $(
            $(#[$doc])*
            pub const $name: Self = Self::from_code(nearest_code(Self::LAYOUT, $exponent, $significand));
        )* }
    };
}

// The significands are cut to 64 bits, and the last bit is sticky: it is always 1, since no constant has finitely many bits.
constants! {
    /// e, Euler's number, about 2.71828.
    E: 1, 0xadf8_5458_a2bb_4a9b;
    /// 1 / π, about 0.31831.
    FRAC_1_PI: -2, 0xa2f9_836e_4e44_1529;
    /// 1 / √2, about 0.70711.
    FRAC_1_SQRT_2: -1, 0xb504_f333_f9de_6485;
    /// 2 / π, about 0.63662.
    FRAC_2_PI: -1, 0xa2f9_836e_4e44_1529;
    /// 2 / √π, about 1.12838.
    FRAC_2_SQRT_PI: 0, 0x906e_ba82_14db_688d;
    /// π / 2, about 1.57080.
    FRAC_PI_2: 0, 0xc90f_daa2_2168_c235;
    /// π / 3, about 1.04720.
    FRAC_PI_3: 0, 0x860a_91c1_6b9b_2c23;
    /// π / 4, about 0.78540.
    FRAC_PI_4: -1, 0xc90f_daa2_2168_c235;
    /// π / 6, about 0.52360.
    FRAC_PI_6: -1, 0x860a_91c1_6b9b_2c23;
    /// π / 8, about 0.39270.
    FRAC_PI_8: -2, 0xc90f_daa2_2168_c235;
    /// The natural logarithm of 10, about 2.30259.
    LN_10: 1, 0x935d_8ddd_aaa8_ac17;
    /// The natural logarithm of 2, about 0.69315.
    LN_2: -1, 0xb172_17f7_d1cf_79ab;
    /// The decimal logarithm of 2, about 0.30103.
    LOG10_2: -2, 0x9a20_9a84_fbcf_f799;
    /// The decimal logarithm of e, about 0.43429.
    LOG10_E: -2, 0xde5b_d8a9_3728_7195;
    /// The binary logarithm of 10, about 3.32193.
    LOG2_10: 1, 0xd49a_784b_cd1b_8aff;
    /// The binary logarithm of e, about 1.44270.
    LOG2_E: 0, 0xb8aa_3b29_5c17_f0bb;
    /// π, the ratio of half a circle to its radius, about 3.14159.
    PI: 1, 0xc90f_daa2_2168_c235;
    /// √2, about 1.41421.
    SQRT_2: 0, 0xb504_f333_f9de_6485;
    /// τ = 2 π, about 6.28319.
    TAU: 2, 0xc90f_daa2_2168_c235;
}
