//! After the output is in its place, the exit code is 0, or 3 with a message that the output is complete, whatever fails then.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::distributed::{convert, pair};
use crate::support::{Sandbox, failed, files};

/// Runs the program under `strace -e inject` with the faults `what`. Returns `None` without strace.
pub(crate) fn injected(sandbox: &Sandbox, what: &[&str], arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    let calls = what.iter().map(|what| what.split_once(':').unwrap().0);
    let calls: Vec<_> = calls.collect();
    command.args(["-e", &format!("trace={}", calls.join(","))]);
    for what in what {
        command.args(["-e", &format!("inject={what}")]);
    }
    command.arg(env!("CARGO_BIN_EXE_ulp")).args(arguments);
    let output = command.current_dir(sandbox.path(".")).output();
    if output.is_err() {
        eprintln!("skipped, since there is no strace");
    }
    output.ok()
}

/// Checks that a command said that `out` is complete, with exit code 3 and all of `words` in one line.
pub(crate) fn whole(output: &Output, words: &[&str]) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.starts_with("ulp: out is whole, but then: "), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    for word in words {
        assert!(errors.contains(word), "{word} not in {errors}");
    }
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    pair(&sandbox, "in", [1.0, 2.0]);
    fs::copy(sandbox.path("in/a"), sandbox.path("file")).unwrap();
    sandbox
}

fn remove(sandbox: &Sandbox) {
    let out = sandbox.path("out");
    if out.is_dir() {
        fs::remove_dir_all(out).unwrap();
    } else {
        fs::remove_file(out).unwrap();
    }
}

/// Returns how often a command syncs.
fn syncs(sandbox: &Sandbox, arguments: &[&str]) -> Option<usize> {
    let trace = sandbox.path("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=fsync", "-o"]).arg(&trace);
    command.arg(env!("CARGO_BIN_EXE_ulp")).args(arguments);
    let output = command.current_dir(sandbox.path(".")).output().ok()?;
    assert!(output.status.success());
    let count = fs::read_to_string(&trace)
        .unwrap()
        .lines()
        .filter(|line| line.contains("fsync("))
        .count();
    fs::remove_file(trace).unwrap();
    Some(count)
}

#[test]
fn errors_after_the_rename_say_that_the_output_is_complete() {
    for from in ["file", "in"] {
        let sandbox = sandbox();
        let command = convert(from, "out", &[]);
        sandbox.succeeds(&command);
        let expected = sandbox.files();
        remove(&sandbox);
        let Some(last) = syncs(&sandbox, &command) else {
            return;
        };
        let after = [
            (format!("fsync:error=EIO:when={last}"), "Input/output error"),
            (format!("fsync:signal=TERM:delay_exit=300000:when={last}"), "signal 15"),
            (format!("fsync:signal=HUP:delay_exit=300000:when={last}"), "signal 1"),
        ];
        for (inject, words) in after {
            remove(&sandbox);
            let output = injected(&sandbox, &[&inject], &command).unwrap();
            whole(&output, &[words]);
            assert!(sandbox.files() == expected, "{inject}");
        }
        // Failures of earlier syncs leave nothing.
        remove(&sandbox);
        for when in 1..last {
            let inject = format!("fsync:error=EIO:when={when}");
            let output = injected(&sandbox, &[&inject], &command).unwrap();
            failed(&output, &["out", "Input/output error"], &inject);
            assert!(!sandbox.path("out").exists());
        }
        // The report can't be written.
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut child = sandbox.command(&command);
        let output = child.stdout(full).stderr(Stdio::piped()).output().unwrap();
        whole(&output, &["standard output: "]);
        assert!(sandbox.files() == expected);

        // Another run finds the output.
        whole(&sandbox.ulp(&command), &["exists already"]);
        assert!(sandbox.files() == expected);
    }
}

/// If the output is not the one that the command makes, the error says only that it exists.
#[test]
fn an_output_of_another_command_is_kept() {
    let sandbox = sandbox();
    for from in ["file", "in"] {
        sandbox.succeeds(&["convert", from, "out", "--to", "f16"]);
        sandbox.fails(&convert(from, "out", &[]), &["out: exists already"]);
        remove(&sandbox);
    }
    sandbox.succeeds(&convert("in", "out", &[]));
    fs::write(sandbox.path("out/b"), "").unwrap();
    sandbox.fails(&convert("in", "out", &[]), &["out: exists already"]);
}

#[test]
fn finish_names_parts_that_it_cannot_remove() {
    let sandbox = sandbox();
    sandbox.succeeds(&convert("in", "expected", &[]));
    let expected = files(&sandbox.path("expected"));
    let part = convert("in", "out", &["--part", "1/1"]);
    let finish = convert("in", "out", &["--finish"]);
    for inject in [
        "unlink:error=EIO:when=1",
        "unlink:error=EIO:when=2",
        "unlink:error=EIO:when=3",
        "unlink:error=EACCES:when=1",
        "rmdir:error=EIO:when=1",
        "rmdir:error=EBUSY:when=2",
        "unlink:signal=TERM:delay_exit=300000:when=1",
    ] {
        sandbox.succeeds(&part);
        let Some(output) = injected(&sandbox, &[inject], &finish) else {
            return;
        };
        whole(&output, &[]);
        assert!(files(&sandbox.path("out")) == expected, "{inject}");
        // Another run finds the output, and removes the parts that are left.
        whole(&sandbox.ulp(&finish), &["exists already"]);
        assert!(files(&sandbox.path("out")) == expected, "{inject}");
        assert!(!sandbox.path("out.parts").join("options.json").exists(), "{inject}");
        whole(&sandbox.ulp(&part), &["exists already"]);
        remove(&sandbox);
        let _ = fs::remove_dir(sandbox.path("out.parts"));
        assert!(!sandbox.path("out.parts").exists());
    }
}

/// If the names of a part may be lost, the part says so, and is run again.
#[test]
fn a_part_that_cannot_sync_fails() {
    let sandbox = sandbox();
    let part = convert("in", "out", &["--part", "1/1"]);
    let Some(count) = syncs(&sandbox, &part) else {
        return;
    };
    fs::remove_dir_all(sandbox.path("out.parts")).unwrap();
    for when in 1..=count {
        let inject = format!("fsync:error=EIO:when={when}");
        let output = injected(&sandbox, &[&inject], &part).unwrap();
        failed(&output, &["out", "Input/output error"], &inject);
        assert!(!sandbox.files().keys().any(|name| name.contains(".ulp-")), "{inject}");
        sandbox.succeeds(&part);
        fs::remove_dir_all(sandbox.path("out.parts")).unwrap();
    }
    // A part that finds all its shards syncs too.
    sandbox.succeeds(&part);
    let again = syncs(&sandbox, &part).unwrap();
    for when in 1..=again {
        let inject = format!("fsync:error=EIO:when={when}");
        let output = injected(&sandbox, &[&inject], &part).unwrap();
        failed(&output, &["out.parts", "Input/output error"], &inject);
    }
    assert!(again >= 3, "{again} directories");
}
