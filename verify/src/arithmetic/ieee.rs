//! `ulp::ieee`: the value and the flags of every operation in every rounding.

use fastrand::Rng;

use super::formats::{Tested, for_every_odd_format};
use super::*;
use crate::operands;
use crate::operations::{Operation, binary, mul_add, sqrt};

#[track_caller]
fn holds<const N: usize>(format: &Tested, operation: &Operation<N>, operands: [u64; N]) {
    if let Err(mismatch) = operation.check(&format.shape, operands) {
        panic!("{}: {mismatch}", format.name);
    }
}

fn every_code<F: Format>() {
    fn check(format: &Tested, sqrt: &Operation<1>) {
        for a in format.codes() {
            holds(format, sqrt, [a]);
        }
    }
    check(&Tested::of::<F>(), &sqrt::<F>());
}

fn every_pair<F: Format>() {
    fn check(format: &Tested, operations: &[Operation<2>]) {
        for operation in operations {
            for a in format.codes() {
                for b in format.codes() {
                    holds(format, operation, [a, b]);
                }
            }
        }
    }
    check(&Tested::of::<F>(), &binary::<F>());
}

fn every_triple<F: Format>() {
    fn check(format: &Tested, mul_add: &Operation<3>) {
        for a in format.codes() {
            for b in format.codes() {
                for c in format.codes() {
                    holds(format, mul_add, [a, b, c]);
                }
            }
        }
    }
    check(&Tested::of::<F>(), &mul_add::<F>());
}

fn random_pairs<F: Format>() {
    fn check(format: &Tested, operations: &[Operation<2>], sqrt: &Operation<1>) {
        let mut rng = Rng::with_seed(3);
        for operation in operations {
            for _ in 0..20_000 {
                holds(format, operation, operands::pair(&format.shape, &mut rng));
            }
        }
        for _ in 0..20_000 {
            holds(format, sqrt, [rng.u64(..)]);
        }
    }
    check(&Tested::of::<F>(), &binary::<F>(), &sqrt::<F>());
}

/// Bits above the width of a code are ignored.
fn random_triples<F: Format>() {
    fn check(format: &Tested, mul_add: &Operation<3>, triple: operands::Triple) {
        let mut rng = Rng::with_seed(4);
        for _ in 0..50_000 {
            let above = rng.u64(..) & !format.shape.mask();
            let triple = triple(&format.shape, &mut rng);
            holds(format, mul_add, triple.map(|code| code | above));
        }
    }
    check(&Tested::of::<F>(), &mul_add::<F>(), operands::triple::<F>);
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
