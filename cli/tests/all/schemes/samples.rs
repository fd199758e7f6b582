//! The checkpoints in `tests/data`. The libraries of the schemes have read them.

use std::fs;
use std::path::Path;

use crate::world::{Content, World};

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
fn are_what_their_libraries_make_of_them() {
    for name in names() {
        let world = World::new();
        world.succeeds(&[
            "convert",
            &format!("{SAMPLES}/{name}"),
            "out",
            "--to",
            "bf16",
        ]);
        let found = Content::read(&world.path("out/model.safetensors"));
        assert!(found.tensors == expected(&name).tensors, "{name}");
        let config = fs::read_to_string(world.path("out/config.json")).unwrap();
        assert!(!config.contains("quantization_config"), "{name}");
        assert!(!config.contains("expert_dtype"), "{name}");
        assert!(!world.path("out/hf_quant_config.json").exists());
    }
}

/// Any number of threads and parts gives the same bits.
#[test]
fn are_the_same_however_they_are_made() {
    for name in names() {
        let world = World::new();
        let input = format!("{SAMPLES}/{name}");
        let convert = |output: &str, options: &[&str]| {
            let arguments = ["convert", &input, output, "--to", "f16"];
            world.succeeds(&[&arguments, options].concat());
        };
        convert("one", &["--threads", "1"]);
        convert("many", &["--threads", "7"]);
        convert("parts", &["--part", "1/1"]);
        convert("parts", &["--finish"]);
        let one = crate::world::files(&world.path("one"));
        for other in ["many", "parts"] {
            assert!(
                one == crate::world::files(&world.path(other)),
                "{name} {other}"
            );
        }
    }
}

/// A file alone, without its directory's configuration, gives the same result as in its directory.
#[test]
fn are_the_same_as_single_files() {
    for name in names() {
        let world = World::new();
        let file = fs::read(format!("{SAMPLES}/{name}/model.safetensors")).unwrap();
        world.write("in", file);
        world.succeeds(&["convert", "in", "out", "--to", "bf16"]);
        let found = Content::read(&world.path("out"));
        assert!(found.tensors == expected(&name).tensors, "{name}");
    }
}
