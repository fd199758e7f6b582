//! Every row of the table of schemes, with its own names and shapes.

use safetensors::Dtype;
use serde_json::{Value, json};

use super::{Numbers, Random, in_bf16, packed4, random, scaled};
use crate::support::{Content, Sandbox, Tensor};

/// A checkpoint, and the right result of its conversion to bf16.
#[derive(Default)]
pub(super) struct Case {
    pub(super) input: Content,
    expected: Content,
}

impl Case {
    pub(super) fn add(&mut self, name: &str, tensor: Tensor) {
        self.input.tensors.insert(name.into(), tensor);
    }

    pub(super) fn expect(&mut self, name: &str, tensor: Tensor) {
        self.expected.tensors.insert(name.into(), tensor);
    }

    /// A weight with a scale for each block.
    pub(super) fn weight(&mut self, names: [&str; 3], shape: &[usize], elements: &Numbers, scales: &Numbers, block: [usize; 2]) {
        let [rows, cols] = *shape.last_chunk().unwrap();
        let grid = [rows.div_ceil(block[0]), cols.div_ceil(block[1])];
        let numbers = scaled(&elements.numbers, [rows, cols], &scales.numbers, block, grid);
        let [element_name, scale_name, result] = names;
        self.add(element_name, elements.tensor.clone());
        self.add(scale_name, scales.tensor.clone());
        self.expect(result, in_bf16(shape, &numbers));
    }

    /// Converts the checkpoint, alone and in a directory with this configuration.
    pub(super) fn check(&self, config: &Value) {
        let sandbox = Sandbox::new();
        std::fs::create_dir(sandbox.path("in")).unwrap();
        sandbox.write("in/model.safetensors", self.input.bytes());
        sandbox.write("in/config.json", config.to_string());
        sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
        let found = Content::read(&sandbox.path("out/model.safetensors"));
        self.compare(&found, "in a directory");
        sandbox.write("alone", self.input.bytes());
        sandbox.succeeds(&["convert", "alone", "single", "--to", "bf16"]);
        self.compare(&Content::read(&sandbox.path("single")), "alone");
    }

    pub(super) fn compare(&self, found: &Content, how: &str) {
        let names = |content: &Content| content.tensors.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(found), names(&self.expected), "{how}");
        for (name, tensor) in &self.expected.tensors {
            let found = &found.tensors[name];
            assert_eq!((found.dtype, &found.shape), (tensor.dtype, &tensor.shape), "{name} {how}");
            assert!(found.data == tensor.data, "{name} {how}");
        }
    }
}

pub(super) fn quantization(config: &Value) -> Value {
    json!({"torch_dtype": "bfloat16", "quantization_config": config})
}

#[test]
fn deepseek_v3_is_dequantized() {
    let mut case = Case::default();
    let r = &mut Random::new(3);
    for (nth, (shape, dtype)) in [
        ([257, 130], Dtype::F32),
        ([1, 1000], Dtype::BF16),
        ([128, 256], Dtype::F8_E8M0),
        ([300, 7], Dtype::F16),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("blocks.{nth}.attn.kv.weight");
        let elements = random(r, Dtype::F8_E4M3, &shape);
        let grid = shape.map(|n: usize| n.div_ceil(128));
        let scales = random(r, dtype, &grid);
        let scale = format!("{name}_scale_inv");
        case.weight([&name, &scale, &name], &shape, &elements, &scales, [128, 128]);
    }
    let bias = random(r, Dtype::F32, &[9]).tensor;
    case.add("blocks.0.gate.e_score_correction_bias", bias.clone());
    case.expect("blocks.0.gate.e_score_correction_bias", bias);
    case.check(&quantization(
        &json!({"quant_method": "fp8", "weight_block_size": [128, 128]}),
    ));
}

/// Experts of three dimensions, and formats other than E4M3.
#[test]
fn experts_in_three_dimensions_are_dequantized() {
    let mut case = Case::default();
    let r = &mut Random::new(33);
    for dtype in [Dtype::F8_E4M3, Dtype::F8_E5M2, Dtype::F8_E4M3FNUZ] {
        let name = format!("moe.{dtype}.up");
        let shape = [3, 140, 200];
        let elements = random(r, dtype, &shape);
        let scales = random(r, Dtype::F32, &[3, 2, 2]);
        let scale = format!("{name}_scale_inv");
        case.weight([&name, &scale, &name], &shape, &elements, &scales, [128, 128]);
    }
    // One scale for each expert, and one for each row of each expert.
    for (suffix, scales_shape, block) in [
        ("a", &[3, 1, 1][..], [5, 6]),
        ("b", &[3, 5, 1], [1, 6]),
        ("c", &[3, 5], [1, 6]),
    ] {
        let name = format!("moe.down.{suffix}");
        let elements = random(r, Dtype::F8_E4M3, &[3, 5, 6]);
        let scales = random(r, Dtype::F32, scales_shape);
        let scale = format!("{name}_scale");
        case.weight([&name, &scale, &name], &[3, 5, 6], &elements, &scales, block);
    }
    case.check(&quantization(
        &json!({"quant_method": "fp8", "weight_block_size": [128, 128]}),
    ));
}

#[test]
fn deepseek_v4_is_dequantized() {
    let mut case = Case::default();
    let r = &mut Random::new(4);
    let elements = random(r, Dtype::F8_E4M3, &[200, 129]);
    let scales = random(r, Dtype::F8_E8M0, &[2, 2]);
    case.weight(
        ["a.wo.weight", "a.wo.scale", "a.wo.weight"],
        &[200, 129],
        &elements,
        &scales,
        [128, 128],
    );
    let elements = packed4(r, Dtype::I8, &[7, 48]);
    let scales = random(r, Dtype::F8_E8M0, &[7, 3]);
    case.weight(
        ["a.e.7.w2.weight", "a.e.7.w2.scale", "a.e.7.w2.weight"],
        &[7, 96],
        &elements,
        &scales,
        [1, 32],
    );
    // The scale of a norm is a plain tensor.
    let norm = random(r, Dtype::F32, &[5]);
    case.add("a.norm.weight", norm.tensor.clone());
    case.add("a.norm.scale", norm.tensor.clone());
    case.add("logit_scale", norm.tensor);
    for name in ["a.norm.weight", "a.norm.scale", "logit_scale"] {
        case.expect(name, in_bf16(&[5], &norm.numbers));
    }
    let config = json!({"quantization_config": {"quant_method": "fp8", "scale_fmt": "ue8m0", "weight_block_size": [128, 128]}, "expert_dtype": "fp4"});
    case.check(&config);
}

/// MXFP8 has groups of columns. The names are those of DeepSeek and of compressed-tensors.
#[test]
fn mxfp8_is_dequantized() {
    for (suffix, method) in [("_scale_inv", "mxfp8"), ("_scale", "compressed-tensors")] {
        for dtype in [Dtype::U8, Dtype::F8_E8M0] {
            let mut case = Case::default();
            let r = &mut Random::new(8);
            let elements = random(r, Dtype::F8_E4M3, &[33, 160]);
            let scales = random(r, dtype, &[33, 5]);
            let scale = format!("h.1.fc.weight{suffix}");
            let name = "h.1.fc.weight";
            case.weight([name, &scale, name], &[33, 160], &elements, &scales, [1, 32]);
            case.check(&quantization(&json!({"quant_method": method, "weight_block_size": [1, 32]})));
        }
    }
}

/// A scale for the tensor, for each row, and for each block. Scales of activations are dropped.
#[test]
fn fp8_with_weight_scale_is_dequantized() {
    let shape = [24, 96];
    for (scales_shape, block) in [
        (&[][..], shape),
        (&[1], shape),
        (&[1, 1], shape),
        (&[24], [1, 96]),
        (&[24, 1], [1, 96]),
        (&[3, 2], [8, 48]),
    ] {
        for dtype in [Dtype::F32, Dtype::BF16] {
            let mut case = Case::default();
            let r = &mut Random::new(scales_shape.len() as u64);
            let elements = random(r, Dtype::F8_E4M3, &shape);
            let scales = random(r, dtype, scales_shape);
            case.weight(
                ["l.0.q.weight", "l.0.q.weight_scale", "l.0.q.weight"],
                &shape,
                &elements,
                &scales,
                block,
            );
            for name in [
                "l.0.q.input_scale",
                "l.0.attn.k_scale",
                "l.0.k_proj.k_scale",
                "l.0.attn.v_scale",
            ] {
                case.add(name, random(r, Dtype::F32, &[]).tensor);
            }
            let groups = json!({"group_0": {"weights": {"num_bits": 8, "type": "float", "block_structure": block}}});
            let config =
                quantization(&json!({"quant_method": "compressed-tensors", "format": "float-quantized", "config_groups": groups}));
            if block[0] == 8 {
                // Only the configuration tells the size of these blocks.
                let sandbox = Sandbox::new();
                std::fs::create_dir(sandbox.path("in")).unwrap();
                sandbox.write("in/model.safetensors", case.input.bytes());
                sandbox.write("in/config.json", config.to_string());
                sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
                case.compare(&Content::read(&sandbox.path("out/model.safetensors")), "blocks");
            } else {
                case.check(&config);
            }
        }
    }
}

/// One file without configuration, with a marker.
#[test]
fn comfyui_is_dequantized() {
    let mut case = Case::default();
    let r = &mut Random::new(7);
    for (nth, shape) in [&[40, 24][..], &[6, 5, 3, 3], &[11]].into_iter().enumerate() {
        let elements = random(r, Dtype::F8_E4M3, shape);
        let scale = random(r, Dtype::F32, &[1]);
        let name = format!("double.{nth}.qkv.weight");
        let numbers: Vec<f32> = elements.numbers.iter().map(|x| scale.numbers[0] * x).collect();
        case.add(&name, elements.tensor);
        case.add(&format!("double.{nth}.qkv.scale_weight"), scale.tensor.clone());
        case.add(&format!("double.{nth}.qkv.scale_input"), scale.tensor);
        case.expect(&name, in_bf16(shape, &numbers));
    }
    case.add("scaled_fp8", Tensor::new(Dtype::F8_E4M3, &[0], []));
    case.check(&json!({}));
}

/// Tensors are larger than a chunk of the work, so blocks begin and end in the middle of chunks. One file has two schemes.
#[test]
fn large_and_mixed_checkpoints_are_dequantized() {
    let mut case = Case::default();
    let r = &mut Random::new(9);
    let elements = random(r, Dtype::F8_E4M3, &[300, 1003]);
    let scales = random(r, Dtype::F32, &[3, 8]);
    case.weight(
        ["x.weight", "x.weight_scale_inv", "x.weight"],
        &[300, 1003],
        &elements,
        &scales,
        [128, 128],
    );
    let elements = packed4(r, Dtype::U8, &[700, 48]);
    let scales = random(r, Dtype::U8, &[700, 3]);
    case.weight(
        ["y.weight_packed", "y.weight_scale", "y.weight"],
        &[700, 96],
        &elements,
        &scales,
        [1, 32],
    );
    let elements = random(r, Dtype::F8_E4M3, &[70_001, 3]);
    let scales = random(r, Dtype::F32, &[70_001, 1]);
    case.weight(
        ["z.weight", "z.weight_scale", "z.weight"],
        &[70_001, 3],
        &elements,
        &scales,
        [1, 3],
    );
    let [experts, rows, groups] = [2, 1500, 4];
    let blocks = packed4(r, Dtype::U8, &[experts, rows, groups, 16]);
    let scales = random(r, Dtype::U8, &[experts, rows, groups]);
    let numbers = scaled(&blocks.numbers, [rows, 128], &scales.numbers, [1, 32], [rows, groups]);
    let turned = (0..experts * 128 * rows).map(|nth| {
        let (e, col, row) = (nth / rows / 128, nth / rows % 128, nth % rows);
        numbers[(e * rows + row) * 128 + col]
    });
    case.add("w_blocks", blocks.tensor);
    case.add("w_scales", scales.tensor);
    case.expect("w", in_bf16(&[experts, 128, rows], &turned.collect::<Vec<_>>()));
    let plain = random(r, Dtype::F32, &[17]);
    case.add("norm.weight", plain.tensor);
    case.expect("norm.weight", in_bf16(&[17], &plain.numbers));
    case.check(&json!({"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}));
}

/// Other formats than bf16. Each number is rounded once from the f32 product.
#[test]
fn weights_with_scales_convert_to_every_target() {
    let sandbox = Sandbox::new();
    let r = &mut Random::new(11);
    let elements = random(r, Dtype::F8_E4M3, &[40, 50]);
    let scales = random(r, Dtype::F32, &[40, 1]);
    let numbers = scaled(&elements.numbers, [40, 50], &scales.numbers, [1, 50], [40, 1]);
    let input = Content::of([("v.weight", elements.tensor), ("v.weight_scale", scales.tensor)]);
    sandbox.write("in", input.bytes());
    let converted = |to: &str| {
        let out = format!("out-{to}");
        sandbox.succeeds(&["convert", "in", &out, "--to", to]);
        let content = Content::read(&sandbox.path(&out));
        assert_eq!(content.tensors.len(), 1);
        content.tensors["v.weight"].clone()
    };
    let f32s: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    assert!(converted("f32").data == f32s);
    let f64s: Vec<u8> = numbers.iter().flat_map(|&x| f64::from(x).to_le_bytes()).collect();
    assert!(converted("f64").data == f64s);
    let f16s: Vec<u8> = numbers.iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()).collect();
    assert!(converted("f16").data == f16s);
    for (to, dtype) in [("f8_e4m3", Dtype::F8_E4M3), ("f8_e5m2", Dtype::F8_E5M2)] {
        let found = converted(to);
        assert_eq!(found.dtype, dtype);
        let small = crate::reference::Small::new(dtype).unwrap();
        for (code, &number) in found.data.iter().zip(&numbers) {
            match small.nearest(number.into()).0 {
                crate::reference::Expected::Code(expected) => {
                    assert_eq!(u64::from(*code), expected, "{number}");
                }
                crate::reference::Expected::Nan(_) => {
                    assert!(small.decode((*code).into()).is_nan(), "{number}");
                }
            }
        }
    }
}
