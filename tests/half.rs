//! Compares `F16` and `Bf16` with the crate `half`, wherever `half` is right.
//!
//! `half` converts from `f64` through `f32`, or without looking at the low 32 bits, depending on the CPU. Both are wrong for some
//! inputs. `f64` inputs therefore have zeros in these bits here, and `pitfalls` has other inputs.

use core::num::FpCategory;

use half::{bf16, f16};
use proptest::prelude::*;
use ulp::{Bf16, F16};

/// Returns bits of an `f32`: any, and equally many near the range of binary16.
fn f32_bits() -> impl Strategy<Value = u32> {
    let near_half = (any::<bool>(), 127_u32 - 27..127 + 18, any::<u32>())
        .prop_map(|(sign, exponent, low)| u32::from(sign) << 31 | exponent << 23 | low >> 9);
    // A rounding to 10 or to 7 fraction bits cuts off 100…0 or a neighbour of it, so the numbers are near ties.
    let near_tie = (any::<u32>(), prop_oneof![Just(13_u32), Just(16)], -1_i32..=1).prop_map(|(bits, cut, offset)| {
        let tie = bits >> cut << cut | 1 << (cut - 1);
        tie.wrapping_add_signed(offset)
    });
    prop_oneof![any::<u32>(), near_half, near_tie]
}

/// Returns bits of an `f64` that `half` converts rightly on every CPU: any exponent of its formats and beyond, 20 fraction bits.
fn f64_bits() -> impl Strategy<Value = u64> {
    let any_exponent = any::<u32>();
    let near =
        (any::<bool>(), 1023_u32 - 140..1023 + 130, 0_u32..1 << 20, any::<u32>()).prop_map(|(sign, exponent, fraction, keep)| {
            // Some numbers have only a few fraction bits, which make ties.
            let kept = fraction & (u32::MAX << (keep % 20));
            u32::from(sign) << 31 | exponent << 20 | kept
        });
    prop_oneof![any_exponent, near].prop_map(|high| u64::from(high) << 32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn f16_from_f32_is_that_of_half(bits in f32_bits()) {
        let value = f32::from_bits(bits);
        prop_assert_eq!(F16::from_f32(value).to_bits(), f16::from_f32(value).to_bits());
        prop_assert_eq!(F16::from_f32(value).to_bits(), f16::from_f32_const(value).to_bits());
    }

    #[test]
    fn bf16_from_f32_is_that_of_half(bits in f32_bits()) {
        let value = f32::from_bits(bits);
        prop_assert_eq!(Bf16::from_f32(value).to_bits(), bf16::from_f32(value).to_bits());
    }

    #[test]
    fn f16_from_f64_is_rounded_once(bits in f64_bits()) {
        let value = f64::from_bits(bits);
        prop_assert_eq!(F16::from_f64(value).to_bits(), f16::from_f64(value).to_bits());
        prop_assert_eq!(F16::from_f64(value).to_bits(), f16::from_f64_const(value).to_bits());
    }

    #[test]
    fn bf16_from_f64_is_rounded_once(bits in f64_bits()) {
        let value = f64::from_bits(bits);
        prop_assert_eq!(Bf16::from_f64(value).to_bits(), bf16::from_f64(value).to_bits());
    }

    /// An `f32` widens to `f64` exactly, so both conversions round equal values.
    #[test]
    fn from_f64_of_a_widened_f32(bits in f32_bits()) {
        let value = f32::from_bits(bits);
        prop_assert_eq!(F16::from_f64(f64::from(value)).to_bits(), f16::from_f32(value).to_bits());
        prop_assert_eq!(Bf16::from_f64(f64::from(value)).to_bits(), bf16::from_f32(value).to_bits());
    }
}

/// Makes a test for each of the two types, which have the same names in both crates.
macro_rules! same_as_half {
    ($name:ident, $ours:ident, $theirs:ident) => {
        mod $name {
            use super::*;

            #[test]
            fn every_code_to_f32_and_f64() {
                for bits in 0..=u16::MAX {
                    let (ours, theirs) = ($ours::from_bits(bits), $theirs::from_bits(bits));
                    assert_eq!(ours.to_f32().to_bits(), theirs.to_f32().to_bits(), "{bits:#06x} to f32");
                    assert_eq!(ours.to_f64().to_bits(), theirs.to_f64().to_bits(), "{bits:#06x} to f64");
                }
            }

            #[test]
            fn every_code_from_its_own_value() {
                for bits in 0..=u16::MAX {
                    let theirs = $theirs::from_bits(bits);
                    let back = $theirs::from_f32(theirs.to_f32()).to_bits();
                    assert_eq!($ours::from_f32(theirs.to_f32()).to_bits(), back, "{bits:#06x}");
                    assert_eq!($ours::from_f64(theirs.to_f64()).to_bits(), back, "{bits:#06x}");
                }
            }

            #[test]
            fn every_code_is_classified() {
                for bits in 0..=u16::MAX {
                    let (ours, theirs) = ($ours::from_bits(bits), $theirs::from_bits(bits));
                    assert_eq!(ours.is_nan(), theirs.is_nan(), "{bits:#06x}");
                    assert_eq!(ours.is_infinite(), theirs.is_infinite(), "{bits:#06x}");
                    assert_eq!(ours.is_finite(), theirs.is_finite(), "{bits:#06x}");
                    assert_eq!(ours.is_sign_negative(), theirs.is_sign_negative(), "{bits:#06x}");
                    assert_eq!(ours.classify(), theirs.classify(), "{bits:#06x}");
                }
            }

            #[test]
            fn every_code_as_bytes() {
                for bits in 0..=u16::MAX {
                    let (ours, theirs) = ($ours::from_bits(bits), $theirs::from_bits(bits));
                    assert_eq!(ours.to_bits(), bits);
                    assert_eq!(ours.to_le_bytes(), theirs.to_le_bytes());
                    assert_eq!(ours.to_be_bytes(), theirs.to_be_bytes());
                    assert_eq!(ours.to_ne_bytes(), theirs.to_ne_bytes());
                    assert_eq!($ours::from_le_bytes(theirs.to_le_bytes()).to_bits(), bits);
                    assert_eq!($ours::from_be_bytes(theirs.to_be_bytes()).to_bits(), bits);
                    assert_eq!($ours::from_ne_bytes(theirs.to_ne_bytes()).to_bits(), bits);
                }
            }

            #[test]
            fn constants_are_those_of_half() {
                assert_eq!($ours::MAX.to_bits(), $theirs::MAX.to_bits());
                assert_eq!($ours::MIN.to_bits(), $theirs::MIN.to_bits());
                assert_eq!($ours::MIN_POSITIVE.to_bits(), $theirs::MIN_POSITIVE.to_bits());
                assert_eq!($ours::EPSILON.to_bits(), $theirs::EPSILON.to_bits());
                assert_eq!($ours::NAN.to_bits(), $theirs::NAN.to_bits());
                assert_eq!($ours::INFINITY.to_bits(), $theirs::INFINITY.to_bits());
                assert_eq!($ours::NEG_INFINITY.to_bits(), $theirs::NEG_INFINITY.to_bits());
                assert_eq!($ours::RADIX, $theirs::RADIX);
                assert_eq!($ours::MANTISSA_DIGITS, $theirs::MANTISSA_DIGITS);
                assert_eq!($ours::DIGITS, $theirs::DIGITS);
                assert_eq!($ours::MIN_EXP, $theirs::MIN_EXP);
                assert_eq!($ours::MAX_EXP, $theirs::MAX_EXP);
                assert_eq!($ours::MIN_10_EXP, $theirs::MIN_10_EXP);
                assert_eq!($ours::MAX_10_EXP, $theirs::MAX_10_EXP);
            }

            #[test]
            fn constants_are_in_their_class() {
                assert_eq!($ours::NAN.classify(), FpCategory::Nan);
                assert_eq!($ours::INFINITY.classify(), FpCategory::Infinite);
                assert_eq!($ours::MAX.classify(), FpCategory::Normal);
                assert_eq!($ours::MIN_POSITIVE.classify(), FpCategory::Normal);
            }
        }
    };
}

same_as_half!(binary16, F16, f16);
same_as_half!(bfloat16, Bf16, bf16);
