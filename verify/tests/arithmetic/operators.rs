//! Compares the operators, which may compute in `f32` or `f64`, with `ulp::ieee`, which doesn't and is judged elsewhere. Ties go
//! to even. Every bit must agree, NaNs included.

use fastrand::Rng;
use ulp::Rounding::TiesToEven;
use ulp_verify::numbers::Numbers;
use ulp_verify::operands;
use ulp_verify::operations::{Operation, binary, code, mul_add, number, sqrt};

use super::formats::{codes, for_every_wide_format, for_some_odd_formats, shape};
use super::*;

#[track_caller]
fn same<F: Format, const N: usize>(operation: &Operation<N>, operands: [u64; N], is: F) {
    let is = code(is);
    let (right, _) = (operation.given)(operands, TiesToEven);
    assert_eq!(
        is,
        right,
        "{}: {} {operands:#x?}: {is:#x}, right: {right:#x}",
        F::DTYPE,
        operation.name
    );
}

fn pair<F: Numbers>(operands: [u64; 2]) {
    let [add, sub, mul, div, rem, _] = &binary::<F>();
    let [a, b] = operands.map(number::<F>);
    same(add, operands, a + b);
    same(sub, operands, a - b);
    same(mul, operands, a * b);
    same(div, operands, a / b);
    same(rem, operands, a % b);
}

fn triple<F: Numbers>(operands: [u64; 3]) {
    let [a, b, c] = operands.map(number::<F>);
    same(&mul_add::<F>(), operands, a.mul_add(b, c));
}

fn every_pair<F: Numbers>() {
    for a in codes::<F>() {
        same(&sqrt::<F>(), [a], number::<F>(a).sqrt());
        for b in codes::<F>() {
            pair::<F>([a, b]);
        }
    }
}

fn every_triple<F: Numbers>() {
    for a in codes::<F>() {
        for b in codes::<F>() {
            for c in codes::<F>() {
                triple::<F>([a, b, c]);
            }
        }
    }
}

fn random<F: Numbers>() {
    let (shape, mut rng) = (shape::<F>(), Rng::with_seed(16));
    for _ in 0..60_000 {
        // Bits above the width of a code are ignored.
        let above = rng.u64(..) & !shape.mask();
        let [a, b, c] = operands::triple::<F>(&shape, &mut rng);
        pair::<F>([a | above, b]);
        triple::<F>([a, b | above, c | above]);
    }
}

#[test]
fn every_pair_of_codes() {
    for_every_byte_format!(every_pair);
    for_some_odd_formats!(every_pair);
}

#[test]
fn every_triple_of_codes_of_few_bits() {
    every_triple::<F4E2M1Fn>();
    every_triple::<F6E2M3Fn>();
    every_triple::<F6E3M2Fn>();
    for_some_odd_formats!(every_triple);
}

#[test]
fn random_operands() {
    random::<F16>();
    random::<Bf16>();
    for_every_byte_format!(random);
    for_every_wide_format!(random);
}
