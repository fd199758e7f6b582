//! `ulp inspect`, compared with counts by hand.

use std::fs;

use safetensors::Dtype;
use serde_json::{Value, json};

use crate::support::{Content, Sandbox, Tensor};

fn tensor(dtype: Dtype, shape: &[usize]) -> Tensor {
    let bits = shape.iter().product::<usize>() * dtype.bitsize();
    Tensor::new(dtype, shape, vec![0x38; bits / 8])
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    let content = Content::of([
        ("l.up.weight", tensor(Dtype::F8_E4M3, &[256, 128])),
        ("l.up.weight_scale_inv", tensor(Dtype::F32, &[2, 1])),
        ("l.up.input_scale", tensor(Dtype::F32, &[])),
        ("l.down.weight_packed", tensor(Dtype::U8, &[8, 16])),
        ("l.down.weight_scale", tensor(Dtype::U8, &[8, 1])),
        ("l.norm.weight", tensor(Dtype::BF16, &[128])),
    ]);
    sandbox.write("in/model.safetensors", content.bytes());
    let config = json!({"quantization_config": {"quant_method": "fp8"}});
    sandbox.write("in/config.json", config.to_string());
    sandbox
}

#[test]
fn inspect_lists_weights_and_schemes() {
    let sandbox = sandbox();
    let before = sandbox.files();
    let printed = sandbox.succeeds(&["inspect", "in", "--json", "--largest", "2"]);
    let found: Value = serde_json::from_str(&printed).unwrap();
    let expected = json!({
        "BF16": {"tensors": 1, "elements": 128, "bytes": 256},
        "compressed-tensors MXFP4 or MXFP6": {"tensors": 1, "elements": 256, "bytes": 128},
        "fp8 as DeepSeek V3 has it": {"tensors": 1, "elements": 32768, "bytes": 32768},
        "scales": {"tensors": 3, "elements": 11, "bytes": 20},
    });
    assert_eq!(found["formats"], expected);
    let total = json!({"tensors": 6, "elements": 33163, "bytes": 33172});
    assert_eq!(found["total"], total);
    assert_eq!(found["configurations"], json!(["fp8"]));
    assert_eq!(found["files"], 1);
    let names: Vec<&Value> = found["largest"].as_array().unwrap().iter().map(|t| &t["name"]).collect();
    assert_eq!(names, ["l.up.weight", "l.norm.weight"]);
    let convert = &found["convert"];
    assert_eq!(convert["to"], "bfloat16");
    assert_eq!(convert["scales_dropped"], 3);
    assert_eq!(convert["overflowed"], Value::Null);

    // The length is that of the file that `convert` writes.
    sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
    let length = fs::metadata(sandbox.path("out/model.safetensors")).unwrap().len();
    assert_eq!(convert["bytes_after"], length);
    fs::remove_dir_all(sandbox.path("out")).unwrap();

    let table = sandbox.succeeds(&["inspect", "in", "--to", "nvfp4"]);
    for words in [
        "in: files: 1, configuration: fp8",
        "stored as",
        "l.up.weight",
        "convert --to nvfp4",
        "quantized: 2 to nvfp4",
    ] {
        assert!(table.contains(words), "{words} not in {table}");
    }
    assert!(!table.contains("overflowed"), "{table}");
    assert!(sandbox.files() == before);
}

/// `inspect` reads checkpoints that `convert` refuses.
#[test]
fn inspect_says_what_convert_would_refuse() {
    let sandbox = sandbox();
    let content = Content::of([
        ("l.q.qweight", tensor(Dtype::I32, &[8, 8])),
        ("l.q.scales", tensor(Dtype::F16, &[8])),
    ]);
    sandbox.write("in/model.safetensors", content.bytes());
    let table = sandbox.succeeds(&["inspect", "in"]);
    assert!(
        table.contains("convert --to bf16 is refused: in/model.safetensors: tensor l.q."),
        "{table}"
    );
    let found: Value = serde_json::from_str(&sandbox.succeeds(&["inspect", "in", "--json"])).unwrap();
    assert_eq!(found["convert"]["error"]["kind"], "tensor");
    assert_eq!(found["formats"]["I32"]["tensors"], 1);
    sandbox.fails(&["inspect", "none"], &["none"]);
    sandbox.fails(&["inspect", "in", "--to", "f17"], &["--to"]);
}
