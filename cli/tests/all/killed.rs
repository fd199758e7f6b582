//! Signals at chosen system calls, and the next run after `kill -9`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use crate::parts::{convert, pair};
use crate::published::injected;
use crate::world::{World, failed, files};

fn world() -> World {
    let world = World::new();
    pair(&world, "in", [1.0, 2.0]);
    fs::copy(world.path("in/a"), world.path("file")).unwrap();
    world
}

/// Returns the paths with temporary names beside the inputs or among parts, without their content.
fn left(world: &World) -> Vec<PathBuf> {
    let names = world.files().into_keys().filter(|name| {
        let mut parts = name.trim_end_matches('/').rsplit('/');
        parts.next().is_some_and(|last| last.starts_with(".ulp-"))
    });
    let paths = names.map(|name| world.path(name.trim_end_matches('/')));
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
    let world = world();
    let before = world.files();
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
            let Some(output) = injected(&world, &inject, &convert(from, "out", &[])) else {
                return;
            };
            assert_eq!(
                output.status.code(),
                Some(128 + number),
                "{name}: {output:?}"
            );
            assert!(
                world.files() == before,
                "{name}: {:?}",
                world.files().keys()
            );
        }
    }
}

/// A limit on the length of files comes with a signal. `ulp` turns the signal into an error.
#[test]
fn files_that_would_be_too_long() {
    let world = world();
    let data = vec![0x3f; 4 << 20];
    let tensor = crate::world::Tensor::flat(safetensors::Dtype::F32, data);
    world.write("large", crate::world::Content::of([("w", tensor)]).bytes());
    let before = world.files();
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        "ulimit -f 512; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_ulp"),
    ]);
    shell.args(convert("large", "out", &[]));
    let output = shell.current_dir(world.path(".")).output().unwrap();
    failed(&output, &["out: ", "File too large"], "ulimit");
    assert!(world.files() == before);
}

/// `nohup` and background jobs of shells tell programs to ignore signals. `ulp` keeps ignoring them.
#[test]
fn signals_that_were_ignored_stay_so() {
    let world = world();
    for (name, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let inject = format!("inject=pwrite64:signal=SIG{name}:when=1+");
        let script = format!("trap '' {number}; exec \"$0\" \"$@\"");
        let mut command = Command::new("strace");
        command.args([
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            &inject,
            "sh",
            "-c",
            &script,
        ]);
        command
            .arg(env!("CARGO_BIN_EXE_ulp"))
            .args(convert("in", "out", &[]));
        let Ok(output) = command.current_dir(world.path(".")).output() else {
            eprintln!("signals_that_were_ignored_stay_so: skipped, since there is no strace");
            return;
        };
        assert!(output.status.success(), "{name}: {output:?}");
        fs::remove_dir_all(world.path("out")).unwrap();
    }
}

/// The next run for an output removes the files of a killed run, unless a process holds the lock.
#[test]
fn what_kill_9_leaves() {
    let world = world();
    for (from, how) in [("file", &[][..]), ("in", &[]), ("in", &["--part", "1/1"])] {
        let command = convert(from, "out", how);
        world.succeeds(&command);
        let expected = world.files();
        let remove = || {
            for name in ["out", "out.parts"] {
                let path = world.path(name);
                if path.is_dir() {
                    fs::remove_dir_all(path).unwrap();
                } else if path.exists() {
                    fs::remove_file(path).unwrap();
                }
            }
        };
        let mut seen = 0;
        for (call, most) in [
            ("pwrite64", 6),
            ("fsync", 6),
            ("renameat2", 3),
            ("rename", 4),
        ] {
            for when in 1..=most {
                remove();
                let inject = format!("{call}:signal=SIGKILL:when={when}");
                if injected(&world, &[&inject], &command).is_none() {
                    return;
                }
                seen += left(&world).len();
                if when % 2 == 0 {
                    // A run for another output leaves them.
                    let before = left(&world).len();
                    world.succeeds(&convert("file", "other", &[]));
                    fs::remove_file(world.path("other")).unwrap();
                    assert_eq!(left(&world).len(), before, "{how:?} {inject}");
                }
                if world.path("out").exists() {
                    continue;
                }
                world.succeeds(&command);
                assert!(
                    world.files() == expected,
                    "{how:?} {inject}: {:?}",
                    world.files().keys()
                );
            }
        }
        assert!(seen > 2, "{how:?}: {seen} were left");
        remove();
    }
}

#[test]
fn what_others_hold_stays() {
    let world = world();
    for from in ["file", "in"] {
        let command = convert(from, "out", &[]);
        let kill = ["pwrite64:signal=SIGKILL:when=2"];
        if injected(&world, &kill, &command).is_none() {
            return;
        }
        let paths = left(&world);
        assert_eq!(paths.len(), 1, "{paths:?}");
        let before = files(&world.path(""));
        let held = File::open(&paths[0]).unwrap();
        held.try_lock().unwrap();
        world.succeeds(&command);
        assert_eq!(left(&world), paths);
        let out = world.path("out");
        if out.is_dir() {
            fs::remove_dir_all(out).unwrap();
        } else {
            fs::remove_file(out).unwrap();
        }
        assert!(world.files() == before);
        drop(held);
        world.succeeds(&command);
        assert!(left(&world).is_empty());
        let out = world.path("out");
        if out.is_dir() {
            fs::remove_dir_all(out).unwrap();
        } else {
            fs::remove_file(out).unwrap();
        }
    }
}
