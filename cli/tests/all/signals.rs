//! SIGINT, SIGTERM and SIGKILL while `ulp convert` runs. The source stays as it is, and nothing incomplete has the final name.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Instant;

use safetensors::Dtype;
use serde_json::json;

use crate::support::{Content, Sandbox, Tensor, files};

const MOMENTS: u32 = 20;
const INT: i32 = 2;
const KILL: i32 = 9;
const TERM: i32 = 15;

type Files = BTreeMap<String, Vec<u8>>;

fn weights(name: &str, bytes: usize) -> Vec<u8> {
    let data: Vec<u8> = (0..bytes / 4).flat_map(|i| (i as f32).to_le_bytes()).collect();
    Content::of([(name, Tensor::flat(Dtype::F32, data))]).bytes()
}

/// Makes a directory `in` of shards, 16 MiB each.
fn shards() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    for name in ["a", "b"] {
        sandbox.write(&format!("in/{name}"), weights(name, 16 << 20));
    }
    let index = json!({"weight_map": {"a": "a", "b": "b"}});
    sandbox.write("in/model.safetensors.index.json", index.to_string());
    sandbox
}

/// Returns all files except the source.
fn left(sandbox: &Sandbox) -> Files {
    let mut files = sandbox.files();
    files.retain(|name, _| !name.starts_with("in"));
    files
}

fn source(sandbox: &Sandbox) -> Files {
    let mut files = sandbox.files();
    files.retain(|name, _| name.starts_with("in"));
    files
}

fn send(signal: i32, child: &Child) {
    // The program may have ended meanwhile. That is no error.
    let kill = format!("kill -{signal} {} 2>/dev/null", child.id());
    Command::new("sh").args(["-c", &kill]).status().unwrap();
}

/// Sends a signal at each of the moments of a run, the first as soon as the run begins. Passes the program's exit status to
/// `check`. Returns how many runs were interrupted.
fn interrupt(sandbox: &Sandbox, arguments: &[&str], signal: i32, check: impl Fn(u32, ExitStatus)) -> u32 {
    let before = source(sandbox);
    let start = Instant::now();
    sandbox.succeeds(arguments);
    let step = start.elapsed() / MOMENTS;
    check(0, ExitStatus::default());
    let mut interrupted = 0;
    for moment in 0..MOMENTS {
        let mut child = sandbox
            .command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(step * moment);
        send(signal, &child);
        let status = child.wait().unwrap();
        if !status.success() {
            interrupted += 1;
            // Before there is anything to clean up, the signal itself ends the program.
            let ended = status.signal() == Some(signal);
            let cleaned = signal != KILL && status.code() == Some(128 + signal);
            let published = signal != KILL && status.code() == Some(3);
            assert!(ended || cleaned || published, "moment {moment}: {status}");
            let out = sandbox.path("out").exists();
            assert!(out || !published, "moment {moment}: {status}, and no output");
        }
        assert!(source(sandbox) == before, "moment {moment}");
        check(moment, status);
    }
    interrupted
}

fn temporary(name: &str) -> bool {
    name.starts_with(".ulp-")
}

/// Checks the files that a conversion to `out` left, and removes them.
fn nothing_or_all(sandbox: &Sandbox, whole: &Files, signal: i32, moment: u32, status: ExitStatus) {
    let mut left = left(sandbox);
    let only_temporary = |left: &Files| left.keys().all(|name| temporary(name));
    if status.success() {
        assert!(&left == whole, "moment {moment}");
    } else if left.contains_key("out") || left.contains_key("out/") {
        // The output had its name already. The signal came while the directory was synced or the summary printed.
        assert!(&left == whole, "moment {moment}");
    } else if signal == KILL {
        assert!(only_temporary(&left), "moment {moment}: {:?}", left.keys());
    } else {
        assert!(left.is_empty(), "moment {moment}: {:?}", left.keys());
    }
    while let Some((name, _)) = left.pop_first() {
        let path = sandbox.path(&name);
        let removed = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        removed.unwrap();
        left.retain(|below, _| !below.starts_with(&name));
    }
}

fn whole_or_nothing(sandbox: &Sandbox, signals: &[i32]) {
    let convert = ["convert", "in", "out", "--to", "bf16"];
    sandbox.succeeds(&convert);
    let whole = left(sandbox);
    nothing_or_all(sandbox, &whole, 0, 0, ExitStatus::default());
    for &signal in signals {
        let check = |moment, status| nothing_or_all(sandbox, &whole, signal, moment, status);
        assert!(
            interrupt(sandbox, &convert, signal, check) > 0,
            "signal {signal} came too late"
        );
    }
}

#[test]
fn a_signal_leaves_no_file() {
    let sandbox = Sandbox::new();
    sandbox.write("in", weights("weight", 64 << 20));
    whole_or_nothing(&sandbox, &[INT, KILL]);
}

#[test]
fn a_signal_leaves_no_directory() {
    whole_or_nothing(&shards(), &[INT, KILL, TERM]);
}

/// Running a killed part again completes it.
#[test]
fn a_signal_leaves_parts_that_go_on() {
    let sandbox = shards();
    let convert = ["convert", "in", "out", "--to", "bf16"];
    sandbox.succeeds(&convert);
    let whole = files(&sandbox.path("out"));
    fs::remove_dir_all(sandbox.path("out")).unwrap();
    let part = [&convert[..], &["--part", "1/1"]].concat();
    for signal in [INT, KILL] {
        interrupt(&sandbox, &part, signal, |moment, status| {
            assert!(!sandbox.path("out").exists(), "moment {moment}");
            let left = left(&sandbox);
            let unfinished = left.keys().any(|name| name.contains("/.ulp-"));
            assert!(signal == KILL || !unfinished, "moment {moment}: {:?}", left.keys());
            if !status.success() {
                sandbox.succeeds(&part);
            }
            sandbox.succeeds(&[&convert[..], &["--finish"]].concat());
            assert!(files(&sandbox.path("out")) == whole, "moment {moment}");
            assert!(!sandbox.path("out.parts").exists(), "moment {moment}");
            fs::remove_dir_all(sandbox.path("out")).unwrap();
        });
    }
}
