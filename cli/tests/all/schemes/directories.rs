//! Directories and headers in the forms that users have, and the names of models that aren't quantized.

use std::fs;

use safetensors::Dtype;
use serde_json::{Value, json};

use super::{Random, in_bf16, random, scaled};
use crate::support::{Content, Sandbox, Tensor, files};

fn one() -> Tensor {
    Tensor::flat(Dtype::F32, 1.0_f32.to_le_bytes())
}

fn json_of(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_slice(&fs::read(sandbox.path(name)).unwrap()).unwrap()
}

/// The scales are in another shard than their weights, and one shard has only scales.
#[test]
fn scales_may_lie_in_other_shards() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    let r = &mut Random::new(21);
    let elements = random(r, Dtype::F8_E4M3, &[200, 300]);
    let scales = random(r, Dtype::F32, &[2, 3]);
    let expected = scaled(&elements.numbers, [200, 300], &scales.numbers, [128, 128], [2, 3]);
    let expected = in_bf16(&[200, 300], &expected);
    let (a, b) = ("model-1.safetensors", "model-2.safetensors");
    sandbox.write(&format!("in/{a}"), Content::of([("x.weight", elements.tensor)]).bytes());
    sandbox.write(
        &format!("in/{b}"),
        Content::of([("x.weight_scale_inv", scales.tensor)]).bytes(),
    );
    sandbox.write(
        "in/config.json",
        r#"{"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}"#,
    );
    let check = |out: &str| {
        let found = Content::read(&sandbox.path(&format!("{out}/{a}")));
        assert_eq!(found.tensors.keys().collect::<Vec<_>>(), ["x.weight"]);
        assert!(found.tensors["x.weight"] == expected);
        assert!(!sandbox.path(&format!("{out}/{b}")).exists());
    };
    // Without an index, shards are known by their names.
    sandbox.succeeds(&["convert", "in", "without", "--to", "bf16"]);
    check("without");
    let index = json!({"metadata": {"total_size": 1}, "weight_map": {"x.weight": a, "x.weight_scale_inv": b}});
    sandbox.write("in/model.safetensors.index.json", index.to_string());
    sandbox.succeeds(&["convert", "in", "with", "--to", "bf16"]);
    check("with");
    let index = json_of(&sandbox, "with/model.safetensors.index.json");
    assert_eq!(index["weight_map"], json!({"x.weight": a}));
    assert_eq!(index["metadata"]["total_size"], 200 * 300 * 2);
    // Each part reads both shards.
    for part in ["2/2", "1/2"] {
        sandbox.succeeds(&["convert", "in", "parts", "--to", "bf16", "--part", part]);
    }
    sandbox.succeeds(&["convert", "in", "parts", "--to", "bf16", "--finish"]);
    assert!(files(&sandbox.path("parts")) == files(&sandbox.path("with")));
}

/// Names that the index has to change.
#[test]
fn unpacked_weights_get_their_plain_names() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    let r = &mut Random::new(22);
    let elements = super::packed4(r, Dtype::U8, &[4, 16]).tensor;
    let scales = random(r, Dtype::U8, &[4, 1]).tensor;
    let name = "model.safetensors";
    let content = Content::of([("x.weight_packed", elements), ("x.weight_scale", scales), ("y", one())]);
    sandbox.write(&format!("in/{name}"), content.bytes());
    let index = json!({"weight_map": {"x.weight_packed": name, "x.weight_scale": name, "y": name}});
    sandbox.write("in/model.safetensors.index.json", index.to_string());
    sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
    let index = json_of(&sandbox, "out/model.safetensors.index.json");
    assert_eq!(index["weight_map"], json!({"x.weight": name, "y": name}));
    assert_eq!(index["metadata"]["total_size"], 4 * 32 * 2 + 2);
}

/// A pipeline, an adapter, variants, an index of a subfolder, and files that aren't copied.
#[test]
fn downloaded_directories_are_converted() {
    let sandbox = Sandbox::new();
    let put = |name: &str, text: &str| {
        let path = sandbox.path("in").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let weights = |name: &str, tensor: &str| {
        put(name, "");
        sandbox.write(&format!("in/{name}"), Content::of([(tensor, one())]).bytes());
    };
    weights("unet/diffusion_pytorch_model-1.safetensors", "a");
    weights("unet/diffusion_pytorch_model-2.safetensors", "b");
    put(
        "unet/diffusion_pytorch_model.safetensors.index.json",
        r#"{"weight_map": {"a": "diffusion_pytorch_model-1.safetensors", "b": "diffusion_pytorch_model-2.safetensors"}}"#,
    );
    put("unet/config.json", r#"{"torch_dtype": "float32"}"#);
    weights("vae/diffusion_pytorch_model.safetensors", "a");
    weights("vae/diffusion_pytorch_model.fp16.safetensors", "a");
    put("model_index.json", r#"{"unet": ["diffusers", "U"]}"#);
    weights("adapter_model.safetensors", "lora");
    put("adapter_config.json", "{}");
    weights("consolidated.safetensors", "tok_embeddings");
    for hidden in [".git/HEAD", ".cache/huggingface/x", "unet/.cache/y"] {
        put(hidden, "hidden");
    }
    put(".gitattributes", "x");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", sandbox.path("in/link.md")).unwrap();
    let summary = sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
    let found = files(&sandbox.path("out"));
    let names: Vec<_> = found.keys().filter(|name| !name.ends_with('/')).collect();
    let expected = [
        ".gitattributes",
        "adapter_config.json",
        "adapter_model.safetensors",
        "consolidated.safetensors",
        "model_index.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model-1.safetensors",
        "unet/diffusion_pytorch_model-2.safetensors",
        "unet/diffusion_pytorch_model.safetensors.index.json",
        "vae/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ];
    assert_eq!(names, expected);
    for name in expected.iter().filter(|name| name.ends_with(".safetensors")) {
        let content = Content::read(&sandbox.path(&format!("out/{name}")));
        assert!(content.tensors.values().all(|tensor| tensor.dtype == Dtype::BF16), "{name}");
    }
    assert_eq!(json_of(&sandbox, "out/unet/config.json"), json!({"torch_dtype": "bfloat16"}));
    #[cfg(unix)]
    assert!(summary.contains("left out: link.md\n"), "{summary}");
    // A link is needed if a shard stands behind it.
    #[cfg(unix)]
    {
        fs::remove_file(sandbox.path("in/unet/diffusion_pytorch_model-2.safetensors")).unwrap();
        let link = sandbox.path("in/unet/diffusion_pytorch_model-2.safetensors");
        std::os::unix::fs::symlink("nowhere", link).unwrap();
        sandbox.fails(
            &["convert", "in", "other", "--to", "bf16"],
            &["diffusion_pytorch_model-2.safetensors"],
        );
    }
}

/// Python writes these configurations, and only Python and `ulp` read them.
#[test]
fn configurations_keep_all_other_members() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    sandbox.write("in/model.safetensors", Content::of([("x", one())]).bytes());
    let config = "{\n    \"z\": [0.0, Infinity, -Infinity, NaN],\n    \"big\": 123456789012345678901234567890,\n    \"torch_dtype\": \"float32\",\n    \"a\": 1.0e-05\n}\n";
    sandbox.write("in/config.json", config);
    sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
    let found = fs::read_to_string(sandbox.path("out/config.json")).unwrap();
    assert_eq!(found, config.replace("float32", "bfloat16"));
    sandbox.write("in/config.json", "{\"a\": }");
    sandbox.fails(
        &["convert", "in", "other", "--to", "bf16"],
        &["in/config.json: ", "line 1 column 7"],
    );
}

/// Descriptions of quantization are removed wherever they are, with the keys that only the scheme needs.
#[test]
fn descriptions_of_schemes_are_removed_everywhere() {
    for config in [
        r#"{"a": 1, "quantization_config": {"quant_method": "fp8"}}"#,
        r#"{"a": 1, "expert_dtype": "fp4", "compression_config": {"format": "float-quantized"}}"#,
        r#"{"a": 1, "text_config": {"b": 2, "quantization_config": {"quant_method": "fp8"}}}"#,
        r#"{"a": 1, "llm_config": {"b": 2, "x": {"compression_config": {"quant_method": "compressed-tensors"}}}}"#,
    ] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.path("in")).unwrap();
        let r = &mut Random::new(23);
        let tensors = [
            ("x.weight", random(r, Dtype::F8_E4M3, &[3, 4]).tensor),
            ("x.weight_scale", random(r, Dtype::F32, &[]).tensor),
        ];
        sandbox.write("in/model.safetensors", Content::of(tensors).bytes());
        sandbox.write("in/config.json", config);
        sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
        let found = json_of(&sandbox, "out/config.json").to_string();
        assert!(found.starts_with(r#"{"a":1"#), "{found}");
        for gone in ["quantization_config", "compression_config", "expert_dtype"] {
            assert!(!found.contains(gone), "{found}");
        }
    }
}

/// The names of one layer of each of ten models that are not quantized. All their tensors are plain numbers.
#[test]
fn plain_models_keep_their_configuration() {
    const LLAMA: &str = "model.embed_tokens.weight model.layers.0.input_layernorm.weight model.layers.0.mlp.down_proj.weight \
        model.layers.0.mlp.gate_proj.weight model.layers.0.self_attn.q_proj.weight model.layers.0.self_attn.q_norm.weight model.norm.weight lm_head.weight";
    const GPT2: &str = "wte.weight wpe.weight h.0.ln_1.weight h.0.ln_1.bias h.0.attn.bias h.0.attn.c_attn.weight h.0.attn.c_attn.bias h.0.mlp.c_proj.weight ln_f.bias";
    const CLIP: &str = "logit_scale text_model.embeddings.token_embedding.weight vision_model.embeddings.class_embedding visual_projection.weight text_projection.weight";
    const SIGLIP: &str = "logit_scale logit_bias vision_model.head.probe vision_model.head.attention.in_proj_weight vision_model.encoder.layers.0.layer_norm1.bias";
    const DINO: &str = "embeddings.cls_token encoder.layer.0.layer_scale1.lambda1 encoder.layer.0.layer_scale2.lambda1 encoder.layer.0.attention.attention.query.weight";
    const CONVNEXT: &str = "convnext.encoder.stages.0.layers.0.layer_scale_parameter convnext.encoder.stages.0.layers.0.dwconv.weight classifier.weight";
    const FLUX: &str = "double_blocks.0.img_attn.norm.key_norm.scale double_blocks.0.img_attn.norm.query_norm.scale double_blocks.0.img_mod.lin.weight \
        single_blocks.0.norm.query_norm.scale single_blocks.0.modulation.lin.bias guidance_in.in_layer.weight";
    const MAMBA: &str = "backbone.layers.0.mixer.A_log backbone.layers.0.mixer.D backbone.layers.0.mixer.dt_bias backbone.layers.0.mixer.conv1d.weight backbone.norm_f.weight";
    const DEEPSEEK: &str = "model.layers.3.mlp.gate.weight model.layers.3.mlp.experts.0.up_proj.weight model.layers.3.self_attn.kv_a_proj_with_mqa.weight model.layers.3.self_attn.kv_b_proj.weight";
    const GEMMA3N: &str = "model.language_model.layers.0.altup.correct_output_scale model.language_model.layers.0.laurel.linear_left.weight \
        model.audio_tower.conformer.0.attention.attn.per_dim_scale model.language_model.layers.0.layer_scalar vq.codebook_scale q.scale res_scale x.scales blocks.0.scales";
    for names in [LLAMA, GPT2, CLIP, SIGLIP, DINO, CONVNEXT, FLUX, MAMBA, DEEPSEEK, GEMMA3N] {
        let sandbox = Sandbox::new();
        let mut content = Content::default();
        for name in names.split_whitespace() {
            content.tensors.insert(name.into(), one());
        }
        let (found, _) = sandbox.convert(&content, "bf16");
        assert!(found.tensors.keys().eq(content.tensors.keys()));
        for (name, tensor) in found.tensors {
            assert_eq!((tensor.dtype, tensor.data), (Dtype::BF16, vec![0x80, 0x3f]), "{name}");
        }
    }
}
