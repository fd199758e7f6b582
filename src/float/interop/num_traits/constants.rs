//! The constants of `FloatConst`, to 64 bits.

use crate::round::unpacked::Number;

macro_rules! constants {
    ($($name:ident: $exponent:literal, $significand:literal;)*) => { $(
        pub(super) const $name: Constant = Constant(Number {
            negative: false,
            exponent: $exponent,
            significand: $significand,
        });
    )* };
}

/// A number that every format rounds as it must.
#[derive(Clone, Copy)]
pub(super) struct Constant(pub(super) Number);

// Cut to 64 bits, of which the last is sticky: none of these numbers ends anywhere.
constants! {
    E: 1, 0xadf8_5458_a2bb_4a9b;
    FRAC_1_PI: -2, 0xa2f9_836e_4e44_1529;
    FRAC_1_SQRT_2: -1, 0xb504_f333_f9de_6485;
    FRAC_2_PI: -1, 0xa2f9_836e_4e44_1529;
    FRAC_2_SQRT_PI: 0, 0x906e_ba82_14db_688d;
    FRAC_PI_2: 0, 0xc90f_daa2_2168_c235;
    FRAC_PI_3: 0, 0x860a_91c1_6b9b_2c23;
    FRAC_PI_4: -1, 0xc90f_daa2_2168_c235;
    FRAC_PI_6: -1, 0x860a_91c1_6b9b_2c23;
    FRAC_PI_8: -2, 0xc90f_daa2_2168_c235;
    LN_10: 1, 0x935d_8ddd_aaa8_ac17;
    LN_2: -1, 0xb172_17f7_d1cf_79ab;
    LOG10_2: -2, 0x9a20_9a84_fbcf_f799;
    LOG10_E: -2, 0xde5b_d8a9_3728_7195;
    LOG2_10: 1, 0xd49a_784b_cd1b_8aff;
    LOG2_E: 0, 0xb8aa_3b29_5c17_f0bb;
    PI: 1, 0xc90f_daa2_2168_c235;
    SQRT_2: 0, 0xb504_f333_f9de_6485;
    TAU: 2, 0xc90f_daa2_2168_c235;
}
