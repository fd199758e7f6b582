//! Compares the operators, which may compute in `f32` or `f64`, with `ulp::ieee`, which doesn't and is judged elsewhere. Ties go
//! to even. Every bit must agree, NaNs included.

use fastrand::Rng;
use ulp::Rounding::TiesToEven;

use super::formats::{Tested, for_every_wide_format, for_some_odd_formats};
use super::*;
use crate::numbers::Numbers;
use crate::operands;
use crate::operations::{self, Operation, code, number};

/// An operator or a method on codes, and the operation of `ulp::ieee` that it must agree with.
struct Operator<const N: usize> {
    is: fn([u64; N]) -> u64,
    right: Operation<N>,
}

impl<const N: usize> Operator<N> {
    #[track_caller]
    fn check(&self, format: &Tested, operands: [u64; N]) {
        let is = (self.is)(operands);
        let (right, _) = (self.right.given)(operands, TiesToEven);
        assert_eq!(
            is, right,
            "{}: {} {operands:#x?}: {is:#x}, right: {right:#x}",
            format.name, self.right.name
        );
    }
}

fn sqrt<F: Numbers>() -> Operator<1> {
    Operator {
        is: |[a]| code(number::<F>(a).sqrt()),
        right: operations::sqrt::<F>(),
    }
}

fn binary<F: Numbers>() -> [Operator<2>; 5] {
    let [add, sub, mul, div, rem, _] = operations::binary::<F>();
    let operator = |is, right| Operator { is, right };
    [
        operator(|[a, b]| code(number::<F>(a) + number(b)), add),
        operator(|[a, b]| code(number::<F>(a) - number(b)), sub),
        operator(|[a, b]| code(number::<F>(a) * number(b)), mul),
        operator(|[a, b]| code(number::<F>(a) / number(b)), div),
        operator(|[a, b]| code(number::<F>(a) % number(b)), rem),
    ]
}

fn mul_add<F: Numbers>() -> Operator<3> {
    Operator {
        is: |[a, b, c]| code(number::<F>(a).mul_add(number(b), number(c))),
        right: operations::mul_add::<F>(),
    }
}

fn every_pair<F: Numbers>() {
    fn check(format: &Tested, sqrt: &Operator<1>, binary: &[Operator<2>]) {
        for a in format.codes() {
            sqrt.check(format, [a]);
            for b in format.codes() {
                for operator in binary {
                    operator.check(format, [a, b]);
                }
            }
        }
    }
    check(&Tested::of::<F>(), &sqrt::<F>(), &binary::<F>());
}

fn every_triple<F: Numbers>() {
    fn check(format: &Tested, mul_add: &Operator<3>) {
        for a in format.codes() {
            for b in format.codes() {
                for c in format.codes() {
                    mul_add.check(format, [a, b, c]);
                }
            }
        }
    }
    check(&Tested::of::<F>(), &mul_add::<F>());
}

fn random<F: Numbers>() {
    fn check(format: &Tested, binary: &[Operator<2>], mul_add: &Operator<3>, triple: operands::Triple) {
        let mut rng = Rng::with_seed(16);
        for _ in 0..60_000 {
            // Bits above the width of a code are ignored.
            let above = rng.u64(..) & !format.shape.mask();
            let [a, b, c] = triple(&format.shape, &mut rng);
            for operator in binary {
                operator.check(format, [a | above, b]);
            }
            mul_add.check(format, [a, b | above, c | above]);
        }
    }
    let (binary, mul_add) = (binary::<F>(), mul_add::<F>());
    check(&Tested::of::<F>(), &binary, &mul_add, operands::triple::<F>);
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
