//! gpt-oss to other schemes. Its experts are stored transposed. One step gives the bytes of two steps: to bf16, and from bf16 to
//! the scheme. bf16 represents every product of fp4 and a power of two of its range, so nothing is rounded on the way.

use std::collections::BTreeMap;
use std::fs;

use safetensors::Dtype;
use serde_json::{Value, json};

use super::definitions::bf16s;
use super::{Random, packed4, random, scaled};
use crate::reference::Small;
use crate::support::{self, Content, Sandbox, Tensor};

/// The number of experts, of columns of the result, and of groups of 32 rows of the result.
type Shape = [usize; 3];

/// Adds an expert's tensors to two shards, and returns its numbers in the order of the result. The codes of its scales begin at
/// `codes.0`, and there are `codes.1` of them.
fn expert(
    r: &mut Random,
    shards: &mut [Content; 2],
    name: &str,
    [experts, out, groups]: Shape,
    (first, count): (u8, u32),
) -> Vec<f32> {
    let blocks = packed4(r, Dtype::U8, &[experts, out, groups, 16]);
    let codes: Vec<u8> = (0..experts * out * groups)
        .map(|_| first.wrapping_add(r.below(count) as u8))
        .collect();
    let power = |&code: &u8| {
        if code == 255 {
            f32::NAN
        } else {
            2f32.powi(i32::from(code) - 127)
        }
    };
    let scales: Vec<f32> = codes.iter().map(power).collect();
    let cols = 32 * groups;
    let numbers = scaled(&blocks.numbers, [out, cols], &scales, [1, 32], [out, groups]);
    let codes = Tensor::new(Dtype::U8, &[experts, out, groups], codes);
    let mut add = |shard: usize, suffix: &str, tensor| shards[shard].tensors.insert(format!("{name}{suffix}"), tensor);
    add(0, "_blocks", blocks.tensor);
    // The scales may be in another shard.
    add(1, "_scales", codes);
    add(1, "_bias", bf16s(&[experts, out], &vec![0.75; experts * out]));
    let place = |nth: usize| {
        let (matrix, row, col) = (nth / out / cols, nth / out % cols, nth % out);
        numbers[(matrix * out + col) * cols + row]
    };
    (0..numbers.len()).map(place).collect()
}

/// Writes a directory of two shards with the configuration of gpt-oss.
fn directory(sandbox: &Sandbox, shards: &[Content; 2]) {
    fs::create_dir(sandbox.path("in")).unwrap();
    let mut map = BTreeMap::new();
    for (content, name) in shards.iter().zip(["one.safetensors", "two.safetensors"]) {
        sandbox.write(&format!("in/{name}"), content.bytes());
        map.extend(content.tensors.keys().map(|tensor| (tensor, name)));
    }
    let index = json!({"metadata": {}, "weight_map": map}).to_string();
    sandbox.write("in/model.safetensors.index.json", index);
    let config = json!({
        "torch_dtype": "bfloat16",
        "quantization_config": {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]},
        "num_local_experts": 3,
    });
    sandbox.write("in/config.json", config.to_string());
}

/// Returns the files of a directory. JSON files are read, because the order of their keys differs.
fn files(sandbox: &Sandbox, name: &str) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, Value>) {
    let (json, others): (BTreeMap<_, _>, BTreeMap<_, _>) = support::files(&sandbox.path(name))
        .into_iter()
        .partition(|(name, _)| name.contains(".json"));
    let parsed = json
        .into_iter()
        .map(|(name, text)| (name, serde_json::from_slice(&text).unwrap()));
    (others, parsed.collect())
}

/// All targets whose elements and scales depend on the numbers alone.
const TARGETS: [&[&str]; 11] = [
    &["mxfp8"],
    &["mxfp6_e2m3"],
    &["mxfp6_e3m2"],
    &["mxfp4"],
    &["nvfp4"],
    &["nvfp4", "--rounding", "toward-zero"],
    &["f8_e4m3", "--scale", "tensor"],
    &["f8_e4m3", "--scale", "row"],
    &["f8_e4m3", "--scale", "block:128x128", "--scale-format", "e8m0"],
    &["f8_e4m3", "--scale", "block:100x48", "--scale-format", "e8m0"],
    &["f8_e4m3", "--scale", "block:3000x1", "--scale-format", "e8m0"],
];

/// A file with experts that are wide, high, and as small as possible, beside weights in another scheme and without one. `scales`
/// has all codes of E8M0, or only the usual ones.
fn checkpoint(seed: u64, codes: (u8, u32)) -> [Content; 2] {
    let r = &mut Random::new(seed);
    let mut shards = [Content::default(), Content::default()];
    for (nth, shape) in [[2, 1056, 19], [1, 32, 34], [3, 96, 1], [1, 16, 2], [2, 7, 3]]
        .into_iter()
        .enumerate()
    {
        let name = format!("model.layers.{nth}.mlp.experts.gate_up_proj");
        expert(r, &mut shards, &name, shape, codes);
    }
    let elements = random(r, Dtype::F8_E4M3, &[130, 64]).tensor;
    let inverse = [0.25_f32, 2.0].iter().flat_map(|x| x.to_le_bytes());
    let inverse = Tensor::new(Dtype::F32, &[2, 1], inverse.collect::<Vec<u8>>());
    let halves: Vec<f32> = (0..96 * 64).map(|nth| ((nth * 37 % 255) as f32 - 127.0) / 64.0).collect();
    for (name, tensor) in [
        ("model.layers.0.self_attn.o_proj.weight", elements),
        ("model.layers.0.self_attn.o_proj.weight_scale_inv", inverse),
        ("model.layers.0.self_attn.q_proj.weight", bf16s(&[96, 64], &halves)),
        ("model.layers.0.mlp.router.weight", bf16s(&[3, 32], &halves[..96])),
        ("lm_head.weight", bf16s(&[4, 32], &halves[..128])),
    ] {
        shards[1].tensors.insert(name.into(), tensor);
    }
    shards
}

#[test]
fn gpt_oss_to_another_scheme_is_as_two_steps() {
    for (seed, codes) in [(180, (112, 20)), (181, (0, 256))] {
        let sandbox = Sandbox::new();
        directory(&sandbox, &checkpoint(seed, codes));
        sandbox.succeeds(&["convert", "in", "bf16", "--to", "bf16"]);
        for target in TARGETS {
            for (input, output) in [("in", "one"), ("bf16", "two")] {
                sandbox.succeeds(&[&["convert", input, output, "--no-sync", "--to"], target].concat());
            }
            let (one, two) = (files(&sandbox, "one"), files(&sandbox, "two"));
            assert_eq!(one.1, two.1, "{target:?}");
            assert!(one.0.keys().eq(two.0.keys()), "{target:?}");
            for (name, bytes) in &one.0 {
                assert!(*bytes == two.0[name], "{target:?} {name}");
            }
            for output in ["one", "two"] {
                fs::remove_dir_all(sandbox.path(output)).unwrap();
            }
        }
        // `check` has the figures of the numbers that are written.
        let counts = |input: &str| {
            let report = sandbox.succeeds(&["check", input, "--to", "mxfp4", "--json"]);
            let report: Value = serde_json::from_str(&report).unwrap();
            report["formats"][0]["elements"].clone()
        };
        assert_eq!(counts("in"), counts("bf16"));
    }
}

/// A single file, and choices of its tensors.
#[test]
fn a_file_of_gpt_oss_to_another_scheme_is_as_two_steps() {
    let sandbox = Sandbox::new();
    let [mut content, scales] = checkpoint(182, (100, 40));
    content.tensors.extend(scales.tensors);
    content.tensors.retain(|name, _| !name.contains("self_attn"));
    sandbox.write("in", content.bytes());
    sandbox.succeeds(&["convert", "in", "bf16", "--to", "bf16"]);
    for (number, options) in [
        &["--only", "experts|lm_head", "--keep", "bias|router"][..],
        &["--keep", "lm_head"],
    ]
    .iter()
    .enumerate()
    {
        for (input, output) in [("in", format!("one-{number}")), ("bf16", format!("two-{number}"))] {
            sandbox.succeeds(&[&["convert", input, &output, "--to", "nvfp4"], *options].concat());
        }
        let read = |steps: &str| fs::read(sandbox.path(&format!("{steps}-{number}"))).unwrap();
        assert!(read("one") == read("two"), "{options:?}");
    }
}

/// Two steps find scales of blocks that are not powers of two, and then round. One step keeps powers of two, and is exact.
#[test]
fn gpt_oss_to_blocks_of_fp8_is_exact() {
    for (seed, block) in [(183, [128, 128]), (184, [48, 100])] {
        let sandbox = Sandbox::new();
        let r = &mut Random::new(seed);
        let mut shards = [Content::default(), Content::default()];
        let name = "model.layers.4.mlp.experts.down_proj";
        let [experts, out, groups] = [2, 700, 18];
        let numbers = expert(r, &mut shards, name, [experts, out, groups], (119, 6));
        directory(&sandbox, &shards);
        let scale = format!("block:{}x{}", block[0], block[1]);
        sandbox.succeeds(&["convert", "in", "out", "--to", "f8_e4m3", "--scale", &scale]);
        let found = Content::read(&sandbox.path("out/one.safetensors")).tensors;
        let (elements, scales) = (&found[name], &found[&format!("{name}_scale_inv")]);
        let rows = 32 * groups;
        let grid = [rows.div_ceil(block[0]), out.div_ceil(block[1])];
        assert_eq!((elements.dtype, &elements.shape), (Dtype::F8_E4M3, &vec![experts, rows, out]));
        assert_eq!((scales.dtype, &scales.shape), (Dtype::F32, &vec![experts, grid[0], grid[1]]));
        let scales = scales.data.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
        let scales: Vec<f32> = scales.collect();
        let e4m3 = Small::new(Dtype::F8_E4M3).unwrap();
        let codes = elements.data.iter().map(|&code| e4m3.decode(code.into()) as f32);
        let codes: Vec<f32> = codes.collect();
        assert!(scaled(&codes, [rows, out], &scales, block, grid) == numbers, "{block:?}");
    }
}

#[test]
fn gpt_oss_in_parts_and_on_any_number_of_threads() {
    let sandbox = Sandbox::new();
    directory(&sandbox, &checkpoint(185, (120, 5)));
    for target in [&["--to", "nvfp4"][..], &["--to", "f8_e4m3", "--scale", "tensor"]] {
        let convert = |output: &str, more: &[&str]| {
            sandbox.succeeds(&[&["convert", "in", output, "--no-sync"], target, more].concat());
        };
        for threads in ["1", "2", "5"] {
            convert(threads, &["--threads", threads]);
        }
        for more in [["--part", "2/2"], ["--part", "1/2"]] {
            convert("parts", &more);
        }
        convert("parts", &["--finish"]);
        let files = |name: &str| support::files(&sandbox.path(name));
        for name in ["2", "5", "parts"] {
            assert!(files("1") == files(name), "{target:?} {name}");
            fs::remove_dir_all(sandbox.path(name)).unwrap();
        }
        fs::remove_dir_all(sandbox.path("1")).unwrap();
    }
}
