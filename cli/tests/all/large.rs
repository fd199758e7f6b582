//! Large and hostile headers take little memory. The peak is compared with the header's length, because it grows with it.

use std::fs;
use std::process::Command;

use crate::support::{Sandbox, WEIGHTS};

/// The length of the headers. The program itself takes a few megabytes, and less beside them if they are longer.
const LENGTH: usize = 8 << 20;

/// The memory that the program takes for itself, with two threads.
const PROGRAM: usize = 10 << 20;

/// Runs a command that must succeed, and returns the peak of its memory in bytes. Returns `None` if there is no `time` of GNU.
fn peak(sandbox: &Sandbox, arguments: &[&str]) -> Option<usize> {
    peak_with(sandbox, arguments, true)
}

/// Runs a command that must succeed or must fail, and returns the peak of its memory in bytes.
fn peak_with(sandbox: &Sandbox, arguments: &[&str], succeeds: bool) -> Option<usize> {
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o", "peak", env!("CARGO_BIN_EXE_ulp")]);
    // Memory that the allocator keeps for each thread isn't the program's.
    command.args(arguments).env("MALLOC_ARENA_MAX", "1");
    let output = command.current_dir(sandbox.path(".")).output().ok()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), succeeds, "{arguments:?}: {errors}");
    let peak = fs::read_to_string(sandbox.path("peak")).ok()?;
    // The line before says that a command failed.
    Some(peak.lines().last()?.parse::<usize>().ok()? << 10)
}

/// Commands that read the file `in`.
const COMMANDS: [&str; 9] = [
    "inspect in",
    "inspect in --json",
    "check in --to bf16 --threads 2",
    "check in --to all --threads 2",
    "check in --to all --threads 2 --json",
    "convert in out --to bf16 --threads 2 --no-sync",
    "convert in kept --to bf16 --threads 2 --no-sync --json --keep .",
    "convert in random --to f16 --threads 2 --no-sync --stochastic 1",
    "convert in scaled --to f8_e4m3 --threads 2 --no-sync --scale tensor",
];

/// A file, and a limit of the memory that commands about the file take.
struct Case<'c> {
    what: &'c str,
    header: &'c str,
    /// The number of bytes after the header.
    data: usize,
    /// False if the file is refused.
    is_sound: bool,
    /// The limit as a multiple of the header's length.
    times: f64,
}

/// Checks the peaks of these commands.
fn check_peaks(commands: &[&str], case: &Case) {
    let Case {
        what,
        header,
        data,
        is_sound,
        times,
    } = *case;
    let sandbox = Sandbox::new();
    let length = header.len() as u64;
    // bf16 has fewer digits than these numbers, so no count of errors is zero.
    let data: Vec<u8> = [0x57, 0x35].into_iter().cycle().take(data).collect();
    sandbox.write("in", [&length.to_le_bytes(), header.as_bytes(), &data].concat());
    for command in commands {
        let arguments: Vec<&str> = command.split(' ').collect();
        let Some(peak) = peak_with(&sandbox, &arguments, is_sound) else {
            eprintln!("{what}: skipped, since there is no `time`");
            return;
        };
        let ratio = peak.saturating_sub(PROGRAM) as f64 / header.len() as f64;
        println!("{what}: {command}: {ratio:.2}");
        assert!(ratio <= times, "{what}: {command}: {ratio}");
    }
}

/// Returns a header of entries, and the number of entries.
fn entries(entry: impl Fn(usize) -> String) -> (String, usize) {
    let (mut header, mut count) = (String::from("{"), 0);
    while header.len() < LENGTH {
        header += if count == 0 { "" } else { "," };
        header += &entry(count);
        count += 1;
    }
    (header + "}", count)
}

fn tensor(name: &str, shape: &str, [start, end]: [usize; 2]) -> String {
    format!(r#""{name}":{{"dtype":"F32","shape":[{shape}],"data_offsets":[{start},{end}]}}"#)
}

#[test]
fn headers_take_three_times_their_length() {
    let layer = |i: usize| {
        let name = format!("model.layers.{}.mlp.experts.{}.down_proj.weight", i / 200, i % 200);
        tensor(&name, "1,1", [4 * i, 4 * i + 4])
    };
    let (layers, count) = entries(layer);
    check_peaks(
        &COMMANDS,
        &Case {
            what: "layers",
            header: &layers,
            data: 4 * count,
            is_sound: true,
            times: 3.0,
        },
    );
}

#[test]
fn headers_of_weights_with_scales_take_three_times_their_length() {
    let layer = |i: usize| {
        let name = format!("model.layers.{}.mlp.experts.{}.down_proj.weight", i / 200, i % 200);
        let weight = tensor(&name, "2,2", [8 * i, 8 * i + 4]).replace("F32", "F8_E4M3");
        let scale = tensor(&format!("{name}_scale"), "1", [8 * i + 4, 8 * i + 8]);
        format!("{weight},{scale}")
    };
    let (layers, count) = entries(layer);
    check_peaks(
        &COMMANDS,
        &Case {
            what: "weights with scales",
            header: &layers,
            data: 8 * count,
            is_sound: true,
            times: 3.0,
        },
    );
}

/// One text may take the whole header. A text with escapes is decoded.
#[test]
fn headers_of_long_texts_take_twice_their_length() {
    let x = tensor("x", "1", [0, 4]);
    let (plain, escaped) = ("x".repeat(LENGTH), "\\n".repeat(LENGTH / 2));
    let texts = entries(|i| format!(r#""{i:x}":"""#)).0;
    for (what, header) in [
        ("a long name", format!("{{{}}}", tensor(&plain, "1", [0, 4]))),
        ("a long name with escapes", format!("{{{}}}", tensor(&escaped, "1", [0, 4]))),
        ("metadata", format!(r#"{{"__metadata__":{texts},{x}}}"#)),
        ("a long text", format!(r#"{{"__metadata__":{{"":"{plain}"}},{x}}}"#)),
        (
            "a long text with escapes",
            format!(r#"{{"__metadata__":{{"":"{escaped}"}},{x}}}"#),
        ),
        (
            "a long key with escapes",
            format!(r#"{{"__metadata__":{{"{escaped}":""}},{x}}}"#),
        ),
    ] {
        check_peaks(
            &COMMANDS[..6],
            &Case {
                what,
                header: &header,
                data: 4,
                is_sound: true,
                times: 2.0,
            },
        );
    }
}

/// A message about a header quotes only the ends of a long text.
#[test]
fn wrong_headers_take_twice_their_length() {
    let plain = "x".repeat(LENGTH);
    let half = &plain[..LENGTH / 2];
    let entry = |name: &str, dtype: &str| tensor(name, "1", [0, 4]).replace("F32", dtype);
    for (what, header) in [
        ("a long name", format!("{{{}}}", entry(&plain, "F33"))),
        ("a long name, cut data", format!("{{{}}}", entry(&plain, "F64"))),
        ("a long dtype", format!("{{{}}}", entry("x", &plain))),
        ("a long name and dtype", format!("{{{}}}", entry(half, half))),
        ("a long name twice", format!("{{{0},{0}}}", entry(half, "F32"))),
        ("a text", format!(r#""{plain}""#)),
        ("metadata that are a text", format!(r#"{{"__metadata__":"{plain}"}}"#)),
        (
            "a long configuration",
            format!(r#"{{"__metadata__":{{"quantization_config":"{plain}{plain}"}}}}"#),
        ),
    ] {
        check_peaks(
            &COMMANDS[5..6],
            &Case {
                what,
                header: &header,
                data: 4,
                is_sound: false,
                times: 2.0,
            },
        );
    }
}

/// Returns the shortest name that no smaller number has.
fn shortest_name(mut number: usize) -> String {
    let letters: Vec<char> = (' '..='~').filter(|letter| !['"', '\\'].contains(letter)).collect();
    let mut name = String::new();
    while number > 0 {
        number -= 1;
        name.push(letters[number % letters.len()]);
        number /= letters.len();
    }
    name
}

/// Entries with the shortest names, and with any number of dimensions, take three times their length too.
#[test]
fn headers_of_short_entries_take_three_times_their_length() {
    for (dtype, size) in [("U8", 1), ("F16", 2)] {
        // A debug build takes seconds for each.
        let dimensions: &[usize] = if cfg!(debug_assertions) { &[0, 5] } else { &[0, 1, 5, 17, 65] };
        for &dimensions in dimensions {
            let size = if dimensions == 0 { size } else { 0 };
            let shape = vec!["0"; dimensions].join(",");
            let (header, count) = entries(|i| {
                let (name, start) = (shortest_name(i), i * size);
                let end = start + size;
                format!(r#""{name}":{{"dtype":"{dtype}","shape":[{shape}],"data_offsets":[{start},{end}]}}"#)
            });
            let what = format!("{dtype}, {dimensions} dimensions");
            check_peaks(
                &COMMANDS,
                &Case {
                    what: &what,
                    header: &header,
                    data: size * count,
                    is_sound: true,
                    times: 3.0,
                },
            );
        }
    }
}

/// An entry may be an array: the reference reader takes it. Arrays are shorter than objects.
#[test]
fn headers_of_arrays_take_three_times_their_length() {
    for dtype in ["U8", "F16"] {
        let (header, _) = entries(|i| format!(r#""{}":["{dtype}",[0],[0,0]]"#, shortest_name(i)));
        check_peaks(
            &COMMANDS,
            &Case {
                what: dtype,
                header: &header,
                data: 0,
                is_sound: true,
                times: 3.0,
            },
        );
    }
}

/// Every tensor may have a line of its own in the summary.
#[test]
fn headers_of_many_patterns_take_three_times_their_length() {
    for form in [
        r#"{"dtype":DTYPE,"shape":SHAPE,"data_offsets":OFFSETS}"#,
        "[DTYPE,SHAPE,OFFSETS]",
    ] {
        let entry = |name: &str, [dtype, shape, offsets]: [&str; 3]| {
            let described = form.replace("DTYPE", dtype).replace("SHAPE", shape);
            format!(r#""{name}":{}"#, described.replace("OFFSETS", offsets))
        };
        let (header, _) = entries(|i| match i {
            0 => entry("the usual format", [r#""F16""#, "[1]", "[0,2]"]),
            _ => entry(&shortest_name(i), [r#""F64""#, "[0]", "[2,2]"]),
        });
        check_peaks(
            &COMMANDS,
            &Case {
                what: form,
                header: &header,
                data: 2,
                is_sound: true,
                times: 3.0,
            },
        );
    }
}

/// A shape has at most 65,536 dimensions.
#[test]
fn a_tensor_has_few_dimensions() {
    let sandbox = Sandbox::new();
    for (count, is_read) in [(65, true), (1 << 16, true), ((1 << 16) + 1, false), (1 << 20, false)] {
        let header = format!("{{{}}}", tensor("x", &vec!["1"; count].join(","), [0, 4]));
        let length = (header.len() as u64).to_le_bytes();
        sandbox.write("in", [&length, header.as_bytes(), &[0; 4]].concat());
        if is_read {
            sandbox.succeeds(&["convert", "in", "out", "--to", "bf16"]);
            fs::remove_file(sandbox.path("out")).unwrap();
        } else {
            let words = ["in: ", "tensor x: ", "more than 65536 dimensions"];
            sandbox.fails(&["convert", "in", "out", "--to", "bf16"], &words);
        }
    }
}

/// A configuration of 10 MB, the longest that is read, takes less than 400 MB.
#[test]
fn configurations_take_limited_memory() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    fs::copy(WEIGHTS, sandbox.path("in/model.safetensors")).unwrap();
    let zeros = vec!["0"; 2 << 20].join(",");
    sandbox.write("in/config.json", format!(r#"{{"a":[{zeros}]}}"#));
    let how = ["--to", "bf16", "--threads", "2", "--no-sync"];
    let arguments = [&["convert", "in", "out"], &how[..]].concat();
    let Some(peak) = peak(&sandbox, &arguments) else {
        return;
    };
    assert!(peak < 40 * zeros.len(), "{peak} bytes");
}

/// Blocks of a few elements have many scales. Only some of them are in memory at once.
#[test]
fn small_blocks_take_little_memory() {
    let sandbox = Sandbox::new();
    let [rows, cols] = [2048, 4096];
    let data = rows * cols * 4;
    let header = tensor("q_proj.weight", &format!("{rows},{cols}"), [0, data]);
    let header = format!("{{{header}}}");
    let length = (header.len() as u64).to_le_bytes();
    sandbox.write("in", [&length, header.as_bytes(), &vec![0; data]].concat());
    // A debug build takes seconds for each.
    let some = ["1x1", "3x1", "128x128"];
    let all = ["1x1", "1x2", "3x1", "2048x1", "1x4096", "128x128"];
    let blocks = if cfg!(debug_assertions) { &some[..] } else { &all };
    for block in blocks {
        let scale = format!("--scale=block:{block}");
        let how = ["--to", "f8_e4m3", &scale, "--threads", "2"];
        for (command, out) in [("check", None), ("convert", Some("out"))] {
            let arguments = [command, "in"].into_iter().chain(out).chain(how);
            let arguments: Vec<&str> = arguments.collect();
            let Some(peak) = peak(&sandbox, &arguments) else {
                return;
            };
            assert!(peak < data, "{block}: {command}: {peak} bytes");
            let _ = fs::remove_file(sandbox.path("out"));
        }
    }
}
