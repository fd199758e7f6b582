//! `ulp convert --part` and `--finish`. Only parts of one input are put together, and only files of parts are removed.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use safetensors::Dtype;
use serde_json::json;

use crate::shards::{SHARDS, checkpoint, shard};
use crate::support::{Content, Sandbox, Tensor, files};

const PART: [&str; 2] = ["--part", "1/1"];
const FINISH: [&str; 1] = ["--finish"];

pub(crate) fn convert<'a>(from: &'a str, to: &'a str, how: &[&'a str]) -> Vec<&'a str> {
    [&["convert", from, to, "--to", "bf16"], how].concat()
}

/// Makes a directory of two shards of one number each.
pub(crate) fn pair(sandbox: &Sandbox, directory: &str, numbers: [f32; 2]) {
    fs::create_dir_all(sandbox.path(directory)).unwrap();
    for (name, number) in ["a", "b"].into_iter().zip(numbers) {
        let content = Content::of([(name, Tensor::flat(Dtype::F32, number.to_le_bytes()))]);
        sandbox.write(&format!("{directory}/{name}"), content.bytes());
    }
    let index = json!({"weight_map": {"a": "a", "b": "b"}}).to_string();
    sandbox.write(&format!("{directory}/model.safetensors.index.json"), index);
    sandbox.write(&format!("{directory}/config.json"), "{}");
}

fn set_time(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// Any number of machines makes the files that one machine makes, in any order, at once or again.
#[test]
fn parts_make_the_output_of_one_run() {
    let sandbox = checkpoint();
    sandbox.succeeds(&["convert", "in", "whole", "--to", "bf16"]);
    let whole = files(&sandbox.path("whole"));
    for of in [1, 2, 3, 7] {
        let out = format!("out-{of}");
        let convert = ["convert", "in", &out, "--to", "bf16"];
        let children: Vec<_> = (1..=of)
            .rev()
            .map(|k| {
                let part = format!("{k}/{of}");
                let mut command = sandbox.command(&[&convert[..], &["--part", &part]].concat());
                command.stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        sandbox.succeeds(&[&convert[..], &["--part", &format!("1/{of}")]].concat());
        assert!(!sandbox.path(&out).exists());
        let summary = sandbox.succeeds(&[&convert[..], &["--finish"]].concat());
        assert!(
            summary.starts_with("tensors: 9 (6 cast to bfloat16, 3 copied)\n"),
            "{summary}"
        );
        assert!(files(&sandbox.path(&out)) == whole, "{of} parts");
        assert!(!sandbox.path(&format!("{out}.parts")).exists());
    }
}

#[test]
fn parts_with_other_options_are_refused() {
    let sandbox = checkpoint();
    let part = |options: &[&'static str]| [&["convert", "in", "out"], options].concat();
    let finish = part(&["--to", "bf16", "--finish"]);
    sandbox.fails(&finish, &["out.parts: ", "no part"]);

    sandbox.succeeds(&part(&["--to", "bf16", "--part", "1/2"]));
    sandbox.fails(&finish, &["out.parts", "not converted yet"]);
    for options in [
        &["--to", "f16"][..],
        &["--to", "bf16", "--saturate"],
        &["--to", "bf16", "--rounding", "to-odd"],
        &["--to", "bf16", "--stochastic", "1"],
        &["--to", "bf16", "--keep", "none"],
        &["--to", "bf16", "--only", "none"],
    ] {
        let words = ["options.json: ", "other options"];
        sandbox.fails(&part(&[options, &["--part", "2/2"]].concat()), &words);
        sandbox.fails(&part(&[options, &["--finish"]].concat()), &words);
    }

    sandbox.succeeds(&part(&["--to", "bf16", "--part", "2/2"]));
    for name in SHARDS {
        let path = sandbox.path(&format!("out.parts/whole/{name}"));
        let bytes = fs::read(&path).unwrap();
        for length in [0, 9, bytes.len() - 1] {
            fs::write(&path, &bytes[..length]).unwrap();
            sandbox.fails(&finish, &[name, "isn't what these options make"]);
        }
        fs::remove_file(&path).unwrap();
        sandbox.fails(&finish, &[name, "not converted yet"]);
        fs::write(&path, bytes).unwrap();
    }

    let source = sandbox.path("in/a.safetensors");
    fs::rename(&source, sandbox.path("in/before")).unwrap();
    sandbox.write("in/a.safetensors", shard(3).bytes());
    sandbox.fails(&finish, &["in/model.safetensors.index.json: ", "a.safetensors"]);
    fs::rename(sandbox.path("in/before"), source).unwrap();
    sandbox.succeeds(&finish);
}

/// The input stays, wherever it is.
#[test]
fn parts_are_not_written_into_the_input() {
    let sandbox = Sandbox::new();
    pair(&sandbox, "x.parts", [1.0, 2.0]);
    pair(&sandbox, "y.parts/deep/in", [1.0, 2.0]);
    for how in [&PART[..], &FINISH] {
        for (from, to) in [("x.parts", "x"), ("./x.parts/", "./x/"), ("y.parts/deep/in", "y")] {
            sandbox.fails(&convert(from, to, how), &[".parts: ", "the input can't be here"]);
        }
    }
    #[cfg(unix)]
    {
        // Links to the input count too.
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, sandbox.path(name)).unwrap();
        link("y.parts/deep/in", "link");
        fs::create_dir(sandbox.path("z")).unwrap();
        for name in ["a", "b", "model.safetensors.index.json"] {
            link(&format!("../y.parts/deep/in/{name}"), &format!("z/{name}"));
        }
        for how in [&PART[..], &FINISH] {
            for from in ["link", "z"] {
                sandbox.fails(&convert(from, "y", how), &["y.parts: ", "the input can't be here"]);
            }
        }
    }
}

#[test]
fn directories_of_others_stay() {
    let sandbox = Sandbox::new();
    pair(&sandbox, "in", [1.0, 2.0]);
    for name in ["out.parts/", "out.parts/notes.txt", "out.parts/whole/a"] {
        let (directory, file) = name.rsplit_once('/').unwrap();
        fs::create_dir_all(sandbox.path(directory)).unwrap();
        if !file.is_empty() {
            sandbox.write(name, "mine");
        }
        for how in [&PART[..], &FINISH] {
            sandbox.fails(&convert("in", "out", how), &["out.parts: ", "not made by --part"]);
        }
        fs::remove_dir_all(sandbox.path("out.parts")).unwrap();
    }
    for record in ["", "[]", "{}", r#"{"options": {}, "shards": {}}"#] {
        fs::create_dir(sandbox.path("out.parts")).unwrap();
        sandbox.write("out.parts/options.json", record);
        for how in [&PART[..], &FINISH] {
            sandbox.fails(&convert("in", "out", how), &["out.parts"]);
        }
        fs::remove_dir_all(sandbox.path("out.parts")).unwrap();
    }
    sandbox.write("out.parts", "mine");
    sandbox.fails(&convert("in", "out", &PART), &["out.parts: ", "not made by --part"]);
    sandbox.fails(&convert("in", "out", &FINISH), &["out.parts: ", "not made by --part"]);
    fs::remove_file(sandbox.path("out.parts")).unwrap();
    #[cfg(unix)]
    {
        sandbox.succeeds(&convert("in", "out", &PART));
        fs::rename(sandbox.path("out.parts"), sandbox.path("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", sandbox.path("out.parts")).unwrap();
        for how in [&PART[..], &FINISH] {
            sandbox.fails(&convert("in", "out", how), &["out.parts: ", "not made by --part"]);
        }
    }
}

/// Files that other programs put among the parts stop `--finish`, or stay. They are neither removed nor part of the output.
#[test]
fn stray_files_stop_the_finish() {
    let sandbox = checkpoint();
    sandbox.succeeds(&convert("in", "expected", &[]));
    let expected = files(&sandbox.path("expected"));
    sandbox.succeeds(&convert("in", "out", &PART));
    for stray in ["x", "below/x", "x/"] {
        let path = sandbox.path(&format!("out.parts/whole/{stray}"));
        if stray.ends_with('/') {
            fs::create_dir(&path).unwrap();
        } else {
            fs::write(&path, "mine").unwrap();
        }
        let output = sandbox.ulp(&convert("in", "out", &FINISH));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        let stray = stray.trim_end_matches('/');
        assert!(errors.contains(&format!("whole/{stray}: no part has made it")), "{errors}");
        assert!(path.exists() && !sandbox.path("out").exists());
        if path.is_dir() {
            fs::remove_dir(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }
    let strays = ["notes.txt", "counts/notes.txt", "below/notes.txt"];
    fs::create_dir(sandbox.path("out.parts/below")).unwrap();
    for name in strays {
        sandbox.write(&format!("out.parts/{name}"), "mine");
    }
    let output = sandbox.ulp(&convert("in", "out", &FINISH));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(errors.starts_with("ulp: warning: out.parts: left there"), "{errors}");
    assert!(files(&sandbox.path("out")) == expected);
    let left = files(&sandbox.path("out.parts"));
    let left: Vec<_> = left.keys().filter(|name| !name.ends_with('/')).collect();
    assert_eq!(left, ["below/notes.txt", "counts/notes.txt", "notes.txt"]);
}

/// Two fine-tunes of a model have the same names and lengths.
#[test]
fn parts_of_two_inputs_do_not_mix() {
    let sandbox = Sandbox::new();
    pair(&sandbox, "one", [1.0, 2.0]);
    pair(&sandbox, "two", [3.0, 4.0]);
    // The copy keeps its times.
    let time = SystemTime::now() - Duration::from_secs(1000);
    for path in ["one/a", "one/b", "two/a", "two/b"] {
        set_time(&sandbox.path(path), time);
    }
    sandbox.succeeds(&convert("one", "out", &["--part", "1/2"]));
    let words = ["options.json: ", "another input: a has another content"];
    sandbox.fails(&convert("two", "out", &["--part", "2/2"]), &words);
    sandbox.succeeds(&convert("one", "out", &["--part", "2/2"]));
    sandbox.fails(&convert("two", "out", &FINISH), &words);

    // An input that was changed is another input.
    let words = ["another input: b has another time of change"];
    set_time(&sandbox.path("one/b"), time + Duration::from_millis(1));
    sandbox.fails(&convert("one", "out", &PART), &words);
    sandbox.fails(&convert("one", "out", &FINISH), &words);
    set_time(&sandbox.path("one/b"), time);
    for file in ["config.json", "model.safetensors.index.json"] {
        let path = sandbox.path(&format!("one/{file}"));
        let before = fs::read(&path).unwrap();
        fs::write(&path, [&before[..], b" "].concat()).unwrap();
        let words = [&*format!("another input: {file} has another content")];
        sandbox.fails(&convert("one", "out", &FINISH), &words);
        fs::write(&path, before).unwrap();
    }
    sandbox.succeeds(&convert("one", "out", &FINISH));
    for (name, number) in [("a", 0x3f80_u16), ("b", 0x4000)] {
        let found = Content::read(&sandbox.path(&format!("out/{name}")));
        assert_eq!(found.tensors[name].data, number.to_le_bytes());
    }
}

/// Samples are taken from the middle of a large shard too.
#[test]
fn a_changed_byte_of_a_large_shard_is_found() {
    let sandbox = Sandbox::new();
    let bytes = |x: f32| x.to_le_bytes().repeat(1 << 20);
    for (directory, number) in [("one", 1.0), ("two", 2.0)] {
        pair(&sandbox, directory, [1.0, 2.0]);
        let data = [bytes(1.0), bytes(number), bytes(1.0)].concat();
        let content = Content::of([("a", Tensor::flat(Dtype::F32, data))]);
        sandbox.write(&format!("{directory}/a"), content.bytes());
    }
    let time = SystemTime::now();
    for path in ["one/a", "one/b", "two/a", "two/b"] {
        set_time(&sandbox.path(path), time);
    }
    sandbox.succeeds(&convert("one", "out", &PART));
    sandbox.fails(&convert("two", "out", &FINISH), &["a has another content"]);
}

/// Running a part again completes it, however it was cut short.
#[test]
fn parts_are_repaired_by_running_them_again() {
    let sandbox = checkpoint();
    sandbox.succeeds(&convert("in", "expected", &[]));
    let expected = files(&sandbox.path("expected"));
    let summary = sandbox.succeeds(&convert("in", "out", &PART));
    let parts = ["counts", "whole"]
        .into_iter()
        .flat_map(|base| SHARDS.map(|name| format!("out.parts/{base}/{name}")));
    for part in parts {
        let path = sandbox.path(&part);
        let whole = fs::read(&path).unwrap();
        for length in [None, Some(0), Some(whole.len() - 1), Some(whole.len() / 2)] {
            match length {
                None => fs::remove_file(&path).unwrap(),
                Some(length) => fs::write(&path, &whole[..length]).unwrap(),
            }
            sandbox.fails(&convert("in", "out", &FINISH), &[&part]);
            assert_eq!(sandbox.succeeds(&convert("in", "out", &PART)), summary);
            assert!(fs::read(&path).unwrap() == whole, "{part} of {length:?}");
        }
    }
    for directory in ["counts", "counts/below", "whole", "whole/below"] {
        fs::remove_dir_all(sandbox.path(&format!("out.parts/{directory}"))).unwrap();
        sandbox.fails(&convert("in", "out", &FINISH), &["out.parts"]);
        sandbox.succeeds(&convert("in", "out", &PART));
    }
    assert_eq!(sandbox.succeeds(&convert("in", "out", &FINISH)), summary);
    assert!(files(&sandbox.path("out")) == expected);
    assert!(!sandbox.path("out.parts").exists());
}
