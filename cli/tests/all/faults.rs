//! Disks that are full or read-only, and headers that ask for too much. The source stays as it is, and nothing has the final
//! name.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use safetensors::Dtype;
use serde_json::json;

use crate::support::{Content, Sandbox, Tensor, failed, files};

/// A file system of its own. It is unmounted at the end.
struct Mount(PathBuf);

impl Mount {
    /// Mounts a directory of `sandbox` that holds 1 MiB. Returns `None` if this process may not mount. Only root may.
    fn new(sandbox: &Sandbox, name: &str) -> Option<Mount> {
        let path = sandbox.path(name);
        fs::create_dir(&path).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(&path)
            .output();
        mount.is_ok_and(|output| output.status.success()).then(|| Mount(path))
    }

    fn forbid_writing(&self) {
        let mut mount = Command::new("mount");
        let status = mount.args(["-o", "remount,ro"]).arg(&self.0).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn weights(bytes: usize) -> Vec<u8> {
    Content::of([
        ("weight", Tensor::flat(Dtype::F32, vec![0x3f; bytes])),
        ("ids", Tensor::flat(Dtype::U8, [1, 2, 3])),
    ])
    .bytes()
}

/// Writes two shards. The second has `second` bytes.
fn write_shards(sandbox: &Sandbox, directory: &str, second: usize) {
    fs::create_dir(sandbox.path(directory)).unwrap();
    let shards = [("first", 1 << 16), ("second", second)];
    for (name, bytes) in shards {
        let tensor = Tensor::flat(Dtype::F32, vec![0x3f; bytes]);
        sandbox.write(&format!("{directory}/{name}"), Content::of([(name, tensor)]).bytes());
    }
    let index = json!({"weight_map": {"first": "first", "second": "second"}});
    sandbox.write(&format!("{directory}/model.safetensors.index.json"), index.to_string());
}

#[test]
fn a_full_disk_leaves_nothing() {
    let sandbox = Sandbox::new();
    let Some(disk) = Mount::new(&sandbox, "disk") else {
        eprintln!("a_full_disk: skipped, since this process may not mount a file system");
        return;
    };
    sandbox.write("in", weights(4 << 20));
    write_shards(&sandbox, "shards", 4 << 20);
    let full = "No space left on device";
    let to_disk = ["convert", "in", "disk/out", "--to", "bf16"];
    sandbox.fails(&to_disk, &["disk/out: ", "tensor weight: ", full]);
    sandbox.fails(&[&to_disk[..], &["--threads", "5"]].concat(), &["disk/out: ", full]);
    let shards = ["convert", "shards", "disk/out", "--to", "bf16"];
    sandbox.fails(&shards, &["disk/out/second: ", full]);

    // The work of a part stays until the disk has room again.
    for part in ["1/2", "2/2"] {
        let output = sandbox.ulp(&[&shards[..], &["--part", part]].concat());
        if part == "1/2" {
            failed(&output, &["out.parts/whole/second", full], part);
        } else {
            assert!(output.status.success());
        }
    }
    let left = files(&disk.0);
    let left: Vec<_> = left.keys().filter(|name| !name.ends_with('/')).collect();
    let expected = ["out.parts/counts/first", "out.parts/options.json", "out.parts/whole/first"];
    assert_eq!(left, expected);
    fs::remove_dir_all(disk.0.join("out.parts")).unwrap();

    // The source is on the disk, and not one byte is free.
    fs::write(disk.0.join("in"), weights(1000)).unwrap();
    let _ = fs::write(disk.0.join("fill"), vec![0; 2 << 20]);
    sandbox.fails(&["convert", "disk/in", "disk/out", "--to", "bf16"], &["disk/out: ", full]);
}

/// A limit on the length of a file makes a write fail for any user. The write of the second shard fails after the first has been
/// written.
#[test]
fn a_failed_write_leaves_nothing() {
    let sandbox = Sandbox::new();
    write_shards(&sandbox, "in", 4 << 20);
    sandbox.write("file", weights(4 << 20));
    let before = sandbox.files();
    for (input, shown) in [("in", "out/second: "), ("file", "out: ")] {
        let limited = "trap '' XFSZ; ulimit -f 512; exec \"$0\" \"$@\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", limited, env!("CARGO_BIN_EXE_ulp")]);
        shell.args(["convert", input, "out", "--to", "bf16"]);
        let output = shell.current_dir(sandbox.path(".")).output().unwrap();
        failed(&output, &[shown, "File too large"], input);
        assert!(sandbox.files() == before, "{input}");
    }
}

#[test]
fn an_unwritable_directory_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("in", weights(1000));
    // Permissions don't stop root, but a read-only file system does.
    let disk = Mount::new(&sandbox, "disk");
    fs::copy(sandbox.path("in"), sandbox.path("disk/in")).unwrap();
    write_shards(&sandbox, "disk/shards", 1000);
    let cause = if let Some(disk) = &disk {
        disk.forbid_writing();
        "Read-only file system"
    } else {
        fs::set_permissions(sandbox.path("disk"), Permissions::from_mode(0o555)).unwrap();
        if File::create(sandbox.path("disk/may")).is_ok() {
            eprintln!("a_directory_that_cannot_be_written: skipped, since this process may write everywhere");
            return;
        }
        "Permission denied"
    };
    sandbox.fails(&["convert", "in", "disk/out", "--to", "bf16"], &["disk/out: ", cause]);
    let shards = ["convert", "disk/shards", "disk/out", "--to", "bf16"];
    sandbox.fails(&shards, &["disk/out: ", cause]);
    sandbox.fails(&[&shards[..], &["--part", "1/2"]].concat(), &["disk/out.parts", cause]);

    // A source only needs to be readable.
    let before = files(&sandbox.path("disk"));
    sandbox.succeeds(&["convert", "disk/in", "out", "--to", "bf16"]);
    sandbox.succeeds(&["convert", "disk/shards", "out-shards", "--to", "bf16"]);
    assert!(files(&sandbox.path("disk")) == before);
    fs::set_permissions(sandbox.path("disk"), Permissions::from_mode(0o755)).ok();
}

fn header(json: &str) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat()
}

#[test]
fn headers_that_claim_huge_tensors_are_errors() {
    let sandbox = Sandbox::new();
    let tensor = |name: &str, shape: &str, [start, end]: [u64; 2]| {
        format!(r#""{name}":{{"dtype":"U8","shape":{shape},"data_offsets":[{start},{end}]}}"#)
    };
    let file = |tensors: &[String], data| [header(&format!("{{{}}}", tensors.join(","))), vec![0; data]].concat();
    let one = |name: &str, shape: &str, offsets: [u64; 2], data| file(&[tensor(name, shape, offsets)], data);
    for (what, bytes, words) in [
        ("length", u64::MAX.to_le_bytes().to_vec(), "18446744073709551615 bytes"),
        (
            "long",
            [&100_000_001_u64.to_le_bytes()[..], b"{}"].concat(),
            "100000001 bytes",
        ),
        ("beyond", [&3_u64.to_le_bytes()[..], b"{}"].concat(), "inside its header"),
        (
            "overlap",
            file(&[tensor("a", "[2]", [0, 2]), tensor("b", "[2]", [1, 3])], 3),
            "tensor b: ",
        ),
        (
            "hole",
            file(&[tensor("a", "[1]", [0, 1]), tensor("b", "[1]", [2, 3])], 3),
            "tensor b: ",
        ),
        ("backwards", one("a", "[1]", [1, 0], 1), "tensor a: "),
        ("end", one("a", "[1]", [u64::MAX - 1, u64::MAX], 1), "tensor a: "),
        ("huge", one("a", "[18446744073709551615]", [0, u64::MAX], 1), "tensor a: "),
        (
            "twice",
            file(&[tensor("a", "[1]", [0, 1]), tensor("a", "[1]", [1, 2])], 2),
            "tensor a: two",
        ),
        (
            "product",
            one("a", "[4294967296,4294967296]", [0, 0], 0),
            "tensor a: the product",
        ),
        (
            "zero",
            one("a", "[4294967296,4294967296,0]", [0, 0], 0),
            "tensor a: the product",
        ),
    ] {
        sandbox.write(what, bytes);
        let words = [&format!("{what}: "), "not a safetensors file", words];
        sandbox.fails(&["convert", what, "out", "--to", "bf16"], &words);
        fs::remove_file(sandbox.path(what)).unwrap();
    }
    // The tensors may have any order, if the data are complete.
    sandbox.write("in", file(&[tensor("b", "[2]", [1, 3]), tensor("a", "[1]", [0, 1])], 3));
    sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
    let found = Content::read(&sandbox.path("out"));
    assert!(found == Content::read(&sandbox.path("in")));
}

/// If a user may have few processes, fewer threads do the work.
#[test]
fn fewer_threads_do_the_work() {
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 54321;
    let sandbox = Sandbox::new();
    sandbox.write("in", weights(4 << 20));
    sandbox.succeeds(&["convert", "in", "expected", "--to", "bf16"]);
    // No limit holds for root, and other users may have more processes than the limit already.
    fs::set_permissions(sandbox.path("."), Permissions::from_mode(0o777)).unwrap();
    for limit in [1, 2, 3, 4] {
        let mut command = Command::new("sh");
        let script = format!("ulimit -u {limit}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_ulp")]);
        command.args(["convert", "in", "out", "--to", "bf16", "--threads", "16"]);
        let Ok(output) = command.current_dir(sandbox.path(".")).uid(NOBODY).output() else {
            eprintln!("threads_that_cannot_start: skipped, since this process isn't root's");
            return;
        };
        let errors = String::from_utf8(output.stderr).unwrap();
        if output.status.success() {
            assert!(fs::read(sandbox.path("out")).unwrap() == fs::read(sandbox.path("expected")).unwrap());
            fs::remove_file(sandbox.path("out")).unwrap();
        } else {
            // Even the thread that waits for signals can't start.
            assert!(
                limit == 1 && errors.starts_with("ulp: cannot wait for signals: "),
                "{limit}: {errors}"
            );
        }
    }
    let output = sandbox.ulp(&["convert", "in", "out", "--to", "bf16", "--threads", "5000"]);
    assert_eq!(output.status.code(), Some(2));
}
