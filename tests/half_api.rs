//! The constants and the views of `half`, under `half`'s names or the names of `ulp`.

use half::{bf16, f16};
use ulp::prelude::*;
use ulp::{Layout, float_type};

macro_rules! same {
    ($($constant:ident)*) => { $(
        assert_eq!(F16::$constant.to_bits(), f16::$constant.to_bits(), stringify!($constant));
        assert_eq!(Bf16::$constant.to_bits(), bf16::$constant.to_bits(), stringify!($constant));
    )* };
}

#[test]
fn constants_have_the_values_of_half() {
    same!(
        EPSILON INFINITY MAX MIN MIN_POSITIVE NAN NEG_INFINITY MIN_POSITIVE_SUBNORMAL MAX_SUBNORMAL ONE ZERO NEG_ZERO NEG_ONE E PI
        FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_E LOG10_2
        LOG2_E LOG2_10 SQRT_2
    );
}

float_type!(type Single = SingleSpec(u32): Layout::BINARY32, "single", [sign, zero, infinities, nan]);
float_type!(type Double = DoubleSpec(u64): Layout::BINARY64, "double", [sign, zero, infinities, nan]);

macro_rules! as_std {
    ($($constant:ident)*) => { $(
        assert_eq!(Single::$constant.to_bits(), std::f32::consts::$constant.to_bits(), stringify!($constant));
        assert_eq!(Double::$constant.to_bits(), std::f64::consts::$constant.to_bits(), stringify!($constant));
    )* };
}

#[test]
fn constants_have_the_values_of_the_standard_library() {
    as_std!(
        E PI TAU FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_E
        LOG10_2 LOG2_E LOG2_10 SQRT_2
    );
}

#[test]
fn constants_of_narrow_formats_are_rounded_once() {
    let values = [F4E2M1Fn::ONE, F4E2M1Fn::NEG_ONE, F4E2M1Fn::PI, F4E2M1Fn::MAX_SUBNORMAL].map(F4E2M1Fn::to_f32);
    assert_eq!(values.map(f32::to_bits), [1.0, -1.0, 3.0, 0.5].map(f32::to_bits));
    assert_eq!(F8E4M3Fn::MAX_SUBNORMAL.to_bits(), 7);
    assert_eq!(F8E4M3Fnuz::ZERO.to_bits(), 0);
    // The exponents of 1 and 2.
    assert_eq!([F8E8M0Fnu::ONE, F8E8M0Fnu::E].map(F8E8M0Fnu::to_bits), [127, 128]);
}

#[test]
fn vectors_are_reinterpreted_without_a_copy() {
    let mut bits = Vec::with_capacity(10);
    bits.extend([0x3c00, 0xfc00, 0x7e01]);
    let place = bits.as_ptr().cast();
    let numbers: Vec<F16> = slice::vec_from_bits(bits);
    assert_eq!((numbers.as_ptr(), numbers.capacity()), (place, 10));
    assert_eq!(numbers[..2], [F16::ONE, F16::NEG_INFINITY]);
    assert_eq!(slice::vec_to_bits(numbers), [0x3c00, 0xfc00, 0x7e01]);
    assert!(slice::vec_to_bits(Vec::<F16>::new()).is_empty());
    let doubles: Vec<f64> = slice::reinterpret_vec(vec![Double::PI]);
    assert_eq!(doubles, [std::f64::consts::PI]);
}
