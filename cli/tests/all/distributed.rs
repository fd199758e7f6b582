//! `ulp convert --part` and `--finish`. Only parts of one input are put together, and only files of parts are removed.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use safetensors::Dtype;
use serde_json::json;

use crate::shards::{SHARDS, checkpoint, shard};
use crate::world::{Content, Tensor, World, files};

const PART: [&str; 2] = ["--part", "1/1"];
const FINISH: [&str; 1] = ["--finish"];

pub(crate) fn convert<'a>(from: &'a str, to: &'a str, how: &[&'a str]) -> Vec<&'a str> {
    [&["convert", from, to, "--to", "bf16"], how].concat()
}

/// Makes a directory of two shards of one number each.
pub(crate) fn pair(world: &World, directory: &str, numbers: [f32; 2]) {
    fs::create_dir_all(world.path(directory)).unwrap();
    for (name, number) in ["a", "b"].into_iter().zip(numbers) {
        let content = Content::of([(name, Tensor::flat(Dtype::F32, number.to_le_bytes()))]);
        world.write(&format!("{directory}/{name}"), content.bytes());
    }
    let index = json!({"weight_map": {"a": "a", "b": "b"}}).to_string();
    world.write(&format!("{directory}/model.safetensors.index.json"), index);
    world.write(&format!("{directory}/config.json"), "{}");
}

fn set_time(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// Any number of machines makes the files that one machine makes, in any order, at once or again.
#[test]
fn parts() {
    let world = checkpoint();
    world.succeeds(&["convert", "in", "whole", "--to", "bf16"]);
    let whole = files(&world.path("whole"));
    for of in [1, 2, 3, 7] {
        let out = format!("out-{of}");
        let convert = ["convert", "in", &out, "--to", "bf16"];
        let children: Vec<_> = (1..=of)
            .rev()
            .map(|k| {
                let part = format!("{k}/{of}");
                let mut command = world.command(&[&convert[..], &["--part", &part]].concat());
                command.stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        world.succeeds(&[&convert[..], &["--part", &format!("1/{of}")]].concat());
        assert!(!world.path(&out).exists());
        let summary = world.succeeds(&[&convert[..], &["--finish"]].concat());
        assert!(
            summary.starts_with("tensors: 9 (6 cast to bfloat16, 3 copied)\n"),
            "{summary}"
        );
        assert!(files(&world.path(&out)) == whole, "{of} parts");
        assert!(!world.path(&format!("{out}.parts")).exists());
    }
}

#[test]
fn parts_that_do_not_fit() {
    let world = checkpoint();
    let part = |options: &[&'static str]| [&["convert", "in", "out"], options].concat();
    let finish = part(&["--to", "bf16", "--finish"]);
    world.fails(&finish, &["out.parts: ", "no part"]);

    world.succeeds(&part(&["--to", "bf16", "--part", "1/2"]));
    world.fails(&finish, &["out.parts", "not converted yet"]);
    for options in [
        &["--to", "f16"][..],
        &["--to", "bf16", "--saturate"],
        &["--to", "bf16", "--rounding", "to-odd"],
        &["--to", "bf16", "--stochastic", "1"],
        &["--to", "bf16", "--keep", "none"],
        &["--to", "bf16", "--only", "none"],
    ] {
        let words = ["options.json: ", "other options"];
        world.fails(&part(&[options, &["--part", "2/2"]].concat()), &words);
        world.fails(&part(&[options, &["--finish"]].concat()), &words);
    }

    world.succeeds(&part(&["--to", "bf16", "--part", "2/2"]));
    for name in SHARDS {
        let path = world.path(&format!("out.parts/whole/{name}"));
        let bytes = fs::read(&path).unwrap();
        for length in [0, 9, bytes.len() - 1] {
            fs::write(&path, &bytes[..length]).unwrap();
            world.fails(&finish, &[name, "isn't what these options make"]);
        }
        fs::remove_file(&path).unwrap();
        world.fails(&finish, &[name, "not converted yet"]);
        fs::write(&path, bytes).unwrap();
    }

    let source = world.path("in/a.safetensors");
    fs::rename(&source, world.path("in/before")).unwrap();
    world.write("in/a.safetensors", shard(3).bytes());
    world.fails(
        &finish,
        &["in/model.safetensors.index.json: ", "a.safetensors"],
    );
    fs::rename(world.path("in/before"), source).unwrap();
    world.succeeds(&finish);
}

/// The input stays, wherever it is.
#[test]
fn the_input_is_no_place_for_parts() {
    let world = World::new();
    pair(&world, "x.parts", [1.0, 2.0]);
    pair(&world, "y.parts/deep/in", [1.0, 2.0]);
    for how in [&PART[..], &FINISH] {
        for (from, to) in [
            ("x.parts", "x"),
            ("./x.parts/", "./x/"),
            ("y.parts/deep/in", "y"),
        ] {
            world.fails(
                &convert(from, to, how),
                &[".parts: ", "the input can't be here"],
            );
        }
    }
    #[cfg(unix)]
    {
        // Links to the input count too.
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, world.path(name)).unwrap();
        link("y.parts/deep/in", "link");
        fs::create_dir(world.path("z")).unwrap();
        for name in ["a", "b", "model.safetensors.index.json"] {
            link(&format!("../y.parts/deep/in/{name}"), &format!("z/{name}"));
        }
        for how in [&PART[..], &FINISH] {
            for from in ["link", "z"] {
                world.fails(
                    &convert(from, "y", how),
                    &["y.parts: ", "the input can't be here"],
                );
            }
        }
    }
}

#[test]
fn what_others_have_made_stays() {
    let world = World::new();
    pair(&world, "in", [1.0, 2.0]);
    for name in ["out.parts/", "out.parts/notes.txt", "out.parts/whole/a"] {
        let (directory, file) = name.rsplit_once('/').unwrap();
        fs::create_dir_all(world.path(directory)).unwrap();
        if !file.is_empty() {
            world.write(name, "mine");
        }
        for how in [&PART[..], &FINISH] {
            world.fails(
                &convert("in", "out", how),
                &["out.parts: ", "not made by --part"],
            );
        }
        fs::remove_dir_all(world.path("out.parts")).unwrap();
    }
    for record in ["", "[]", "{}", r#"{"options": {}, "shards": {}}"#] {
        fs::create_dir(world.path("out.parts")).unwrap();
        world.write("out.parts/options.json", record);
        for how in [&PART[..], &FINISH] {
            world.fails(&convert("in", "out", how), &["out.parts"]);
        }
        fs::remove_dir_all(world.path("out.parts")).unwrap();
    }
    world.write("out.parts", "mine");
    world.fails(
        &convert("in", "out", &PART),
        &["out.parts: ", "not made by --part"],
    );
    world.fails(
        &convert("in", "out", &FINISH),
        &["out.parts: ", "not made by --part"],
    );
    fs::remove_file(world.path("out.parts")).unwrap();
    #[cfg(unix)]
    {
        world.succeeds(&convert("in", "out", &PART));
        fs::rename(world.path("out.parts"), world.path("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", world.path("out.parts")).unwrap();
        for how in [&PART[..], &FINISH] {
            world.fails(
                &convert("in", "out", how),
                &["out.parts: ", "not made by --part"],
            );
        }
    }
}

/// Files that other programs put among the parts stop `--finish`, or stay. They are neither removed nor part of the output.
#[test]
fn stray_files() {
    let world = checkpoint();
    world.succeeds(&convert("in", "expected", &[]));
    let expected = files(&world.path("expected"));
    world.succeeds(&convert("in", "out", &PART));
    for stray in ["x", "below/x", "x/"] {
        let path = world.path(&format!("out.parts/whole/{stray}"));
        if stray.ends_with('/') {
            fs::create_dir(&path).unwrap();
        } else {
            fs::write(&path, "mine").unwrap();
        }
        let output = world.ulp(&convert("in", "out", &FINISH));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        let stray = stray.trim_end_matches('/');
        assert!(
            errors.contains(&format!("whole/{stray}: no part has made it")),
            "{errors}"
        );
        assert!(path.exists() && !world.path("out").exists());
        if path.is_dir() {
            fs::remove_dir(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }
    let strays = ["notes.txt", "counts/notes.txt", "below/notes.txt"];
    fs::create_dir(world.path("out.parts/below")).unwrap();
    for name in strays {
        world.write(&format!("out.parts/{name}"), "mine");
    }
    let output = world.ulp(&convert("in", "out", &FINISH));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(
        errors.starts_with("ulp: warning: out.parts: left there"),
        "{errors}"
    );
    assert!(files(&world.path("out")) == expected);
    let left = files(&world.path("out.parts"));
    let left: Vec<_> = left.keys().filter(|name| !name.ends_with('/')).collect();
    assert_eq!(left, ["below/notes.txt", "counts/notes.txt", "notes.txt"]);
}

/// Two fine-tunes of a model have the same names and lengths.
#[test]
fn parts_of_two_inputs_do_not_mix() {
    let world = World::new();
    pair(&world, "one", [1.0, 2.0]);
    pair(&world, "two", [3.0, 4.0]);
    // The copy keeps its times.
    let time = SystemTime::now() - Duration::from_secs(1000);
    for path in ["one/a", "one/b", "two/a", "two/b"] {
        set_time(&world.path(path), time);
    }
    world.succeeds(&convert("one", "out", &["--part", "1/2"]));
    let words = ["options.json: ", "another input: a has another content"];
    world.fails(&convert("two", "out", &["--part", "2/2"]), &words);
    world.succeeds(&convert("one", "out", &["--part", "2/2"]));
    world.fails(&convert("two", "out", &FINISH), &words);

    // An input that was changed is another input.
    let words = ["another input: b has another time of change"];
    set_time(&world.path("one/b"), time + Duration::from_millis(1));
    world.fails(&convert("one", "out", &PART), &words);
    world.fails(&convert("one", "out", &FINISH), &words);
    set_time(&world.path("one/b"), time);
    for file in ["config.json", "model.safetensors.index.json"] {
        let path = world.path(&format!("one/{file}"));
        let before = fs::read(&path).unwrap();
        fs::write(&path, [&before[..], b" "].concat()).unwrap();
        let words = [&*format!("another input: {file} has another content")];
        world.fails(&convert("one", "out", &FINISH), &words);
        fs::write(&path, before).unwrap();
    }
    world.succeeds(&convert("one", "out", &FINISH));
    for (name, number) in [("a", 0x3f80_u16), ("b", 0x4000)] {
        let found = Content::read(&world.path(&format!("out/{name}")));
        assert_eq!(found.tensors[name].data, number.to_le_bytes());
    }
}

/// Samples are taken from the middle of a large shard too.
#[test]
fn samples_of_large_shards() {
    let world = World::new();
    let bytes = |x: f32| x.to_le_bytes().repeat(1 << 20);
    for (directory, number) in [("one", 1.0), ("two", 2.0)] {
        pair(&world, directory, [1.0, 2.0]);
        let data = [bytes(1.0), bytes(number), bytes(1.0)].concat();
        let content = Content::of([("a", Tensor::flat(Dtype::F32, data))]);
        world.write(&format!("{directory}/a"), content.bytes());
    }
    let time = SystemTime::now();
    for path in ["one/a", "one/b", "two/a", "two/b"] {
        set_time(&world.path(path), time);
    }
    world.succeeds(&convert("one", "out", &PART));
    world.fails(&convert("two", "out", &FINISH), &["a has another content"]);
}

/// Running a part again completes it, however it was cut short.
#[test]
fn parts_are_repaired_by_running_them_again() {
    let world = checkpoint();
    world.succeeds(&convert("in", "expected", &[]));
    let expected = files(&world.path("expected"));
    let summary = world.succeeds(&convert("in", "out", &PART));
    let parts = ["counts", "whole"]
        .into_iter()
        .flat_map(|base| SHARDS.map(|name| format!("out.parts/{base}/{name}")));
    for part in parts {
        let path = world.path(&part);
        let whole = fs::read(&path).unwrap();
        for length in [None, Some(0), Some(whole.len() - 1), Some(whole.len() / 2)] {
            match length {
                None => fs::remove_file(&path).unwrap(),
                Some(length) => fs::write(&path, &whole[..length]).unwrap(),
            }
            world.fails(&convert("in", "out", &FINISH), &[&part]);
            assert_eq!(world.succeeds(&convert("in", "out", &PART)), summary);
            assert!(fs::read(&path).unwrap() == whole, "{part} of {length:?}");
        }
    }
    for directory in ["counts", "counts/below", "whole", "whole/below"] {
        fs::remove_dir_all(world.path(&format!("out.parts/{directory}"))).unwrap();
        world.fails(&convert("in", "out", &FINISH), &["out.parts"]);
        world.succeeds(&convert("in", "out", &PART));
    }
    assert_eq!(world.succeeds(&convert("in", "out", &FINISH)), summary);
    assert!(files(&world.path("out")) == expected);
    assert!(!world.path("out.parts").exists());
}
