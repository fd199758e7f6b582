//! The types of `half`.

use half::{bf16, f16};
use ulp::{Bf16, F16, slice};

#[test]
fn every_code_converts_both_ways() {
    for bits in 0..=u16::MAX {
        assert_eq!(F16::from(f16::from_bits(bits)).to_bits(), bits);
        assert_eq!(f16::from(F16::from_bits(bits)).to_bits(), bits);
        assert_eq!(Bf16::from(bf16::from_bits(bits)).to_bits(), bits);
        assert_eq!(bf16::from(Bf16::from_bits(bits)).to_bits(), bits);
    }
}

#[test]
fn slices_are_reinterpreted_without_a_copy() {
    let mut theirs = [f16::from_f32(1.5), f16::NEG_INFINITY];
    let ours: &[F16] = slice::reinterpret(&theirs);
    assert_eq!(ours, [F16::from_f32(1.5), F16::NEG_INFINITY]);
    assert_eq!(ours.as_ptr().cast(), theirs.as_ptr());
    slice::reinterpret_mut::<_, F16>(&mut theirs)[0] = F16::MAX;
    assert_eq!(theirs[0], f16::MAX);

    let theirs: &[bf16] = slice::reinterpret(&[Bf16::MAX]);
    assert_eq!(theirs, [bf16::MAX]);
}
