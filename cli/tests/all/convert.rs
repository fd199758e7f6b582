//! The options of `ulp convert`, on one file.

use std::fs;

use half::bf16;
use safetensors::Dtype;
use serde_json::{Value, json};

use crate::support::{Content, Sandbox, Tensor};

fn floats(numbers: impl IntoIterator<Item = f32>) -> Tensor {
    let data: Vec<_> = numbers.into_iter().flat_map(f32::to_le_bytes).collect();
    Tensor::flat(Dtype::F32, data)
}

fn layers() -> Content {
    Content::of([
        ("0.bias", floats([0.5, 2.0])),
        ("0.norm.weight", floats([1.0])),
        ("0.weight", floats([1.0, 2.0, 3e38])),
        ("1.weight", floats([-1.0])),
        ("ids", Tensor::flat(Dtype::U8, [1, 2, 3])),
    ])
}

#[test]
fn kept_tensors_are_copied() {
    let sandbox = Sandbox::new();
    let content = layers();
    sandbox.write("in", content.bytes());
    for (number, (options, cast)) in [
        (&["--keep", "norm"][..], &["0.bias", "0.weight", "1.weight"][..]),
        (&["--keep", "norm", "--keep", "bias$"], &["0.weight", "1.weight"]),
        (&["--only", "weight"], &["0.norm.weight", "0.weight", "1.weight"]),
        (&["--only", "^1", "--only", "bias"], &["0.bias", "1.weight"]),
        (&["--only", "^0", "--keep", "norm|bias"], &["0.weight"]),
        (&["--keep", ""], &[]),
        (&["--only", "ids"], &[]),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out-{number}");
        sandbox.succeeds(&[&["convert", "in", &out, "--to", "bf16"], options].concat());
        let found = Content::read(&sandbox.path(&out)).tensors;
        assert!(found.keys().eq(content.tensors.keys()));
        for (name, tensor) in &content.tensors {
            if cast.contains(&name.as_str()) {
                assert_eq!(found[name].dtype, Dtype::BF16, "{options:?} {name}");
            } else {
                assert_eq!(&found[name], tensor, "{options:?} {name}");
            }
        }
    }
}

#[test]
fn contradictory_options_are_errors() {
    let sandbox = Sandbox::new();
    sandbox.write("in", layers().bytes());
    for (options, words) in [
        (&["--to", "bf16", "--scale", "tensor"][..], &["--scale", "bfloat16"][..]),
        (&["--to", "f8_e5m2", "--scale", "tensor"], &["--scale", "float8_e5m2"]),
        (
            &["--to", "mxfp4", "--scale", "tensor"],
            &["--scale", "mxfp4 has scales of its own"],
        ),
        (&["--to", "mxfp4", "--stochastic", "1"], &["--stochastic", "without scales"]),
        (
            &["--to", "f8_e4m3", "--scale", "row", "--scale-format", "e8m0"],
            &["--scale-format", "block"],
        ),
        (&["--to", "mxfp7"], &["--to", "mxfp6_e2m3"]),
        (&["--to", "bf16", "--keep", "("], &["--keep", "unclosed"]),
        (&["--to", "bf16", "--only", "a", "--only", "["], &["--only", "unclosed"]),
        (&["--to", "bf16", "--part", "1/2"], &["no directory"]),
        (&["--to", "bf16", "--finish"], &["no directory"]),
        // Three elements of 4 bits don't end with a byte.
        (&["--to", "f4", "--only", "0.weight"], &["tensor 0.weight"]),
    ] {
        sandbox.fails(&[&["convert", "in", "out"], options].concat(), &[words, &["in: "]].concat());
    }
    // The parser of the command line shows more than a line.
    for (options, words) in [
        (&["--stochastic", "1", "--rounding", "to-odd"][..], "cannot be used with"),
        (&["--part", "1/2", "--finish"], "cannot be used with"),
        (&["--part", "3/2"], "--part"),
        (&["--threads", "0"], "--threads"),
        (&["--scale", "rows"], "--scale"),
        (&["--scale-format", "e8m0"], "--scale"),
        (&["--rounding", "up"], "--rounding"),
        (&["--stochastic", "-1"], "-1"),
        (&["--to", "f16"], "--to"),
    ] {
        let output = sandbox.ulp(&[&["convert", "in", "out", "--to", "bf16"], options].concat());
        assert_eq!((output.status.code(), output.stdout), (Some(2), Vec::new()), "{options:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(words), "{options:?}: {errors}");
    }
    assert!(sandbox.files().keys().eq(["in"]));
}

#[test]
fn the_json_summary_has_every_field() {
    let sandbox = Sandbox::new();
    sandbox.write("in", layers().bytes());
    let report =
        |arguments: &[&str]| -> Value { serde_json::from_str(&sandbox.succeeds(&[arguments, &["--json"]].concat())).unwrap() };
    let length = |name: &str| fs::metadata(sandbox.path(name)).unwrap().len();
    let found = report(&["convert", "in", "f16", "--to", "f16", "--keep", "bias"]);
    let expected = json!({
        "to": "float16",
        "files": 1,
        "cast": {"tensors": 3, "elements": 5},
        "copied": {"tensors": 2, "elements": 5},
        "scales_added": 0,
        "scales_dropped": 0,
        "bytes_before": length("in"),
        "bytes_after": length("f16"),
        "overflowed": 1,
        "nans": 0,
        "quantized": 0,
        "dequantized": {},
        "narrowed": {},
        "kept": {"*.bias": 1},
        "without_scale": {},
        "dropped": {},
        "left_out": [],
    });
    assert_eq!(found, expected);
    let narrow = report(&[
        "convert", "in", "narrow", "--to", "f8_e4m3", "--scale", "tensor", "--only", ".",
    ]);
    assert_eq!((&narrow["scales_added"], &narrow["overflowed"]), (&json!(4), &json!(0)));
    let back = report(&["convert", "narrow", "back", "--to", "bf16"]);
    assert_eq!(back["scales_dropped"], 4);
}

#[test]
fn ten_thousand_tensors_are_converted() {
    let sandbox = Sandbox::new();
    let number = |i: usize, j: usize| (i * 31 + j) as f32 * 1.001;
    let shape = |i: usize| [i % 4, 1 + i % 3];
    let tensors = (0..10_000).map(|i| {
        let shape = shape(i);
        let numbers = (0..shape[0] * shape[1]).map(|j| number(i, j));
        let data: Vec<_> = numbers.flat_map(f32::to_le_bytes).collect();
        (format!("layers.{i}.weight"), Tensor::new(Dtype::F32, &shape, data))
    });
    let content = Content {
        tensors: tensors.collect(),
        metadata: None,
    };
    let (found, _) = sandbox.convert(&content, "bf16");
    assert_eq!(found.tensors.len(), 10_000);
    for i in 0..10_000 {
        let shape = shape(i);
        let numbers = (0..shape[0] * shape[1]).map(|j| bf16::from_f32(number(i, j)));
        let data: Vec<_> = numbers.flat_map(bf16::to_le_bytes).collect();
        let expected = Tensor::new(Dtype::BF16, &shape, data);
        assert_eq!(found.tensors[&format!("layers.{i}.weight")], expected);
    }
}

/// Stochastic rounding gives the same bits for the same seed, on any number of threads, and each result is one of the two
/// neighbours.
#[test]
fn random_bits_depend_on_the_seed_alone() {
    let sandbox = Sandbox::new();
    let number = |i: usize| 1.0 + i as f32 / 300_000.0;
    let same = floats((0..300_000).map(number));
    let content = Content::of([("a", same.clone()), ("b", same)]);
    sandbox.write("in", content.bytes());
    for (out, seed, threads) in [("one", "7", "1"), ("five", "7", "5"), ("other", "8", "5")] {
        let to = ["convert", "in", out, "--to", "bf16", "--threads", threads];
        sandbox.succeeds(&[&to[..], &["--stochastic", seed]].concat());
    }
    let files = sandbox.files();
    assert!(files["one"] == files["five"]);
    let [one, other] = ["one", "other"].map(|name| Content::read(&sandbox.path(name)).tensors);
    assert!(one["a"].data != other["a"].data, "the seed does nothing");
    assert!(one["a"].data != one["b"].data, "two tensors have the same random bits");
    let (rounded, _) = one["a"].data.as_chunks();
    let mut up = 0;
    for (i, &rounded) in rounded.iter().enumerate() {
        let (number, rounded) = (number(i), bf16::from_le_bytes(rounded).to_f32());
        // From 1 to 2, two neighbours are 2^-7 apart.
        assert!((rounded - number).abs() < 1.0 / 128.0, "{number} became {rounded}");
        up += usize::from(rounded > number);
    }
    // The sum is that of 300,000 throws of a coin. The bound is ten standard deviations.
    assert!(up.abs_diff(150_000) < 2739, "{up} of 300000 were rounded up");
}

/// Another name of the source is an output that exists.
#[cfg(unix)]
#[test]
fn the_source_cannot_be_the_target() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new();
    sandbox.write("in", layers().bytes());
    fs::hard_link(sandbox.path("in"), sandbox.path("hard")).unwrap();
    symlink("in", sandbox.path("soft")).unwrap();
    fs::create_dir(sandbox.path("folder")).unwrap();
    fs::copy(sandbox.path("in"), sandbox.path("folder/model.safetensors")).unwrap();
    symlink("folder", sandbox.path("link")).unwrap();
    for (from, to) in [
        ("in", "in"),
        ("in", "hard"),
        ("hard", "in"),
        ("in", "soft"),
        ("soft", "in"),
        ("in", "folder/../in"),
        ("folder", "folder"),
        ("folder", "folder/"),
        ("folder", "link"),
        ("link", "folder"),
        ("folder", "folder/."),
    ] {
        sandbox.fails(&["convert", from, to, "--to", "bf16"], &[&format!("{to}: "), "exists"]);
    }
    for (from, to) in [("folder", "folder/out"), ("folder", "link/out"), ("link", "folder/out")] {
        sandbox.fails(
            &["convert", from, to, "--to", "bf16"],
            &[&format!("{to}: "), "directory that is read"],
        );
        let part = ["convert", from, to, "--to", "bf16", "--part", "1/1"];
        sandbox.fails(&part, &["directory that is read"]);
    }
}
