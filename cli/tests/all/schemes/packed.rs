//! Rows of the table whose elements are packed in bytes.

use safetensors::Dtype;
use serde_json::json;

use super::read::{Case, quantization};
use super::{Random, in_bf16, packed4, packed6, random, scaled};
use crate::support::{Content, Sandbox, Tensor};

/// Blocks and scales with their last two dimensions changed. The original files of `OpenAI` have another form.
#[test]
fn gpt_oss_is_dequantized() {
    for (suffixes, transposed) in [(["_blocks", "_scales"], true), ([".blocks", ".scales"], false)] {
        let mut case = Case::default();
        let r = &mut Random::new(5);
        for (nth, [experts, rows, groups]) in [[2, 5, 3], [1, 48, 2], [3, 1, 1]].into_iter().enumerate() {
            let cols = 32 * groups;
            let blocks = packed4(r, Dtype::U8, &[experts, rows, groups, 16]);
            let scales = random(r, Dtype::U8, &[experts, rows, groups]);
            let numbers = scaled(&blocks.numbers, [rows, cols], &scales.numbers, [1, 32], [rows, groups]);
            let name = format!("layer.{nth}.mlp.experts.w");
            let [elements, scale] = suffixes.map(|suffix| format!("{name}{suffix}"));
            case.add(&elements, blocks.tensor);
            case.add(&scale, scales.tensor);
            if transposed {
                let mut turned = Vec::new();
                for e in 0..experts {
                    for col in 0..cols {
                        for row in 0..rows {
                            turned.push(numbers[(e * rows + row) * cols + col]);
                        }
                    }
                }
                case.expect(&name, in_bf16(&[experts, cols, rows], &turned));
            } else {
                case.expect(&name, in_bf16(&[experts, rows, cols], &numbers));
            }
        }
        case.check(&quantization(
            &json!({"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]}),
        ));
    }
}

/// Every code of a scale, with which numbers are normal, subnormal or too large. The sizes are no multiples of each other.
#[test]
fn gpt_oss_with_scales_of_any_size_is_dequantized() {
    let r = &mut Random::new(252);
    for (nth, (codes, [experts, rows, groups])) in [
        (253, [1, 300, 9]),
        (253, [2, 128, 4]),
        (253, [3, 1, 6]),
        (255, [1, 200, 5]),
        (2, [1, 257, 3]),
    ]
    .into_iter()
    .enumerate()
    {
        let cols = 32 * groups;
        let blocks = packed4(r, Dtype::U8, &[experts, rows, groups, 16]);
        let scales: Vec<u8> = (0..experts * rows * groups).map(|_| r.below(codes) as u8).collect();
        let numbers: Vec<f32> = scales.iter().map(|&code| 2f32.powi(i32::from(code) - 127)).collect();
        let numbers = scaled(&blocks.numbers, [rows, cols], &numbers, [1, 32], [rows, groups]);
        let place = |nth: usize| {
            let (e, col, row) = (nth / rows / cols, nth / rows % cols, nth % rows);
            numbers[(e * rows + row) * cols + col]
        };
        let turned: Vec<f32> = (0..numbers.len()).map(place).collect();
        let name = format!("blocks.{nth}.experts.up");
        let mut case = Case::default();
        case.add(&format!("{name}_blocks"), blocks.tensor);
        case.add(
            &format!("{name}_scales"),
            Tensor::new(Dtype::U8, &[experts, rows, groups], scales),
        );
        case.expect(&name, in_bf16(&[experts, cols, rows], &turned));
        case.check(&quantization(&json!({"quant_method": "mxfp4"})));
    }
}

/// The tensor's scale is a divisor in compressed-tensors and a factor in ModelOpt. Each of the two operations is in f32.
#[test]
fn nvfp4_is_dequantized() {
    for (suffixes, divides, method) in [
        (
            ["weight_packed", "weight_scale", "weight_global_scale"],
            true,
            "compressed-tensors",
        ),
        (["weight", "weight_scale", "weight_scale_2"], false, "modelopt"),
    ] {
        let mut case = Case::default();
        let r = &mut Random::new(44);
        for (nth, [rows, cols]) in [[5, 48], [64, 16], [1, 4096]].into_iter().enumerate() {
            let elements = packed4(r, Dtype::U8, &[rows, cols / 2]);
            let scales = random(r, Dtype::F8_E4M3, &[rows, cols / 16]);
            let whole = random(r, Dtype::F32, if divides { &[1] } else { &[] });
            let tensor_scale = whole.numbers[0];
            let combined = scales
                .numbers
                .iter()
                .map(|scale| if divides { scale / tensor_scale } else { scale * tensor_scale });
            let combined: Vec<f32> = combined.collect();
            let numbers = scaled(&elements.numbers, [rows, cols], &combined, [1, 16], [rows, cols / 16]);
            let name = |suffix: &str| format!("b.{nth}.w1.{suffix}");
            for (suffix, tensor) in suffixes.iter().zip([elements.tensor, scales.tensor, whole.tensor]) {
                case.add(&name(suffix), tensor);
            }
            case.add(&name("input_global_scale"), random(r, Dtype::F32, &[1]).tensor);
            case.add(&name("input_scale"), random(r, Dtype::F32, &[]).tensor);
            case.expect(&name("weight"), in_bf16(&[rows, cols], &numbers));
        }
        case.check(&quantization(
            &json!({"quant_method": method, "format": "nvfp4-pack-quantized", "quant_algo": "NVFP4"}),
        ));
    }
}

/// fp4 and fp6 in bytes with E8M0. The shape of the scales tells fp4 from fp6, and the configuration tells the two kinds of fp6
/// apart.
#[test]
fn packed_elements_with_e8m0_scales_are_dequantized() {
    for (suffix, method) in [("weight_packed", "compressed-tensors"), ("weight", "quark")] {
        let names = ["t.5.o.weight_scale", "t.5.o.weight"];
        let element = format!("t.5.o.{suffix}");
        let mut case = Case::default();
        let r = &mut Random::new(6);
        let elements = packed4(r, Dtype::U8, &[12, 64]);
        let scales = random(r, Dtype::U8, &[12, 4]);
        case.weight([&element, names[0], names[1]], &[12, 128], &elements, &scales, [1, 32]);
        case.check(&quantization(
            &json!({"quant_method": method, "format": "mxfp4-pack-quantized"}),
        ));
        for (dtype, fraction) in [("fp6_e2m3", 3), ("fp6_e3m2", 2)] {
            let elements = packed6(r, &[9, 72], fraction);
            let scales = random(r, Dtype::U8, &[9, 3]);
            let mut case = Case::default();
            case.weight([&element, names[0], names[1]], &[9, 96], &elements, &scales, [1, 32]);
            let sandbox = Sandbox::new();
            std::fs::create_dir(sandbox.path("in")).unwrap();
            sandbox.write("in/model.safetensors", case.input.bytes());
            let weight = json!({"dtype": dtype, "group_size": 32});
            let config =
                json!({"quant_method": method, "format": "mxfp6-pack-quantized", "global_quant_config": {"weight": weight}});
            sandbox.write("in/config.json", quantization(&config).to_string());
            sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
            case.compare(&Content::read(&sandbox.path("out/model.safetensors")), dtype);
        }
    }
}
