//! Every number in JSON, and the texts that people write there.

use serde::{Serialize, de::DeserializeOwned};
use ulp::*;

use crate::declared::{Double, E5M6, Fine, Small, Unsigned, Wide};

fn json<T: Serialize>(x: T) -> String {
    serde_json::to_string(&x).unwrap()
}

fn from_json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

macro_rules! every_code {
    ([$($format:ident)*]) => { $(
        for code in 0..1_u64 << $format::LAYOUT.bits() {
            let x = $format::from_bits(code as _);

            let text = json(x);
            let back: $format = from_json(&text).unwrap();
            if x.is_nan() {
                assert_eq!(text, "\"NaN\"");
                assert!(back.is_nan());
            } else {
                assert_eq!(back.to_bits(), x.to_bits(), "{text}");
            }
            if x.is_finite() {
                assert_eq!(text, json(x.to_f64()));
            } else if x.is_infinite() {
                assert_eq!(text, json(x.to_string()));
            }
        }
    )* };
}

#[test]
fn every_code_returns() {
    for_every_format!(every_code);
    every_code!([E5M6 Unsigned Small]);
}

#[test]
fn numbers_are_exact() {
    assert_eq!(
        json([F16::from_f32(0.1), F16::from_f32(-0.0), F16::from_f32(65504.0)]),
        "[0.0999755859375,-0.0,65504.0]"
    );
    assert_eq!(json(F8E8M0Fnu::from_f32(0.25)), "0.25");
    assert_eq!(json(F8E4M3Fn::MAX), "448.0");
    // 2^-133.
    assert_eq!(json(Bf16::from_bits(1)), "9.183549615799121e-41");
    assert_eq!(json([F16::NAN, F16::INFINITY, F16::NEG_INFINITY]), r#"["NaN","inf","-inf"]"#);
}

#[test]
fn what_people_write_is_rounded_once() {
    let f16 = |text| from_json(text).map(F16::to_bits);
    assert_eq!(f16("1"), Some(0x3c00));
    assert_eq!(f16("-2"), Some(0xc000));
    assert_eq!(f16("1e6"), Some(0x7c00));
    assert_eq!(f16("65519.999999"), Some(0x7bff));
    assert_eq!(f16("\"65519.9999999999999999999\""), Some(0x7bff));
    assert_eq!(f16("\"-Infinity\""), Some(0xfc00));
    assert_eq!(f16("\"-0.1\""), Some(0xae66));
    // A conversion through f32 would give 4b80 and 3f80.
    assert_eq!(from_json("16842753").map(Bf16::to_bits), Some(0x4b81));
    assert_eq!(from_json("-16842753").map(Bf16::to_bits), Some(0xcb81));
    assert_eq!(from_json("1.0039062500009095").map(Bf16::to_bits), Some(0x3f81));
}

#[test]
fn what_a_format_lacks_is_an_error() {
    for text in ["null", "true", "[]", "\"\"", "\"1.5.2\"", "\"one\""] {
        assert_eq!(from_json::<F16>(text), None, "{text}");
    }
    assert_eq!(from_json("464"), Some(F8E4M3Fn::MAX));
    assert_eq!(from_json::<F8E4M3Fn>("465.0"), None);
    assert_eq!(from_json::<F8E4M3Fn>("1000"), None);
    assert_eq!(from_json::<F4E2M1Fn>("7"), None);
    assert_eq!(from_json("6.9"), Some(F4E2M1Fn::MAX));
    assert_eq!(from_json::<F4E2M1Fn>("\"NaN\""), None);
    assert_eq!(from_json::<F8E8M0Fnu>("0"), None);
    assert_eq!(from_json::<F8E8M0Fnu>("-1"), None);
    assert_eq!(from_json::<F8E8M0Fnu>("-1.5"), None);
    assert_eq!(from_json::<Unsigned>("-1"), None);
    // A number beyond the largest is an error as a string too, if it is an error as a number.
    for text in ["\"1000\"", "\"inf\"", "\"-1e9\""] {
        assert_eq!(from_json::<F8E4M3Fn>(text), None, "{text}");
    }
    assert_eq!(from_json("\"464\""), Some(F8E4M3Fn::MAX));
    assert_eq!(from_json::<F4E2M1Fn>("\"7\""), None);
    assert_eq!(from_json::<F8E8M0Fnu>("\"0\""), None);
    assert!(from_json::<F8E4M3Fn>("\"nan\"").is_some_and(Float::is_nan));
    let error = serde_json::from_str::<F8E4M3Fn>("1000").unwrap_err().to_string();
    assert!(error.contains("float8_e4m3fn") && error.contains("1000"), "{error}");
}

/// A format as wide as `f64` shows the same digits. The comparison is not by text, because `serde_json` doesn't parse all digits
/// exactly.
#[test]
fn a_double_is_a_double() {
    for bits in (0..1 << 20).map(|i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) & !(1 << 62)) {
        let (x, float) = (Double::from_bits(bits), f64::from_bits(bits));
        assert_eq!(serde_json::to_value(x).unwrap(), serde_json::to_value(float).unwrap());
        if bits % 64 == 0 {
            let back: Double = serde_json::from_value(serde_json::to_value(x).unwrap()).unwrap();
            assert_eq!(back.to_bits(), bits);
        }
    }
}

/// A number that no `f64` holds is a string of its digits.
#[test]
fn numbers_wider_than_f64() {
    for x in [
        Wide::MAX,
        Wide::MIN_POSITIVE,
        Wide::MIN,
        Wide::from_f64(0.1) * Wide::MIN_POSITIVE,
    ] {
        assert!(json(x).starts_with('"'));
        assert_eq!(from_json(&json(x)), Some(x));
    }
    let third = Fine::from_int(1) / Fine::from_int(3);
    assert!(json(third).starts_with("\"3.3333333333333333"));
    assert_eq!(from_json(&json(third)), Some(third));
    assert_eq!(json(Fine::from_f64(0.5)), "0.5");
    assert_eq!(from_json::<Fine>("0.5"), Some(Fine::from_f64(0.5)));
}
