//! Output in a scheme describes itself. Tensors that a scheme can't hold are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use safetensors::Dtype;
use serde_json::{Value, json};

use super::definitions::{bf16s, f32s};
use super::{Random, packed4};
use crate::support::{self, Content, Sandbox, Tensor};

/// A directory of two shards, with the index and a configuration.
fn directory(sandbox: &Sandbox, shards: [&Content; 2], config: &Value) {
    fs::create_dir(sandbox.path("in")).unwrap();
    let mut map = BTreeMap::new();
    for (content, name) in shards.iter().zip(["a.safetensors", "b.safetensors"]) {
        sandbox.write(&format!("in/{name}"), content.bytes());
        map.extend(content.tensors.keys().map(|tensor| (tensor, name)));
    }
    let index = json!({"metadata": {}, "weight_map": map}).to_string();
    sandbox.write("in/model.safetensors.index.json", index);
    sandbox.write("in/config.json", config.to_string());
}

fn read_json(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_slice(&fs::read(sandbox.path(name)).unwrap()).unwrap()
}

/// Loaders fuse q, k and v into one matrix, so they have one scale, whatever shards they are in.
#[test]
fn parts_of_one_matrix_have_one_scale() {
    let sandbox = Sandbox::new();
    let weight = |most: f32| f32s(&[2, 16], &[&[most; 1][..], &[0.5; 31]].concat());
    let first = Content::of([
        ("l.0.q_proj.weight", weight(3.0)),
        ("l.0.gate_proj.weight", weight(8.0)),
        ("l.0.o_proj.weight", weight(2.0)),
    ]);
    let second = Content::of([
        ("l.0.k_proj.weight", weight(5.0)),
        ("l.0.v_proj.weight", weight(1.0)),
        ("l.0.up_proj.weight", weight(4.0)),
        ("l.1.q_proj.weight", weight(7.0)),
        ("lm_head.weight", weight(1.0)),
    ]);
    directory(&sandbox, [&first, &second], &json!({"torch_dtype": "float32"}));
    let summary = sandbox.succeeds(&["convert", "in", "out", "--to", "nvfp4"]);
    assert!(summary.contains("quantized: 7 to nvfp4"), "{summary}");
    assert!(summary.contains("kept: 1 of lm_head.weight"), "{summary}");
    let mut found = Content::read(&sandbox.path("out/a.safetensors")).tensors;
    found.extend(Content::read(&sandbox.path("out/b.safetensors")).tensors);
    for (name, largest) in [
        ("l.0.q_proj", 5.0_f32),
        ("l.0.k_proj", 5.0),
        ("l.0.v_proj", 5.0),
        ("l.0.gate_proj", 8.0),
        ("l.0.up_proj", 8.0),
        ("l.0.o_proj", 2.0),
        ("l.1.q_proj", 7.0),
    ] {
        let scale = &found[&format!("{name}.weight_global_scale")];
        assert_eq!(scale.data, (2688.0 / largest).to_le_bytes(), "{name}");
    }

    // The index and the configuration describe the output.
    let index = read_json(&sandbox, "out/model.safetensors.index.json");
    let map = index["weight_map"].as_object().unwrap();
    assert!(map.keys().collect::<BTreeSet<_>>().into_iter().eq(found.keys()));
    assert_eq!(map["l.0.k_proj.weight_scale"], "b.safetensors");
    let config = read_json(&sandbox, "out/config.json");
    assert_eq!(config["torch_dtype"], "float32");
    let quantization = &config["quantization_config"];
    assert_eq!(quantization["format"], "nvfp4-pack-quantized");
    assert_eq!(quantization["ignore"], json!(["lm_head"]));
    let weights = &quantization["config_groups"]["group_0"]["weights"];
    assert_eq!(weights["group_size"], 16);
    assert_eq!(weights["strategy"], "tensor_group");

    // Parts, and other numbers of threads, give the same bytes.
    for part in ["1/3", "2/3", "3/3"] {
        sandbox.succeeds(&["convert", "in", "parts", "--to", "nvfp4", "--part", part]);
    }
    sandbox.succeeds(&["convert", "in", "parts", "--to", "nvfp4", "--finish"]);
    sandbox.succeeds(&["convert", "in", "one", "--to", "nvfp4", "--threads", "1"]);
    let files = |name: &str| support::files(&sandbox.path(name));
    assert!(files("out") == files("parts"));
    assert!(files("out") == files("one"));

    // The output is converted back.
    sandbox.succeeds(&["convert", "out", "back", "--to", "f32"]);
    let config = read_json(&sandbox, "back/config.json");
    assert_eq!(config, json!({"torch_dtype": "float32"}));
}

/// fp4 with powers of two has fewer digits than fp8. All numbers are exact unless a block is far below its neighbours.
#[test]
fn one_scheme_to_another_in_one_step() {
    let mut random = Random::new(7);
    let sandbox = Sandbox::new();
    let packed = packed4(&mut random, Dtype::U8, &[256, 128]);
    let scales: Vec<u8> = (0..256 * 8).map(|_| 120 + random.below(6) as u8).collect();
    let content = Content::of([
        ("l.up_proj.weight_packed", packed.tensor),
        ("l.up_proj.weight_scale", Tensor::new(Dtype::U8, &[256, 8], scales)),
        ("lm_head.weight", bf16s(&[2, 32], &[1.5; 64])),
    ]);
    directory(
        &sandbox,
        [&content, &Content::of([("ids", Tensor::flat(Dtype::U8, [1]))])],
        &json!({"quantization_config": {"quant_method": "compressed-tensors", "format": "mxfp4-pack-quantized", "ignore": ["lm_head"]}, "z": 1}),
    );
    for (out, options) in [
        ("f32", &["--scale", "block:128x128"][..]),
        ("e8m0", &["--scale", "block:128x128", "--scale-format", "e8m0"]),
    ] {
        sandbox.succeeds(&[&["convert", "in", out, "--to", "f8_e4m3"], options].concat());
        let config = read_json(&sandbox, &format!("{out}/config.json"));
        let quantization = &config["quantization_config"];
        assert_eq!(quantization["quant_method"], "fp8");
        assert_eq!(quantization["weight_block_size"], json!([128, 128]));
        assert_eq!(quantization["modules_to_not_convert"], json!(["lm_head"]));
        assert_eq!(quantization.get("ignore"), None);
        assert_eq!(config["z"], 1);
        let back = format!("{out}-back");
        sandbox.succeeds(&["convert", out, &back, "--to", "f32"]);
    }
    sandbox.succeeds(&["convert", "in", "direct", "--to", "f32"]);
    let read = |name: &str| Content::read(&sandbox.path(&format!("{name}/a.safetensors"))).tensors;
    assert!(read("direct") == read("f32-back"));
    assert!(read("direct") == read("e8m0-back"));
    assert_eq!(read("f32")["l.up_proj.weight_scale_inv"].dtype, Dtype::F32);
    assert_eq!(read("e8m0")["l.up_proj.weight_scale_inv"].dtype, Dtype::F8_E8M0);
}

#[test]
fn a_single_file_describes_itself() {
    let sandbox = Sandbox::new();
    let content = Content::of([("l.up_proj.weight", f32s(&[200, 100], &vec![1.0; 20_000]))]);
    for folder in ["in", "out"] {
        fs::create_dir(sandbox.path(folder)).unwrap();
    }
    sandbox.write("in/x", content.bytes());
    sandbox.write("in/config.json", "{\"a\": 1e400, \"b\": Infinity}");
    let to = ["--to", "f8_e4m3", "--scale", "block:100x64"];
    sandbox.succeeds(&[&["convert", "in/x", "out/x"], &to[..]].concat());
    let config = fs::read_to_string(sandbox.path("out/config.json")).unwrap();
    assert!(
        config.starts_with("{\"a\": 1e400, \"b\": Infinity, \"quantization_config\": {"),
        "{config}"
    );
    let metadata = Content::read(&sandbox.path("out/x")).metadata.unwrap();
    let described: Value = serde_json::from_str(&metadata["quantization_config"]).unwrap();
    assert_eq!(described["weight_block_size"], json!([100, 64]));
    // An existing file stays.
    fs::write(sandbox.path("out/config.json"), "mine").unwrap();
    sandbox.succeeds(&[&["convert", "in/x", "out/y"], &to[..]].concat());
    assert_eq!(fs::read(sandbox.path("out/config.json")).unwrap(), b"mine");
    fs::rename(sandbox.path("out/x"), sandbox.path("alone")).unwrap();
    sandbox.succeeds(&["convert", "alone", "back", "--to", "f32"]);
    let back = Content::read(&sandbox.path("back"));
    assert_eq!(back.tensors, content.tensors);
    assert!(
        back.metadata
            .is_none_or(|metadata| !metadata.contains_key("quantization_config"))
    );
}

#[test]
fn shapes_that_schemes_take_and_refuse() {
    let sandbox = Sandbox::new();
    let square = || f32s(&[2, 64], &[1.0; 128]);
    let content = Content::of([
        ("a", square()),
        ("l.q.weight", square()),
        ("l.norm.weight", square()),
        ("l.q.weight_scale", f32s(&[1], &[1.0])),
    ]);
    sandbox.write("in", content.bytes());
    let to = ["convert", "in", "out", "--to", "mxfp8"];
    sandbox.fails(&to, &["tensor l.q.weight", "there is a tensor l.q.weight_scale already"]);
    let only = [&to[..], &["--only", "a|norm", "--keep", "norm"]].concat();
    sandbox.succeeds(&only);
    let found = Content::read(&sandbox.path("out")).tensors;
    assert_eq!(found["a"].dtype, Dtype::F8_E4M3);
    assert_eq!(found["l.norm.weight"], content.tensors["l.norm.weight"]);
    assert_eq!(found["l.q.weight"], content.tensors["l.q.weight"]);

    // No configuration can describe two schemes in one checkpoint.
    let fails = ["convert", "out", "two", "--to", "mxfp4", "--keep", "^a$|q", "--only", "."];
    sandbox.fails(&fails, &["tensor a", "no configuration describes both"]);
}

/// NaN and infinities are counted, and stay NaN or become the largest.
#[test]
fn nan_and_infinity_are_counted() {
    let sandbox = Sandbox::new();
    let mut numbers = [1.0; 64];
    numbers[3] = f32::NAN;
    numbers[40] = f32::NEG_INFINITY;
    sandbox.write("in", Content::of([("l.q.weight", f32s(&[1, 64], &numbers))]).bytes());
    let summary = sandbox.succeeds(&["convert", "in", "mxfp4", "--to", "mxfp4"]);
    assert!(summary.contains("overflowed: 1\nNaN: 32\n"), "{summary}");
    let scales = &Content::read(&sandbox.path("mxfp4")).tensors["l.q.weight_scale"];
    assert_eq!(scales.data, [255, 125]);
    for (scale, nans) in [("tensor", 1), ("row", 1), ("block:1x32", 1)] {
        let to = ["convert", "in", scale, "--to", "f8_e4m3", "--scale", scale];
        let summary = sandbox.succeeds(&to);
        assert!(summary.contains(&format!("overflowed: 1\nNaN: {nans}\n")), "{summary}");
        let found = &Content::read(&sandbox.path(scale)).tensors["l.q.weight"];
        assert_eq!((found.data[3] & 0x7f, found.data[40]), (0x7f, 0xfe));
    }
}
