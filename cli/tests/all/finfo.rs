//! `ulp finfo`: the lines of torch, and the table.

use crate::support::Sandbox;

const LINES: [(&str, &str); 4] = [
    (
        "float16",
        "finfo(resolution=0.001, min=-65504, max=65504, eps=0.000976562, smallest_normal=6.10352e-05, tiny=6.10352e-05, dtype=float16)",
    ),
    (
        "f32",
        "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)",
    ),
    (
        "bf16",
        "finfo(resolution=0.01, min=-3.38953e+38, max=3.38953e+38, eps=0.0078125, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=bfloat16)",
    ),
    (
        "F8_E4M3",
        "finfo(resolution=1, min=-448, max=448, eps=0.125, smallest_normal=0.015625, tiny=0.015625, dtype=float8_e4m3fn)",
    ),
];

#[test]
fn a_line_for_each_format_named() {
    let sandbox = Sandbox::new();
    let names = LINES.map(|(name, _)| name);
    let expected = LINES.map(|(_, line)| line).join("\n") + "\n";
    assert_eq!(sandbox.succeeds(&[&["finfo"][..], &names].concat()), expected);
    for (name, line) in LINES {
        assert_eq!(sandbox.succeeds(&["finfo", name]), format!("{line}\n"));
    }
}

#[test]
fn a_table_of_all_formats() {
    let table = Sandbox::new().succeeds(&["finfo"]);
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 19, "{table}");
    for row in [
        "float64 64 11 52 1023 9007199254740991·2^971 2^-1022 2^-1074 2^-52 yes yes",
        "float32 32 8 23 127 16777215·2^104 2^-126 2^-149 2^-23 yes yes",
        "tf32 19 8 10 127 2047·2^117 2^-126 2^-136 0.0009765625 yes yes",
        "float8_e4m3fnu 7 4 3 7 448 0.015625 0.001953125 0.125 - yes",
        "float8_e5m3fnu 8 5 3 15 114688 2^-14 2^-17 0.125 - yes",
        "float16 16 5 10 15 65504 2^-14 2^-24 0.0009765625 yes yes",
        "bfloat16 16 8 7 127 255·2^120 2^-126 2^-133 0.0078125 yes yes",
        "float8_e4m3fn 8 4 3 7 448 0.015625 0.001953125 0.125 - yes",
        "float8_e5m2 8 5 2 15 57344 2^-14 2^-16 0.25 yes yes",
        "float8_e4m3 8 4 3 7 240 0.015625 0.001953125 0.125 yes yes",
        "float8_e3m4 8 3 4 3 15.5 0.25 0.015625 0.0625 yes yes",
        "float8_e4m3fnuz 8 4 3 8 240 0.0078125 0.0009765625 0.125 - yes",
        "float8_e5m2fnuz 8 5 2 16 57344 2^-15 2^-17 0.25 - yes",
        "float8_e4m3b11fnuz 8 4 3 11 30 0.0009765625 2^-13 0.125 - yes",
        "float8_e8m0fnu 8 8 0 127 2^127 2^-127 - 1 - yes",
        "float6_e2m3fn 6 2 3 1 7.5 1 0.125 0.125 - -",
        "float6_e3m2fn 6 3 2 3 28 0.25 0.0625 0.25 - -",
        "float4_e2m1fn 4 2 1 1 6 1 0.5 0.5 - -",
    ] {
        let row: Vec<&str> = row.split(' ').collect();
        assert!(rows.contains(&row), "{row:?} not in\n{table}");
    }
    let ends: Vec<usize> = table.lines().map(|line| line.chars().count()).collect();
    assert!(ends.iter().all(|&end| end == ends[0]), "not aligned:\n{table}");
}

#[test]
fn an_unknown_format_is_named_with_the_nearest() {
    let sandbox = Sandbox::new();
    sandbox.fails(&["finfo", "bf17"], &["bf17", "did you mean \"BF16\"?"]);
    sandbox.fails(&["finfo", "bf16", "nonsense\n"], &["nonsense"]);
}

/// The numbers of IEEE 754 and OCP 8-bit floating point.
#[test]
fn json_has_every_field() {
    let sandbox = Sandbox::new();
    let read = |arguments: &[&str]| {
        let text = sandbox.succeeds(arguments);
        serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap()
    };
    let formats = read(&["finfo", "--json", "f64", "e4m3fn"]);
    let (f64, e4m3fn) = (&formats[0], &formats[1]);
    assert_eq!(f64["max"], f64::MAX);
    assert_eq!(f64["smallest_subnormal"], 5e-324);
    assert_eq!(f64["layout"]["infinity_code"], "0x7ff0000000000000");
    for (name, number) in [
        ("bits", 8.0),
        ("eps", 0.125),
        ("epsneg", 0.0625),
        ("max", 448.0),
        ("min", -448.0),
        ("smallest_normal", 0.015_625),
        ("tiny", 0.015_625),
        ("smallest_subnormal", 0.001_953_125),
        ("resolution", 1.0),
        ("precision", 0.0),
        ("machep", -3.0),
        ("negep", -4.0),
        ("nexp", 4.0),
        ("iexp", 4.0),
        ("nmant", 3.0),
        ("minexp", -6.0),
        ("maxexp", 9.0),
    ] {
        assert_eq!(e4m3fn[name].as_f64(), Some(number), "{name}");
    }
    let layout = serde_json::json!({
        "signed": true, "exponent_bits": 4, "fraction_bits": 3, "bias": 7, "zero": true, "negative_zero": true, "infinities": false,
        "high_nans": 1, "infinity_code": null, "nan_code": "0x7f", "max_code": "0x7e", "min_normal_code": "0x8",
        "min_positive_code": "0x1",
    });
    assert_eq!(e4m3fn["layout"], layout);
    assert_eq!(read(&["finfo", "--json"]).len(), 18);
    sandbox.fails(&["finfo", "--json", "bf17"], &["bf17"]);
}
