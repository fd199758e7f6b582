//! `ulp::ieee` in every rounding. The exact oracle judges values and flags. `rustc_apfloat` judges values only, because its flags
//! have other meanings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use rustc_apfloat::{Float, Round};
use ulp::{Bf16, F4E2M1Fn, F8E4M3Fn, F8E4M3Fnuz, F8E8M0Fnu, F16, Format};
use ulp_fuzz::layouts::any_code;
use ulp_fuzz::{Unstructured, arbitrary};
use ulp_verify::adapter;
use ulp_verify::operations::{Operation, binary, mul_add, sqrt};
use ulp_verify::oracle::{FormatSpec, Rounding, Value, decode, shipped};

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = check(&mut Unstructured::new(data));
});

fn check(u: &mut Unstructured) -> arbitrary::Result<()> {
    let formats: [fn(&mut Unstructured) -> arbitrary::Result<()>; 8] = [
        with_peer::<F16, Half>,
        with_peer::<Bf16, BFloat>,
        with_peer::<f32, Single>,
        with_peer::<f64, Double>,
        with_oracle::<F8E4M3Fn>,
        with_oracle::<F8E4M3Fnuz>,
        with_oracle::<F8E8M0Fnu>,
        with_oracle::<F4E2M1Fn>,
    ];
    u.choose(&formats)?(u)
}

const ROUNDS: [(Round, Rounding); 5] = [
    (Round::NearestTiesToEven, Rounding::TiesToEven),
    (Round::NearestTiesToAway, Rounding::TiesToAway),
    (Round::TowardZero, Rounding::TowardZero),
    (Round::TowardPositive, Rounding::TowardPositive),
    (Round::TowardNegative, Rounding::TowardNegative),
];

/// Returns three codes. The later ones are often near the first, or as far from it as the precision.
fn operands(u: &mut Unstructured, shape: &FormatSpec) -> arbitrary::Result<[u64; 3]> {
    let a = any_code(u, shape)?;
    let mut other = || {
        let code = any_code(u, shape)?;
        let fields = i64::from(u.arbitrary::<i8>()?) % (i64::from(shape.fraction_bits) + 3);
        let near = a.wrapping_add_signed(fields << shape.fraction_bits);
        Ok(match u.int_in_range(0..=3)? {
            0 => near & shape.mask(),
            // A number with about as many bits, and another fraction.
            1 => (near ^ code & ((1 << shape.fraction_bits) - 1)) & shape.mask(),
            _ => code,
        })
    };
    Ok([a, other()?, other()?])
}

fn with_oracle<F: Format>(u: &mut Unstructured) -> arbitrary::Result<()> {
    let shape = shipped(F::DTYPE);
    loop {
        let operands = operands(u, &shape)?;
        oracle::<F>(&shape, operands);
        if u.is_empty() {
            return Ok(());
        }
    }
}

fn oracle<F: Format>(shape: &FormatSpec, [a, b, c]: [u64; 3]) {
    let right = |checked: Result<(), String>| checked.unwrap_or_else(|wrong| panic!("{wrong}"));
    right(sqrt::<F>().check(shape, [a]));
    for operation in binary::<F>() {
        right(operation.check(shape, [a, b]));
    }
    // A product must fit the oracle.
    if shape.fraction_bits < 32 {
        right(mul_add::<F>().check(shape, [a, b, c]));
    }
}

fn with_peer<F: Format, T: Float>(u: &mut Unstructured) -> arbitrary::Result<()> {
    let shape = shipped(F::DTYPE);
    loop {
        let operands = operands(u, &shape)?;
        oracle::<F>(&shape, operands);
        peer::<F, T>(&shape, operands);
        if u.is_empty() {
            return Ok(());
        }
    }
}

fn peer<F: Format, T: Float>(shape: &FormatSpec, [a, b, c]: [u64; 3]) {
    let number = |code: u64| T::from_bits(code.into());
    let [x, y, z] = [a, b, c].map(number);
    let [add, sub, mul, div, ..] = binary::<F>();
    let fused = mul_add::<F>();
    for (round, rounding) in ROUNDS {
        let ulp = adapter::rounding(rounding);
        let value = |operation: &Operation<2>| (operation.given)([a, b], ulp).0;
        let both = [
            (value(&add), x.add_r(y, round).value, "add"),
            (value(&sub), x.sub_r(y, round).value, "sub"),
            (value(&mul), x.mul_r(y, round).value, "mul"),
            (value(&div), x.div_r(y, round).value, "div"),
            ((fused.given)([a, b, c], ulp).0, x.mul_add_r(y, z, round).value, "mul_add"),
        ];
        for (is, right, name) in both {
            let right = right.to_bits() as u64;
            let same = is == right || is_nan(shape, is) && is_nan(shape, right);
            assert!(
                same,
                "{name} {a:#x} {b:#x} {c:#x} of {}, {rounding:?}: {is:#x}, rustc_apfloat's {right:#x}",
                F::DTYPE
            );
        }
    }
}

fn is_nan(shape: &FormatSpec, code: u64) -> bool {
    matches!(decode(shape, code), Value::Nan { .. })
}
