//! Block-scaled formats of any parts, on every instruction set, there and back: elements, scales and counts against the exact oracle.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ulp::block::{BlockError, Blocks, ScaleRule, Scheme};
use ulp::{Cast, Dtype, Isa};
use ulp_fuzz::{Unstructured, arbitrary};
use ulp_verify::oracle::{Blocked, Quantized, Rounding, Rule, shipped};

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = check(&mut Unstructured::new(data));
});

const RULES: [(ScaleRule, Rule); 5] = [
    (ScaleRule::Nearest, Rule::Nearest),
    (ScaleRule::Up, Rule::Up),
    (ScaleRule::Floor, Rule::Floor),
    (ScaleRule::Ceil, Rule::Ceil),
    (ScaleRule::Even, Rule::Even),
];

fn check(u: &mut Unstructured) -> arbitrary::Result<()> {
    let narrow = Dtype::ALL.iter().copied().filter(|dtype| *dtype != Dtype::F64);
    let scales: Vec<Dtype> = narrow.clone().collect();
    let elements: Vec<Dtype> = narrow.filter(|dtype| dtype.layout().is_signed()).collect();
    let (element, scale) = (*u.choose(&elements)?, *u.choose(&scales)?);
    // Only powers of two follow the other rules.
    let rules = if scale == Dtype::F8E8M0Fnu { &RULES[..] } else { &RULES[..1] };
    let (rule, oracles_rule) = *u.choose(rules)?;
    let block = (u.int_in_range(1..=4)?, *u.choose(&[1, 7, 16, 32, 64, 300, usize::MAX])?);
    let (rows, cols) = (u.int_in_range(1..=5)?, u.int_in_range(1..=150)?);
    let tensor_scale = match u.int_in_range(0..=3)? {
        0 => f32::from_bits(u.int_in_range(1..=0x7f7f_ffff)?),
        _ => 1.0,
    };
    let divides = u.arbitrary()?;

    let scheme = Scheme::new(element, scale, Blocks::new(block.0, block.1))
        .rule(rule)
        .tensor_scale(true)
        .divides(divides);
    let shape = |dtype: Dtype| {
        let name = dtype.name();
        let name = name.split_once("_x").map_or(name, |(name, _)| name);
        (shipped(name), dtype.bits())
    };
    let blocked = Blocked {
        element: shape(element),
        scale: shape(scale),
        rows: block.0,
        cols: block.1,
        rule: oracles_rule,
        tensor_scale: (tensor_scale, divides),
    };

    let x = numbers(u, rows * cols)?;
    let mut found = Vec::new();
    for isa in Isa::available() {
        let mut elements = vec![0xa5; scheme.element_bytes(rows, cols)];
        let mut scales = vec![0xa5; scheme.scale_bytes(rows, cols)];
        let cast = Cast::new().saturating();
        let result = scheme.quantize_on(isa, &x, cols, tensor_scale, &mut elements, &mut scales, cast);
        let nothing_is_nan = [element, scale].iter().all(|dtype| dtype.layout().nan_code().is_none());
        if x.iter().any(|x| x.is_nan()) && nothing_is_nan {
            assert!(matches!(result, Err(BlockError::Nan { .. })), "{scheme} on {isa}: {result:?}");
            return Ok(());
        }
        let counts = result.expect("the matrix fits");
        let counts = [counts.infinities, counts.nans, counts.saturated, counts.became_zero];
        let mut back = vec![0f32; x.len()];
        scheme
            .dequantize_on(isa, &elements, &scales, cols, tensor_scale, &mut back)
            .expect("the matrix fits");
        let back: Vec<u32> = back.iter().map(|x| x.to_bits()).collect();
        found.push((
            isa,
            Quantized {
                elements,
                scales,
                counts,
            },
            back,
        ));
    }
    let right = blocked.quantize(&x, cols, Rounding::TiesToEven, true);
    for (isa, is, back) in &found {
        assert_eq!(
            is, &right,
            "{scheme}, {rows} × {cols}, tensor scale {tensor_scale:e}, on {isa}"
        );
        assert_eq!(back, &found[0].2, "{scheme}, {rows} × {cols}, back on {isa}");
    }
    Ok(())
}

/// Numbers near one another, or any.
fn numbers(u: &mut Unstructured, len: usize) -> arbitrary::Result<Vec<f32>> {
    let first: u32 = u.arbitrary()?;
    let number = |u: &mut Unstructured| {
        let bits: u32 = u.arbitrary()?;
        Ok(f32::from_bits(match u.int_in_range(0..=3)? {
            0 => bits,
            1 => first ^ bits >> 24,
            // Short numbers, whose quotients are ties.
            2 => bits & 0xffff_0000,
            _ => first & 0x7f80_0000 ^ bits & 0x83ff_ffff,
        }))
    };
    (0..len).map(|_| number(u)).collect()
}
