//! The forms of numbers: texts that `f32` parses, and C's hexadecimal form. Other texts are errors.

use super::*;

use FloatErrorKind::{Empty, Invalid};

const NOT_NUMBERS: &[&str] = &[
    "+",
    "-",
    ".",
    "+.",
    "e5",
    ".e5",
    "1e",
    "1e+",
    "1e-",
    "1e5.0",
    "1.5.2",
    "..1",
    " 1",
    "1 ",
    "1_000",
    "--1",
    "+-1",
    "1f",
    "1.0f32",
    "in",
    "infinit",
    "infinityy",
    "nan(1)",
    "na",
    "snan",
    "i",
    "n",
    "1e 5",
    "1e5e5",
    "1,5",
    "0b1",
    "0o7",
    "１",
    "1\0",
    "\n",
    "∞",
    "−1",
    "1p5",
    "e",
    "E",
    "1.e",
    "+e1",
    "1e++1",
    "-+inf",
    "inf.",
    "0inf",
];

const NUMBERS: &[&str] = &[
    "1",
    "+1",
    "-1",
    "1.",
    ".5",
    "-.5",
    "+.5e1",
    "1.e1",
    "1e5",
    "1E5",
    "1E+5",
    "1e-5",
    "1e+05",
    "1e-007",
    "007",
    "00.500",
    "0",
    "-0",
    "+0",
    "0.0",
    "0e0",
    "0e99",
    "-.0e-0",
    "inf",
    "INF",
    "+Inf",
    "-iNf",
    "infinity",
    "Infinity",
    "-INFINITY",
    "nan",
    "NaN",
    "NAN",
    "+nan",
    "-nan",
    "1.5",
    "65504",
    "0.333333333333333333333333333333333333",
];

/// `f32` judges the texts too, so the lists can't be wrong.
#[test]
fn what_f32_parses_and_nothing_else() {
    for text in NOT_NUMBERS {
        assert!(text.parse::<f32>().is_err(), "{text:?}");
        assert_eq!(parse::<F16>(text), Err(Invalid), "{text:?}");
        assert_eq!(parse::<F8E8M0Fnu>(text), Err(Invalid), "{text:?}");
    }
    for text in NUMBERS {
        let right = text.parse::<f32>().unwrap();
        let is = text.parse::<Single>().unwrap();
        assert_eq!(is.to_bits(), right.to_bits(), "{text}");
    }
}

/// Tries all short texts of the characters of numbers.
#[test]
fn every_short_text_is_read_as_f32_reads_it() {
    let characters = ['0', '1', '9', '.', 'e', '-', '+', 'x', 'n', 'a', 'i', 'f', ' '];
    let mut texts = vec![String::new()];
    let mut last = 0;
    for _ in 0..5 {
        let longer: Vec<String> = texts[last..]
            .iter()
            .flat_map(|text| characters.iter().map(move |c| format!("{text}{c}")))
            .collect();
        last = texts.len();
        texts.extend(longer);
    }
    for text in texts {
        if text.contains("0x") {
            continue;
        }
        let right = text.parse::<f32>().ok().map(f32::to_bits);
        let is = text.parse::<Single>().ok().map(Single::to_bits);
        assert_eq!(is, right, "{text:?}");
    }
}

#[test]
fn errors_have_their_kind() {
    assert_eq!(parse::<F16>(""), Err(Empty));
    for text in ["", "x", "+"] {
        let is = text.parse::<Bf16>().unwrap_err();
        let right = text.parse::<f32>().unwrap_err();
        assert_eq!(is.to_string(), right.to_string());
        assert_eq!(format!("{is:>50}"), format!("{right:>50}"));
    }
    let error: Box<dyn std::error::Error + Send + Sync> = "nan".parse::<F4E2M1Fn>().unwrap_err().into();
    assert_eq!(error.to_string(), "the format has no such number");
}

#[test]
fn hexadecimal_is_exact() {
    let table: &[(&str, f64)] = &[
        ("0x1.8p-3", 0.1875),
        ("0X1.8P-3", 0.1875),
        ("-0x1.8p+1", -3.0),
        ("+0x.8", 0.5),
        ("0x1.", 1.0),
        ("0xff", 255.0),
        ("0xFFp0", 255.0),
        ("0x0", 0.0),
        ("-0x0.000p9", -0.0),
        ("0x00000000000000000000000001p1", 2.0),
        ("0x1.000000000000000000000p1", 2.0),
        ("0x10000000000000000000000p-88", 1.0),
        ("0x0.00000000000000000000001p92", 1.0),
        ("0x1p-24", 0.5f64.powi(24)),
        ("0xe", 14.0),
        ("0x1e1", 481.0),
    ];
    for &(text, value) in table {
        assert_eq!(parse::<F16>(text), Ok(F16::from_f64(value).to_bits() as u64), "{text}");
    }
    for text in [
        "0x", "0x.", "0xp1", "0x1p", "0x1p+", "0x1p1.0", "0xg", "x1", "0x-1", "0x1 ", "0x1.8.1", "00x1", "0x0x1", "0x1pa", "0x_1",
    ] {
        assert_eq!(parse::<F16>(text), Err(Invalid), "{text}");
    }
}

/// The text is a tie with digits far below it: 1 + 2^-11 lies between 3c00 and 3c01.
#[test]
fn hexadecimal_is_rounded_once() {
    let zeros = "0".repeat(1000);
    assert_eq!(parse::<F16>("0x1.002"), Ok(0x3c00));
    assert_eq!(parse::<F16>("0x1.0020000000000000000000000001"), Ok(0x3c01));
    assert_eq!(parse::<F16>(&format!("0x1.002{zeros}1")), Ok(0x3c01));
    assert_eq!(parse::<F16>(&format!("0x1002{zeros}1p-4016")), Ok(0x3c01));
    assert_eq!(parse::<F16>("0x1.001ffffffffffffffffffffff"), Ok(0x3c00));
    assert_eq!(parse::<F16>("0x1.006"), Ok(0x3c02));
    assert_eq!(parse::<F16>("0x1.ffdffffffffffffffffffffffffp15"), Ok(0x7bff));
    assert_eq!(parse::<F16>("0x1.ffep15"), Ok(0x7c00));
    assert_eq!(parse::<F16>("0x1p-25"), Ok(0));
    assert_eq!(parse::<F16>("0x1.00000000000000000000001p-25"), Ok(1));
    assert_eq!(parse::<F8E8M0Fnu>("0x1.8p3"), Ok(0x83));
    assert_eq!(parse::<F8E8M0Fnu>("0x1.7fffffffffffffffffffffp3"), Ok(0x82));
}

/// Tries every `F16`, with its significand as an integer and its exponent.
#[test]
fn every_float16_in_hexadecimal() {
    for code in 0..0x7c00_u16 {
        let parts = F16::from_bits(code).parts();
        let hidden = u64::from(parts.exponent > 0) << 10;
        let exponent = parts.exponent.max(1) as i32 - 25;
        let text = format!("0x{:x}p{exponent}", hidden | parts.fraction);
        assert_eq!(parse::<F16>(&text), Ok(code as u64), "{text}");
    }
}
