//! Every error is one line that names the file, and leaves everything unchanged.

use std::fs;
#[cfg(unix)]
use std::io::Write;
#[cfg(unix)]
use std::process::{Command, Stdio};

use safetensors::Dtype;

use crate::support::{Content, Sandbox, Tensor, WEIGHTS};

fn small() -> Vec<u8> {
    let data = [1.0_f32, 2.0, 3.0].map(f32::to_le_bytes).concat();
    Content::of([
        ("x", Tensor::flat(Dtype::F32, data)),
        ("n", Tensor::flat(Dtype::U8, [1, 2, 3])),
    ])
    .bytes()
}

fn header(json: &str) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat()
}

fn convert_fails(sandbox: &Sandbox, input: &str, words: &[&str]) {
    sandbox.fails(&["convert", input, "out", "--to", "bf16"], &[&[input], words].concat());
}

#[test]
fn a_missing_file_is_named() {
    let sandbox = Sandbox::new();
    convert_fails(&sandbox, "missing.safetensors", &["No such file"]);
    fs::create_dir(sandbox.path("folder")).unwrap();
    convert_fails(&sandbox, "folder", &[]);
}

#[test]
fn another_kind_of_file_is_refused() {
    let sandbox = Sandbox::new();
    let files: [(&str, Vec<u8>); 7] = [
        ("empty", Vec::new()),
        ("text", b"These are words, and no weights at all.\n".repeat(100)),
        ("zeros", vec![0; 4096]),
        ("ones", vec![0xff; 4096]),
        ("json", header("[1, 2, 3]")),
        ("deep", header(&"[".repeat(100_000))),
        ("latin1", [&1_u64.to_le_bytes()[..], b"\xe9"].concat()),
    ];
    for (name, bytes) in files {
        sandbox.write(name, bytes);
        convert_fails(&sandbox, name, &["safetensors"]);
    }
}

#[test]
fn a_wrong_header_is_refused() {
    let sandbox = Sandbox::new();
    for (json, data) in [
        (r#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
        (r#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
        (r#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
        (r#"{"x":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, 4),
        (r#"{"x":{"dtype":"F33\n\u001b[2J","shape":[1],"data_offsets":[0,4]}}"#, 4),
        (r#"{"x\ny":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
        (r#"{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#, 2),
        (r#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
        (
            r#"{"x":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,4]}}"#,
            4,
        ),
        (
            r#"{"x":{"dtype":"F32","shape":[9223372036854775807,4,0],"data_offsets":[0,0]}}"#,
            0,
        ),
        (
            r#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            4,
        ),
        (r#"{"x":{"dtype":"F32","shape":[1]}}"#, 4),
        (r#"{"__metadata__":{"a":1}}"#, 0),
    ] {
        sandbox.write("lies", [header(json), vec![0; data]].concat());
        convert_fails(&sandbox, "lies", &["not a safetensors file"]);
    }
}

#[test]
fn a_truncated_file_is_refused() {
    let sandbox = Sandbox::new();
    let bytes = small();
    for length in 0..bytes.len() {
        sandbox.write("cut", &bytes[..length]);
        convert_fails(&sandbox, "cut", &["truncated"]);
    }
    sandbox.write("long", [bytes.as_slice(), b"!"].concat());
    convert_fails(&sandbox, "long", &["data are not as long"]);

    let weights = fs::read(WEIGHTS).unwrap();
    for length in [7, 8, 9, 1000, 1383, 1384, 1385, weights.len() / 2, weights.len() - 1] {
        sandbox.write("weights", &weights[..length]);
        convert_fails(&sandbox, "weights", &["truncated"]);
    }
}

/// Every change of one byte gives a file or an error, and no panic.
#[test]
fn a_damaged_header_is_refused() {
    let sandbox = Sandbox::new();
    let bytes = small();
    let data = 12 + 3;
    for place in 0..bytes.len() - data {
        for flip in [0x01, 0x10, 0x80] {
            let mut damaged = bytes.clone();
            damaged[place] ^= flip;
            sandbox.write("damaged", &damaged);
            let output = sandbox.ulp(&["convert", "damaged", "out", "--to", "f16"]);
            let lines = output.stderr.split_inclusive(|&byte| byte == b'\n').count();
            match output.status.code() {
                Some(0) => fs::remove_file(sandbox.path("out")).unwrap(),
                code => assert_eq!((code, lines), (Some(2), 1), "byte {place} ^ {flip:x}"),
            }
            assert_eq!(sandbox.files().len(), 1);
        }
    }
}

#[test]
fn unknown_and_unwritable_formats_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("in", small());
    for (format, words) in [
        ("bf17", &["bf17", "did you mean \"BF16\"?"][..]),
        ("", &["unknown format"]),
        ("i8", &["i8", "unknown format"]),
        ("two\nlines", &["unknown format"]),
        ("float4_e2m1fn", &["float4_e2m1fn", "packed"]),
        ("float6_e2m3fn", &["float6_e2m3fn", "packed"]),
        ("float6_e3m2fn", &["float6_e3m2fn", "packed"]),
        ("float8_e3m4", &["float8_e3m4", "safetensors"]),
        ("float8_e4m3b11fnuz", &["float8_e4m3b11fnuz", "safetensors"]),
    ] {
        sandbox.fails(&["convert", "in", "out", "--to", format], &[&["in: "], words].concat());
    }
}

#[test]
fn an_existing_output_is_kept() {
    let sandbox = Sandbox::new();
    sandbox.write("in", small());
    sandbox.write("there", "precious");
    sandbox.fails(&["convert", "in", "there", "--to", "f16"], &["there: ", "exists"]);
    sandbox.fails(&["convert", "in", "in", "--to", "f16"], &["in: ", "exists"]);
    sandbox.fails(&["convert", "in", "./in", "--to", "f16"], &["./in: ", "exists"]);
    fs::create_dir(sandbox.path("folder")).unwrap();
    sandbox.fails(&["convert", "in", "folder", "--to", "f16"], &["folder: ", "exists"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", sandbox.path("link")).unwrap();
        sandbox.fails(&["convert", "in", "link", "--to", "f16"], &["link: ", "exists"]);
        assert!(fs::read_link(sandbox.path("link")).is_ok());
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_appears_meanwhile_is_kept() {
    let sandbox = Sandbox::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ulp"));
    command.current_dir(sandbox.path("."));
    command.args(["convert", "/dev/stdin", "out", "--to", "f16"]);
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = Content::of([("x", Tensor::flat(Dtype::F32, vec![0; 1 << 20]))]).bytes();
    // No pipe holds so many bytes. After this write, the program is reading, and has seen that there is no output.
    input.write_all(&bytes).unwrap();
    sandbox.write("out", "precious");
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.starts_with(b"ulp: out: exists already"));
    assert_eq!(sandbox.files(), [("out".to_string(), b"precious".to_vec())].into());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ulp"));
    let output = command.arg("finfo").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.starts_with(b"ulp: standard output: "));
}

#[test]
fn an_output_in_a_missing_directory_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("in", small());
    sandbox.fails(&["convert", "in", "no/out", "--to", "f16"], &["no/out: ", "No such file"]);
    sandbox.fails(&["convert", "in", "in/out", "--to", "f16"], &["in/out: "]);
}

#[test]
fn a_name_cannot_break_the_line() {
    let sandbox = Sandbox::new();
    convert_fails(&sandbox, "absent", &[]);
    sandbox.fails(&["convert", "two\nlines", "out", "--to", "f16"], &["two\\nlines"]);
}

/// Nothing that a file or the command line says turns a message around, breaks it, or makes it long, also in JSON.
#[test]
fn no_text_changes_a_message() {
    let sandbox = Sandbox::new();
    let hostile = "\u{1b}[2J\u{202e}\u{2028}\u{9b}31m\r\n".repeat(100);
    let name = serde_json::to_string(&hostile).unwrap();
    let entry = format!(r#"{{{name}:{{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}}}"#);
    sandbox.write("lies", [header(&entry), vec![0; 4]].concat());
    let entry = format!(r#"{{{name}:{{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}},"#)
        + r#""scaled_fp8":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}"#;
    sandbox.write("unscaled", [header(&entry), vec![0; 4]].concat());
    for arguments in [
        &["inspect", "lies"][..],
        &["convert", "unscaled", "out", "--to", "bf16"],
        &["inspect", &hostile],
        &["inspect", "lies", &hostile],
        &[&hostile],
        &["check", "lies", "--to", &hostile],
        &["inspect", "lies", "--scale", &hostile],
        &["check", "lies", "--to", "bf16", "--fail-on", &hostile],
        &["bits", &hostile],
        &["memory", &hostile],
    ] {
        for json in [None, Some("--json")] {
            let output = sandbox.command(arguments).args(json).output().unwrap();
            let errors = String::from_utf8(output.stderr).unwrap();
            let line = errors.strip_suffix('\n').unwrap();
            let safe = |c: char| !c.is_control() && !['\u{202e}', '\u{2028}'].contains(&c);
            assert!(line.chars().all(safe), "{arguments:?}: {errors:?}");
            // The JSON has the path and the name beside the message.
            assert!(line.chars().count() < 6000, "{arguments:?}: {errors:?}");
            assert!(json.is_some() || line.chars().count() < 520, "{errors}");
        }
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    let sandbox = Sandbox::new();
    sandbox.write("in", small());
    for arguments in [
        &[][..],
        &["convert"],
        &["convert", "in", "out"],
        &["reverse"],
        &["finfo", "--all"],
    ] {
        let output = sandbox.ulp(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(sandbox.files().len(), 1);
}

/// A program that asks for JSON gets errors as JSON, also errors of the command line.
#[test]
fn errors_are_json_where_json_is_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.write("in", small());
    sandbox.write("there", "precious");
    sandbox.write("cut", &small()[..5]);
    let cases: [(&[&str], &str, Option<&str>); 5] = [
        (&["convert", "in", "there", "--to", "f16", "--json"], "exists", Some("there")),
        (&["convert", "cut", "out", "--to", "f16", "--json"], "header", Some("cut")),
        (&["check", "in", "--to", "f17", "--json"], "option", Some("in")),
        (&["finfo", "f17", "--json"], "argument", None),
        (&["convert", "--json"], "usage", None),
    ];
    for (arguments, kind, path) in cases {
        let output = sandbox.ulp(arguments);
        assert_eq!(output.stdout, b"", "{arguments:?}");
        let lines = output.stderr.split_inclusive(|&byte| byte == b'\n');
        assert_eq!(lines.count(), 1, "{arguments:?}");
        let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        let error = &error["error"];
        assert_eq!(error["kind"], kind);
        assert_eq!(error["path"].as_str(), path);
        assert_eq!(error["exit_code"], 2);
        assert_eq!(output.status.code(), Some(2));
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
}

/// A caller of the library can stop the work. No file is left then.
#[test]
fn a_cancelled_call_leaves_nothing() {
    struct Cancel;
    impl ulp_cli::observer::Observer for Cancel {
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let sandbox = Sandbox::new();
    sandbox.write("in", small());
    let mut request = ulp_cli::convert::Request {
        input: sandbox.path("in"),
        output: sandbox.path("out"),
        ..Default::default()
    };
    request.options.to = "f16".into();
    let error = ulp_cli::convert::convert(&request, &Cancel).unwrap_err();
    assert_eq!(error.kind(), "cancelled");
    assert_eq!(sandbox.files().len(), 1);
    ulp_cli::convert::convert(&request, &()).unwrap();
    assert!(sandbox.path("out").exists());
}
