//! Schemes as text.

use ulp::Dtype;
use ulp::block::{Blocks, ScaleRule, Scheme};

#[test]
fn every_preset_has_its_name() {
    let names = [
        ("mxfp8", Scheme::MXFP8),
        ("mxfp8_e5m2", Scheme::MXFP8_E5M2),
        ("mxfp6_e2m3", Scheme::MXFP6_E2M3),
        ("mxfp6_e3m2", Scheme::MXFP6_E3M2),
        ("mxfp4", Scheme::MXFP4),
        ("nvfp4", Scheme::NVFP4),
        ("fp8_tensor", Scheme::FP8_TENSOR),
        ("fp8_row", Scheme::FP8_ROW),
        ("fp8_block", Scheme::FP8_BLOCK),
    ];
    for (name, scheme) in names {
        assert_eq!(scheme.to_string(), name);
        assert_eq!(name.parse(), Ok(scheme));
        assert_eq!(name.to_uppercase().parse(), Ok(scheme));
    }
    assert_eq!(names.map(|(_, scheme)| scheme), Scheme::ALL);
}

#[test]
fn every_scheme_parses_from_what_it_prints() {
    let blocks = [Blocks::MX, Blocks::NV, Blocks::ROW, Blocks::TENSOR, Blocks::new(7, 3)];
    for (element, scale) in pairs() {
        for blocks in blocks {
            for rule in ScaleRule::ALL {
                for bits in 0..4 {
                    let scheme = Scheme::new(element, scale, blocks)
                        .rule(rule)
                        .tensor_scale(bits & 1 == 1)
                        .divides(bits & 2 == 2);
                    assert_eq!(scheme.to_string().parse(), Ok(scheme), "{scheme}");
                }
            }
        }
    }
}

fn pairs() -> impl Iterator<Item = (Dtype, Dtype)> {
    let of = |&element| Dtype::ALL.iter().map(move |&scale| (element, scale));
    Dtype::ALL.iter().flat_map(of)
}

#[test]
fn parts_and_changes_are_written_after_slashes() {
    let floor = Scheme::MXFP4.rule(ScaleRule::Floor);
    assert_eq!(floor.to_string(), "mxfp4/floor");
    assert_eq!(Scheme::NVFP4.divides(true).to_string(), "nvfp4/divides");
    let mine = Scheme::new(Dtype::F8E5M2, Dtype::Bf16, Blocks::new(1, 64));
    assert_eq!(mine.to_string(), "float8_e5m2/bfloat16/1x64");
    assert_eq!("e5m2/bf16/1x64".parse(), Ok(mine));
    assert_eq!("mxfp8_e4m3".parse(), Ok(Scheme::MXFP8));
}

#[test]
fn unknown_names_are_refused_with_a_list() {
    for text in [
        "",
        "mxfp5",
        "mxfp4/",
        "mxfp4/sideways",
        "e5m2/bf16",
        "e5m2/bf16/0x64",
        "e5m2/bf16/64",
    ] {
        let error = text.parse::<Scheme>().expect_err(text);
        assert!(error.to_string().contains("mxfp8, mxfp8_e5m2"), "{error}");
    }
}
