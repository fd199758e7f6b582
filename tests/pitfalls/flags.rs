//! The conditions under which each flag is raised.

use super::*;

#[test]
fn flags_have_the_bits_of_ieee() {
    assert_eq!(
        [
            Flags::INEXACT,
            Flags::UNDERFLOW,
            Flags::OVERFLOW,
            Flags::DIVIDE_BY_ZERO,
            Flags::INVALID
        ]
        .map(Flags::bits),
        [1, 2, 4, 8, 16]
    );
    let both = Flags::INEXACT | Flags::UNDERFLOW;
    assert_eq!(both.bits(), 3);
    assert!(both.contains(Flags::UNDERFLOW) && !both.contains(Flags::OVERFLOW));
    assert!(!Flags::INEXACT.contains(both));
}

/// An exact subnormal raises nothing.
#[test]
fn an_exact_subnormal_raises_no_underflow() {
    assert_eq!(nearest::<F16>(exp2(-24)), (0x0001, EXACT));
    assert_eq!(nearest::<F16>(1023.0 * exp2(-24)), (0x03ff, EXACT));
    assert_eq!(nearest::<F16>(-exp2(-14)), (0x8400, EXACT));
}

/// Tininess is judged after rounding to 11 bits with an unbounded exponent. Just below 2^-14, numbers with 11 bits lie 2^-25
/// apart, and subnormals 2^-24.
#[test]
fn tininess_after_rounding() {
    // 2^-14 - 2^-25 has 11 bits, so rounding leaves it tiny. As a subnormal it is a tie and becomes 2^-14.
    assert_eq!(nearest::<F16>(exp2(-14) - exp2(-25)), (0x0400, UNDERFLOW));
    // 2^-14 - 2^-26 is the tie of that number and 2^-14, which is even. The result is not tiny.
    assert_eq!(nearest::<F16>(exp2(-14) - exp2(-26)), (0x0400, INEXACT));
    // A number a little below that tie is tiny.
    assert_eq!(nearest::<F16>(exp2(-14) - exp2(-26) - exp2(-50)), (0x0400, UNDERFLOW));
    // Upward, everything above 2^-14 - 2^-25 becomes 2^-14 in 11 bits. A number that is not above it is tiny.
    assert_eq!(
        rounded::<F16>(TowardPositive, exp2(-14) - exp2(-25) + exp2(-50)),
        (0x0400, INEXACT)
    );
    assert_eq!(rounded::<F16>(TowardPositive, exp2(-14) - exp2(-25)), (0x0400, UNDERFLOW));
    assert_eq!(rounded::<F16>(TowardZero, exp2(-14) - exp2(-50)), (0x03ff, UNDERFLOW));
    // Ties away from zero: the tie at 2^-14 - 2^-26 becomes 2^-14.
    assert_eq!(rounded::<F16>(TiesToAway, exp2(-14) - exp2(-26)), (0x0400, INEXACT));
    // To odd, the result in 11 bits stays below 2^-14, whose significand is even. As a subnormal, 3ff is the odd code.
    assert_eq!(rounded::<F16>(ToOdd, exp2(-14) - exp2(-50)), (0x03ff, UNDERFLOW));
}

/// Tininess of an fp8 format is judged alike: E4M3 has 4 bits, its smallest normal number is 2^-6, and 2^-6 - 2^-11 is the tie.
#[test]
fn tininess_after_rounding_of_fp8() {
    assert_eq!(nearest::<F8E4M3>(exp2(-6) - exp2(-10)), (0x08, UNDERFLOW));
    assert_eq!(nearest::<F8E4M3>(exp2(-6) - exp2(-11)), (0x08, INEXACT));
}

/// The flags from `f64` to `f32` are those of the hardware.
#[test]
fn flags_of_f32_are_the_hardwares() {
    assert_eq!(nearest::<f32>(exp2(-149)), (0x0000_0001, EXACT));
    assert_eq!(nearest::<f32>(exp2(-150)), (0x0000_0000, UNDERFLOW));
    assert_eq!(nearest::<f32>(0.1), (u64::from(0.1_f32.to_bits()), INEXACT));
    assert_eq!(nearest::<f32>(1e39), (0x7f80_0000, OVERFLOW));
    assert_eq!(rounded::<f32>(TowardZero, 1e39), (0x7f7f_ffff, OVERFLOW));
}
