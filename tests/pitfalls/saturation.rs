//! The policy `Overflow::Saturate`.

use super::*;

#[test]
fn saturation_gives_the_largest_of_its_sign() {
    assert_eq!(saturated::<F16>(65504.0), (0x7bff, EXACT));
    assert_eq!(saturated::<F16>(65519.9), (0x7bff, INEXACT));
    assert_eq!(saturated::<F16>(65520.0), (0x7bff, OVERFLOW));
    assert_eq!(saturated::<F16>(-1e300), (0xfbff, OVERFLOW));
    assert_eq!(saturated::<F8E4M3Fn>(464.000_001), (0x7e, OVERFLOW));
    assert_eq!(saturated::<F8E4M3Fn>(-1e9), (0xfe, OVERFLOW));
    assert_eq!(saturated::<F8E5M2>(1e5), (0x7b, OVERFLOW));
    assert_eq!(saturated::<F8E4M3Fnuz>(-1e9), (0xff, OVERFLOW));
    assert_eq!(saturated::<F4E2M1Fn>(7.0), (0x7, OVERFLOW));
}

/// Saturation also applies toward +∞, where IEEE overflow gives an infinity.
#[test]
fn saturation_holds_under_every_rounding() {
    for rounding in Rounding::ALL {
        let cast = Cast::new().rounding(rounding).saturating();
        assert_eq!(convert::<f64, F16>(1e9, cast), (0x7bff, OVERFLOW));
        assert_eq!(convert::<f64, F16>(-1e9, cast), (0xfbff, OVERFLOW));
        assert_eq!(convert::<f64, F8E4M3Fn>(1e9, cast), (0x7e, OVERFLOW));
    }
}

#[test]
fn infinities_saturate() {
    assert_eq!(saturated::<F16>(f64::INFINITY), (0x7bff, OVERFLOW));
    assert_eq!(saturated::<F16>(f64::NEG_INFINITY), (0xfbff, OVERFLOW));
    assert_eq!(saturated::<f32>(f64::INFINITY), (0x7f7f_ffff, OVERFLOW));
    assert_eq!(saturated::<F8E4M3Fn>(f64::NEG_INFINITY), (0xfe, OVERFLOW));
    assert_eq!(saturated::<F8E8M0Fnu>(f64::INFINITY), (0xfe, OVERFLOW));
    // In a cast from a format to itself, an infinity is beyond the largest finite number too.
    let cast = Cast::new().saturating();
    assert_eq!(convert::<F16, F16>(F16::INFINITY, cast), (0x7bff, OVERFLOW));
}

#[test]
fn saturation_leaves_nans_alone() {
    assert_eq!(saturated::<F16>(f64::NAN), (0x7e00, EXACT));
    assert_eq!(saturated::<F8E4M3Fn>(f64::NAN), (0x7f, EXACT));
    assert_eq!(saturated::<F8E4M3Fnuz>(f64::NAN), (0x80, EXACT));
}
