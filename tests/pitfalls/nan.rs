//! NaNs: payloads, signs, and formats with one or none.

use super::*;

fn from_f32<D: Format>(bits: u32) -> (u64, Flags) {
    convert::<f32, D>(f32::from_bits(bits), Cast::new())
}

fn to_f32<S: Format>(source: S) -> (u64, Flags) {
    convert::<S, f32>(source, Cast::new())
}

/// The fraction of ffc12345 is 412345 = 100 0001 001|0 0011 0100 0101. 10 bits of it stay, 209, or 7 bits, 41.
#[test]
fn nan_keeps_its_sign_and_top_payload_bits() {
    assert_eq!(from_f32::<F16>(0xffc1_2345), (0xfe09, EXACT));
    assert_eq!(from_f32::<F16>(0x7fc1_2345), (0x7e09, EXACT));
    assert_eq!(from_f32::<Bf16>(0xffc1_2345), (0xffc1, EXACT));
    // Widening adds zeros below the payload: 209 << 13 = 412000.
    assert_eq!(to_f32(F16::from_bits(0xfe09)), (0xffc1_2000, EXACT));
    // Between 16-bit formats, the top 7 bits of 201 = 10 0000 0001 are 40, and 41 = 100 0001 becomes 208 = 10 0000 1000.
    let cast = Cast::new();
    assert_eq!(convert::<F16, Bf16>(F16::from_bits(0x7e01), cast), (0x7fc0, EXACT));
    assert_eq!(convert::<Bf16, F16>(Bf16::from_bits(0x7fc1), cast), (0x7e08, EXACT));
}

/// The low half of an `f64`'s payload is cut off, and the NaN stays a NaN.
#[test]
fn nan_with_a_payload_that_is_cut_off_stays_nan() {
    let quiet = f64::from_bits(0x7ff8_0000_0000_0001);
    assert_eq!(convert::<f64, F16>(quiet, Cast::new()), (0x7e00, EXACT));
    let signaling = f64::from_bits(0xfff0_0000_0000_0001);
    assert_eq!(convert::<f64, F16>(signaling, Cast::new()), (0xfe00, INVALID));
    assert_eq!(convert::<f64, Bf16>(signaling, Cast::new()), (0xffc0, INVALID));
    assert_eq!(convert::<f64, f32>(signaling, Cast::new()), (0xffc0_0000, INVALID));
}

/// The top fraction bit of a signaling NaN is 0. The cast sets the bit and raises INVALID (IEEE 754-2019, 6.2.1 and 7.2).
#[test]
fn signaling_nan_is_quieted_and_invalid() {
    assert_eq!(from_f32::<F16>(0x7f80_0001), (0x7e00, INVALID));
    // 01 0101 0101 becomes 11 0101 0101 when it is quieted. Its top 7 bits are 010 1010, which become 110 1010 = 6a.
    let signaling = F16::from_bits(0x7d55);
    assert_eq!(to_f32(signaling), (0x7fea_a000, INVALID));
    assert_eq!(convert::<F16, Bf16>(signaling, Cast::new()), (0x7fea, INVALID));
    // A cast from a format to itself follows the same rules.
    assert_eq!(convert::<F16, F16>(signaling, Cast::new()), (0x7f55, INVALID));
    // E5M2 has IEEE's NaNs: 7d, 7e, 7f. 7d is signaling.
    assert_eq!(to_f32(F8E5M2::from_bits(0x7d)), (0x7fe0_0000, INVALID));
    assert_eq!(to_f32(F8E5M2::from_bits(0x7e)), (0x7fc0_0000, EXACT));
    assert_eq!(from_f32::<F8E5M2>(0xffa0_0000), (0xff, INVALID));
}

/// A format with one NaN for each sign, or one NaN in all, takes any payload.
#[test]
fn nan_into_formats_with_one_nan() {
    assert_eq!(from_f32::<F8E4M3Fn>(0x7fc1_2345), (0x7f, EXACT));
    assert_eq!(from_f32::<F8E4M3Fn>(0xffc1_2345), (0xff, EXACT));
    assert_eq!(from_f32::<F8E4M3Fnuz>(0x7fc1_2345), (0x80, EXACT));
    assert_eq!(from_f32::<F8E4M3Fnuz>(0xffc1_2345), (0x80, EXACT));
    assert_eq!(from_f32::<F8E8M0Fnu>(0x7fc0_0000), (0xff, EXACT));
    assert_eq!(from_f32::<F8E8M0Fnu>(0xffc0_0000), (0xff, EXACT));
}

/// The NaN is quiet, and becomes the canonical NaN, with its sign if it has one. FNUZ's NaN is positive, though the bit of the
/// sign is set in its code.
#[test]
fn nan_out_of_formats_with_one_nan() {
    assert_eq!(to_f32(F8E4M3Fn::from_bits(0x7f)), (0x7fc0_0000, EXACT));
    assert_eq!(to_f32(F8E4M3Fn::from_bits(0xff)), (0xffc0_0000, EXACT));
    assert_eq!(to_f32(F8E4M3Fnuz::from_bits(0x80)), (0x7fc0_0000, EXACT));
    assert_eq!(to_f32(F8E5M2Fnuz::from_bits(0x80)), (0x7fc0_0000, EXACT));
    assert_eq!(to_f32(F8E8M0Fnu::from_bits(0xff)), (0x7fc0_0000, EXACT));
    let cast = Cast::new();
    assert_eq!(convert::<F8E4M3Fn, F16>(F8E4M3Fn::from_bits(0xff), cast), (0xfe00, EXACT));
    assert_eq!(
        convert::<F8E4M3Fnuz, F8E4M3Fn>(F8E4M3Fnuz::from_bits(0x80), cast),
        (0x7f, EXACT)
    );
    assert_eq!(
        convert::<F8E4M3Fn, F8E4M3Fnuz>(F8E4M3Fn::from_bits(0xff), cast),
        (0x80, EXACT)
    );
    assert_eq!(convert::<F8E4M3Fn, F8E5M2>(F8E4M3Fn::from_bits(0xff), cast), (0xfe, EXACT));
}

/// CUDA gives +6 (`__NV_E2M1`, `cuda_fp4.h`), `ml_dtypes` a zero.
#[test]
fn nan_into_a_format_without_nan_is_its_largest() {
    assert_eq!(from_f32::<F4E2M1Fn>(0x7fc0_0000), (0x7, INVALID));
    assert_eq!(from_f32::<F4E2M1Fn>(0xffc0_0000), (0x7, INVALID));
    assert_eq!(from_f32::<F6E2M3Fn>(0xffc0_0000), (0x1f, INVALID));
    let fnuz = F8E4M3Fnuz::from_bits(0x80);
    assert_eq!(convert::<F8E4M3Fnuz, F4E2M1Fn>(fnuz, Cast::new()), (0x7, INVALID));
}
