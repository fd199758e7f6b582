//! Values are rounded once, from the exact value, in six ways.

use super::*;

/// The neighbours are 1 and 1 + 2^-10, codes 3c00 and 3c01. The value is their tie.
#[test]
fn ties_in_every_rounding() {
    let tie = 1.0 + exp2(-11);
    for (rounding, positive, negative) in [
        (TiesToEven, 0x3c00, 0xbc00),
        (TiesToAway, 0x3c01, 0xbc01),
        (TowardZero, 0x3c00, 0xbc00),
        (TowardPositive, 0x3c01, 0xbc00),
        (TowardNegative, 0x3c00, 0xbc01),
        (ToOdd, 0x3c01, 0xbc01),
    ] {
        assert_eq!(rounded::<F16>(rounding, tie), (positive, INEXACT), "{rounding:?}");
        assert_eq!(rounded::<F16>(rounding, -tie), (negative, INEXACT), "{rounding:?}");
    }
}

/// The value lies a little above 3c01, whose code is odd already.
#[test]
fn ties_above_an_odd_code_in_every_rounding() {
    let above = 1.0 + exp2(-10) + exp2(-50);
    for (rounding, positive, negative) in [
        (TiesToEven, 0x3c01, 0xbc01),
        (TiesToAway, 0x3c01, 0xbc01),
        (TowardZero, 0x3c01, 0xbc01),
        (TowardPositive, 0x3c02, 0xbc01),
        (TowardNegative, 0x3c01, 0xbc02),
        (ToOdd, 0x3c01, 0xbc01),
    ] {
        assert_eq!(rounded::<F16>(rounding, above), (positive, INEXACT), "{rounding:?}");
        assert_eq!(rounded::<F16>(rounding, -above), (negative, INEXACT), "{rounding:?}");
    }
}

/// 1 + 2^-9 is a number of binary16, 3c02: an even code, which stays.
#[test]
fn exact_values_stay_in_every_rounding() {
    for rounding in Rounding::ALL {
        assert_eq!(rounded::<F16>(rounding, 1.0 + exp2(-9)), (0x3c02, EXACT), "{rounding:?}");
        assert_eq!(rounded::<F16>(rounding, 0.0), (0x0000, EXACT));
        assert_eq!(rounded::<F16>(rounding, -0.0), (0x8000, EXACT));
    }
}

/// The value is the smallest `f64`, far below half of 2^-24.
#[test]
fn tiny_values_in_every_rounding() {
    for (rounding, positive, negative) in [
        (TiesToEven, 0x0000, 0x8000),
        (TiesToAway, 0x0000, 0x8000),
        (TowardZero, 0x0000, 0x8000),
        (TowardPositive, 0x0001, 0x8000),
        (TowardNegative, 0x0000, 0x8001),
        (ToOdd, 0x0001, 0x8001),
    ] {
        let tiny = f64::from_bits(1);
        assert_eq!(rounded::<F16>(rounding, tiny), (positive, UNDERFLOW), "{rounding:?}");
        assert_eq!(rounded::<F16>(rounding, -tiny), (negative, UNDERFLOW), "{rounding:?}");
    }
}

/// Rounding to odd with two bits to spare (13 of precision for 11), then to binary16, equals one rounding. The tie and the value
/// just above it stay apart.
#[test]
fn rounding_to_odd_makes_two_steps_safe() {
    float_type! {
        /// The format has two bits more than binary16.
        type Step = StepSpec(u32): Layout::ieee(5, 12), "step", [sign, zero, infinities, nan];
    }
    for (x, expected) in [
        (1.0 + exp2(-11), 0x3c00),
        (1.0 + exp2(-11) + exp2(-50), 0x3c01),
        (1.0 + exp2(-11) - exp2(-50), 0x3c00),
        (1.0 + 3.0 * exp2(-11), 0x3c02),
        (1.0 + 3.0 * exp2(-11) - exp2(-50), 0x3c01),
    ] {
        let (step, _) = x.cast_with::<Step>(Cast::new().rounding(ToOdd));
        assert_eq!(step.cast::<F16>().to_bits(), expected);
        assert_eq!(F16::from_f64(x).to_bits(), expected);
    }
}
