//! A NaN keeps its sign and payload and becomes quiet.

use super::*;

fn assert_kept<F: Format<Bits = u16>>(name: &str, f: One<F>, quiet_bit: u16) {
    for nan in (0..=u16::MAX).filter(|code| is_nan(F::from_bits(*code))) {
        let result = f(F::from_bits(nan)).to_bits();
        assert_eq!(result, nan | quiet_bit, "{name} of {} {nan:#x}", F::DTYPE);
    }
}

#[test]
fn nan_operands_keep_their_payload() {
    for (name, f16, bf16) in OF_ONE {
        assert_kept(name, f16, 0x200);
        assert_kept(name, bf16, 0x40);
    }
}

/// If both arguments are NaN, the result is the first.
#[test]
fn the_first_of_two_nans_is_kept() {
    const QUIET: u16 = 0xfe05;
    const SIGNALING: u16 = 0x7d03;
    const TWO: u16 = 0x4000;
    for function in [F16::powf, F16::hypot, F16::atan2, F16::log] {
        for (x, y, nan) in [
            (QUIET, TWO, QUIET),
            (TWO, QUIET, QUIET),
            (QUIET, SIGNALING, QUIET),
            (SIGNALING, QUIET, SIGNALING | 0x200),
        ] {
            let result = function(F16::from_bits(x), F16::from_bits(y));
            assert_eq!(result.to_bits(), nan);
        }
    }
}

/// A signaling NaN matters even if a quiet NaN would not (IEEE 754-2019, 6.2).
#[test]
fn a_signaling_nan_is_never_ignored() {
    let signaling = Bf16::from_bits(0xff83);
    let (one, infinity) = (Bf16::from_f32(1.0), Bf16::INFINITY);
    for result in [
        one.powf(signaling),
        signaling.powf(Bf16::from_f32(0.0)),
        infinity.hypot(signaling),
        signaling.hypot(infinity),
    ] {
        assert_eq!(result.to_bits(), 0xffc3);
    }
}
