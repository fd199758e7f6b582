//! `ulp bits`, compared with numbers that were worked out by hand and with `half`, and the output on a terminal.

use serde_json::Value;

use crate::support::Sandbox;

fn json(arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["bits", "--json"], arguments].concat();
    let text = Sandbox::new().succeeds(&arguments);
    serde_json::from_str::<Vec<Value>>(&text).unwrap()
}

/// Returns fields of the one number that is printed.
fn fields<const N: usize>(arguments: &[&str], names: [&str; N]) -> [String; N] {
    let numbers = json(arguments);
    assert_eq!(numbers.len(), 1, "{arguments:?}");
    names.map(|name| match &numbers[0][name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

#[test]
fn bits_match_values_worked_out_by_hand() {
    let names = ["code", "sign", "exponent", "fraction", "class", "exact"];
    for (value, format, expected) in [
        // 448 = 1.75 · 2^8: 8 + 7 = 15, and a NaN would have all ones.
        ("448", "e4m3fn", ["0x7e", "0", "1111", "110", "normal", "448"]),
        ("-0", "f16", ["0x8000", "1", "00000", "0000000000", "zero", "-0"]),
        (
            "0x1p-24",
            "f16",
            ["0x0001", "0", "00000", "0000000001", "subnormal", "5.9604644775390625e-8"],
        ),
        ("0.5", "e8m0", ["0x7e", "", "01111110", "", "normal", "0.5"]),
        ("-6", "e2m1fn", ["0xf", "1", "11", "1", "normal", "-6"]),
        ("1e6", "f16", ["0x7c00", "0", "11111", "0000000000", "infinite", "null"]),
        ("nan", "e4m3fnuz", ["0x80", "1", "0000", "000", "NaN", "null"]),
        (
            "1",
            "f64",
            ["0x3ff0000000000000", "0", "01111111111", &"0".repeat(52), "normal", "1"],
        ),
    ] {
        assert_eq!(fields(&[value, "--as", format], names), expected, "{value} as {format}");
    }
}

#[test]
fn errors_and_neighbours_match_values_worked_out_by_hand() {
    let of = |value: &str, format| fields(&[value, "--as", format], ["exact", "error", "error_in_ulps"]);
    // The neighbours of 0.3 in e4m3fn are 0.28125 and 0.3125, an ulp of 1/32 apart.
    assert_eq!(of("0.3", "e4m3fn"), ["0.3125", "0.0125", "0.4"]);
    assert_eq!(of("0.29", "e4m3fn"), ["0.28125", "-0.00875", "-0.28"]);
    assert_eq!(of("1.5", "e4m3fn"), ["1.5", "0", "0"]);
    assert_eq!(of("500", "e4m3fn")[1], "null");
    // Below half of the smallest number, 2^-24.
    assert_eq!(of("0x1p-26", "f16"), ["0", "-1.490116119384765625e-8", "-0.25"]);
    // The number is a tie except for the last of its 40 digits.
    let above = "1.0009765625000000000000000000000000000000001";
    assert_eq!(of("1.00048828125", "f16")[0], "1");
    assert_eq!(of("1.00048828125000000000000000000000000000000001", "f16")[0], "1.0009765625");
    assert_eq!(of(above, "f16")[1], "-1e-43");

    let number = &json(&["1", "--as", "f16"])[0];
    assert_eq!(number["below"]["code"], "0x3bff");
    assert_eq!(number["above"]["code"], "0x3c01");
    assert_eq!(number["below"]["exact"], "0.99951171875");
    assert_eq!(number["above"]["exact"], "1.0009765625");
    assert_eq!(number["hexadecimal"], "0x1p+0");
    let number = &json(&["65504", "--as", "f16"])[0];
    assert_eq!(number["below"]["exact"], "65472");
    assert_eq!(number["above"]["exact"], "inf");
}

#[test]
fn codes_are_those_of_half() {
    for value in [0.1_f64, -3.0e-6, 65519.0, 1e-9, 12345.678, 3.3e38] {
        let text = format!("{value:e}");
        let [f16] = fields(&["--as", "f16", "--", &text], ["code"]);
        assert_eq!(f16, format!("{:#06x}", half::f16::from_f64(value).to_bits()), "{text}");
        let [bf16] = fields(&["--as", "bf16", "--", &text], ["code"]);
        assert_eq!(bf16, format!("{:#06x}", half::bf16::from_f64(value).to_bits()), "{text}");
        let [f64] = fields(&["--as", "f64", "--", &text], ["code"]);
        assert_eq!(f64, format!("{:#018x}", value.to_bits()), "{text}");
    }
}

#[test]
fn every_code_of_a_byte_comes_back() {
    let codes: Vec<String> = (0..=255).map(|code| format!("{code:#04x}")).collect();
    for format in ["e4m3fn", "e5m2", "e8m0", "e4m3fnuz"] {
        let mut arguments = vec!["--as", format];
        arguments.extend(codes.iter().map(String::as_str));
        let numbers = json(&arguments);
        assert_eq!(numbers.len(), 256);
        for (number, code) in numbers.iter().zip(&codes) {
            assert_eq!(number["code"], **code, "{format}");
            if let Some(exact) = number["exact"].as_str() {
                let [again] = fields(&["--as", format, "--", exact], ["code"]);
                assert_eq!(again, *code, "{exact} as {format}");
            }
        }
        if format == "e4m3fn" {
            let nans = numbers.iter().filter(|number| number["class"] == "NaN");
            assert_eq!(nans.count(), 2);
        }
    }
}

#[test]
fn every_format_is_shown_by_default() {
    let formats = |value| -> Vec<String> {
        let numbers = json(&[value]);
        numbers
            .iter()
            .map(|number| number["format"].as_str().unwrap().into())
            .collect()
    };
    let usual = ["float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"];
    assert_eq!(formats("0.1"), usual);
    assert_eq!(formats("0x3c00"), ["float16", "bfloat16"]);
    assert_eq!(formats("0x3f"), ["float8_e4m3fn", "float8_e5m2"]);
    assert_eq!(formats("0x3f800000"), ["float32"]);
    assert_eq!(formats("0x3ff0000000000000"), ["float64"]);
}

#[test]
fn accepted_and_refused_forms_of_numbers() {
    let sandbox = Sandbox::new();
    sandbox.fails(&["bits", "one\u{1b}[31m"], &["no number", "\\u{1b}"]);
    sandbox.fails(&["bits", "1", "0x123"], &["0x123", "--as"]);
    sandbox.fails(&["bits", "0x123", "--as", "e4m3fn"], &["8 bits of float8_e4m3fn"]);
    sandbox.fails(&["bits", "1e99999"], &["exponent"]);
    sandbox.fails(&["bits", "1", "--as", "float4_e2m1fn_x2"], &["float4_e2m1fn_x2"]);
}

/// Piped output has the same text, without colours.
#[test]
fn output_has_no_colours_in_a_pipe() {
    let page = Sandbox::new().succeeds(&["bits", "0.1", "--as", "f16"]);
    assert!(!page.contains('\u{1b}'), "{page:?}");
    for line in [
        "0.1 in float16  0x2e66",
        "  0 01011 1001100110",
        "  │ ╰──────── exponent 11 - bias 15 = -4",
        "  exact     0.0999755859375",
        "  error     -0.0000244140625 (-0.4 ulp)",
    ] {
        assert!(page.lines().any(|found| found == line), "{line:?} not in\n{page}");
    }
}

fn block(scheme: &str, values: &[&str]) -> Value {
    let text = Sandbox::new().succeeds(&[&["bits", "--json", "--block", scheme, "--"], values].concat());
    serde_json::from_str(&text).unwrap()
}

/// The largest magnitude of a block is 3, which is at most 6 · 2^-1, so the scale is 0.5. The elements are 0.2, -5 and 6 before they
/// are rounded: 0, -4 (a tie) and 6.
#[test]
fn a_block_has_a_scale_and_elements() {
    let block = block("mxfp4", &["0.1", "-2.5", "3"]);
    assert_eq!(block["scales"][0]["code"], "0x7e");
    assert_eq!(block["scales"][0]["value"], 0.5);
    let elements = block["elements"].as_array().unwrap();
    let of = |name: &str| -> Vec<Value> { elements.iter().map(|element| element[name].clone()).collect() };
    assert_eq!(of("code"), ["0x0", "0xe", "0x7"]);
    assert_eq!(of("value"), [0.0, -2.0, 3.0]);
    assert_eq!(of("error"), ["-0.1", "0.5", "0"]);
}

/// Only finite numbers make the tensor's scale: 2688 is 6 · 448. E4M3 has a NaN, so the scale of the block shows the NaN.
#[test]
fn a_nan_in_a_block_is_shown() {
    let block = block("nvfp4", &["2688", "nan"]);
    assert_eq!(block["tensor_scale"], 1.0);
    assert_eq!(block["scales"][0]["value"], "NaN");
    assert_eq!(block["elements"][0]["value"], "NaN");
}
