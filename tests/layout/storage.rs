//! Bits of the storage above those of a code.

use super::*;

/// 6 of the 8 bits are the code. The others may have any value.
#[test]
fn bits_above_fp6_are_ignored() {
    for code in 0..64_u8 {
        for garbage in [0x40, 0x80, 0xc0] {
            let (clean, dirty) = (F6E2M3Fn::from_bits(code), F6E2M3Fn::from_bits(code | garbage));
            assert_eq!(dirty.to_f32().to_bits(), clean.to_f32().to_bits());
            assert_eq!(dirty.to_f64().to_bits(), clean.to_f64().to_bits());
            assert_eq!(dirty.parts(), clean.parts());
            assert_eq!(dirty.classify(), clean.classify());
            assert_eq!(dirty.is_sign_negative(), clean.is_sign_negative());
            assert_eq!(dirty.cast::<F6E3M2Fn>().to_bits(), clean.cast::<F6E3M2Fn>().to_bits());
            assert_eq!(dirty.to_bits(), code);
            assert_eq!(dirty.to_le_bytes(), [code]);
        }
    }
}

#[test]
fn bits_above_fp4_are_ignored() {
    for code in 0..16_u8 {
        for garbage in (0x10..=0xf0).step_by(0x10) {
            let (clean, dirty) = (F4E2M1Fn::from_bits(code), F4E2M1Fn::from_bits(code | garbage));
            assert_eq!(dirty.to_f32().to_bits(), clean.to_f32().to_bits());
            assert_eq!(dirty.parts(), clean.parts());
            assert_eq!(dirty.classify(), clean.classify());
            assert_eq!(dirty.to_bits(), code);
        }
    }
}

/// Bits above the width of the source, in [`Cast::convert`] and in the trait.
#[test]
fn a_cast_ignores_them_and_writes_zeros() {
    let cast = Cast::new();
    for code in 0..16_u64 {
        let expected = cast.convert(Layout::E2M1FN, Layout::BINARY32, code);
        let dirty = code | 0xdead_beef_dead_bee0;
        assert_eq!(cast.convert(Layout::E2M1FN, Layout::BINARY32, dirty), expected);
        assert_eq!(cast.convert(Layout::E2M1FN, Layout::E2M1FN, dirty).0, code);
    }
    let dirty = u64::MAX << 16 | 0x3c00;
    assert_eq!(cast.convert(Layout::BINARY16, Layout::E2M3FN, dirty), (0x08, Flags::NONE));
    for x in [-1.0, -7.5, -1e9, f32::NAN, -0.0] {
        assert!(F6E2M3Fn::from_f32(x).to_bits() < 0x40);
        assert!(F4E2M1Fn::from_f32(x).to_bits() < 0x10);
    }
    let generic = <F6E2M3Fn as Format>::from_bits(0xff);
    assert_eq!(Format::to_bits(generic), 0x3f);
}
