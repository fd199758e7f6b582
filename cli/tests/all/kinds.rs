//! Files that people take for weights are called what they are, with a remedy.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{Sandbox, failed};

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

/// Returns files of other kinds, with words of their messages.
fn kinds() -> Vec<(Vec<u8>, [&'static str; 2])> {
    let zip = |name: &str, rest: &[u8]| [b"PK\x03\x04", rest, name.as_bytes()].concat();
    let web = ["a web page", "download"];
    let torch = ["a zip archive", "safetensors.torch.save_file"];
    let pickle = |protocol: u8| vec![0x80, protocol, b'}', b'q', 0, b'.', 0, 0, 0];
    vec![
        (POINTER.into(), ["a git-lfs pointer", "git lfs pull"]),
        (zip("archive/data.pkl", &[0, 0, 8, 8]), torch),
        // These bytes are the length of a header that readers accept.
        (zip("archive/data.pkl", &[0; 4]), torch),
        (pickle(2), ["a pickle", "safetensors.torch.save_file"]),
        (pickle(3), ["a pickle", "safetensors.torch.save_file"]),
        (b"\x80\x04\x95\x12\x00\x00\x00\x00\x00\x00\x00}".into(), ["a pickle", "torch"]),
        (pickle(5), ["a pickle", "safetensors.torch.save_file"]),
        (
            b"GGUF\x03\0\0\0\x01\0\0\0".into(),
            ["a GGUF file", "convert the safetensors files"],
        ),
        (b"<!DOCTYPE html><html></html>".into(), web),
        (b"<!doctype html>\n".into(), web),
        (b"\xef\xbb\xbf\r\n <HTML lang=en>".into(), web),
        (b"<?xml version=\"1.0\"?><Error/>".into(), web),
    ]
}

#[test]
fn other_kinds_of_files_are_named() {
    let sandbox = Sandbox::new();
    for (bytes, words) in kinds() {
        sandbox.write("model", &bytes);
        let words = [&["model: "], &words[..]].concat();
        sandbox.fails(&["convert", "model", "out", "--to", "bf16"], &words);
        sandbox.fails(&["check", "model", "--to", "bf16"], &words);
        sandbox.fails(&["inspect", "model"], &words);
        // The zip archive is as long as a header would be.
        let file = fs::File::options().write(true).open(sandbox.path("model"));
        file.unwrap().set_len(80_000_000).unwrap();
        failed(&sandbox.ulp(&["inspect", "model"]), &words, "a long file");
    }
}

/// Configurations and indices come from the same places as weights.
#[test]
fn other_kinds_of_configurations_are_named() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    fs::copy(crate::support::WEIGHTS, sandbox.path("in/model.safetensors")).unwrap();
    for name in ["in/config.json", "in/model.safetensors.index.json"] {
        for (bytes, words) in kinds() {
            sandbox.write(name, &bytes);
            let words = [&[name], &words[..]].concat();
            sandbox.fails(&["convert", "in", "out", "--to", "bf16"], &words);
        }
        fs::remove_file(sandbox.path(name)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn other_kinds_in_a_pipe_are_named() {
    let sandbox = Sandbox::new();
    for (bytes, words) in kinds() {
        let mut command = sandbox.command(&["inspect", "/dev/stdin"]);
        let mut child = piped(&mut command).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        failed(&output, &[&["/dev/stdin: "], &words[..]].concat(), &bytes);
    }
}

#[cfg(unix)]
fn piped(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped())
}
