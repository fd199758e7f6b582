//! `ulp::ieee`: the value and the flags of every operation in every rounding.

use fastrand::Rng;
use ulp_verify::operands;
use ulp_verify::operations::{Operation, binary, mul_add, sqrt};

use super::formats::{codes, for_every_odd_format, shape};
use super::*;

fn every_code<F: Format>() {
    for a in codes::<F>() {
        holds::<F, 1>(&sqrt::<F>(), [a]);
    }
}

fn every_pair<F: Format>() {
    for operation in binary::<F>() {
        for a in codes::<F>() {
            for b in codes::<F>() {
                holds::<F, 2>(&operation, [a, b]);
            }
        }
    }
}

fn every_triple<F: Format>() {
    for a in codes::<F>() {
        for b in codes::<F>() {
            for c in codes::<F>() {
                holds::<F, 3>(&mul_add::<F>(), [a, b, c]);
            }
        }
    }
}

fn random_pairs<F: Format>() {
    let (shape, mut rng) = (shape::<F>(), Rng::with_seed(3));
    for operation in binary::<F>() {
        for _ in 0..20_000 {
            holds::<F, 2>(&operation, operands::pair(&shape, &mut rng));
        }
    }
    for _ in 0..20_000 {
        holds::<F, 1>(&sqrt::<F>(), [rng.u64(..)]);
    }
}

fn random_triples<F: Format>() {
    let (shape, mut rng) = (shape::<F>(), Rng::with_seed(4));
    for _ in 0..50_000 {
        let above = rng.u64(..) & !shape.mask();
        let triple = operands::triple::<F>(&shape, &mut rng);
        holds::<F, 3>(&mul_add::<F>(), triple.map(|code| code | above));
    }
}

#[track_caller]
fn holds<F: Format, const N: usize>(operation: &Operation<N>, operands: [u64; N]) {
    if let Err(mismatch) = operation.check(&shape::<F>(), operands) {
        panic!("{}: {mismatch}", F::DTYPE);
    }
}

#[test]
fn roots_of_every_code() {
    every_code::<F16>();
    every_code::<Bf16>();
    for_every_byte_format!(every_code);
    for_every_odd_format!(every_code);
}

#[test]
fn every_pair_of_codes_of_the_shipped_formats() {
    for_every_byte_format!(every_pair);
}

#[test]
fn every_pair_of_codes_of_other_layouts() {
    for_every_odd_format!(every_pair);
}

#[test]
fn random_pairs_of_wider_formats() {
    random_pairs::<F16>();
    random_pairs::<Bf16>();
    random_pairs::<f32>();
    random_pairs::<f64>();
}

/// Bits above the width of a code are ignored.
#[test]
fn random_triples_of_the_shipped_formats() {
    random_triples::<F16>();
    random_triples::<Bf16>();
    random_triples::<f32>();
    for_every_byte_format!(random_triples);
}

#[test]
fn every_triple_of_codes_of_few_bits() {
    every_triple::<F4E2M1Fn>();
    every_triple::<formats::P3One>();
    for_every_odd_format!(every_triple);
}
