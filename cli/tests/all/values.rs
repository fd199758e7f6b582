//! Compares every element of a converted file with a conversion that shares no code with `ulp`.

use std::path::Path;

use safetensors::Dtype;

use crate::reference::{Expected, Small};
use crate::support::{Content, Sandbox, TARGETS, Tensor, WEIGHTS, counted};

fn codes(dtype: Dtype, data: &[u8]) -> Vec<u64> {
    let elements = data.chunks_exact(dtype.bitsize() / 8);
    elements
        .map(|bytes| bytes.iter().rev().fold(0, |code, &byte| code << 8 | u64::from(byte)))
        .collect()
}

fn decoder(dtype: Dtype) -> Box<dyn Fn(u64) -> f64> {
    match Small::new(dtype) {
        Some(small) => Box::new(move |code| small.decode(code)),
        None if dtype == Dtype::F32 => Box::new(|code| f64::from(f32::from_bits(code as u32))),
        None => Box::new(f64::from_bits),
    }
}

/// Compares a converted tensor with its source, and returns how many elements must have overflowed.
fn compare(name: &str, source: &Tensor, result: &Tensor) -> usize {
    assert_eq!(source.shape, result.shape, "{name}");
    if source.dtype == result.dtype {
        assert!(source.data == result.data, "{name}: not the same bits");
        return 0;
    }
    let (value, back) = (decoder(source.dtype), decoder(result.dtype));
    let small = Small::new(result.dtype);
    let (from, to) = (codes(source.dtype, &source.data), codes(result.dtype, &result.data));
    assert_eq!(from.len(), to.len(), "{name}");
    let mut overflowed = 0;
    for (from, to) in from.into_iter().zip(to) {
        let x = value(from);
        let (expected, overflow) = match &small {
            Some(small) => small.nearest(x),
            None if x.is_nan() => (Expected::Nan(Some(x.is_sign_negative())), false),
            None if result.dtype == Dtype::F64 => (Expected::Code(x.to_bits()), false),
            None => {
                let y = x as f32;
                (Expected::Code(u64::from(y.to_bits())), x.is_finite() && y.is_infinite())
            }
        };
        overflowed += usize::from(overflow);
        let ok = match expected {
            Expected::Code(code) => to == code,
            Expected::Nan(sign) => {
                let y = back(to);
                y.is_nan() && sign.is_none_or(|sign| y.is_sign_negative() == sign)
            }
        };
        assert!(ok, "{name}: {x:e} gave {to:x}, not {expected:x?}");
    }
    overflowed
}

fn check_all_targets(content: &Content) {
    let sandbox = Sandbox::new();
    for (to, dtype) in TARGETS {
        let (result, summary) = sandbox.convert(content, to);
        assert!(content.tensors.keys().eq(result.tensors.keys()), "{to}");
        let mut overflowed = 0;
        for (name, source) in &content.tensors {
            assert_eq!(result.tensors[name].dtype, dtype, "{name}");
            overflowed += compare(&format!("{name} to {to}"), source, &result.tensors[name]);
        }
        assert_eq!(counted(&summary, "overflowed"), overflowed, "{to}");
    }
}

#[test]
fn weights_to_every_format() {
    let weights = Content::read(Path::new(WEIGHTS));
    assert_eq!(weights.tensors.len(), 15);
    check_all_targets(&weights);
}

#[test]
fn weights_to_16_bits_as_half_converts_them() {
    let sandbox = Sandbox::new();
    let weights = Content::read(Path::new(WEIGHTS));
    let f16: fn(f32) -> u16 = |x| half::f16::from_f32(x).to_bits();
    let bf16: fn(f32) -> u16 = |x| half::bf16::from_f32(x).to_bits();
    for (to, half) in [("f16", f16), ("bf16", bf16)] {
        let (result, _) = sandbox.convert(&weights, to);
        for (name, tensor) in &weights.tensors {
            let floats = codes(tensor.dtype, &tensor.data)
                .into_iter()
                .map(|code| f32::from_bits(code as u32));
            let expected: Vec<u8> = floats.flat_map(|x| half(x).to_le_bytes()).collect();
            assert!(result.tensors[name].data == expected, "{name} to {to}");
        }
    }
}

#[test]
fn every_code_of_the_narrow_formats() {
    let tensors = TARGETS
        .into_iter()
        .filter(|(_, dtype)| dtype.bitsize() <= 16)
        .map(|(name, dtype)| {
            let mut data = Vec::new();
            for code in 0..1_u32 << dtype.bitsize() {
                data.extend_from_slice(&code.to_le_bytes()[..dtype.bitsize() / 8]);
            }
            (name.to_string(), Tensor::flat(dtype, data))
        });
    check_all_targets(&Content {
        tensors: tensors.collect(),
        metadata: None,
    });
}

#[test]
fn f32_near_every_rounding_boundary() {
    let mut data = Vec::new();
    for high in 0..=u16::MAX {
        for low in [0, 1, 0x0fff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001, 0xffff] {
            data.extend_from_slice(&(u32::from(high) << 16 | low).to_le_bytes());
        }
    }
    check_all_targets(&Content::of([("f32", Tensor::flat(Dtype::F32, data))]));
}

/// A result depends on the source's sign, on its exponent, on its leading bits, and on whether a lower bit is set.
#[test]
fn f64_near_every_rounding_boundary() {
    let mut data = Vec::new();
    for exponent in (-155..=130).chain([-1023, -1022, -500, 500, 1023, 1024]) {
        let leading = if (-26..=17).contains(&exponent) { 11 } else { 8 };
        for fraction in 0..1_u64 << leading {
            for sticky in [0, 1, 1 << 30] {
                let bits = ((exponent + 1023) as u64) << 52 | fraction << (52 - leading) | sticky;
                data.extend_from_slice(&bits.to_le_bytes());
                data.extend_from_slice(&(bits | 1 << 63).to_le_bytes());
            }
        }
    }
    check_all_targets(&Content::of([("f64", Tensor::flat(Dtype::F64, data))]));
}

#[test]
fn nan_payloads_as_half_keeps_them() {
    let patterns = [
        0x7fc0_0000_u32,
        0xffc0_0000,
        0x7f80_0001,
        0x7fff_ffff,
        0xff81_2345,
        0x7fa5_a5a5,
    ];
    let data: Vec<u8> = patterns.into_iter().flat_map(u32::to_le_bytes).collect();
    let content = Content::of([("nan", Tensor::flat(Dtype::F32, data))]);
    let sandbox = Sandbox::new();
    let f16: Vec<u64> = patterns
        .map(|x| u64::from(half::f16::from_f32(f32::from_bits(x)).to_bits()))
        .into();
    let bf16: Vec<u64> = patterns
        .map(|x| u64::from(half::bf16::from_f32(f32::from_bits(x)).to_bits()))
        .into();
    for (to, expected) in [("f16", f16), ("bf16", bf16)] {
        let (result, summary) = sandbox.convert(&content, to);
        let nan = &result.tensors["nan"];
        assert_eq!(codes(nan.dtype, &nan.data), expected);
        assert_eq!(counted(&summary, "overflowed"), 0);
    }
}

#[test]
fn overflow_is_counted() {
    let values = [
        448.0_f32,
        464.0,
        -464.0,
        464.1,
        -1e6,
        65519.0,
        65520.0,
        1e38,
        f32::MAX,
        f32::INFINITY,
        f32::NAN,
    ];
    let data: Vec<u8> = values.into_iter().flat_map(f32::to_le_bytes).collect();
    let content = Content::of([("x", Tensor::flat(Dtype::F32, data))]);
    let sandbox = Sandbox::new();
    for (to, overflowed) in [
        ("f64", 0),
        ("bf16", 1),
        ("f16", 4),
        ("f8_e5m2", 5),
        ("f8_e4m3", 7),
        ("f8_e4m3fnuz", 10),
    ] {
        let (_, summary) = sandbox.convert(&content, to);
        assert_eq!(counted(&summary, "overflowed"), overflowed, "{to}");
    }
}
