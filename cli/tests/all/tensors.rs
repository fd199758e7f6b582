//! Names, shapes, metadata and tensors that are not floats are kept. Order and alignment are those of `safetensors`.

use std::collections::HashMap;
use std::fs;
use std::process::{Command, Stdio};

use safetensors::{Dtype, SafeTensors};

use crate::support::{Content, Sandbox, TARGETS, Tensor, WEIGHTS, counted};

fn metadata(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    let owned = pairs.iter().map(|&(key, value)| (key.to_string(), value.to_string()));
    owned.collect()
}

fn mixed() -> Content {
    let ones = |n: usize| 1.0_f32.to_le_bytes().repeat(n);
    let bytes = |n: u8| (0..n).collect::<Vec<u8>>();
    let mut content = Content::of([
        ("layer.0/weight", Tensor::new(Dtype::F32, &[2, 3], ones(6))),
        (
            "a name with \"quotes\", blanks and é",
            Tensor::new(Dtype::F32, &[1, 1, 1, 1], ones(1)),
        ),
        ("", Tensor::new(Dtype::F32, &[1], ones(1))),
        ("scalar", Tensor::new(Dtype::F64, &[], 1.0_f64.to_le_bytes())),
        ("empty", Tensor::new(Dtype::F32, &[0], [])),
        ("empty too", Tensor::new(Dtype::F16, &[3, 0, 2], [])),
        ("empty integers", Tensor::new(Dtype::I64, &[0, 4], [])),
        ("mask", Tensor::new(Dtype::BOOL, &[3], [0, 1, 1])),
        ("u8", Tensor::new(Dtype::U8, &[5], bytes(5))),
        ("i8", Tensor::new(Dtype::I8, &[5], bytes(5))),
        ("i16", Tensor::new(Dtype::I16, &[3], bytes(6))),
        ("u16", Tensor::new(Dtype::U16, &[3], bytes(6))),
        ("i32", Tensor::new(Dtype::I32, &[1], bytes(4))),
        ("u32", Tensor::new(Dtype::U32, &[1], bytes(4))),
        ("i64", Tensor::new(Dtype::I64, &[], bytes(8))),
        ("u64", Tensor::new(Dtype::U64, &[2], bytes(16))),
        ("complex", Tensor::new(Dtype::C64, &[2], bytes(16))),
        ("fp4", Tensor::new(Dtype::F4, &[2, 3], bytes(3))),
        ("fp6", Tensor::new(Dtype::F6_E2M3, &[4], bytes(3))),
        ("fp6 too", Tensor::new(Dtype::F6_E3M2, &[4], bytes(3))),
    ]);
    let pairs = [("format", "pt"), ("quoted \"key\"", "line\nbreak é"), ("empty", "")];
    content.metadata = Some(metadata(&pairs));
    content
}

#[test]
fn other_tensors_and_metadata_are_kept() {
    let content = mixed();
    let sandbox = Sandbox::new();
    for (to, dtype) in TARGETS {
        let (result, summary) = sandbox.convert(&content, to);
        assert_eq!(result.metadata, content.metadata);
        assert!(result.tensors.keys().eq(content.tensors.keys()));
        for (name, tensor) in &content.tensors {
            let result = &result.tensors[name];
            match tensor.dtype {
                Dtype::F64 | Dtype::F32 | Dtype::F16 => {
                    assert_eq!((result.dtype, &result.shape), (dtype, &tensor.shape), "{name}");
                }
                _ => assert_eq!(result, tensor, "{name}"),
            }
        }
        let already = match to {
            "f64" | "f16" => 1,
            "f32" => 4,
            _ => 0,
        };
        assert_eq!(counted(&summary, "tensors"), 20);
        let copied = format!("({} cast to ", 6 - already);
        assert!(summary.contains(&copied), "{summary}");
    }
}

#[test]
fn the_summary_counts_the_weights() {
    let sandbox = Sandbox::new();
    let summary = sandbox.succeeds(&["convert", WEIGHTS, "out", "--to", "bf16"]);
    let before = fs::metadata(WEIGHTS).unwrap().len();
    let after = sandbox.files()["out"].len();
    let expected = format!(
        "tensors: 15 (15 cast to bfloat16, 0 copied)\n\
         elements: 235649 (235649 cast, 0 copied)\n\
         bytes: {before} before, {after} after\n\
         overflowed: 0\n"
    );
    assert_eq!(summary, expected);
    assert!(sandbox.files().len() == 1, "a file was left behind");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let sandbox = Sandbox::new();
    sandbox.write("in", mixed().bytes());
    sandbox.succeeds(&["convert", "in", "first", "--to", "f16"]);
    sandbox.succeeds(&["convert", "in", "second", "--to", "float16"]);
    sandbox.succeeds(&["convert", "first", "third", "--to", "torch.float16"]);
    let files = sandbox.files();
    assert!(files["first"] == files["second"]);
    assert!(files["first"] == files["third"], "converting again changed a file");
}

#[test]
fn data_are_in_order_and_aligned() {
    let sandbox = Sandbox::new();
    let (_, _) = sandbox.convert(&mixed(), "bf16");
    let bytes = &sandbox.files()["out-bf16"];
    let (length, header) = SafeTensors::read_metadata(bytes).unwrap();
    assert_eq!(length % 8, 0);
    for info in header.tensors().values() {
        let alignment = match info.dtype {
            Dtype::C64 => 4,
            dtype => (dtype.bitsize() / 8).max(1),
        };
        assert_eq!(info.data_offsets.0 % alignment, 0, "{info:?}");
    }
    // Readers that don't sort expect a header in the order of the data.
    let json = std::str::from_utf8(&bytes[8..8 + length]).unwrap();
    let places = header.offset_keys().into_iter();
    let places: Vec<_> = places
        .filter(|name| header.info(name).unwrap().shape.iter().all(|&n| n > 0))
        .map(|name| serde_json::to_string(&name).unwrap() + ":{\"dtype\"")
        .map(|start| json.find(&start).unwrap())
        .collect();
    assert!(places.is_sorted(), "{json}");
}

#[test]
fn a_file_without_tensors_is_converted() {
    let sandbox = Sandbox::new();
    for json in ["{}", r#"{"__metadata__":{}}"#, r#"{"__metadata__":{"a":"b"}} "#] {
        let bytes = [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat();
        sandbox.write("in", bytes);
        let summary = sandbox.succeeds(&["convert", "in", "out", "--to", "f16"]);
        assert_eq!(counted(&summary, "elements"), 0);
        let content = Content::read(&sandbox.path("out"));
        assert_eq!(content, Content::read(&sandbox.path("in")));
        fs::remove_file(sandbox.path("out")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn the_output_has_the_permissions_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    sandbox.convert(&mixed(), "f16");
    let mode = |name| fs::metadata(sandbox.path(name)).unwrap().permissions().mode();
    assert_eq!(mode("out-f16"), mode("in"));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let sandbox = Sandbox::new();
    for arguments in [&["finfo"][..], &["--help"], &["convert", WEIGHTS, "out", "--to", "f16"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ulp"));
        command.current_dir(sandbox.path(".")).args(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{arguments:?}");
    }
    assert!(sandbox.path("out").exists());
}
