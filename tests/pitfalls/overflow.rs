//! The policy `Overflow::Ieee`.

use super::*;

/// 65504 = 7bff is the largest number. With unbounded exponents 65536 follows, and their tie is 65520.
#[test]
fn overflow_of_f16_to_nearest() {
    assert_eq!(nearest::<F16>(65504.0), (0x7bff, EXACT));
    assert_eq!(nearest::<F16>(65519.9), (0x7bff, INEXACT), "rounds back: no overflow");
    assert_eq!(nearest::<F16>(65520.0), (0x7c00, OVERFLOW), "the tie: 65536 is the even one");
    assert_eq!(nearest::<F16>(-65520.0), (0xfc00, OVERFLOW));
    assert_eq!(rounded::<F16>(TiesToAway, 65519.9), (0x7bff, INEXACT));
    assert_eq!(rounded::<F16>(TiesToAway, 65520.0), (0x7c00, OVERFLOW));
    assert_eq!(nearest::<F16>(f64::MAX), (0x7c00, OVERFLOW));
}

/// The rounding decides between the infinity and the largest finite number (IEEE 754-2019, 7.4). OVERFLOW is raised if the value,
/// rounded without bound on the exponent, lies beyond the largest number. Toward zero, 65536 therefore overflows and 65535 does
/// not.
#[test]
fn overflow_of_f16_directed() {
    assert_eq!(rounded::<F16>(TowardZero, 65535.9), (0x7bff, INEXACT));
    assert_eq!(rounded::<F16>(TowardZero, 65536.0), (0x7bff, OVERFLOW));
    assert_eq!(rounded::<F16>(TowardZero, -65536.0), (0xfbff, OVERFLOW));
    assert_eq!(rounded::<F16>(TowardZero, f64::MAX), (0x7bff, OVERFLOW));

    assert_eq!(rounded::<F16>(TowardPositive, 65504.1), (0x7c00, OVERFLOW));
    assert_eq!(rounded::<F16>(TowardPositive, -65535.9), (0xfbff, INEXACT));
    assert_eq!(rounded::<F16>(TowardPositive, -65536.0), (0xfbff, OVERFLOW));

    assert_eq!(rounded::<F16>(TowardNegative, 65535.9), (0x7bff, INEXACT));
    assert_eq!(rounded::<F16>(TowardNegative, 65536.0), (0x7bff, OVERFLOW));
    assert_eq!(rounded::<F16>(TowardNegative, -65504.1), (0xfc00, OVERFLOW));
}

/// 7bff is odd, so values above it and below 65536 stay there. Values beyond become the largest finite number.
#[test]
fn overflow_of_f16_to_odd() {
    assert_eq!(rounded::<F16>(ToOdd, 65504.1), (0x7bff, INEXACT));
    assert_eq!(rounded::<F16>(ToOdd, 65535.9), (0x7bff, INEXACT));
    assert_eq!(rounded::<F16>(ToOdd, 65536.0), (0x7bff, OVERFLOW));
    assert_eq!(rounded::<F16>(ToOdd, -1e300), (0xfbff, OVERFLOW));
}

/// E4M3FN's codes go on to 7e = 448 = 2^8 · 1.75. 2^8 · 1.875 = 480 would be 7f, which is the NaN. Their tie, 464, goes to the
/// even 7e, and everything above it becomes the NaN, in the place of IEEE's infinity.
#[test]
fn overflow_of_e4m3fn_is_nan() {
    assert_eq!(nearest::<F8E4M3Fn>(448.0), (0x7e, EXACT));
    assert_eq!(nearest::<F8E4M3Fn>(464.0), (0x7e, INEXACT));
    assert_eq!(nearest::<F8E4M3Fn>(464.000_001), (0x7f, OVERFLOW));
    assert_eq!(nearest::<F8E4M3Fn>(-464.000_001), (0xff, OVERFLOW));
    assert_eq!(nearest::<F8E4M3Fn>(1e300), (0x7f, OVERFLOW));
    assert_eq!(rounded::<F8E4M3Fn>(TiesToAway, 464.0), (0x7f, OVERFLOW));
    assert_eq!(rounded::<F8E4M3Fn>(TiesToAway, 463.9), (0x7e, INEXACT));
    assert_eq!(rounded::<F8E4M3Fn>(TowardPositive, 448.1), (0x7f, OVERFLOW));
    assert_eq!(rounded::<F8E4M3Fn>(TowardPositive, -479.9), (0xfe, INEXACT));
    assert_eq!(rounded::<F8E4M3Fn>(TowardPositive, -480.0), (0xfe, OVERFLOW));
    assert_eq!(rounded::<F8E4M3Fn>(TowardNegative, 1e9), (0x7e, OVERFLOW));
    assert_eq!(rounded::<F8E4M3Fn>(TowardNegative, -448.1), (0xff, OVERFLOW));
    assert_eq!(rounded::<F8E4M3Fn>(TowardZero, 479.9), (0x7e, INEXACT));
    assert_eq!(rounded::<F8E4M3Fn>(TowardZero, 480.0), (0x7e, OVERFLOW));
    // The odd code would be 7f of 480, which is beyond the largest, so the result is the largest.
    assert_eq!(rounded::<F8E4M3Fn>(ToOdd, 448.1), (0x7e, OVERFLOW));
}

/// 7f = 2^7 · 1.875 = 240 is odd. Its tie with 256 is 248, which overflows. The only NaN is 80, for either sign.
#[test]
fn overflow_of_fnuz_is_nan() {
    assert_eq!(nearest::<F8E4M3Fnuz>(247.9), (0x7f, INEXACT));
    assert_eq!(nearest::<F8E4M3Fnuz>(248.0), (0x80, OVERFLOW));
    assert_eq!(nearest::<F8E4M3Fnuz>(-248.0), (0x80, OVERFLOW));
    assert_eq!(rounded::<F8E4M3Fnuz>(TowardZero, -1e9), (0xff, OVERFLOW));
    // 57344 = 2^15 · 1.75. Its tie with 65536 is 61440.
    assert_eq!(nearest::<F8E5M2Fnuz>(61440.0), (0x80, OVERFLOW));
    assert_eq!(nearest::<F8E5M2Fnuz>(61439.0), (0x7f, INEXACT));
    // 30 = 2^4 · 1.875. Its tie with 32 is 31.
    assert_eq!(nearest::<F8E4M3B11Fnuz>(31.0), (0x80, OVERFLOW));
    assert_eq!(nearest::<F8E4M3B11Fnuz>(30.9), (0x7f, INEXACT));
}

/// FP4's largest number is 7 = 6.0. 8 would follow, and their tie, 7.0, goes to 8, the even one. The format has no NaN.
#[test]
fn overflow_without_nan_is_the_largest() {
    assert_eq!(nearest::<F4E2M1Fn>(6.9), (0x7, INEXACT));
    assert_eq!(nearest::<F4E2M1Fn>(7.0), (0x7, OVERFLOW));
    assert_eq!(nearest::<F4E2M1Fn>(-1e9), (0xf, OVERFLOW));
    assert_eq!(nearest::<F4E2M1Fn>(5.0), (0x6, INEXACT), "ties to 4, even");
    // In E2M3, 7.5 = 1f is the largest. 8 would follow, and the tie is 7.75.
    assert_eq!(nearest::<F6E2M3Fn>(7.75), (0x1f, OVERFLOW));
    assert_eq!(nearest::<F6E2M3Fn>(7.7), (0x1f, INEXACT));
    assert_eq!(nearest::<F6E2M3Fn>(-8.0), (0x3f, OVERFLOW));
}

/// An infinite source is not rounded. It becomes an infinity, a NaN, or the largest finite number, the first of these that the
/// format has, under every rounding.
#[test]
fn an_infinity_overflows_where_there_is_none() {
    const INFINITY: f64 = f64::INFINITY;
    for rounding in Rounding::ALL {
        assert_eq!(rounded::<F16>(rounding, INFINITY), (0x7c00, EXACT));
        assert_eq!(rounded::<F16>(rounding, -INFINITY), (0xfc00, EXACT));
        assert_eq!(rounded::<F8E5M2>(rounding, -INFINITY), (0xfc, EXACT));
        assert_eq!(rounded::<F8E4M3Fn>(rounding, INFINITY), (0x7f, OVERFLOW));
        assert_eq!(rounded::<F8E4M3Fn>(rounding, -INFINITY), (0xff, OVERFLOW));
        assert_eq!(rounded::<F8E4M3Fnuz>(rounding, INFINITY), (0x80, OVERFLOW));
        assert_eq!(rounded::<F8E4M3Fnuz>(rounding, -INFINITY), (0x80, OVERFLOW));
        assert_eq!(rounded::<F8E8M0Fnu>(rounding, INFINITY), (0xff, OVERFLOW));
        assert_eq!(rounded::<F4E2M1Fn>(rounding, INFINITY), (0x7, OVERFLOW));
        assert_eq!(rounded::<F4E2M1Fn>(rounding, -INFINITY), (0xf, OVERFLOW));
    }
}
