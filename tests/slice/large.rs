//! Slices longer than the caches. A loop may write them past the caches with other instructions, at any address and at their
//! ends.

use ulp::{Bf16, Cast, F8E4M3Fn, F16, Format, Isa, slice};

use crate::support::{bulk, code, expected, number, sample};

/// The number of elements of a piece that is repeated. It is prime to the steps of loops.
const PERIOD: usize = 1009;
/// The bytes of the longer side. They exceed any cache that a loop could spare.
const BYTES: usize = 34 << 20;

fn check<S: Format, D: Format>() {
    let numbers: Vec<S> = sample(PERIOD);
    let right: Vec<D> = expected(&numbers, Cast::new());
    let right = slice::to_bits(&right);
    let guard = number::<D>(0xa5a5_a5a5_a5a5_a5a5);
    let len = BYTES / size_of::<S>().max(size_of::<D>()) + 77;
    let src: Vec<S> = numbers.iter().copied().cycle().take(len).collect();
    let mut dst = vec![guard; len + 1];
    let offsets = [0, 33];
    for isa in Isa::available() {
        for offset in offsets {
            dst.fill(guard);
            let (first, end) = (offset, len - offset);
            bulk(isa, &src[..end - first], &mut dst[first..end], Cast::new());
            let what = || format!("{} -> {} on {isa}, offset {offset}", S::DTYPE, D::DTYPE);
            let (before, rest) = dst.split_at(first);
            let (middle, after) = rest.split_at(end - first);
            for piece in slice::to_bits(middle).chunks(PERIOD) {
                assert!(piece == &right[..piece.len()], "{}", what());
            }
            let untouched = |x: &D| code(*x) == code(guard);
            assert!(before.iter().chain(after).all(untouched), "{}", what());
        }
    }
}

#[test]
fn long_slices_are_narrowed() {
    check::<f32, F16>();
    check::<f32, Bf16>();
    check::<f32, F8E4M3Fn>();
    check::<f64, F16>();
}

#[test]
fn long_slices_are_widened() {
    check::<F16, f32>();
    check::<Bf16, f32>();
    check::<F8E4M3Fn, f32>();
    check::<F16, f64>();
}
