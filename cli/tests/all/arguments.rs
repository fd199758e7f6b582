//! Every option of every command takes any number, or refuses it in one line.

use std::fs;

use safetensors::Dtype;

use crate::support::{Content, Sandbox, Tensor};

const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1",
    "2147483648",
    "4294967296",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e400",
    "1e18446744073709551616",
    "nan",
    "inf",
    "-0",
    "",
];

/// Returns the options of a command that take a value, with the name of the value, from the help.
fn options(sandbox: &Sandbox, command: &str) -> Vec<(String, String)> {
    let help = sandbox.succeeds(&[command, "--help"]);
    let options = help.lines().filter_map(|line| {
        let (_, option) = line.split_once("--")?;
        let (name, value) = option.split_once(" <")?;
        let is_name = !name.contains(' ') && line.trim_start().starts_with('-');
        is_name.then(|| (format!("--{name}"), value.trim_end_matches('>').to_string()))
    });
    options.collect()
}

/// Returns the number in all forms that the value of an option has.
fn forms(value: &str, number: &str) -> Vec<String> {
    let mut forms = vec![number.to_string()];
    if value.contains('/') {
        forms.extend([format!("{number}/{number}"), format!("1/{number}"), format!("{number}/1")]);
    }
    if value == "WHAT" {
        forms.extend([format!("block:{number}x{number}"), format!("block:1x{number}")]);
    }
    forms
}

#[test]
fn every_option_takes_or_refuses_any_number() {
    let sandbox = Sandbox::new();
    let weight = Tensor::new(Dtype::F32, &[2, 3], vec![0x3f; 24]);
    sandbox.write("file", Content::of([("q_proj.weight", weight)]).bytes());
    fs::create_dir(sandbox.path("in")).unwrap();
    fs::copy(sandbox.path("file"), sandbox.path("in/model.safetensors")).unwrap();
    let runs = [
        (&["convert", "in", "out", "--to", "f8_e4m3"][..], true),
        (&["convert", "file", "out", "--to", "f8_e4m3"], true),
        (&["check", "file", "--to", "f8_e4m3"], true),
        (&["inspect", "file"], true),
        (&["bits"], false),
        (&["bits", "1"], true),
        (&["bits", "--block", "mxfp4"], false),
        (&["bits", "--json"], false),
        (&["finfo"], true),
        (&["memory"], false),
        (&["memory", "--json"], false),
        (&["memory", "7e9"], true),
        (&["memory", "18446744073709551615", "--json"], true),
        (&["completions", "bash"], true),
        (&["man"], true),
    ];
    let mut count = 0;
    for (run, has_options) in runs {
        let options = if has_options {
            options(&sandbox, run[0])
        } else {
            vec![("--".into(), "VALUE".into())]
        };
        for (option, value) in options {
            for form in NUMBERS.iter().flat_map(|number| forms(&value, number)) {
                // An option that stands there already would be refused for this reason alone.
                let place = run.iter().position(|word| *word == option);
                let before = &run[..place.unwrap_or(run.len())];
                let last = if has_options {
                    vec![format!("{option}={form}")]
                } else {
                    vec!["--".into(), form]
                };
                let last = last.iter().map(String::as_str);
                let arguments: Vec<&str> = before.iter().copied().chain(last).collect();
                let output = sandbox.ulp(&arguments);
                let errors = String::from_utf8(output.stderr).unwrap();
                let code = output.status.code();
                assert!(matches!(code, Some(0..=3)), "{arguments:?}: {code:?} {errors}");
                assert!(!errors.contains("panicked"), "{arguments:?}: {errors}");
                let says = ["ulp: ", r#"{"error":"#].iter().any(|start| errors.starts_with(start));
                let is_one_line = errors.lines().count() == 1 && says;
                assert!(code == Some(0) || is_one_line, "{arguments:?}: {errors}");
                let _ = fs::remove_file(sandbox.path("out"));
                let _ = fs::remove_file(sandbox.path("config.json"));
                for directory in ["out", "out.parts"] {
                    let _ = fs::remove_dir_all(sandbox.path(directory));
                }
                count += 1;
            }
        }
    }
    assert!(count > 400, "only {count} options with numbers");
}
