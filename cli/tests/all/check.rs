//! `ulp check`: errors worked out by hand.

use safetensors::Dtype;
use serde_json::{Value, json};

use crate::world::{Content, Tensor, World};

fn floats(numbers: &[f32]) -> Tensor {
    let data: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    Tensor::flat(Dtype::F32, data)
}

#[test]
fn errors_by_hand() {
    let world = World::new();
    let inf = f32::INFINITY;
    let content = Content::of([
        // In e4m3fn, whose steps are 1/4 from 2 on and 1/8 from 1 on: exact, 2.125 to 2, 1.0625 to 1.
        ("fine", floats(&[1.0, 2.125, 1.0625, 0.0])),
        // Past 464; below 2^-10; 2^-8, a subnormal.
        (
            "bad",
            floats(&[1000.0, 0.0001, 0.003_906_25, f32::NAN, inf, -inf]),
        ),
        ("ids", Tensor::flat(Dtype::U8, [1, 2, 3])),
    ]);
    world.write("in", content.bytes());
    let text = world.succeeds(&["check", "in", "--to", "f8_e4m3", "--json"]);
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.len(), 2);
    let counts = |row: &Value| {
        json!([
            row["name"],
            row["overflowed"],
            row["became_zero"],
            row["subnormal"],
            row["nans"],
            row["infinities"],
        ])
    };
    // The worst first; the infinities, which e4m3fn lacks, overflow too.
    assert_eq!(counts(&rows[0]), json!(["bad", 3, 1, 1, 1, 2]));
    assert_eq!(rows[0]["amax"], 1000.0);
    assert_eq!(rows[0]["largest_relative_error"], 1.0);
    assert_eq!(rows[0]["mean_relative_error"], 0.5);
    assert_eq!(counts(&rows[1]), json!(["fine", 0, 0, 0, 0, 0]));
    let close = |name: &str, expected: f64| {
        let found = rows[1][name].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 1e-12, "{name}: {found}");
    };
    let [a, b] = [0.125 / 2.125, 0.0625 / 1.0625];
    close("largest_relative_error", f64::max(a, b));
    close("mean_relative_error", (a + b) / 3.0);
    let (signal, noise) = (
        1.0 + 2.125 * 2.125 + 1.0625 * 1.0625,
        0.015_625 + 0.003_906_25,
    );
    close("snr_db", 10.0 * f64::log10(signal / noise));
    world.fails(
        &["check", "in", "--to", "f8_e4m3", "--scale", "tensor"],
        &["--scale"],
    );
    world.fails(&["check", "none", "--to", "f16"], &["none"]);
    for kinds in ["overflow", "subnormal,nan", "zero", "inf"] {
        for (only, code) in [("bad", 1), ("fine", 0)] {
            let output = world.ulp(&[
                "check",
                "in",
                "--to",
                "f8_e4m3",
                "--fail-on",
                kinds,
                "--only",
                only,
            ]);
            assert_eq!(output.status.code(), Some(code), "{kinds} in {only}");
        }
    }
}
