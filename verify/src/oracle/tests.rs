//! Compares the oracle with numbers that the documents print, and with the hardware's `f32` and `f64`.

#![allow(clippy::float_cmp, reason = "exact values are compared")]

use super::*;

use Rounding::{TiesToAway, TiesToEven, ToOdd, TowardNegative, TowardPositive, TowardZero};

fn value(name: &str, code: u64) -> f64 {
    let Value::Finite { negative, magnitude } = decode(&shipped(name), code) else {
        panic!("{name} {code:#x} is not finite");
    };
    let magnitude = magnitude.significand as f64 * 2_f64.powi(magnitude.exponent);
    if negative { -magnitude } else { magnitude }
}

fn from_f32(name: &str, x: f32, rounding: Rounding, saturate: bool) -> (u64, u8) {
    let from = shipped("float32");
    cast(&from, &shipped(name), x.to_bits().into(), rounding, saturate)
}

/// The numbers are from the tables of limits of OFP8 1.0 and MX 1.0, from the README of `ml_dtypes`, and, for binary16 and
/// bfloat16, from common tables.
#[test]
fn limits_are_those_that_the_documents_print() {
    // Each row has the name, the smallest subnormal or the smallest number, the smallest normal, and the largest finite value.
    let limits = [
        ("float16", 1, 2_f64.powi(-24), 0x400, 2_f64.powi(-14), 0x7bff, 65504.0),
        (
            "bfloat16",
            1,
            2_f64.powi(-133),
            0x80,
            2_f64.powi(-126),
            0x7f7f,
            255.0 * 2_f64.powi(120),
        ),
        ("float8_e4m3fn", 1, 2_f64.powi(-9), 8, 2_f64.powi(-6), 0x7e, 448.0),
        ("float8_e5m2", 1, 2_f64.powi(-16), 4, 2_f64.powi(-14), 0x7b, 57344.0),
        ("float8_e4m3", 1, 2_f64.powi(-9), 8, 2_f64.powi(-6), 0x77, 240.0),
        ("float8_e3m4", 1, 2_f64.powi(-6), 0x10, 2_f64.powi(-2), 0x6f, 15.5),
        ("float8_e4m3fnuz", 1, 2_f64.powi(-10), 8, 2_f64.powi(-7), 0x7f, 240.0),
        ("float8_e5m2fnuz", 1, 2_f64.powi(-17), 4, 2_f64.powi(-15), 0x7f, 57344.0),
        ("float8_e4m3b11fnuz", 1, 2_f64.powi(-13), 8, 2_f64.powi(-10), 0x7f, 30.0),
        (
            "float8_e8m0fnu",
            0,
            2_f64.powi(-127),
            1,
            2_f64.powi(-126),
            0xfe,
            2_f64.powi(127),
        ),
        ("float6_e2m3fn", 1, 0.125, 8, 1.0, 0x1f, 7.5),
        ("float6_e3m2fn", 1, 0.0625, 4, 0.25, 0x1f, 28.0),
        ("float4_e2m1fn", 1, 0.5, 2, 1.0, 7, 6.0),
    ];
    for (name, smallest, small, least_normal, normal, largest, large) in limits {
        let is = [smallest, least_normal, largest].map(|code| value(name, code));
        assert_eq!(is, [small, normal, large], "{name}");
        assert_eq!(shipped(name).max(), largest, "{name}");
    }
}

#[test]
fn single_and_double_are_the_hardware_s() {
    let mut state = 1_u64;
    for _ in 0..100_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let bits = state ^ state >> 29;
        let single = f32::from_bits(bits as u32);
        if single.is_finite() {
            assert_eq!(value("float32", bits & 0xffff_ffff), f64::from(single));
        }
        let double = f64::from_bits(bits);
        // For smaller numbers, this test's own `powi` would lose bits.
        if double.is_normal() && double.abs() > 1e-280 {
            assert_eq!(value("float64", bits), double);
        }
        if !double.is_nan() {
            // The exponent is that of a single, so that something is left to round.
            let exponent = 1023 - 160 + (bits >> 52) % 320;
            let near = bits & !(0x7ff << 52) | exponent << 52;
            let (from, to) = (shipped("float64"), shipped("float32"));
            let right = (f64::from_bits(near) as f32).to_bits();
            assert_eq!(cast(&from, &to, near, TiesToEven, false).0, u64::from(right));
        }
    }
}

#[test]
fn special_codes_are_where_the_documents_put_them() {
    let nans = |name: &str| {
        let shape = shipped(name);
        (0..=shape.mask())
            .filter(|&code| matches!(decode(&shape, code), Value::Nan { .. }))
            .collect::<Vec<_>>()
    };
    assert_eq!(nans("float8_e4m3fn"), [0x7f, 0xff]);
    assert_eq!(nans("float8_e5m2"), [0x7d, 0x7e, 0x7f, 0xfd, 0xfe, 0xff]);
    assert_eq!(nans("float8_e5m2fnuz"), [0x80]);
    assert_eq!(nans("float8_e8m0fnu"), [0xff]);
    assert_eq!(nans("float4_e2m1fn"), [0; 0]);
    assert_eq!(nans("float16").len(), 2 * 1023);
    assert!(matches!(
        decode(&shipped("float8_e5m2"), 0xfc),
        Value::Infinite { negative: true }
    ));
}

/// The limits of binary8p3 and binary8p4 are those that the report prints. The others come from its formulas.
#[test]
fn p3109_is_as_its_report_says() {
    let binary8p3 = p3109(8, 3, true, true);
    assert!(matches!(decode(&binary8p3, 0x7f), Value::Infinite { negative: false }));
    assert!(matches!(decode(&binary8p3, 0xff), Value::Infinite { negative: true }));
    assert!(matches!(decode(&binary8p3, 0x80), Value::Nan { .. }));
    let to_f64 = |shape: &FormatSpec, code| f64::from_bits(cast(shape, &shipped("float64"), code, TiesToEven, false).0);
    assert_eq!(to_f64(&binary8p3, 0x40), 1.0);
    assert_eq!(to_f64(&binary8p3, 0x7e), 49152.0);
    assert_eq!(to_f64(&binary8p3, 1), 2_f64.powi(-17));
    assert_eq!(to_f64(&p3109(8, 4, true, true), 0x7e), 224.0);
    assert_eq!(to_f64(&p3109(8, 1, true, true), 1), 2_f64.powi(-63));
    let unsigned = p3109(8, 8, false, true);
    assert_eq!(to_f64(&unsigned, 0x80), 1.0);
    assert!(matches!(decode(&unsigned, 0xff), Value::Nan { .. }));
    assert!(matches!(decode(&unsigned, 0xfe), Value::Infinite { negative: false }));
}

#[test]
fn overflow_is_as_the_design_says() {
    let past = OVERFLOW | INEXACT;
    assert_eq!(from_f32("float8_e4m3fn", 464.0, TiesToEven, false), (0x7e, INEXACT));
    assert_eq!(from_f32("float8_e4m3fn", -464.001, TiesToEven, false), (0xff, past));
    assert_eq!(from_f32("float8_e4m3fn", 464.0, TiesToAway, false), (0x7f, past));
    assert_eq!(from_f32("float8_e4m3fn", 465.0, TiesToEven, true), (0x7e, past));
    assert_eq!(from_f32("float8_e4m3fn", 479.0, TowardZero, false), (0x7e, INEXACT));
    assert_eq!(from_f32("float8_e4m3fn", 480.0, TowardZero, false), (0x7e, past));
    assert_eq!(from_f32("float8_e4m3fn", 449.0, ToOdd, false), (0x7e, past));
    assert_eq!(from_f32("float8_e5m2", 1e9, TowardNegative, false), (0x7b, past));
    assert_eq!(from_f32("float8_e5m2", -1e9, TowardNegative, false), (0xfc, past));
    assert_eq!(from_f32("float4_e2m1fn", -1e9, TiesToEven, false), (0xf, past));
    assert_eq!(from_f32("float8_e5m2", f32::INFINITY, TowardZero, false), (0x7c, 0));
    assert_eq!(from_f32("float8_e5m2", f32::INFINITY, TowardZero, true), (0x7b, past));
    assert_eq!(from_f32("float8_e4m3fn", f32::NEG_INFINITY, TowardZero, false), (0xff, past));
    assert_eq!(from_f32("float8_e4m3fnuz", f32::NEG_INFINITY, ToOdd, false), (0x80, past));
}

#[test]
fn nans_zeros_and_signs_are_as_the_design_says() {
    let signaling = f32::from_bits(0xffa0_0001);
    assert_eq!(from_f32("float16", signaling, TiesToEven, false), (0xff00, INVALID));
    assert_eq!(from_f32("float8_e4m3fn", signaling, TiesToEven, true), (0xff, INVALID));
    assert_eq!(from_f32("float8_e8m0fnu", -f32::NAN, TiesToEven, false), (0xff, 0));
    assert_eq!(from_f32("float4_e2m1fn", -f32::NAN, TiesToEven, false), (7, INVALID));
    assert_eq!(from_f32("float8_e4m3fnuz", -f32::NAN, TiesToEven, false), (0x80, 0));
    let fnuz = shipped("float8_e4m3fnuz");
    assert_eq!(cast(&fnuz, &shipped("float16"), 0x80, TiesToEven, false), (0x7e00, 0));

    assert_eq!(from_f32("float8_e4m3fnuz", -0.0, TiesToEven, false), (0, 0));
    assert_eq!(
        from_f32("float8_e4m3fnuz", -1e-9, TiesToEven, false),
        (0, INEXACT | UNDERFLOW)
    );
    assert_eq!(
        from_f32("float8_e4m3fnuz", -1e-9, TowardNegative, false),
        (0x81, INEXACT | UNDERFLOW)
    );
    assert_eq!(from_f32("float8_e8m0fnu", -0.0, TiesToEven, false), (0, INEXACT | UNDERFLOW));
    for saturate in [false, true] {
        assert_eq!(
            from_f32("float8_e8m0fnu", f32::NEG_INFINITY, TiesToEven, saturate),
            (0xff, INVALID)
        );
        assert_eq!(from_f32("float8_e8m0fnu", -1e-45, TowardZero, saturate), (0xff, INVALID));
    }
}

#[test]
fn a_significand_of_one_bit_is_rounded_as_the_design_says() {
    for (x, code) in [(1.5, 0x80), (3.0, 0x81)] {
        assert_eq!(from_f32("float8_e8m0fnu", x, TiesToEven, false), (code, INEXACT));
    }
    assert_eq!(from_f32("float8_e8m0fnu", 5.0, ToOdd, false), (0x81, INEXACT));
    let (single, p1) = (shipped("float32"), p3109(8, 1, true, true));
    for (x, code) in [(1.5_f32, 0x40), (3.0, 0x42)] {
        assert_eq!(cast(&single, &p1, x.to_bits().into(), TiesToEven, false), (code, INEXACT));
    }
}

/// The example tells tininess after rounding from tininess before (IEEE 754-2019, 7.5). It lies just below the smallest normal
/// number.
#[test]
fn tininess_is_judged_after_rounding() {
    let normal = 2_f32.powi(-14);
    let below = |units: f32| normal - units * 2_f32.powi(-27);
    // With unbounded exponents, the last number below is 4 of these units away, and the point half-way to it is 2 away.
    assert_eq!(from_f32("float16", below(1.0), TiesToEven, false), (0x400, INEXACT));
    assert_eq!(from_f32("float16", below(2.0), TiesToEven, false), (0x400, INEXACT));
    assert_eq!(
        from_f32("float16", below(3.0), TiesToEven, false),
        (0x400, INEXACT | UNDERFLOW)
    );
    assert_eq!(from_f32("float16", below(3.0), TowardPositive, false), (0x400, INEXACT));
    assert_eq!(
        from_f32("float16", below(1.0), TowardZero, false),
        (0x3ff, INEXACT | UNDERFLOW)
    );
    assert_eq!(from_f32("float16", below(8.0), TowardZero, false), (0x3ff, 0));
}
