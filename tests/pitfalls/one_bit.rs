//! A significand of one bit.

use super::*;

float_type! {
    /// IEEE P3109's binary8p1sf: powers of two, 0, one NaN; bias 64.
    type Binary8P1 = Binary8P1Spec(u8): Layout::p3109(8, 1, true, false), "binary8p1sf", [sign, zero, nan];
}

/// Code 7f is 1. torch and `ml_dtypes` send a tie up.
#[test]
fn ties_go_up_in_e8m0() {
    assert_eq!(nearest::<F8E8M0Fnu>(1.0), (0x7f, EXACT));
    assert_eq!(nearest::<F8E8M0Fnu>(1.499), (0x7f, INEXACT));
    assert_eq!(nearest::<F8E8M0Fnu>(1.5), (0x80, INEXACT));
    assert_eq!(nearest::<F8E8M0Fnu>(3.0), (0x81, INEXACT));
    assert_eq!(nearest::<F8E8M0Fnu>(6.0), (0x82, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(TiesToAway, 3.0), (0x81, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(TowardZero, 3.9), (0x80, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(TowardNegative, 3.9), (0x80, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(TowardPositive, 2.1), (0x81, INEXACT));
}

/// 1.5 lies between codes 7f and 80, 3 between 80 and 81.
#[test]
fn rounding_to_odd_takes_the_odd_code() {
    assert_eq!(rounded::<F8E8M0Fnu>(ToOdd, 1.5), (0x7f, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(ToOdd, 1.999), (0x7f, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(ToOdd, 3.0), (0x81, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(ToOdd, 2.001), (0x81, INEXACT));
}

/// fe is 2^127. 1.5 · 2^127 goes up, beyond it.
#[test]
fn overflow_of_e8m0_is_nan() {
    assert_eq!(nearest::<F8E8M0Fnu>(exp2(127)), (0xfe, EXACT));
    assert_eq!(nearest::<F8E8M0Fnu>(1.499 * exp2(127)), (0xfe, INEXACT));
    assert_eq!(nearest::<F8E8M0Fnu>(1.5 * exp2(127)), (0xff, OVERFLOW));
    assert_eq!(saturated::<F8E8M0Fnu>(1.5 * exp2(127)), (0xfe, OVERFLOW));
    assert_eq!(rounded::<F8E8M0Fnu>(TowardZero, 1.999 * exp2(127)), (0xfe, INEXACT));
    assert_eq!(rounded::<F8E8M0Fnu>(TowardZero, exp2(128)), (0xfe, OVERFLOW));
}

/// Code 40 is 1, 41 is 2, 42 is 4. In a format with zero, ties go to the even code.
#[test]
fn ties_go_to_the_even_code_in_p3109() {
    assert_eq!(nearest::<Binary8P1>(1.0), (0x40, EXACT));
    assert_eq!(nearest::<Binary8P1>(1.5), (0x40, INEXACT));
    assert_eq!(nearest::<Binary8P1>(3.0), (0x42, INEXACT));
    assert_eq!(nearest::<Binary8P1>(-1.5), (0xc0, INEXACT));
    assert_eq!(rounded::<Binary8P1>(TiesToAway, 1.5), (0x41, INEXACT));
    assert_eq!(rounded::<Binary8P1>(ToOdd, 1.5), (0x41, INEXACT));
    assert_eq!(rounded::<Binary8P1>(ToOdd, 3.0), (0x41, INEXACT));
    // Code 01 is 2^-63. Its tie with 0, the even code, is 2^-64.
    assert_eq!(nearest::<Binary8P1>(exp2(-63)), (0x01, EXACT));
    assert_eq!(nearest::<Binary8P1>(exp2(-64)), (0x00, UNDERFLOW));
    assert_eq!(nearest::<Binary8P1>(-exp2(-64)), (0x00, UNDERFLOW));
}
