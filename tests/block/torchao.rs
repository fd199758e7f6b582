//! Blocks as torchao quantizes them: `data/mx.csv`, written by `data/mx.py`, which names the versions.

use ulp::block::{ScaleRule, Scheme};

const BLOCKS: &str = include_str!("../data/mx.csv");

fn hexadecimal(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("two digits");
    (0..text.len()).step_by(2).map(digit).collect()
}

#[test]
fn every_block_has_the_scale_and_the_elements_of_torchao() {
    let (mut blocks, mut rounded) = (0, 0);
    for line in BLOCKS.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let &[rule, element, numbers, scale, elements] = &fields[..] else {
            panic!("{line}");
        };
        let rule = match rule {
            "RCEIL" => ScaleRule::Up,
            "FLOOR" => ScaleRule::Floor,
            "CEIL" => ScaleRule::Ceil,
            "EVEN" => ScaleRule::Even,
            other => panic!("{other}"),
        };
        let scheme = match element {
            "float8_e4m3fn" => Scheme::MXFP8,
            "float8_e5m2" => Scheme::MXFP8_E5M2,
            "float4_e2m1fn_x2" => Scheme::MXFP4,
            other => panic!("{other}"),
        };
        let numbers: Vec<f32> = hexadecimal(numbers)
            .as_chunks()
            .0
            .iter()
            .map(|&bytes| f32::from_be_bytes(bytes))
            .collect();
        let (own_elements, own_scales, _) = super::quantize(scheme.rule(rule), &numbers, 32, 1.0);
        // torchao divides by the largest element in f32, which may round to a power of two what is just above it.
        if own_scales != hexadecimal(scale) && rule == ScaleRule::Up {
            let max = match element {
                "float8_e4m3fn" => 448.0,
                "float8_e5m2" => 57344.0,
                _ => 6.0,
            };
            let amax = ulp::slice::amax(&numbers);
            let power = 2f64.powi(i32::from(own_scales[0]) - 128);
            assert!(f64::from(amax) > max * power, "scale of {line}");
            assert!(
                f64::from(amax) < max * power * (1.0 + f64::from(f32::EPSILON)),
                "scale of {line}"
            );
            rounded += 1;
            continue;
        }
        assert_eq!(own_scales, hexadecimal(scale), "scale of {line}");
        assert_eq!(own_elements, hexadecimal(elements), "elements of {line}");
        blocks += 1;
    }
    assert_eq!(blocks + rounded, 312);
    assert!(rounded < 8, "{rounded}");
}
