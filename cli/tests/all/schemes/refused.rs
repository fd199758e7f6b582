//! Tensors that `ulp` can't understand are refused before anything is written, or copied if `--keep` names them.

use std::fs;

use safetensors::Dtype;
use serde_json::{Value, json};

use crate::support::{Content, Sandbox, Tensor};

fn tensor(dtype: Dtype, shape: &[usize]) -> Tensor {
    let bits = shape.iter().product::<usize>() * dtype.bitsize();
    Tensor::new(dtype, shape, vec![0x3c; bits / 8])
}

fn directory<const N: usize>(tensors: [(&str, Tensor); N], config: &Value) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    sandbox.write("in/model.safetensors", Content::of(tensors).bytes());
    sandbox.write("in/config.json", config.to_string());
    sandbox
}

const CONVERT: [&str; 5] = ["convert", "in", "out", "--to", "bf16"];

/// Quantizations outside the table, recognized by their configurations and the names of their tensors.
#[test]
fn unknown_quantizations_are_refused() {
    let wide = || tensor(Dtype::F16, &[8, 8]);
    for (config, name, dtype) in [
        (json!({"quant_method": "gptq", "bits": 4}), "a.q.qweight", Dtype::I32),
        (json!({"quant_method": "awq", "bits": 4}), "a.q.qzeros", Dtype::I32),
        (json!({"quant_method": "bitsandbytes"}), "a.q.weight", Dtype::U8),
        (json!({"quant_method": "hqq"}), "a.q.W_q", Dtype::U8),
        (json!({"quant_method": "never heard of"}), "a.q.codes", Dtype::I16),
        (json!({"bits": 4, "group_size": 64}), "a.q.weight", Dtype::U32),
        (
            json!({"quant_method": "compressed-tensors", "format": "pack-quantized"}),
            "a.q.weight_packed",
            Dtype::I32,
        ),
        (
            json!({"quant_method": "compressed-tensors", "format": "int-quantized"}),
            "a.q.weight",
            Dtype::I8,
        ),
        (
            json!({"quant_method": "modelopt", "quant_algo": "W4A16_AWQ"}),
            "a.q.weight",
            Dtype::U8,
        ),
    ] {
        let tensors = [
            (name, tensor(dtype, &[4, 4])),
            ("a.q.scales", wide()),
            ("a.norm.weight", wide()),
        ];
        let sandbox = directory(tensors, &json!({"quantization_config": config}));
        sandbox.fails(&CONVERT, &["in/model.safetensors: tensor a.", "--keep"]);
        // Tensors that `--keep` names stay, with the configuration, and the others are converted.
        sandbox.succeeds(&[&CONVERT[..], &["--keep", r"\.q\."]].concat());
        let found = Content::read(&sandbox.path("out/model.safetensors"));
        assert_eq!(found.tensors["a.q.scales"], wide());
        assert_eq!(found.tensors["a.norm.weight"].dtype, Dtype::BF16);
        let out: Value = serde_json::from_slice(&fs::read(sandbox.path("out/config.json")).unwrap()).unwrap();
        assert_eq!(out["quantization_config"], config);
    }
}

/// A single file, recognized by the names of its tensors.
#[test]
fn unknown_quantizations_without_configuration_are_refused() {
    for name in [
        "q.qweight",
        "q.qzeros",
        "q.weight.absmax",
        "q.weight.quant_state.bitsandbytes__nf4",
        "q.W_q",
        "q.weight_zero_point",
        "q.SCB",
        "q.weight._data",
        "q.pre_quant_scale",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("in", Content::of([(name, tensor(Dtype::F32, &[4]))]).bytes());
        sandbox.fails(&CONVERT, &["in: tensor q.", "--keep"]);
    }
    for (weight, dtype) in [("q.qweight", Dtype::I32), ("q.weight", Dtype::U32)] {
        let sandbox = Sandbox::new();
        let tensors = [(weight, tensor(dtype, &[4])), ("q.scales", tensor(Dtype::F16, &[4]))];
        sandbox.write("in", Content::of(tensors).bytes());
        sandbox.fails(&CONVERT, &["in: tensor q.", "--keep"]);
    }
}

/// fp8 without its scale, if the checkpoint says that it has one.
#[test]
fn a_weight_without_its_scale_is_refused() {
    let fp8 = || tensor(Dtype::F8_E4M3, &[4, 4]);
    let one = || tensor(Dtype::F32, &[1]);
    let fp8_config = json!({"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}});
    let sandbox = directory([("p.weight", fp8())], &fp8_config);
    sandbox.fails(&CONVERT, &["tensor p.weight: ", "fp8", "--keep"]);
    let nested = json!({"text_config": {"quantization_config": {"quant_method": "fp8"}}});
    directory([("p.weight", fp8())], &nested).fails(&CONVERT, &["tensor p.weight: "]);
    let beside = [("p.weight", fp8()), ("r.weight", fp8()), ("r.weight_scale", one())];
    directory(beside, &json!({})).fails(&CONVERT, &["tensor p.weight: ", "r.weight has a scale"]);
    let marked = [("p.weight", fp8()), ("scaled_fp8", tensor(Dtype::F8_E4M3, &[2]))];
    directory(marked, &json!({})).fails(&CONVERT, &["tensor p.weight: ", "scaled_fp8"]);
    let packed = [
        ("p.weight", tensor(Dtype::U8, &[4, 8])),
        ("r.weight", fp8()),
        ("r.weight_scale", one()),
    ];
    directory(packed, &json!({})).fails(&CONVERT, &["tensor p.weight: "]);
    // Nothing says that the tensor has a scale, so its elements are numbers, and the summary names it.
    let plain = directory([("p.weight", fp8())], &json!({}));
    let summary = plain.succeeds(&CONVERT);
    assert!(summary.contains("without scale: 1 of p.weight\n"), "{summary}");
}

/// Scales without their weight, in a shard that is converted alone.
#[test]
fn a_scale_without_its_weight_is_refused() {
    for name in [
        "p.weight_scale_inv",
        "p.weight_scale",
        "p.weight_scale_2",
        "p.weight_global_scale",
        "p.scale_weight",
        "p_scale_inv",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("in", Content::of([(name, tensor(Dtype::F32, &[2, 2]))]).bytes());
        sandbox.fails(&CONVERT, &[&format!("tensor {name}: "), "scale", "--keep"]);
        sandbox.succeeds(&[&CONVERT[..], &["--keep", "scale"]].concat());
        assert!(Content::read(&sandbox.path("out")) == Content::read(&sandbox.path("in")));
    }
    // A scheme of three tensors lacks one.
    for (elements, missing) in [("p.weight", "p.weight_scale_2"), ("p.weight_packed", "p.weight_global_scale")] {
        let sandbox = Sandbox::new();
        let tensors = [
            (elements, tensor(Dtype::U8, &[4, 8])),
            ("p.weight_scale", tensor(Dtype::F8_E4M3, &[4, 1])),
        ];
        sandbox.write("in", Content::of(tensors).bytes());
        sandbox.fails(&CONVERT, &[&format!("tensor {elements}: "), missing, "--keep"]);
    }
}

#[test]
fn scales_of_a_wrong_shape_are_refused() {
    for (shape, scales) in [
        (&[256, 512][..], &[4, 2][..]),
        (&[256, 512], &[255]),
        (&[256, 512], &[512]),
        (&[256, 512], &[1, 512]),
        (&[256, 512], &[256, 512]),
        (&[2, 256, 512], &[2, 4]),
    ] {
        let sandbox = Sandbox::new();
        let tensors = [
            ("p.weight", tensor(Dtype::F8_E4M3, shape)),
            ("p.weight_scale", tensor(Dtype::F32, scales)),
        ];
        sandbox.write("in", Content::of(tensors).bytes());
        sandbox.fails(&CONVERT, &["tensor p.weight: ", &format!("{scales:?}"), "p.weight_scale"]);
    }
    let tensors = [
        ("p_blocks", tensor(Dtype::U8, &[2, 4, 3, 16])),
        ("p_scales", tensor(Dtype::U8, &[2, 4, 2])),
    ];
    let sandbox = Sandbox::new();
    sandbox.write("in", Content::of(tensors).bytes());
    sandbox.fails(&CONVERT, &["tensor p_blocks: ", "p_scales"]);
}

/// A weight that is kept keeps its scales and its configuration. The configuration then lists the other weights as left alone.
#[test]
fn a_kept_weight_keeps_its_scales() {
    let fp8 = || tensor(Dtype::F8_E4M3, &[4, 4]);
    let one = || tensor(Dtype::F32, &[1, 1]);
    for (method, key) in [("fp8", "modules_to_not_convert"), ("compressed-tensors", "ignore")] {
        let tensors = [
            ("l.0.weight", fp8()),
            ("l.0.weight_scale", one()),
            ("l.0.input_scale", one()),
            ("l.1.weight", fp8()),
            ("l.1.weight_scale", one()),
            ("l.1.input_scale", one()),
        ];
        let config = json!({"quantization_config": {"quant_method": method, key: ["lm_head"]}});
        let sandbox = directory(tensors, &config);
        sandbox.succeeds(&[&CONVERT[..], &["--keep", r"^l\.0\.weight$"]].concat());
        let found = Content::read(&sandbox.path("out/model.safetensors"));
        let names: Vec<_> = found.tensors.keys().collect();
        assert_eq!(names, ["l.0.input_scale", "l.0.weight", "l.0.weight_scale", "l.1.weight"]);
        assert_eq!(found.tensors["l.0.weight"], fp8());
        assert_eq!(found.tensors["l.0.weight_scale"], one());
        assert_eq!(found.tensors["l.0.input_scale"], one());
        assert_eq!(found.tensors["l.1.weight"].dtype, Dtype::BF16);
        let out: Value = serde_json::from_slice(&fs::read(sandbox.path("out/config.json")).unwrap()).unwrap();
        assert_eq!(out["quantization_config"][key], json!(["lm_head", "l.1"]));
    }
}

/// F32 beside a bf16 model is narrowed, and the summary says so by name pattern.
#[test]
fn narrowed_weights_are_named() {
    let sandbox = Sandbox::new();
    let tensors = [
        ("l.0.weight", tensor(Dtype::BF16, &[64])),
        ("l.0.gate", tensor(Dtype::F32, &[4])),
        ("l.1.gate", tensor(Dtype::F32, &[4])),
        ("l.1.e_score_correction_bias", tensor(Dtype::F32, &[4])),
    ];
    sandbox.write("in", Content::of(tensors).bytes());
    let summary = sandbox.succeeds(&["convert", "in", "out", "--to", "f16"]);
    assert!(summary.contains("narrowed: 2 of l.*.gate\n"), "{summary}");
    assert!(summary.contains("kept: 1 of l.*.e_score_correction_bias\n"), "{summary}");
    let found = Content::read(&sandbox.path("out"));
    assert_eq!(found.tensors["l.1.e_score_correction_bias"].dtype, Dtype::F32);
}
