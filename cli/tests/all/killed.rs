//! Signals at chosen system calls, and the next run after `kill -9`.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::distributed::{convert, pair};
use crate::published::injected;
use crate::support::{Sandbox, failed, files};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    pair(&sandbox, "in", [1.0, 2.0]);
    fs::copy(sandbox.path("in/a"), sandbox.path("file")).unwrap();
    sandbox
}

/// Returns the paths with temporary names beside the inputs or among parts, without their content.
fn left(sandbox: &Sandbox) -> Vec<PathBuf> {
    let names = sandbox.files().into_keys().filter(|name| {
        let mut parts = name.trim_end_matches('/').rsplit('/');
        parts.next().is_some_and(|last| last.starts_with(".ulp-"))
    });
    let paths = names.map(|name| sandbox.path(name.trim_end_matches('/')));
    let mut outer: Vec<PathBuf> = Vec::new();
    for path in paths {
        if !outer.iter().any(|outer| path.starts_with(outer)) {
            outer.push(path);
        }
    }
    outer
}

#[test]
fn signals_that_end_a_program_clean_up() {
    let sandbox = sandbox();
    let before = sandbox.files();
    for (name, number) in [
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("USR1", 10),
        ("USR2", 12),
        ("ALRM", 14),
        ("TERM", 15),
        ("XCPU", 24),
        ("VTALRM", 26),
        ("PROF", 27),
        ("IO", 29),
        ("RT_10", 42),
    ] {
        for from in ["file", "in"] {
            let inject = format!("pwrite64:signal=SIG{name}:when=2+");
            // The delay gives the thread that waits for signals its time.
            let inject = [&*inject, "fsync:delay_enter=200000"];
            let Some(output) = injected(&sandbox, &inject, &convert(from, "out", &[])) else {
                return;
            };
            assert_eq!(output.status.code(), Some(128 + number), "{name}: {output:?}");
            assert!(sandbox.files() == before, "{name}: {:?}", sandbox.files().keys());
        }
    }
}

/// A limit on the length of files comes with a signal. `ulp` turns the signal into an error.
#[test]
fn a_file_size_limit_is_an_error() {
    let sandbox = sandbox();
    let data = vec![0x3f; 4 << 20];
    let tensor = crate::support::Tensor::flat(safetensors::Dtype::F32, data);
    sandbox.write("large", crate::support::Content::of([("w", tensor)]).bytes());
    let before = sandbox.files();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 512; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_ulp")]);
    shell.args(convert("large", "out", &[]));
    let output = shell.current_dir(sandbox.path(".")).output().unwrap();
    failed(&output, &["out: ", "File too large"], "ulimit");
    assert!(sandbox.files() == before);
}

/// `nohup` and background jobs of shells tell programs to ignore signals. `ulp` keeps ignoring them.
#[test]
fn ignored_signals_stay_ignored() {
    let sandbox = sandbox();
    for (name, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let inject = format!("inject=pwrite64:signal=SIG{name}:when=1+");
        let script = format!("trap '' {number}; exec \"$0\" \"$@\"");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &inject, "sh", "-c", &script]);
        command.arg(env!("CARGO_BIN_EXE_ulp")).args(convert("in", "out", &[]));
        let Ok(output) = command.current_dir(sandbox.path(".")).output() else {
            eprintln!("signals_that_were_ignored_stay_so: skipped, since there is no strace");
            return;
        };
        assert!(output.status.success(), "{name}: {output:?}");
        fs::remove_dir_all(sandbox.path("out")).unwrap();
    }
}

/// The next run for an output removes the files of a killed run, unless a process holds the lock.
#[test]
fn the_next_run_removes_what_kill_9_left() {
    let sandbox = sandbox();
    for (from, how) in [("file", &[][..]), ("in", &[]), ("in", &["--part", "1/1"])] {
        let command = convert(from, "out", how);
        sandbox.succeeds(&command);
        let expected = sandbox.files();
        let remove = || {
            for name in ["out", "out.parts"] {
                let path = sandbox.path(name);
                if path.is_dir() {
                    fs::remove_dir_all(path).unwrap();
                } else if path.exists() {
                    fs::remove_file(path).unwrap();
                }
            }
        };
        let mut seen = 0;
        for (call, most) in [("pwrite64", 6), ("fsync", 6), ("renameat2", 3), ("rename", 4)] {
            for when in 1..=most {
                remove();
                let inject = format!("{call}:signal=SIGKILL:when={when}");
                if injected(&sandbox, &[&inject], &command).is_none() {
                    return;
                }
                seen += left(&sandbox).len();
                if when % 2 == 0 {
                    // A run for another output leaves them.
                    let before = left(&sandbox).len();
                    sandbox.succeeds(&convert("file", "other", &[]));
                    fs::remove_file(sandbox.path("other")).unwrap();
                    assert_eq!(left(&sandbox).len(), before, "{how:?} {inject}");
                }
                if sandbox.path("out").exists() {
                    continue;
                }
                sandbox.succeeds(&command);
                assert!(sandbox.files() == expected, "{how:?} {inject}: {:?}", sandbox.files().keys());
            }
        }
        assert!(seen > 2, "{how:?}: {seen} were left");
        remove();
    }
}

#[test]
fn files_of_running_processes_stay() {
    let sandbox = sandbox();
    for from in ["file", "in"] {
        let command = convert(from, "out", &[]);
        let kill = ["pwrite64:signal=SIGKILL:when=2"];
        if injected(&sandbox, &kill, &command).is_none() {
            return;
        }
        let paths = left(&sandbox);
        assert_eq!(paths.len(), 1, "{paths:?}");
        let before = files(&sandbox.path(""));
        // Another process holds the lock. Tests beside this one start processes, and a process that is being started has all locks of
        // this one for a moment.
        let mut holder = Command::new("flock")
            .arg(&paths[0])
            .args(["--command", "echo held; cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = [0; 5];
        holder.stdout.take().unwrap().read_exact(&mut line).unwrap();
        assert_eq!(&line, b"held\n");
        sandbox.succeeds(&command);
        assert_eq!(left(&sandbox), paths);
        let out = sandbox.path("out");
        if out.is_dir() {
            fs::remove_dir_all(out).unwrap();
        } else {
            fs::remove_file(out).unwrap();
        }
        assert!(sandbox.files() == before);
        drop(holder.stdin.take());
        holder.wait().unwrap();
        sandbox.succeeds(&command);
        assert!(left(&sandbox).is_empty());
        let out = sandbox.path("out");
        if out.is_dir() {
            fs::remove_dir_all(out).unwrap();
        } else {
            fs::remove_file(out).unwrap();
        }
    }
}
