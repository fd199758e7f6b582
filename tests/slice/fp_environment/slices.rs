//! Other functions on slices: counted and stochastic casts, and packing.

use ulp::slice::{self, Stochastic};
use ulp::{Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E4M3Fn, F8E5M2, F16, Format, Isa};

use super::modes::assert_unchanged;
use crate::support::{casts, code, number, sample};

fn codes<F: Format>(numbers: &[F]) -> impl Iterator<Item = u64> {
    numbers.iter().map(|&number| code(number))
}

fn counted<S: Format, D: Format>() {
    let src: Vec<S> = sample(1000);
    for isa in Isa::available() {
        for cast in casts() {
            assert_unchanged(&format!("{} to {} on {isa}, {cast:?}", S::DTYPE, D::DTYPE), |made| {
                let mut dst = vec![D::MAX; src.len()];
                let counts = slice::cast_counted_on(isa, &src, &mut dst, cast);
                made.extend(codes(&dst));
                let counts = [
                    counts.overflowed,
                    counts.became_zero,
                    counts.became_subnormal,
                    counts.nan,
                    counts.inexact,
                ];
                made.extend(counts.map(|count| count as u64));
            });
        }
    }
}

fn stochastic<S: Format, D: Format>() {
    let src: Vec<S> = sample(1000);
    for isa in Isa::available() {
        for how in [Stochastic::new(1), Stochastic::new(2).offset(3).saturating()] {
            assert_unchanged(&format!("{} to {} on {isa}, {how:?}", S::DTYPE, D::DTYPE), |made| {
                let mut dst = vec![D::MAX; src.len()];
                slice::cast_stochastic_on(isa, &src, &mut dst, how);
                made.extend(codes(&dst));
            });
        }
    }
}

fn packed<F: Format>() {
    let src: Vec<F> = (0..101).map(number).collect();
    let bytes = (src.len() * F::LAYOUT.bits() as usize).div_ceil(8);
    assert_unchanged(F::DTYPE, |made| {
        let (mut packed, mut back) = (vec![0; bytes], src.clone());
        slice::pack(&src, &mut packed);
        slice::unpack(&packed, &mut back);
        made.extend(packed.iter().map(|&byte| u64::from(byte)));
        made.extend(codes(&back));
    });
}

#[test]
fn counted_slices_ignore_the_mode() {
    counted::<f32, F16>();
    counted::<f32, Bf16>();
    counted::<f32, F8E4M3Fn>();
}

#[test]
fn stochastic_slices_ignore_the_mode() {
    stochastic::<f32, Bf16>();
    stochastic::<f32, F16>();
    stochastic::<f32, F8E5M2>();
    stochastic::<f64, F16>();
}

#[test]
fn packed_slices_ignore_the_mode() {
    packed::<F4E2M1Fn>();
    packed::<F6E2M3Fn>();
    packed::<F6E3M2Fn>();
}
