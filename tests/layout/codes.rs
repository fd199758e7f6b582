//! Decode and encode.

use super::*;

fn are_inverse_for_every_code<F: Format>() {
    let layout = F::LAYOUT;
    for code in 0..1_u64 << layout.bits() {
        let parts = layout.decode(code);
        assert_eq!(layout.encode(parts), code, "{} {code:#x}", F::DTYPE);
        assert!(parts.exponent < 1 << layout.exponent_bits());
        assert!(parts.fraction < 1 << layout.fraction_bits());
        assert_eq!(from_code::<F>(code).parts(), parts);
        assert_eq!(from_code::<F>(code).to_bits().to_u64(), code);
    }
}

#[test]
fn encode_and_decode_are_inverse() {
    for_every_narrow_format!(are_inverse_for_every_code);
}

/// The fields of `f32` and `f64` have the places of IEEE 754-2019, 3.4 and its table 3.5.
#[test]
fn codes_of_f32_and_f64_are_their_bits() {
    let fractions = [0, 1, 2, 0x55_5555, 0x2a_aaaa, 0x40_0000, 0x3f_ffff, 0x7f_ffff];
    for sign in [false, true] {
        for exponent in 0..256 {
            for fraction in fractions {
                let parts = Parts {
                    sign,
                    exponent,
                    fraction,
                };
                let bits = u32::from(sign) << 31 | exponent << 23 | fraction as u32;
                assert_eq!(Layout::BINARY32.encode(parts), u64::from(bits));
                assert_eq!(Layout::BINARY32.decode(u64::from(bits)), parts);
                assert_eq!(f32::from_bits(bits).parts(), parts);
            }
        }
        for exponent in 0..2048 {
            for fraction in (0..52).flat_map(|shift| [1_u64 << shift, (1 << 52) - (1 << shift)]) {
                let parts = Parts {
                    sign,
                    exponent,
                    fraction,
                };
                let bits = u64::from(sign) << 63 | u64::from(exponent) << 52 | fraction;
                assert_eq!(Layout::BINARY64.encode(parts), bits);
                assert_eq!(Layout::BINARY64.decode(bits), parts);
                assert_eq!(f64::from_bits(bits).parts(), parts);
            }
        }
    }
}

#[test]
fn codes_lie_in_the_low_bits() {
    // -1.5 = 1|01111|10 0000 0000.
    let parts = F16::from_bits(0xbe00).parts();
    assert_eq!(
        parts,
        Parts {
            sign: true,
            exponent: 15,
            fraction: 0x200
        }
    );
    // 2^-127 of E8M0: no sign, no fraction.
    assert_eq!(
        F8E8M0Fnu::from_bits(0xfe).parts(),
        Parts {
            sign: false,
            exponent: 254,
            fraction: 0
        }
    );
}

#[test]
fn encode_masks_what_is_out_of_range() {
    let parts = Parts {
        sign: true,
        exponent: 0xffff_ffe1,
        fraction: u64::MAX << 3,
    };
    // The exponent has 5 bits, 00001. The fraction has 10 bits, 11 1111 1000.
    assert_eq!(Layout::BINARY16.encode(parts), 0b1_00001_11_1111_1000);
    // The fields have 4 and 3 bits.
    assert_eq!(Layout::E4M3FN.encode(parts), 0b1_0001_000);
    // There is no sign and no fraction. The exponent has 8 bits.
    assert_eq!(Layout::E8M0FNU.encode(parts), 0b1110_0001);
    // The fields have 2 bits and 1 bit.
    assert_eq!(Layout::E2M1FN.encode(parts), 0b1_01_0);
}

#[test]
fn decode_ignores_bits_above_the_code() {
    for code in 0..64_u64 {
        let garbage = code | 0xffff_ffff_ffff_ffc0;
        assert_eq!(Layout::E2M3FN.decode(garbage), Layout::E2M3FN.decode(code));
        assert_eq!(Layout::E2M3FN.classify(garbage), Layout::E2M3FN.classify(code));
    }
}
