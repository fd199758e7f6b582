//! After the output is in its place, the exit code is 0, or 3 with a message that the output is complete, whatever fails then.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::parts::{convert, pair};
use crate::world::{World, failed, files};

/// Runs the program under `strace -e inject` with the faults `what`. Returns `None` without strace.
pub(crate) fn injected(world: &World, what: &[&str], arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    let calls = what.iter().map(|what| what.split_once(':').unwrap().0);
    let calls: Vec<_> = calls.collect();
    command.args(["-e", &format!("trace={}", calls.join(","))]);
    for what in what {
        command.args(["-e", &format!("inject={what}")]);
    }
    command.arg(env!("CARGO_BIN_EXE_ulp")).args(arguments);
    let output = command.current_dir(world.path(".")).output();
    if output.is_err() {
        eprintln!("skipped, since there is no strace");
    }
    output.ok()
}

/// Checks that a command said that `out` is complete, with exit code 3 and all of `words` in one line.
pub(crate) fn whole(output: &Output, words: &[&str]) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(
        errors.starts_with("ulp: out is whole, but then: "),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1, "{errors}");
    for word in words {
        assert!(errors.contains(word), "{word} not in {errors}");
    }
}

fn world() -> World {
    let world = World::new();
    pair(&world, "in", [1.0, 2.0]);
    fs::copy(world.path("in/a"), world.path("file")).unwrap();
    world
}

fn remove(world: &World) {
    let out = world.path("out");
    if out.is_dir() {
        fs::remove_dir_all(out).unwrap();
    } else {
        fs::remove_file(out).unwrap();
    }
}

/// Returns how often a command syncs.
fn syncs(world: &World, arguments: &[&str]) -> Option<usize> {
    let trace = world.path("trace");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-e", "trace=fsync", "-o"])
        .arg(&trace);
    command.arg(env!("CARGO_BIN_EXE_ulp")).args(arguments);
    let output = command.current_dir(world.path(".")).output().ok()?;
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
fn what_fails_after_the_rename() {
    for from in ["file", "in"] {
        let world = world();
        let command = convert(from, "out", &[]);
        world.succeeds(&command);
        let expected = world.files();
        remove(&world);
        let Some(last) = syncs(&world, &command) else {
            return;
        };
        let after = [
            (format!("fsync:error=EIO:when={last}"), "Input/output error"),
            (format!("fsync:signal=TERM:when={last}"), "signal 15"),
            (format!("fsync:signal=HUP:when={last}"), "signal 1"),
        ];
        for (inject, words) in after {
            remove(&world);
            let output = injected(&world, &[&inject], &command).unwrap();
            whole(&output, &[words]);
            assert!(world.files() == expected, "{inject}");
        }
        // Failures of earlier syncs leave nothing.
        remove(&world);
        for when in 1..last {
            let inject = format!("fsync:error=EIO:when={when}");
            let output = injected(&world, &[&inject], &command).unwrap();
            failed(&output, &["out", "Input/output error"], &inject);
            assert!(!world.path("out").exists());
        }
        // The report can't be written.
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut child = world.command(&command);
        let output = child.stdout(full).stderr(Stdio::piped()).output().unwrap();
        whole(&output, &["standard output: "]);
        assert!(world.files() == expected);

        // Another run finds the output.
        whole(&world.ulp(&command), &["exists already"]);
        assert!(world.files() == expected);
    }
}

/// If the output is not the one that the command makes, the error says only that it exists.
#[test]
fn an_output_that_another_command_made() {
    let world = world();
    for from in ["file", "in"] {
        world.succeeds(&["convert", from, "out", "--to", "f16"]);
        world.fails(&convert(from, "out", &[]), &["out: exists already"]);
        remove(&world);
    }
    world.succeeds(&convert("in", "out", &[]));
    fs::write(world.path("out/b"), "").unwrap();
    world.fails(&convert("in", "out", &[]), &["out: exists already"]);
}

#[test]
fn finish_when_parts_cannot_be_removed() {
    let world = world();
    world.succeeds(&convert("in", "expected", &[]));
    let expected = files(&world.path("expected"));
    let part = convert("in", "out", &["--part", "1/1"]);
    let finish = convert("in", "out", &["--finish"]);
    for inject in [
        "unlink:error=EIO:when=1",
        "unlink:error=EIO:when=2",
        "unlink:error=EIO:when=3",
        "unlink:error=EACCES:when=1",
        "rmdir:error=EIO:when=1",
        "rmdir:error=EBUSY:when=2",
        "unlink:signal=TERM:when=1",
    ] {
        world.succeeds(&part);
        let Some(output) = injected(&world, &[inject], &finish) else {
            return;
        };
        whole(&output, &[]);
        assert!(files(&world.path("out")) == expected, "{inject}");
        // Another run finds the output, and removes the parts that are left.
        whole(&world.ulp(&finish), &["exists already"]);
        assert!(files(&world.path("out")) == expected, "{inject}");
        assert!(
            !world.path("out.parts").join("options.json").exists(),
            "{inject}"
        );
        whole(&world.ulp(&part), &["exists already"]);
        remove(&world);
        let _ = fs::remove_dir(world.path("out.parts"));
        assert!(!world.path("out.parts").exists());
    }
}

/// If the names of a part may be lost, the part says so, and is run again.
#[test]
fn a_part_that_cannot_sync_its_directories() {
    let world = world();
    let part = convert("in", "out", &["--part", "1/1"]);
    let Some(count) = syncs(&world, &part) else {
        return;
    };
    fs::remove_dir_all(world.path("out.parts")).unwrap();
    for when in 1..=count {
        let inject = format!("fsync:error=EIO:when={when}");
        let output = injected(&world, &[&inject], &part).unwrap();
        failed(&output, &["out", "Input/output error"], &inject);
        assert!(
            !world.files().keys().any(|name| name.contains(".ulp-")),
            "{inject}"
        );
        world.succeeds(&part);
        fs::remove_dir_all(world.path("out.parts")).unwrap();
    }
    // A part that finds all its shards syncs too.
    world.succeeds(&part);
    let again = syncs(&world, &part).unwrap();
    for when in 1..=again {
        let inject = format!("fsync:error=EIO:when={when}");
        let output = injected(&world, &[&inject], &part).unwrap();
        failed(&output, &["out.parts", "Input/output error"], &inject);
    }
    assert!(again >= 3, "{again} directories");
}
