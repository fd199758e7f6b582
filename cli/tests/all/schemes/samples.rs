//! The checkpoints in `tests/data`. The libraries of the schemes have read them.

use std::fs;
use std::path::Path;

use crate::support::{Content, Sandbox};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/checkpoints");

fn names() -> Vec<String> {
    let entries = fs::read_dir(SAMPLES).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != "expected").collect();
    names.sort();
    assert_eq!(names.len(), 11);
    names
}

fn expected(name: &str) -> Content {
    Content::read(Path::new(&format!("{SAMPLES}/expected/{name}.safetensors")))
}

#[test]
fn samples_have_the_numbers_of_their_libraries() {
    for name in names() {
        let sandbox = Sandbox::new();
        sandbox.succeeds(&["convert", &format!("{SAMPLES}/{name}"), "out", "--to", "bf16"]);
        let found = Content::read(&sandbox.path("out/model.safetensors"));
        assert!(found.tensors == expected(&name).tensors, "{name}");
        let config = fs::read_to_string(sandbox.path("out/config.json")).unwrap();
        assert!(!config.contains("quantization_config"), "{name}");
        assert!(!config.contains("expert_dtype"), "{name}");
        assert!(!sandbox.path("out/hf_quant_config.json").exists());
    }
}

/// Any number of threads and parts gives the same bits.
#[test]
fn samples_do_not_depend_on_threads_or_parts() {
    for name in names() {
        let sandbox = Sandbox::new();
        let input = format!("{SAMPLES}/{name}");
        let convert = |output: &str, options: &[&str]| {
            let arguments = ["convert", &input, output, "--to", "f16"];
            sandbox.succeeds(&[&arguments, options].concat());
        };
        convert("one", &["--threads", "1"]);
        convert("many", &["--threads", "7"]);
        convert("parts", &["--part", "1/1"]);
        convert("parts", &["--finish"]);
        let one = crate::support::files(&sandbox.path("one"));
        for other in ["many", "parts"] {
            assert!(one == crate::support::files(&sandbox.path(other)), "{name} {other}");
        }
    }
}

/// A file alone, without its directory's configuration, gives the same result as in its directory.
#[test]
fn shards_have_the_bytes_of_single_files() {
    for name in names() {
        let sandbox = Sandbox::new();
        let file = fs::read(format!("{SAMPLES}/{name}/model.safetensors")).unwrap();
        sandbox.write("in", file);
        sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
        let found = Content::read(&sandbox.path("out"));
        assert!(found.tensors == expected(&name).tensors, "{name}");
    }
}
