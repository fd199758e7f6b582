//! The value of every code.

use super::*;

/// OCP MX 1.0 (5.3.3) lists all codes of E2M1.
#[test]
fn values_of_fp4() {
    const POSITIVE: [f64; 8] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0];
    for (code, expected) in (0_u8..).zip(POSITIVE) {
        assert_eq!(F4E2M1Fn::from_bits(code).to_f64(), expected);
        let negative = F4E2M1Fn::from_bits(code | 8).to_f64();
        assert_eq!(negative.to_bits(), (-expected).to_bits());
    }
}

/// OCP MX 1.0, 5.3.2: bias 1, smallest normal 1, largest 7.5, subnormals 0.125 to 0.875.
#[test]
fn values_of_fp6_e2m3() {
    const POSITIVE: [f64; 32] = [
        0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, //
        1.0, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875, //
        2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, //
        4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5,
    ];
    for (code, expected) in (0_u8..).zip(POSITIVE) {
        assert_eq!(F6E2M3Fn::from_bits(code).to_f64(), expected);
        assert_eq!(F6E2M3Fn::from_bits(code | 0x20).to_f64(), -expected);
    }
}

/// OCP MX 1.0, 5.3.2: bias 3, smallest normal 0.25, largest 28, subnormals 0.0625 to 0.1875.
#[test]
fn values_of_fp6_e3m2() {
    const POSITIVE: [f64; 32] = [
        0.0, 0.0625, 0.125, 0.1875, //
        0.25, 0.3125, 0.375, 0.4375, //
        0.5, 0.625, 0.75, 0.875, //
        1.0, 1.25, 1.5, 1.75, //
        2.0, 2.5, 3.0, 3.5, //
        4.0, 5.0, 6.0, 7.0, //
        8.0, 10.0, 12.0, 14.0, //
        16.0, 20.0, 24.0, 28.0,
    ];
    for (code, expected) in (0_u8..).zip(POSITIVE) {
        assert_eq!(F6E3M2Fn::from_bits(code).to_f64(), expected);
        assert_eq!(F6E3M2Fn::from_bits(code | 0x20).to_f64(), -expected);
    }
}

/// OCP OFP8 1.0: bias 7, subnormals of 2^-9, and only 7f and ff are NaNs.
#[test]
fn values_of_e4m3fn() {
    // The steps are eighths: of 2^-6 for subnormals and for exponent field 1, of 2^-5 for field 2, and so on.
    let mut expected = Vec::new();
    for eighths in 0..8 {
        expected.push(f64::from(eighths) / 8.0 / 64.0);
    }
    for binade in [
        1.0 / 64.0,
        1.0 / 32.0,
        1.0 / 16.0,
        1.0 / 8.0,
        1.0 / 4.0,
        1.0 / 2.0,
        1.0,
        2.0,
        4.0,
        8.0,
        16.0,
        32.0,
        64.0,
        128.0,
        256.0,
    ] {
        for eighths in 8..16 {
            expected.push(f64::from(eighths) / 8.0 * binade);
        }
    }
    assert_eq!(expected.len(), 128);
    for (code, &expected) in (0_u8..127).zip(&expected) {
        assert_eq!(F8E4M3Fn::from_bits(code).to_f64(), expected, "{code:#x}");
        assert_eq!(F8E4M3Fn::from_bits(code | 0x80).to_f64(), -expected);
    }
    assert!(F8E4M3Fn::from_bits(0x7f).is_nan() && F8E4M3Fn::from_bits(0xff).is_nan());

    for (code, spot) in [
        (0x01, 0.001_953_125),
        (0x07, 0.013_671_875),
        (0x08, 0.015_625),
        (0x38, 1.0),
        (0x3c, 1.5),
        (0x46, 3.5),
        (0x77, 240.0),
        (0x78, 256.0),
        (0x7e, 448.0),
    ] {
        assert_eq!(F8E4M3Fn::from_bits(code).to_f64(), spot, "{code:#x}");
    }
}

/// OCP OFP8 1.0.
#[test]
fn values_of_e5m2() {
    for (code, spot) in [
        (0x01, exp2(-16)),
        (0x03, 0.75 * exp2(-14)),
        (0x04, exp2(-14)),
        (0x3c, 1.0),
        (0x3d, 1.25),
        (0x7b, 57344.0),
        (0x7c, f64::INFINITY),
        (0xfc, f64::NEG_INFINITY),
    ] {
        assert_eq!(F8E5M2::from_bits(code).to_f64(), spot, "{code:#x}");
    }
    for code in [0x7d, 0x7e, 0x7f, 0xfd, 0xfe, 0xff] {
        assert!(F8E5M2::from_bits(code).is_nan(), "{code:#x}");
    }
}

/// The biases are 8, 16 and 11 (arXiv 2206.02915 for the first two). The exponent field of 1.0 is the bias.
#[test]
fn values_of_fnuz() {
    for (code, spot) in [
        (0x01, exp2(-10)),
        (0x07, 7.0 * exp2(-10)),
        (0x08, exp2(-7)),
        (0x40, 1.0),
        (0x7f, 240.0),
        (0x81, -exp2(-10)),
        (0xff, -240.0),
    ] {
        assert_eq!(F8E4M3Fnuz::from_bits(code).to_f64(), spot, "{code:#x}");
    }
    for (code, spot) in [
        (0x01, exp2(-17)),
        (0x04, exp2(-15)),
        (0x40, 1.0),
        (0x7f, 57344.0),
        (0xff, -57344.0),
    ] {
        assert_eq!(F8E5M2Fnuz::from_bits(code).to_f64(), spot, "{code:#x}");
    }
    for (code, spot) in [(0x01, exp2(-13)), (0x08, exp2(-10)), (0x58, 1.0), (0x7f, 30.0)] {
        assert_eq!(F8E4M3B11Fnuz::from_bits(code).to_f64(), spot, "{code:#x}");
    }
    assert!(F8E4M3Fnuz::from_bits(0x80).is_nan());
    assert!(F8E5M2Fnuz::from_bits(0x80).is_nan());
    assert!(F8E4M3B11Fnuz::from_bits(0x80).is_nan());
    assert_eq!(F8E4M3Fnuz::from_bits(0).to_f64().to_bits(), 0);
}

/// OCP MX 1.0, 5.4.1: powers of two from 2^-127 on, and ff is the NaN.
#[test]
fn values_of_e8m0() {
    for code in 0..=0xfe_u8 {
        let expected = exp2(i32::from(code) - 127);
        assert_eq!(F8E8M0Fnu::from_bits(code).to_f64(), expected);
        assert_eq!(f64::from(F8E8M0Fnu::from_bits(code).to_f32()), expected);
    }
    assert!(F8E8M0Fnu::from_bits(0xff).is_nan());
}

fn are_ml_dtypes_of<F: Format>() {
    let line = ML_DTYPES
        .lines()
        .find_map(|line| line.strip_prefix(F::DTYPE)?.strip_prefix(','));
    let Some(line) = line else {
        let lacks = ["float8_e4m3fnu", "float8_e5m3fnu"];
        assert!(lacks.contains(&F::DTYPE), "codes.csv has no line for {}", F::DTYPE);
        return;
    };
    let cells: Vec<_> = line.split(',').collect();
    assert_eq!(cells.len(), 1 << F::LAYOUT.bits());
    for (code, cell) in (0..).zip(cells) {
        let ours = from_code::<F>(code).cast::<f32>();
        if cell == "nan" {
            assert!(ours.is_nan(), "{} {code:#x}", F::DTYPE);
        } else {
            let theirs = u32::from_str_radix(cell, 16).unwrap();
            assert_eq!(ours.to_bits(), theirs, "{} {code:#x}", F::DTYPE);
        }
    }
}

#[test]
fn values_are_those_of_ml_dtypes() {
    for_every_byte_format!(are_ml_dtypes_of);
}

/// The definition (IEEE 754-2019, 3.4) is 2^(e - bias) · (1 + t / 2^f), or 2^(1 - bias) · t / 2^f for exponent field 0.
fn are_the_definitions_of<F: Format>() {
    let layout = F::LAYOUT;
    let unit = exp2(layout.fraction_bits() as i32);
    for code in 0..1_u64 << layout.bits() {
        let parts = layout.decode(code);
        let normal = parts.exponent > 0 || !layout.has_zero();
        let significand = parts.fraction as f64 / unit + f64::from(u8::from(normal));
        let exponent = parts.exponent as i32 - layout.bias() + i32::from(!normal);
        let magnitude = significand * exp2(exponent);
        let expected = if parts.sign { -magnitude } else { magnitude };
        let class = layout.classify(code);
        let ours = value::<F>(code);
        match class {
            FpCategory::Nan => assert!(ours.is_nan()),
            FpCategory::Infinite => assert!(ours.is_infinite()),
            _ => assert_eq!(ours.to_bits(), expected.to_bits(), "{} {code:#x}", F::DTYPE),
        }
        match class {
            FpCategory::Zero => assert_eq!(expected, 0.0),
            FpCategory::Subnormal => assert!(!normal && expected != 0.0),
            FpCategory::Normal => assert!(normal),
            FpCategory::Nan | FpCategory::Infinite => {}
        }
    }
}

#[test]
fn values_are_those_of_the_definition() {
    for_every_narrow_format!(are_the_definitions_of);
}

fn are_counted<F: Format>() {
    // The counts of each sign: NaNs, infinities, zeros, subnormals.
    let layout = F::LAYOUT;
    let mut counts = [0_u64; 5];
    for code in 0..1_u64 << layout.bits() {
        counts[match layout.classify(code) {
            FpCategory::Nan => 0,
            FpCategory::Infinite => 1,
            FpCategory::Zero => 2,
            FpCategory::Subnormal => 3,
            FpCategory::Normal => 4,
        }] += 1;
    }
    let expected = match F::DTYPE {
        // There are two times 2^10 - 1 fractions.
        "tf32" | "float16" => [2046, 2, 2, 2046],
        "bfloat16" => [254, 2, 2, 254],
        "float8_e4m3fn" => [2, 0, 2, 14],
        "float8_e5m2" => [6, 2, 2, 6],
        "float8_e4m3" => [14, 2, 2, 14],
        "float8_e3m4" => [30, 2, 2, 30],
        "float8_e4m3fnuz" | "float8_e4m3b11fnuz" => [1, 0, 1, 14],
        "float8_e5m2fnuz" => [1, 0, 1, 6],
        "float8_e8m0fnu" => [1, 0, 0, 0],
        "float8_e4m3fnu" | "float8_e5m3fnu" => [1, 0, 1, 7],
        "float6_e2m3fn" => [0, 0, 2, 14],
        "float6_e3m2fn" => [0, 0, 2, 6],
        "float4_e2m1fn" => [0, 0, 2, 2],
        other => panic!("no expectation for {other}"),
    };
    assert_eq!(counts[..4], expected, "{}", F::DTYPE);
}

#[test]
fn counts_of_every_class() {
    for_every_narrow_format!(are_counted);
}

/// The value of every code except a NaN rounds to that code, from `f32` and from `f64`, under every rounding, exactly.
fn come_back<F: Format>() {
    for code in 0..1_u64 << F::LAYOUT.bits() {
        let number = from_code::<F>(code);
        if F::LAYOUT.classify(code) == FpCategory::Nan {
            continue;
        }
        for rounding in Rounding::ALL {
            let cast = Cast::new().rounding(rounding);
            let (single, flags) = number.cast_with::<f32>(cast);
            assert_eq!(flags, Flags::NONE);
            let (back, flags) = single.cast_with::<F>(cast);
            assert_eq!((back.to_bits().to_u64(), flags), (code, Flags::NONE));
            let (double, flags) = number.cast_with::<f64>(cast);
            assert_eq!(flags, Flags::NONE);
            let (back, flags) = double.cast_with::<F>(cast);
            assert_eq!((back.to_bits().to_u64(), flags), (code, Flags::NONE));
        }
    }
}

#[test]
fn values_come_back_from_f32_and_f64() {
    for_every_narrow_format!(come_back);
}
