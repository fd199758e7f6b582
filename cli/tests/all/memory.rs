//! `ulp memory`, compared with figures of papers.

use serde_json::Value;

use crate::support::Sandbox;

fn json(arguments: &[&str]) -> Value {
    let printed = Sandbox::new().succeeds(&[&["memory", "--json"], arguments].concat());
    serde_json::from_str(&printed).expect("JSON")
}

/// Rajbhandari et al., "ZeRO", 2020, figure 1: 7.5 billion parameters on 64 devices.
#[test]
fn totals_are_those_of_figure_1_of_zero() {
    let bytes = [120_000_000_000_u64, 31_406_250_000, 16_640_625_000, 1_875_000_000];
    for (stage, bytes) in bytes.into_iter().enumerate() {
        let report = json(&["7.5e9", "--zero", &stage.to_string(), "--devices", "64"]);
        assert_eq!(report["device_bytes"]["training"], bytes);
        assert_eq!(report["whole_bytes"]["training"], 120_000_000_000_u64);
    }
}

#[test]
fn the_table_has_a_row_for_each_part() {
    let table = Sandbox::new().succeeds(&[
        "memory",
        "7e9",
        "--optimizer",
        "adamw",
        "--weights",
        "bf16",
        "--zero",
        "2",
        "--devices",
        "64",
    ]);
    let row = |name: &str| {
        let line = table.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("no {name} in {table}"))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    // A parameter takes 2 + 2 + 4 + 8 bytes. A device has all of the weights and a 64th of the rest.
    assert_eq!(
        row("training"),
        "training 112 GB (104 GiB, 112000000000 bytes) 15.5 GB (14.5 GiB, 15531250000 bytes)"
    );
    assert!(row("inference").starts_with("inference 14.0 GB (13.0 GiB, 14000000000 bytes)"));
}

#[test]
fn each_format_may_be_named() {
    let report = json(&[
        "1M",
        "--weights",
        "f32",
        "--gradients",
        "f16",
        "--moments",
        "bf16",
        "--master",
        "none",
        "--optimizer",
        "momentum",
    ]);
    let whole = &report["whole_bytes"];
    assert_eq!(whole["weights"], 4_000_000);
    assert_eq!(whole["gradients"], 2_000_000);
    assert_eq!(whole["master_weights"], 0);
    assert_eq!(whole["moments"], 2_000_000);
    assert_eq!(report["parameters"], 1_000_000);
}

#[test]
fn nonsense_is_refused() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["memory"][..],
        &["memory", "7.5"],
        &["memory", "seven"],
        &["memory", "7e9", "--zero", "4"],
        &["memory", "7e9", "--devices", "0"],
        &["memory", "7e9", "--weights", "bf17"],
        &["memory", "7e9", "--optimizer", "lion"],
    ] {
        assert_eq!(sandbox.ulp(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

/// Bytes that don't fit 64 bits are printed too. Every number gives a report or an error.
#[test]
fn numbers_of_any_size_are_exact() {
    let report = Sandbox::new().succeeds(&["memory", "2e18", "--json"]);
    // A parameter takes 16 bytes.
    assert!(report.contains("\"training\": 32000000000000000000,"), "{report}");
    let sandbox = Sandbox::new();
    for parameters in [
        "0",
        "1152921504606846976",
        "18446744073709551615",
        "18446744073709551616",
        "1e400",
        "1.5e-9223372036854775808",
        "1e-9223372036854775808",
        "1e9223372036854775807",
        "1e9223372036854775808",
        "0e9223372036854775807",
        "-1",
        "NaN",
        "\u{0661}e3",
    ] {
        for devices in ["1", "7", "18446744073709551615"] {
            for format in ["--json", "--zero=3"] {
                let zero = ["--devices", devices];
                let arguments = [&["memory"], &zero[..], &[format, "--", parameters]].concat();
                let code = sandbox.ulp(&arguments[..]).status.code();
                assert!([Some(0), Some(2)].contains(&code), "{arguments:?}: {code:?}");
            }
        }
    }
}
