//! `ulp check`, compared with errors that were worked out by hand or with `half`, for every kind of checkpoint.

use std::fs;

use half::{bf16, f16};
use safetensors::Dtype;
use serde_json::{Value, json};

use crate::support::{Content, Sandbox, Tensor};

fn floats(numbers: &[f32]) -> Tensor {
    let data: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    Tensor::flat(Dtype::F32, data)
}

fn check(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let printed = sandbox.succeeds(&[&["check", "in", "--json"], arguments].concat());
    serde_json::from_str(&printed).unwrap()
}

/// Returns the row of a tensor or of a format.
fn row<'v>(rows: &'v Value, name: &str) -> &'v Value {
    let mut rows = rows.as_array().unwrap().iter();
    rows.find(|row| row["name"] == name || row["format"] == name).unwrap()
}

fn counts(row: &Value) -> Value {
    let keys = [
        "name",
        "overflowed",
        "became_zero",
        "became_nan",
        "subnormal",
        "nans",
        "infinities",
    ];
    keys.map(|key| row[key].clone()).into_iter().collect()
}

fn close(row: &Value, key: &str, expected: f64) {
    let found = row[key].as_f64().unwrap();
    assert!((found / expected - 1.0).abs() < 1e-12, "{key}: {found}");
}

/// Makes a file with one tensor that is fine in e4m3fn, one that is not, and integers.
fn small() -> Sandbox {
    let sandbox = Sandbox::new();
    let inf = f32::INFINITY;
    let content = Content::of([
        // The steps of e4m3fn are 1/4 from 2 on and 1/8 from 1 on. 1 is exact, 2.125 becomes 2, and 1.0625 becomes 1.
        ("fine", floats(&[1.0, 2.125, 1.0625, 0.0])),
        // The numbers are beyond 464, below 2^-10, and 2^-8, a subnormal.
        ("bad", floats(&[1000.0, 0.0001, 0.003_906_25, f32::NAN, inf, -inf])),
        ("ids", Tensor::flat(Dtype::U8, [1, 2, 3])),
    ]);
    sandbox.write("in", content.bytes());
    sandbox
}

#[test]
fn errors_match_values_worked_out_by_hand() {
    let rows = check(&small(), &["--to", "f8_e4m3"]);
    assert_eq!(rows.as_array().unwrap().len(), 2);
    // The worst tensor stands first. The infinities, which e4m3fn lacks, overflow too, and all three become NaN.
    assert_eq!(counts(&rows[0]), json!(["bad", 3, 1, 3, 1, 1, 2]));
    assert_eq!(rows[0]["amax"], 1000.0);
    assert_eq!(rows[0]["largest_relative_error"], 1.0);
    assert_eq!(rows[0]["mean_relative_error"], 0.5);
    assert_eq!(counts(&rows[1]), json!(["fine", 0, 0, 0, 0, 0, 0]));
    let [a, b] = [0.125 / 2.125, 0.0625 / 1.0625];
    close(&rows[1], "largest_relative_error", f64::max(a, b));
    close(&rows[1], "mean_relative_error", (a + b) / 3.0);
    let (signal, noise) = (1.0 + 2.125 * 2.125 + 1.0625 * 1.0625, 0.015_625 + 0.003_906_25);
    close(&rows[1], "snr_db", 10.0 * f64::log10(signal / noise));
}

#[test]
fn check_obeys_the_options_of_convert() {
    let sandbox = small();
    // With saturation, no number becomes NaN. 1000 and the infinities are beyond the largest value all the same.
    let rows = check(&sandbox, &["--to", "f8_e4m3", "--saturate"]);
    assert_eq!(counts(&rows[0]), json!(["bad", 3, 1, 0, 1, 1, 2]));
    close(&rows[0], "largest_relative_error", 1.0);
    close(&rows[0], "mean_relative_error", (552.0 / 1000.0 + 1.0) / 3.0);
    // Rounded up, 0.0001 becomes the smallest subnormal.
    let rows = check(&sandbox, &["--to", "f8_e4m3", "--rounding", "toward-positive"]);
    assert_eq!(row(&rows, "bad")["became_zero"], 0);
    assert_eq!(row(&rows, "bad")["subnormal"], 2);
    // An equal seed gives equal bits.
    let drawn = ["--to", "f8_e4m3", "--stochastic", "7"];
    assert_eq!(check(&sandbox, &drawn), check(&sandbox, &drawn));

    for (option, regex, names) in [
        ("--only", "fine|ids", &["fine"][..]),
        ("--keep", "^b", &["fine"]),
        ("--keep", ".", &[]),
    ] {
        let rows = check(&sandbox, &["--to", "f16", option, regex]);
        let rows = rows.as_array().unwrap().iter();
        assert!(rows.map(|row| &row["name"]).eq(names), "{option} {regex}");
    }
}

/// Tries each kind on a tensor that has it and on one that lacks it.
#[test]
fn fail_on_decides_the_exit_code() {
    let sandbox = small();
    let code = |arguments: &[&str]| {
        let arguments = [&["check", "in"], arguments].concat();
        sandbox.ulp(&arguments).status.code()
    };
    let fine = ["--to", "f8_e4m3", "--only", "fine"];
    let bad = ["--to", "f8_e4m3", "--only", "bad"];
    for kind in ["overflow", "zero", "subnormal", "nan", "inf"] {
        let asked = ["--fail-on", kind];
        assert_eq!(code(&[&fine[..], &asked].concat()), Some(0), "{kind}");
        assert_eq!(code(&[&bad[..], &asked].concat()), Some(1), "{kind}");
    }
    assert_eq!(code(&bad), Some(0));
    // Tries bf16, infinities that stay, and numbers that become NaN.
    for (arguments, expected) in [
        (&["--to", "bf16", "--fail-on", "overflow,zero,subnormal"][..], 0),
        (&["--to", "bf16", "--fail-on", "overflow,inf"], 1),
        (&["--to", "f8_e8m0", "--only", "fine", "--fail-on", "nan"], 0),
        (&["--to", "f8_e5m2", "--only", "fine", "--fail-on", "overflow"], 0),
        (&["--to", "all", "--only", "fine", "--fail-on", "overflow"], 0),
        (&["--to", "all", "--only", "bad", "--fail-on", "overflow"], 1),
        (&["--to", "f16", "--fail-on", "underflow"], 2),
        (&["--to", "f17"], 2),
        (&["--to", "f16", "--threads", "0"], 2),
        (&[], 2),
    ] {
        assert_eq!(code(arguments), Some(expected), "{arguments:?}");
    }
    sandbox.fails(&["check", "none", "--to", "f16"], &["none"]);
    sandbox.write("cut", &fs::read(sandbox.path("in")).unwrap()[..100]);
    sandbox.fails(&["check", "cut", "--to", "f16"], &["cut", "truncated"]);
}

/// A negative number becomes NaN in a format without sign, though it isn't beyond the largest value.
#[test]
fn numbers_that_become_nan_are_counted() {
    let sandbox = Sandbox::new();
    let content = Content::of([("x", floats(&[-1.0, 2.0, f32::NAN]))]);
    sandbox.write("in", content.bytes());
    let rows = check(&sandbox, &["--to", "f8_e8m0"]);
    assert_eq!(counts(&rows[0]), json!(["x", 0, 0, 1, 0, 1, 0]));
    let output = sandbox.ulp(&["check", "in", "--to", "f8_e8m0", "--fail-on", "nan"]);
    assert_eq!(output.status.code(), Some(1));
}

/// Checks a row against numbers before and after, by other formulas.
fn as_half_has_it(row: &Value, numbers: impl Iterator<Item = (f64, f64)>, smallest_normal: f64) {
    let [mut zero, mut subnormal, mut overflowed, mut nans] = [0; 4];
    let (mut relative, mut signal, mut noise) = (Vec::new(), 0.0, 0.0);
    for (before, after) in numbers {
        nans += u64::from(before.is_nan());
        overflowed += u64::from(before.is_finite() && after.is_infinite());
        if !before.is_finite() || after.is_infinite() {
            continue;
        }
        zero += u64::from(before != 0.0 && after == 0.0);
        subnormal += u64::from(after != 0.0 && after.abs() < smallest_normal);
        signal += before * before;
        noise += (before - after).powi(2);
        if before != 0.0 {
            relative.push(((before - after) / before).abs());
        }
    }
    let name = &row["name"];
    for (key, count) in [
        ("overflowed", overflowed),
        ("became_zero", zero),
        ("subnormal", subnormal),
        ("nans", nans),
    ] {
        assert_eq!(row[key], count, "{name}: {key}");
    }
    // The order of summation is another one.
    relative.sort_by(f64::total_cmp);
    let near = |key: &str, expected: f64| {
        let found = row[key].as_f64().unwrap();
        assert!(
            (found - expected).abs() <= 1e-9 * expected,
            "{name}: {key}: {found}, not {expected}"
        );
    };
    near("largest_relative_error", *relative.last().unwrap());
    near("mean_relative_error", relative.iter().sum::<f64>() / relative.len() as f64);
    near("snr_db", 10.0 * f64::log10(signal / noise));
}

/// Several threads work on several chunks, the last of them short. Every sum has the bits of one thread's sum.
#[test]
fn long_tensors_are_counted_exactly() {
    let sandbox = Sandbox::new();
    // The exponents are from -40 to 20, in every part of the tensor.
    let exponent = |i: i32| f32::exp2((i.wrapping_mul(7919) % 6000) as f32 / 100.0 - 40.0);
    let long: Vec<f32> = (0..3 * (1 << 16) + 17).map(exponent).collect();
    let content = Content::of([("long", floats(&long)), ("one", floats(&[1.1]))]);
    sandbox.write("in", content.bytes());
    let once = check(&sandbox, &["--to", "f16", "--threads", "1"]);
    let pairs = long.iter().map(|&x| (f64::from(x), f64::from(f16::from_f32(x))));
    as_half_has_it(row(&once, "long"), pairs, f64::from(f16::MIN_POSITIVE));
    for threads in ["2", "3", "8"] {
        assert_eq!(check(&sandbox, &["--to", "f16", "--threads", threads]), once);
    }
}

/// Every number of 16 bits.
#[test]
fn f16_and_bf16_sources_are_checked() {
    let sandbox = Sandbox::new();
    let every: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
    // Signaling NaNs and infinities are among them. No mean counts them.
    let content = Content::of([
        ("f16", Tensor::flat(Dtype::F16, every.clone())),
        ("bf16", Tensor::flat(Dtype::BF16, every)),
    ]);
    sandbox.write("in", content.bytes());
    let rows = check(&sandbox, &["--to", "bf16"]);
    let pair = |code| {
        let before = f16::from_bits(code).to_f32();
        (f64::from(before), f64::from(bf16::from_f32(before)))
    };
    let normal = f64::from(bf16::MIN_POSITIVE);
    as_half_has_it(row(&rows, "f16"), (0..=u16::MAX).map(pair), normal);
    // The tensor has the format already.
    let same = row(&rows, "bf16");
    assert_eq!(counts(same), json!(["bf16", 0, 0, 0, 254, 254, 2]));
    assert_eq!(same["snr_db"], Value::Null);

    let rows = check(&sandbox, &["--to", "f16"]);
    let pair = |code| {
        let before = bf16::from_bits(code).to_f32();
        (f64::from(before), f64::from(f16::from_f32(before)))
    };
    let normal = f64::from(f16::MIN_POSITIVE);
    as_half_has_it(row(&rows, "bf16"), (0..=u16::MAX).map(pair), normal);
    assert_eq!(row(&rows, "bf16")["infinities"], 2);
}

/// Tries no elements, one element, and a number that doesn't fill the bytes of a packed format.
#[test]
fn unusual_shapes_are_checked() {
    let sandbox = Sandbox::new();
    let content = Content::of([
        ("none", Tensor::new(Dtype::F32, &[0, 3], [])),
        ("scalar", Tensor::new(Dtype::F32, &[], 8f32.to_le_bytes())),
        ("three", Tensor::new(Dtype::F32, &[3], [0; 12])),
    ]);
    sandbox.write("in", content.bytes());
    let rows = check(&sandbox, &["--to", "f4"]);
    assert_eq!(rows[0]["name"], "scalar");
    assert_eq!((&rows[0]["shape"], &rows[0]["overflowed"]), (&json!([]), &json!(1)));
    for name in ["none", "three"] {
        let row = row(&rows, name);
        assert_eq!(counts(row), json!([name, 0, 0, 0, 0, 0, 0]));
        assert_eq!((&row["amax"], &row["snr_db"]), (&json!(0.0), &Value::Null));
    }
    sandbox.write("in", Content::of([]).bytes());
    assert_eq!(check(&sandbox, &["--to", "f16"]), json!([]));
    let all = check(&sandbox, &["--to", "all"]);
    let format = row(&all, "float16");
    assert_eq!((&format["elements"], &format["worst"]), (&json!(0), &Value::Null));
}

/// Tensors of all shards.
#[test]
fn a_directory_is_checked_shard_by_shard() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    let mut weight_map = serde_json::Map::new();
    for (shard, numbers) in [("a", [1.0, 1e6]), ("b", [1.0, 1e-9])] {
        let file = format!("{shard}.safetensors");
        sandbox.write(&format!("in/{file}"), Content::of([(shard, floats(&numbers))]).bytes());
        weight_map.insert(shard.into(), file.into());
    }
    let index = json!({"metadata": {}, "weight_map": weight_map});
    sandbox.write("in/model.safetensors.index.json", index.to_string());
    let before = sandbox.files();
    let rows = check(&sandbox, &["--to", "f16"]);
    assert_eq!(counts(&rows[0]), json!(["a", 1, 0, 0, 0, 0, 0]));
    assert_eq!(counts(&rows[1]), json!(["b", 0, 1, 0, 0, 0, 0]));
    assert!(sandbox.files() == before);
}

/// The table of all formats has the figures of each format's own table.
#[test]
fn all_formats_are_checked_in_one_pass() {
    let sandbox = small();
    let all = check(&sandbox, &["--to", "all"]);
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|format| format["format"].as_str().unwrap())
        .collect();
    assert!(names.len() > 8, "{names:?}");
    for name in &names {
        let format = row(&all, name);
        assert_eq!(format["tensors"], check(&sandbox, &["--to", name]), "{name}");
        for key in ["overflowed", "became_zero", "became_nan", "subnormal", "nans", "infinities"] {
            let of = |tensor: &Value| tensor[key].as_u64().unwrap();
            let sum: u64 = format["tensors"].as_array().unwrap().iter().map(of).sum();
            assert_eq!(format[key], sum, "{name}: {key}");
        }
        assert_eq!(format["amax"], 1000.0);
        assert_eq!(format["elements"], 10);
    }
    // Three of five numbers have an error: those that aren't zero, and are finite before and after.
    let format = row(&all, "float8_e4m3fn");
    close(format, "mean_relative_error", (1.0 + 0.125 / 2.125 + 0.0625 / 1.0625) / 5.0);
    assert_eq!((&format["worst"], &format["bytes"]), (&json!("bad"), &json!(10)));
    assert_eq!(row(&all, "bfloat16")["bytes"], 20);
    let f32 = row(&all, "float32");
    assert_eq!((&f32["worst"], &f32["snr_db"]), (&Value::Null, &Value::Null));

    let text = sandbox.succeeds(&["check", "in", "--to", "all"]);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("tensors: 2, elements: 10, amax: 1.00e3, NaN: 1, inf: 2"));
    let first: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(first[0], "format");
    assert_eq!(first[1..], names);
    let line = text.lines().find(|line| line.starts_with("float8_e4m3fn ")).unwrap();
    let cells: Vec<_> = line.split_whitespace().collect();
    assert_eq!(cells[1..6], ["10", "3", "3", "1", "1"]);
    assert_eq!(cells.last(), Some(&"bad"));
}

/// The report is never in memory as a whole, however many tensors it has.
#[cfg(target_os = "linux")]
#[test]
fn many_tensors_in_little_memory() {
    const TENSORS: usize = 30_000;
    let sandbox = Sandbox::new();
    let tensors = (0..TENSORS).map(|i| {
        let data = (i as f32).to_le_bytes();
        (format!("layers.{i}.weight"), Tensor::flat(Dtype::F32, data))
    });
    let content = Content {
        tensors: tensors.collect(),
        metadata: None,
    };
    sandbox.write("in", content.bytes());
    let script = "ulimit -v 400000; exec \"$0\" check in --to all --json --threads 2";
    let output = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_ulp")])
        .current_dir(sandbox.path("."))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let formats: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    for format in formats {
        assert_eq!(format["tensors"].as_array().unwrap().len(), TENSORS);
    }
}

/// The numbers of a weight with scales are those that `convert` reads. The results of a scheme are the numbers that readers get
/// back.
#[test]
fn weights_with_scales_are_checked() {
    let sandbox = Sandbox::new();
    let shaped = |dtype, shape: &[usize], data: Vec<u8>| Tensor::new(dtype, shape, data);
    let f32s = |shape: &[usize], numbers: &[f32]| shaped(Dtype::F32, shape, numbers.iter().flat_map(|x| x.to_le_bytes()).collect());
    // 1 and 448 are multiplied by 200. The product 89,600 overflows in float16.
    let content = Content::of([
        ("l.q.weight", shaped(Dtype::F8_E4M3, &[1, 2], vec![0x38, 0x7e])),
        ("l.q.weight_scale_inv", f32s(&[1, 1], &[200.0])),
    ]);
    sandbox.write("in", content.bytes());
    let rows = check(&sandbox, &["--to", "f16"]);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(counts(&rows[0]), json!(["l.q.weight", 1, 0, 0, 0, 0, 0]));
    close(&rows[0], "amax", 89_600.0);
    // The new scales keep all digits of the old ones.
    let rows = check(&sandbox, &["--to", "f8_e4m3", "--scale", "row"]);
    assert_eq!(counts(&rows[0]), json!(["l.q.weight", 0, 0, 0, 0, 0, 0]));

    // MXFP4 has 32 numbers up to 6 in a block. 5.5 is a tie, and becomes 6. 0.2 becomes 0. 0.5 is the subnormal.
    let mut numbers = [4.0; 64];
    numbers[..4].copy_from_slice(&[6.0, 5.5, 0.2, 0.5]);
    // The numbers of the second block are 64 times as large. The block has a scale of its own.
    for x in &mut numbers[32..] {
        *x = 256.0;
    }
    numbers[40] = f32::INFINITY;
    let content = Content::of([
        ("l.q.weight", f32s(&[1, 64], &numbers)),
        ("l.norm.weight", f32s(&[2], &[1.0, 3.0])),
    ]);
    sandbox.write("in", content.bytes());
    let rows = check(&sandbox, &["--to", "mxfp4"]);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(counts(&rows[0]), json!(["l.q.weight", 1, 1, 0, 1, 0, 1]));
    close(&rows[0], "largest_relative_error", 1.0);
    // With one scale for all, the first block is small, but keeps its digits.
    for scale in ["tensor", "row", "block:1x64"] {
        let rows = check(&sandbox, &["--to", "f8_e4m3", "--scale", scale]);
        assert_eq!(counts(&rows[0]), json!(["l.q.weight", 1, 0, 0, 0, 0, 1]), "{scale}");
        let rows = check(&sandbox, &["--to", "f8_e4m3", "--scale", scale, "--only", "."]);
        let expected = if scale == "tensor" { 2 } else { 1 };
        assert_eq!(rows.as_array().unwrap().len(), expected, "{scale}");
    }
    let code = |arguments: &[&str]| sandbox.ulp(&[&["check", "in"], arguments].concat()).status.code();
    assert_eq!(code(&["--to", "mxfp4", "--fail-on", "zero"]), Some(1));
    assert_eq!(code(&["--to", "mxfp8", "--fail-on", "zero"]), Some(0));

    // `check` refuses a checkpoint that `convert` refuses.
    let content = Content::of([("l.q.weight_scale", f32s(&[1], &[1.0]))]);
    sandbox.write("in", content.bytes());
    sandbox.fails(&["check", "in", "--to", "f16"], &["tensor l.q.weight_scale", "no weight"]);
}
