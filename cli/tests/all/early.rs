//! Errors that can be found before the work are found before it, for every kind of file. Every error is one line.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use ulp_cli::Error;
use ulp_cli::convert::{Request, convert as call};
use ulp_cli::observer::Observer;

use crate::distributed::{convert, pair};
use crate::support::{Sandbox, failed};

const NOBODY: u32 = 54321;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    pair(&sandbox, "in", [1.0, 2.0]);
    fs::copy(sandbox.path("in/a"), sandbox.path("file")).unwrap();
    sandbox
}

#[derive(Default)]
struct Began(AtomicBool);

impl Observer for Began {
    fn start(&self, _: u64, _: ulp_cli::observer::Activity) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Returns the error of a conversion to bf16. The error must come before the work and leave no trace.
fn refused(sandbox: &Sandbox, input: &str, output: &Path, part: Option<&str>) -> Error {
    let mut request = Request {
        input: sandbox.path(input),
        output: output.into(),
        part: part.map(|part| part.parse().unwrap()),
        ..Request::default()
    };
    request.options.to = "bf16".into();
    let (before, began) = (sandbox.files(), Began::default());
    let error = call(&request, &began).unwrap_err();
    assert!(!began.0.into_inner(), "{error} came after the work");
    assert!(sandbox.files() == before, "{error} left something");
    error
}

#[test]
fn impossible_output_names_fail_before_the_work() {
    let sandbox = sandbox();
    let error = refused(&sandbox, "file", &sandbox.path("out/"), None);
    assert_eq!(error.kind(), "name", "{error}");
    for name in ["", ".", "..", "/"] {
        let error = refused(&sandbox, "file", Path::new(name), None);
        assert!(["name", "exists"].contains(&error.kind()), "{error}");
    }
    let long = sandbox.path(&"x".repeat(256));
    for input in ["file", "in"] {
        let error = refused(&sandbox, input, &long, None);
        assert!(error.to_string().contains("name too long"), "{error}");
    }
    // With `.parts`, the name is too long.
    let long = sandbox.path(&"x".repeat(250));
    let error = refused(&sandbox, "in", &long, Some("1/2"));
    assert!(error.to_string().contains("name too long"), "{error}");
    for name in ["out/", "out/."] {
        sandbox.succeeds(&convert("in", name, &[]));
        fs::remove_dir_all(sandbox.path("out")).unwrap();
        sandbox.succeeds(&convert("in", name, &["--part", "1/1"]));
        sandbox.succeeds(&convert("in", name, &["--finish"]));
        fs::remove_dir_all(sandbox.path("out")).unwrap();
    }
}

/// Runs `ulp` as a user who may not read everything. Returns `None` if this process isn't root's.
fn as_nobody(sandbox: &Sandbox, arguments: &[&str]) -> Option<Output> {
    fs::set_permissions(sandbox.path("."), Permissions::from_mode(0o777)).unwrap();
    let mut command = sandbox.command(arguments);
    let output = command.uid(NOBODY).output();
    if output.is_err() {
        eprintln!("skipped, since this process isn't root's");
    }
    output.ok()
}

#[test]
fn unreadable_files_fail_before_the_work() {
    let sandbox = sandbox();
    sandbox.write("in/notes", "mine");
    for name in ["in/notes", "in/a", "in/config.json", "in/model.safetensors.index.json"] {
        fs::set_permissions(sandbox.path(name), Permissions::from_mode(0o000)).unwrap();
        let Some(output) = as_nobody(&sandbox, &convert("in", "out", &[])) else {
            return;
        };
        failed(&output, &[name, "Permission denied"], name);
        fs::set_permissions(sandbox.path(name), Permissions::from_mode(0o644)).unwrap();
    }
    // The error is that of the system, and not that the checkpoint is missing.
    fs::create_dir_all(sandbox.path("locked/in")).unwrap();
    fs::copy(sandbox.path("file"), sandbox.path("locked/file")).unwrap();
    fs::set_permissions(sandbox.path("locked"), Permissions::from_mode(0o600)).unwrap();
    for (name, command) in [("in", "inspect"), ("file", "inspect"), ("in", "check")] {
        let path = format!("locked/{name}");
        let output = as_nobody(&sandbox, &[command, &path, "--to", "bf16"]).unwrap();
        failed(&output, &[&format!("ulp: {path}: Permission denied")], name);
    }
    // A path that can't be looked at counts as one that may exist.
    fs::set_permissions(sandbox.path("in"), Permissions::from_mode(0o600)).unwrap();
    let output = as_nobody(&sandbox, &convert("in", "out", &[])).unwrap();
    failed(&output, &["in", "Permission denied"], "in");
    fs::remove_file(sandbox.path("in/model.safetensors.index.json")).unwrap();
    fs::create_dir(sandbox.path("in/model.safetensors")).unwrap();
    // A directory is no file, whatever its name is.
    sandbox.fails(&convert("in", "out", &[]), &["in: ", "no safetensors file"]);
    assert!(!sandbox.path("out").exists());
}

#[test]
fn devices_pipes_and_sockets_are_refused() {
    let sandbox = sandbox();
    let fifo = sandbox.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _socket = UnixListener::bind(sandbox.path("socket")).unwrap();
    let names = ["in/config.json", "in/model.safetensors.index.json", "in/a", "in/notes"];
    for name in names {
        let path = sandbox.path(name);
        let before = fs::read(&path).ok();
        for target in ["/dev/zero", "../fifo", "../socket", "/dev/null"] {
            let _ = fs::remove_file(&path);
            symlink(target, &path).unwrap();
            for how in [&[][..], &["--part", "1/1"]] {
                sandbox.fails(&convert("in", "out", how), &[name, "neither a file"]);
            }
            if name != "in/notes" && name != "in/config.json" {
                sandbox.fails(&["check", "in", "--to", "bf16"], &[name]);
            }
        }
        fs::remove_file(&path).unwrap();
        if let Some(before) = before {
            fs::write(path, before).unwrap();
        }
    }
    // The only file is a device that never ends.
    sandbox.fails(&convert("/dev/zero", "out", &[]), &["/dev/zero: "]);
    sandbox.fails(&convert("/dev/null", "out", &[]), &["/dev/null: "]);
    // The pipe never ends, and has no header.
    let mut yes = Command::new("sh");
    yes.args([
        "-c",
        "yes | \"$0\" convert /dev/stdin out --to bf16",
        env!("CARGO_BIN_EXE_ulp"),
    ]);
    let output = yes.current_dir(sandbox.path(".")).output().unwrap();
    assert!(output.stderr.starts_with(b"ulp: /dev/stdin: not a safetensors file"));
}

#[test]
fn oversized_configurations_are_refused() {
    let sandbox = sandbox();
    for (name, length) in [("config.json", 1_u64 << 40), ("model.safetensors.index.json", 1 << 40)] {
        let path = sandbox.path(&format!("in/{name}"));
        let before = fs::read(&path).unwrap();
        fs::File::create(&path).unwrap().set_len(length).unwrap();
        let output = sandbox.ulp(&convert("in", "out", &[]));
        failed(&output, &[name, "more than ", " bytes"], name);
        fs::write(&path, before).unwrap();
    }
}

#[test]
fn an_index_that_spells_a_file_in_two_ways_is_refused() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("in/below")).unwrap();
    fs::rename(sandbox.path("in/b"), sandbox.path("in/below/b")).unwrap();
    let index = sandbox.path("in/model.safetensors.index.json");
    for second in ["below//b", "below/./b", "./below/b", "below/b/"] {
        let map = json!({"weight_map": {"a": "a", "b": second}});
        fs::write(&index, map.to_string()).unwrap();
        let error = refused(&sandbox, "in", &sandbox.path("out"), None);
        assert_eq!(error.kind(), "index", "{second}: {error}");
    }
    let map = json!({"weight_map": {"a": "a", "b": "below/b"}});
    fs::write(&index, map.to_string()).unwrap();
    sandbox.succeeds(&convert("in", "out", &[]));
}

/// `OUT.parts` can only be renamed within its file system.
#[test]
fn parts_on_another_file_system_are_refused() {
    let sandbox = sandbox();
    sandbox.succeeds(&convert("in", "out", &["--part", "1/1"]));
    fs::rename(sandbox.path("out.parts"), sandbox.path("moved")).unwrap();
    fs::create_dir(sandbox.path("out.parts")).unwrap();
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "tmpfs"]).arg(sandbox.path("out.parts"));
    if !mount.output().is_ok_and(|output| output.status.success()) {
        eprintln!("parts_on_another_file_system: skipped, since this process may not mount one");
        return;
    }
    let copy = "cp -r moved/. out.parts/";
    let copy = Command::new("sh").args(["-c", copy]).current_dir(sandbox.path(".")).status();
    assert!(copy.unwrap().success());
    let outputs = [["--part", "1/1"].as_slice(), &["--finish"]].map(|how| {
        let output = sandbox.ulp(&convert("in", "out", how));
        (how, output)
    });
    let unmounted = Command::new("umount").arg(sandbox.path("out.parts")).status();
    assert!(unmounted.unwrap().success());
    for (how, output) in outputs {
        failed(&output, &["out.parts: ", "another file system"], how);
    }
}

/// Messages are short, whatever a file says and however long its path is.
#[test]
fn messages_are_short() {
    let sandbox = sandbox();
    let long = "x".repeat(1 << 20);
    let header = |json: &str| [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat();
    let index = "in/model.safetensors.index.json";
    let deep = format!("{}/file", ["d".repeat(200).as_str(); 9].join("/"));
    fs::create_dir_all(sandbox.path(&deep).parent().unwrap()).unwrap();
    let entry = |name: &str| format!(r#"{{"{name}":{{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}}}"#);
    for (name, bytes) in [
        ("file", header(&entry(&long))),
        (
            "file",
            header(&format!(r#"{{"x":{{"dtype":"{long}","shape":[1],"data_offsets":[0,4]}}}}"#)),
        ),
        (
            "file",
            header(&format!(r#"{{"x":{{"dtype":"F32","shape":[1],"{long}":[0,4]}}}}"#)),
        ),
        ("file", header(&format!(r#"{{"__metadata__":{{"a":{{"{long}":1}}}}}}"#))),
        ("file", header(&entry(&"\\u001b[2J\\n".repeat(10_000)))),
        (index, json!({"weight_map": {"a": &long}}).to_string().into_bytes()),
        (index, json!({"weight_map": {&long: "a"}}).to_string().into_bytes()),
        (&*deep, b"not a header, by far".to_vec()),
    ] {
        sandbox.write(name, bytes);
        let input = name.split_once("/model").map_or(name, |(directory, _)| directory);
        let output = sandbox.ulp(&convert(input, "out", &[]));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), errors.lines().count()), (Some(2), 1));
        assert!(errors.chars().count() < 600, "{} characters", errors.len());
        let path = if name == index { "in/" } else { &name[..name.len().min(100)] };
        assert!(errors.starts_with(&format!("ulp: {path}")), "{errors}");
    }
}

/// Closing a directory can fail on a network file system.
#[test]
fn directories_that_fail_to_close_do_no_harm() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("in/below")).unwrap();
    sandbox.write("in/below/notes", "notes");
    for how in [&[][..], &["--part", "1/1"], &["--finish"]] {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=close:error=EIO"]);
        for path in ["in", "in/below", "out.parts", "out.parts/whole", "out.parts/whole/below"] {
            command.args(["-P", path]);
        }
        command.arg(env!("CARGO_BIN_EXE_ulp")).args(convert("in", "out", how));
        let Ok(output) = command.current_dir(sandbox.path(".")).output() else {
            eprintln!("directories_that_cannot_be_closed: skipped, since there is no strace");
            return;
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!errors.contains("panicked"), "{errors}");
        assert!([Some(0), Some(2), Some(3)].contains(&output.status.code()), "{output:?}");
        let _ = fs::remove_dir_all(sandbox.path("out"));
        sandbox.succeeds(&convert("in", "out", &["--part", "1/1"]));
    }
}
