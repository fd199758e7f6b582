//! Zeros and signs, in formats that lack one of them.

use super::*;

#[test]
fn negative_zero_into_fnuz_is_zero() {
    assert_eq!(nearest::<F8E4M3Fnuz>(-0.0), (0x00, EXACT));
    assert_eq!(nearest::<F8E5M2Fnuz>(-0.0), (0x00, EXACT));
    assert_eq!(saturated::<F8E4M3B11Fnuz>(-0.0), (0x00, EXACT));
    let zero = F16::from_bits(0x8000);
    assert_eq!(convert::<F16, F8E4M3Fnuz>(zero, Cast::new()), (0x00, EXACT));
}

/// E4M3FNUZ's smallest number is 2^-10, code 01. 2^-11 is its tie with 0. With a sign, code 80 would be the NaN.
#[test]
fn tiny_negatives_in_fnuz_are_zero() {
    for tiny in [exp2(-11), exp2(-40), f64::from_bits(1)] {
        assert_eq!(nearest::<F8E4M3Fnuz>(-tiny), (0x00, UNDERFLOW));
        assert_eq!(rounded::<F8E4M3Fnuz>(TowardZero, -tiny), (0x00, UNDERFLOW));
        assert_eq!(rounded::<F8E4M3Fnuz>(TowardPositive, -tiny), (0x00, UNDERFLOW));
        assert_eq!(rounded::<F8E4M3Fnuz>(TowardNegative, -tiny), (0x81, UNDERFLOW));
        assert_eq!(rounded::<F8E4M3Fnuz>(ToOdd, -tiny), (0x81, UNDERFLOW));
    }
    assert_eq!(rounded::<F8E4M3Fnuz>(TiesToAway, -exp2(-11)), (0x81, UNDERFLOW));
}

#[test]
fn the_sign_of_a_zero_stays_elsewhere() {
    assert_eq!(nearest::<F4E2M1Fn>(-0.0), (0x8, EXACT));
    assert_eq!(nearest::<F4E2M1Fn>(-0.1), (0x8, UNDERFLOW));
    assert_eq!(nearest::<F8E4M3Fn>(-exp2(-40)), (0x80, UNDERFLOW));
}

/// torch gives 2^-127 for 0 too.
#[test]
fn zero_into_e8m0_is_its_smallest() {
    for rounding in Rounding::ALL {
        for zero in [0.0, -0.0] {
            assert_eq!(rounded::<F8E8M0Fnu>(rounding, zero), (0x00, UNDERFLOW));
        }
        // 1.25 · 2^-140 becomes 2^-140 or, rounded up, 2^-139. Both are below 2^-127.
        let below = 1.25 * exp2(-140);
        assert_eq!(rounded::<F8E8M0Fnu>(rounding, below), (0x00, UNDERFLOW));
    }
    assert_eq!(nearest::<F8E8M0Fnu>(exp2(-127)), (0x00, EXACT));
    assert_eq!(nearest::<F8E8M0Fnu>(exp2(-128)), (0x00, UNDERFLOW));
    assert_eq!(saturated::<F8E8M0Fnu>(0.0), (0x00, UNDERFLOW));
}

/// A negative number becomes NaN under both policies, also if rounding would make it a zero, and if it is an infinity.
#[test]
fn negative_into_e8m0_is_nan() {
    for negative in [-1.0, -f64::MAX, f64::NEG_INFINITY, -f64::from_bits(1)] {
        for rounding in Rounding::ALL {
            assert_eq!(
                rounded::<F8E8M0Fnu>(rounding, negative),
                (0xff, INVALID),
                "{negative} {rounding:?}"
            );
        }
        assert_eq!(saturated::<F8E8M0Fnu>(negative), (0xff, INVALID));
    }
}

float_type! {
    /// The format is unsigned, with zero and without NaN. A negative value can only become the smallest code.
    type Unsigned = UnsignedSpec(u8): Layout::finite(4, 4).with_sign(false), "unsigned", [zero];
}

#[test]
fn negative_into_unsigned_without_nan_is_its_smallest() {
    for negative in [-1.0, -f64::from_bits(1), f64::NEG_INFINITY] {
        assert_eq!(nearest::<Unsigned>(negative), (0x00, INVALID));
        assert_eq!(saturated::<Unsigned>(negative), (0x00, INVALID));
    }
    assert_eq!(nearest::<Unsigned>(-0.0), (0x00, EXACT));
    // The bias is 7, so exponent field 7 is 1.
    assert_eq!(nearest::<Unsigned>(1.0), (0x70, EXACT));
    // The format has no NaN, so the result is the largest number, as for FP4.
    assert_eq!(nearest::<Unsigned>(f64::NAN), (0xff, INVALID));
}
