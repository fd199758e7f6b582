//! Casts of formats known only at run time: every pair, under every cast, on every ISA.

use ulp::slice::{self, Stochastic};
use ulp::{Cast, Dtype, Isa};

use super::modes::in_each_mode;
use crate::support::casts;

/// How many numbers a slice has. These numbers fill whole bytes of every packed format, and more than a block of each.
const NUMBERS: usize = 96;

/// Returns bytes that look random. As 8 and 16 bits they are numbers of all sizes, subnormals, infinities and NaNs.
fn bytes(dtype: Dtype) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut bytes: Vec<u8> = (0..dtype.bytes(NUMBERS).unwrap()).map(next).collect();
    // Such numbers are rare in a wide format, so some small ones and some at the ends are added.
    if let size @ (4 | 8) = dtype.bits() as usize / 8 {
        for (nth, number) in bytes.chunks_mut(size).enumerate() {
            match nth % 4 {
                // The number is subnormal, or becomes subnormal in a narrow format.
                0 => number[size - 2..].fill(0),
                1 => number[size - 2..].copy_from_slice(if size == 4 { &[0x80, 0x33] } else { &[0x80, 0x3e] }),
                // The number is near 1.
                2 => number[size - 1] = 0x3f,
                _ => {}
            }
        }
    }
    bytes
}

fn check(to: Dtype, cast: impl Fn(Dtype, Isa, &[u8], &mut [u8])) {
    for &from in Dtype::ALL {
        let src = bytes(from);
        for isa in Isa::available() {
            let mut right = vec![0xa5; to.bytes(NUMBERS).unwrap()];
            cast(from, isa, &src, &mut right);
            in_each_mode(
                &mut right.clone(),
                |made| {
                    made.fill(0x5a);
                    cast(from, isa, &src, made);
                },
                |made, mode| assert_eq!(*made, right, "{from} to {to} on {isa}, {mode}"),
            );
        }
    }
}

fn rounded(formats: &[Dtype]) {
    for &to in formats {
        for how in casts() {
            check(to, |from, isa, src, dst| {
                let _ = slice::cast_bytes_on(isa, from, src, to, dst, how);
            });
        }
    }
}

#[test]
fn every_pair_and_cast_to_the_first_formats() {
    rounded(&Dtype::ALL[..Dtype::ALL.len() / 2]);
}

#[test]
fn every_pair_and_cast_to_the_others() {
    rounded(&Dtype::ALL[Dtype::ALL.len() / 2..]);
}

#[test]
fn every_pair_at_random() {
    for &to in Dtype::ALL {
        check(to, |from, isa, src, dst| {
            let _ = slice::cast_bytes_stochastic_on(isa, from, src, to, dst, Stochastic::new(7));
        });
    }
}

/// The casts here change the destination.
#[test]
fn every_cast_is_covered() {
    let mut dst = vec![0; Dtype::F16.bytes(NUMBERS).unwrap()];
    slice::cast_bytes(Dtype::F32, &bytes(Dtype::F32), Dtype::F16, &mut dst, Cast::new()).unwrap();
    assert!(dst.iter().filter(|&&byte| byte != 0).count() > NUMBERS / 2);
}
