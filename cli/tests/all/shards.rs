//! `ulp convert` of directories.

use std::collections::BTreeMap;
use std::fs;

use half::bf16;
use safetensors::Dtype;
use serde_json::{Value, json};

use crate::support::{Content, Sandbox, Tensor, files};

pub(crate) const SHARDS: [&str; 3] = ["a.safetensors", "b.safetensors", "below/c.safetensors"];

fn numbers(shard: usize) -> Vec<f32> {
    (0..100 + 50 * shard).map(|i| i as f32 * 1.01).collect()
}

pub(crate) fn shard(number: usize) -> Content {
    let data: Vec<_> = numbers(number).into_iter().flat_map(f32::to_le_bytes).collect();
    let mut content = Content::of([]);
    let tensors = [
        (format!("{number}.weight"), Tensor::flat(Dtype::F32, data)),
        (format!("{number}.ids"), Tensor::flat(Dtype::I64, vec![number as u8; 24])),
        (format!("{number}.none"), Tensor::new(Dtype::F16, &[0, 3], [])),
    ];
    content.tensors.extend(tensors);
    content
}

/// A directory `in`, of three shards and other files.
pub(crate) fn checkpoint() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path("in/below/deep")).unwrap();
    fs::create_dir(sandbox.path("in/nothing")).unwrap();
    let mut weight_map = BTreeMap::new();
    for (number, name) in SHARDS.into_iter().enumerate() {
        let content = shard(number);
        weight_map.extend(content.tensors.keys().map(|tensor| (tensor.clone(), name)));
        sandbox.write(&format!("in/{name}"), content.bytes());
    }
    let index = json!({"metadata": {"total_size": 1, "of": "us"}, "weight_map": weight_map});
    sandbox.write("in/model.safetensors.index.json", index.to_string());
    sandbox.write("in/config.json", r#"{"torch_dtype": "float32", "layers": 3}"#);
    sandbox.write("in/below/deep/tokenizer.json", "words");
    sandbox
}

fn json(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_slice(&fs::read(sandbox.path(name)).unwrap()).unwrap()
}

#[test]
fn a_directory_keeps_its_files_and_index() {
    let sandbox = checkpoint();
    let before = files(&sandbox.path("in"));
    let summary = sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
    assert!(
        summary.starts_with("tensors: 9 (6 cast to bfloat16, 3 copied)\n"),
        "{summary}"
    );
    assert!(files(&sandbox.path("in")) == before);
    let after = files(&sandbox.path("out"));
    assert!(after.keys().eq(before.keys()));
    assert_eq!(after["below/deep/tokenizer.json"], b"words");

    let mut size = 0;
    for (number, name) in SHARDS.into_iter().enumerate() {
        let mut expected = shard(number);
        for tensor in expected.tensors.values_mut() {
            if tensor.dtype == Dtype::F32 {
                let cast = numbers(number).into_iter().map(bf16::from_f32);
                tensor.data = cast.flat_map(bf16::to_le_bytes).collect();
            }
            if tensor.dtype != Dtype::I64 {
                tensor.dtype = Dtype::BF16;
            }
            size += tensor.data.len();
        }
        let found = Content::read(&sandbox.path(&format!("out/{name}")));
        assert_eq!(found.tensors, expected.tensors);
    }
    let index = "model.safetensors.index.json";
    let mut expected = json(&sandbox, &format!("in/{index}"));
    expected["metadata"]["total_size"] = size.into();
    assert_eq!(json(&sandbox, &format!("out/{index}")), expected);
    let config = json(&sandbox, "out/config.json");
    assert_eq!(config, json!({"torch_dtype": "bfloat16", "layers": 3}));
    assert!(
        sandbox
            .files()
            .keys()
            .all(|name| name.starts_with("in/") || name.starts_with("out/"))
    );
}

/// All shards are checked before one is written.
#[test]
fn one_damaged_shard_stops_the_conversion() {
    let sandbox = checkpoint();
    let convert = ["convert", "in", "out", "--to", "bf16"];
    let part = [&convert[..], &["--part", "1/3"]].concat();
    for name in SHARDS {
        let path = sandbox.path(&format!("in/{name}"));
        let bytes = fs::read(&path).unwrap();
        let header = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        for length in 0..=header {
            fs::write(&path, &bytes[..length]).unwrap();
            let arguments = if length % 2 == 0 { &convert[..] } else { &part };
            sandbox.fails(arguments, &[&format!("in/{name}: "), "truncated"]);
        }
        fs::remove_file(&path).unwrap();
        sandbox.fails(&convert, &[name, "No such file"]);
        fs::write(&path, bytes).unwrap();
    }
    let index = "in/model.safetensors.index.json";
    for (weight_map, words) in [
        (json!({"0.weight": "../in/a.safetensors"}), "0.weight"),
        (json!({"0.weight": "b.safetensors"}), "0.weight"),
        (json!({"absent": "a.safetensors"}), "absent"),
        (json!(7), "model.safetensors.index.json"),
    ] {
        sandbox.write(index, json!({"weight_map": weight_map}).to_string());
        sandbox.fails(&convert, &[index, words]);
    }
    sandbox.write(index, "{");
    sandbox.fails(&convert, &[index]);
}

/// The directory has more shards than the process may open files.
#[cfg(unix)]
#[test]
fn more_shards_than_open_files_are_converted() {
    const SHARDS: u32 = 3000;
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    let mut weight_map = BTreeMap::new();
    for number in 0..SHARDS {
        let (tensor, file) = (format!("t{number}"), format!("{number}.safetensors"));
        let data = (number as f32).to_le_bytes();
        let content = Content::of([(&*tensor, Tensor::flat(Dtype::F32, data))]);
        sandbox.write(&format!("in/{file}"), content.bytes());
        weight_map.insert(tensor, file);
    }
    let index = json!({"metadata": {}, "weight_map": weight_map});
    sandbox.write("in/model.safetensors.index.json", index.to_string());
    let limited = |arguments: &str| {
        let script = format!("ulimit -n 1024 && exec \"$0\" {arguments}");
        let output = std::process::Command::new("sh")
            .current_dir(sandbox.path(""))
            .args(["-c", &script, env!("CARGO_BIN_EXE_ulp")])
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*errors), (Some(0), ""), "{arguments}");
        String::from_utf8(output.stdout).unwrap()
    };
    let summary = limited("convert in out --to bf16 --no-sync");
    assert!(summary.starts_with("tensors: 3000 (3000 cast to bfloat16, 0 copied)\n"));
    for number in [0, 1, 1023, 2999] {
        let found = Content::read(&sandbox.path(&format!("out/{number}.safetensors")));
        let expected = bf16::from_f32(number as f32).to_le_bytes();
        assert_eq!(found.tensors[&format!("t{number}")].data, expected);
    }
    let rows: Vec<Value> = serde_json::from_str(&limited("check in --to bf16 --json")).unwrap();
    assert_eq!(rows.len(), SHARDS as usize);
}
