//! SIGINT, SIGTERM and SIGKILL while `ulp convert` runs. The source stays as it is, and nothing incomplete has the final name.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Instant;

use safetensors::Dtype;
use serde_json::json;

use crate::world::{Content, Tensor, World, files};

const MOMENTS: u32 = 20;
const INT: i32 = 2;
const KILL: i32 = 9;
const TERM: i32 = 15;

type Files = BTreeMap<String, Vec<u8>>;

fn weights(name: &str, bytes: usize) -> Vec<u8> {
    let data: Vec<u8> = (0..bytes / 4)
        .flat_map(|i| (i as f32).to_le_bytes())
        .collect();
    Content::of([(name, Tensor::flat(Dtype::F32, data))]).bytes()
}

/// Makes a directory `in` of shards, 16 MiB each.
fn shards() -> World {
    let world = World::new();
    fs::create_dir(world.path("in")).unwrap();
    for name in ["a", "b"] {
        world.write(&format!("in/{name}"), weights(name, 16 << 20));
    }
    let index = json!({"weight_map": {"a": "a", "b": "b"}});
    world.write("in/model.safetensors.index.json", index.to_string());
    world
}

/// Returns all files except the source.
fn left(world: &World) -> Files {
    let mut files = world.files();
    files.retain(|name, _| !name.starts_with("in"));
    files
}

fn source(world: &World) -> Files {
    let mut files = world.files();
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
fn interrupt(
    world: &World,
    arguments: &[&str],
    signal: i32,
    check: impl Fn(u32, ExitStatus),
) -> u32 {
    let before = source(world);
    let start = Instant::now();
    world.succeeds(arguments);
    let step = start.elapsed() / MOMENTS;
    check(0, ExitStatus::default());
    let mut interrupted = 0;
    for moment in 0..MOMENTS {
        let mut child = world
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
            let out = world.path("out").exists();
            assert!(
                out || !published,
                "moment {moment}: {status}, and no output"
            );
        }
        assert!(source(world) == before, "moment {moment}");
        check(moment, status);
    }
    interrupted
}

fn temporary(name: &str) -> bool {
    name.starts_with(".ulp-")
}

/// Checks the files that a conversion to `out` left, and removes them.
fn nothing_or_all(world: &World, whole: &Files, signal: i32, moment: u32, status: ExitStatus) {
    let mut left = left(world);
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
        let path = world.path(&name);
        let removed = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        removed.unwrap();
        left.retain(|below, _| !below.starts_with(&name));
    }
}

fn whole_or_nothing(world: &World, signals: &[i32]) {
    let convert = ["convert", "in", "out", "--to", "bf16"];
    world.succeeds(&convert);
    let whole = left(world);
    nothing_or_all(world, &whole, 0, 0, ExitStatus::default());
    for &signal in signals {
        let check = |moment, status| nothing_or_all(world, &whole, signal, moment, status);
        assert!(
            interrupt(world, &convert, signal, check) > 0,
            "signal {signal} came too late"
        );
    }
}

#[test]
fn a_file() {
    let world = World::new();
    world.write("in", weights("weight", 64 << 20));
    whole_or_nothing(&world, &[INT, KILL]);
}

#[test]
fn a_directory() {
    whole_or_nothing(&shards(), &[INT, KILL, TERM]);
}

/// Running a killed part again completes it.
#[test]
fn parts() {
    let world = shards();
    let convert = ["convert", "in", "out", "--to", "bf16"];
    world.succeeds(&convert);
    let whole = files(&world.path("out"));
    fs::remove_dir_all(world.path("out")).unwrap();
    let part = [&convert[..], &["--part", "1/1"]].concat();
    for signal in [INT, KILL] {
        interrupt(&world, &part, signal, |moment, status| {
            assert!(!world.path("out").exists(), "moment {moment}");
            let left = left(&world);
            let unfinished = left.keys().any(|name| name.contains("/.ulp-"));
            assert!(
                signal == KILL || !unfinished,
                "moment {moment}: {:?}",
                left.keys()
            );
            if !status.success() {
                world.succeeds(&part);
            }
            world.succeeds(&[&convert[..], &["--finish"]].concat());
            assert!(files(&world.path("out")) == whole, "moment {moment}");
            assert!(!world.path("out.parts").exists(), "moment {moment}");
            fs::remove_dir_all(world.path("out")).unwrap();
        });
    }
}
