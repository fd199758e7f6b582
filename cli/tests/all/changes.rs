//! Inputs that change while they are read, and the permissions of the output.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use safetensors::Dtype;
use serde_json::json;
use ulp_cli::convert::{Request, convert};
use ulp_cli::observer::{Activity, Observer};

use crate::support::{Content, Sandbox, Tensor, files};

/// The number of elements of a tensor, which has several chunks.
const LENGTH: usize = 1 << 20;

fn weights(name: &str) -> Vec<u8> {
    Content::of([(name, Tensor::flat(Dtype::F32, vec![0x3f; LENGTH]))]).bytes()
}

/// Makes a file `file`, and a directory `in` of two shards and a file that is copied.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("file", weights("a"));
    fs::create_dir(sandbox.path("in")).unwrap();
    for name in ["a", "b"] {
        sandbox.write(&format!("in/{name}"), weights(name));
    }
    let index = json!({"weight_map": {"a": "a", "b": "b"}}).to_string();
    sandbox.write("in/model.safetensors.index.json", index);
    sandbox.write("in/notes", "notes");
    sandbox
}

/// An observer that changes a file after a chunk of it is done.
struct Change {
    path: PathBuf,
    how: fn(&Path),
    done: AtomicBool,
}

impl Observer for Change {
    fn advance(&self, _: u64) {
        if !self.done.swap(true, Ordering::Relaxed) {
            (self.how)(&self.path);
        }
    }
}

/// Writes another value to the last element.
fn overwrite(path: &Path) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::End(-4)).unwrap();
    file.write_all(&1.0_f32.to_le_bytes()).unwrap();
}

fn append(path: &Path) {
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(&[0]).unwrap();
}

/// Gives the file's name to another file of equal length and time.
fn replace(path: &Path) {
    let other = path.with_extension("other");
    fs::copy(path, &other).unwrap();
    overwrite(&other);
    let modified = path.metadata().unwrap().modified().unwrap();
    let file = fs::OpenOptions::new().write(true).open(&other).unwrap();
    file.set_modified(modified).unwrap();
    fs::rename(other, path).unwrap();
}

#[test]
fn an_input_that_changes_is_an_error() {
    let one = std::num::NonZeroUsize::new(1);
    for (input, changed, how) in [
        ("file", "file", overwrite as fn(&Path)),
        ("file", "file", append),
        ("in", "in/a", overwrite),
        ("in", "in/a", append),
        ("in", "in/a", replace),
        ("in", "in/b", overwrite),
        ("in", "in/b", replace),
    ] {
        for scale in [None, Some("tensor"), Some("block:128x128")] {
            let sandbox = sandbox();
            let mut request = Request {
                input: sandbox.path(input),
                output: sandbox.path("out"),
                ..Request::default()
            };
            request.options.to = if scale.is_some() { "f8_e4m3" } else { "bf16" }.into();
            request.options.scale = scale.map(|scale| scale.parse().unwrap());
            request.threads.threads = one;
            let change = Change {
                path: sandbox.path(changed),
                how,
                done: AtomicBool::new(false),
            };
            let error = convert(&request, &change).unwrap_err();
            assert_eq!(error.kind(), "changed", "{changed} {scale:?}: {error}");
            assert_eq!(error.path(), Some(&*sandbox.path(changed)));
            assert!(
                sandbox
                    .files()
                    .keys()
                    .all(|name| !name.contains("out") && !name.contains(".ulp"))
            );
        }
    }
}

/// Runs with a umask.
fn under(sandbox: &Sandbox, umask: &str, arguments: &[&str]) {
    let script = format!("umask {umask}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .current_dir(sandbox.path("."))
        .args(["-c", &script, env!("CARGO_BIN_EXE_ulp")])
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
}

/// The output is as readable as its sources, within the umask. No copy has the setuid or setgid bit.
#[test]
fn outputs_have_the_permissions_of_their_sources() {
    let sandbox = sandbox();
    let set = |name: &str, mode: u32| {
        fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let mode = |name: &str| sandbox.path(name).metadata().unwrap().permissions().mode() & 0o7777;
    for (of, umask, expected) in [
        (0o600, "022", 0o600),
        (0o640, "022", 0o640),
        (0o666, "022", 0o644),
        (0o666, "077", 0o600),
        (0o444, "022", 0o644),
        (0o755, "022", 0o644),
        (0o6755, "000", 0o644),
    ] {
        set("file", of);
        under(&sandbox, umask, &["convert", "file", "out", "--to", "bf16"]);
        assert_eq!(mode("out"), expected, "{of:o} under {umask}");
        fs::remove_file(sandbox.path("out")).unwrap();
    }

    sandbox.write("in/run", "#!/bin/sh\n");
    fs::create_dir_all(sandbox.path("in/below")).unwrap();
    sandbox.write("in/below/deep", "deep");
    sandbox.write("in/config.json", "{}");
    set("in/a", 0o600);
    set("in/run", 0o6755);
    set("in/notes", 0o666);
    set("in/config.json", 0o600);
    set("in/model.safetensors.index.json", 0o640);
    set("in/below", 0o1770);
    set("in", 0o2750);
    let part = ["convert", "in", "out", "--to", "bf16"];
    for ways in [&[&[][..]][..], &[&["--part", "1/2"], &["--part", "2/2"], &["--finish"]]] {
        for way in ways {
            under(&sandbox, "022", &[&part, *way].concat());
        }
        for (name, expected) in [
            ("out", 0o750),
            ("out/a", 0o600),
            ("out/b", 0o644),
            ("out/run", 0o755),
            ("out/notes", 0o644),
            ("out/config.json", 0o600),
            ("out/model.safetensors.index.json", 0o640),
            ("out/below", 0o750),
        ] {
            assert_eq!(mode(name), expected, "{name}");
        }
        assert_eq!(files(&sandbox.path("out")).len(), 8);
        fs::remove_dir_all(sandbox.path("out")).unwrap();
    }
}

/// An observer that counts the bytes of the work.
#[derive(Default)]
struct Done {
    total: AtomicU64,
    done: AtomicU64,
}

impl Observer for Done {
    fn start(&self, total: u64, _: Activity) {
        self.total.store(total, Ordering::Relaxed);
    }

    fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Both passes of scales are counted, and the count reaches the total.
#[test]
fn progress_reaches_its_total() {
    let sandbox = sandbox();
    let length = LENGTH as u64;
    for (input, shards) in [("file", 1), ("in", 2)] {
        for (scale, least) in [(None, length / 2), (Some("tensor"), length / 2)] {
            for part in [None, Some("1/1"), Some("1/1")] {
                if part.is_some() && input == "file" {
                    continue;
                }
                let mut request = Request {
                    input: sandbox.path(input),
                    output: sandbox.path("out"),
                    part: part.map(|part| part.parse().unwrap()),
                    ..Request::default()
                };
                request.options.to = if scale.is_some() { "f8_e4m3" } else { "bf16" }.into();
                request.options.scale = scale.map(|scale| scale.parse().unwrap());
                // `--only` chooses all tensors. Otherwise the scheme would leave everything but linear layers.
                request.options.only = scale.map(|_| ".".into()).into_iter().collect();
                let done = Done::default();
                convert(&request, &done).unwrap();
                let [total, done] = [done.total, done.done].map(AtomicU64::into_inner);
                assert_eq!(total, done, "{input} {scale:?} {part:?}");
                // One byte for each element in each of two passes is as much as two bytes in one pass.
                assert!((least * shards..least * shards + 100).contains(&total), "{total}");
                if part.is_none() {
                    let out = sandbox.path("out");
                    let removed = if out.is_dir() {
                        fs::remove_dir_all(out)
                    } else {
                        fs::remove_file(out)
                    };
                    removed.unwrap();
                }
            }
            let _ = fs::remove_dir_all(sandbox.path("out.parts"));
        }
    }
}

/// The counts of `check` reach the total too.
#[test]
fn progress_of_check_reaches_its_total() {
    let sandbox = sandbox();
    for input in ["file", "in"] {
        for scale in [None, Some("--scale=tensor")] {
            let path = sandbox.path(input).into_os_string();
            let options = ["--to=f8_e4m3", "--only=."].into_iter().chain(scale);
            let arguments = ["check".into(), path].into_iter();
            let done = Done::default();
            ulp_cli::call(arguments.chain(options.map(Into::into)), &done).unwrap();
            let [total, done] = [done.total, done.done].map(AtomicU64::into_inner);
            assert!(total > 0 && total == done, "{input} {scale:?}: {done} of {total}");
        }
    }
}

/// `script` gives a program a terminal.
#[test]
fn a_dumb_terminal_gets_no_bar() {
    let sandbox = sandbox();
    let bar = |term: &str| {
        let command = format!("{} convert file out --to bf16", env!("CARGO_BIN_EXE_ulp"));
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).env("TERM", term);
        let output = script.current_dir(sandbox.path(".")).output().ok()?;
        let _ = fs::remove_file(sandbox.path("out"));
        output.status.success().then(|| output.stdout.contains(&b'\x1b'))
    };
    let (Some(dumb), Some(xterm)) = (bar("dumb"), bar("xterm")) else {
        eprintln!("a_dumb_terminal_gets_no_bar: skipped, since there is no `script`");
        return;
    };
    assert!(!dumb && xterm, "{dumb} {xterm}");
}
