//! Compares `from_str_radix` with a search among all numbers.

use num_traits::{Num, One};
use ulp::{F16, FloatErrorKind};

use crate::declared::{Fine, Unsigned, Wide};

/// Returns all magnitudes from 0 on, as multiples of 2<sup>−24</sup>. 2<sup>16</sup> stands for the infinity.
fn places() -> Vec<i128> {
    let value = |bits| {
        if bits == 0x7c00 {
            65536.0
        } else {
            F16::from_bits(bits).to_f64()
        }
    };
    (0..=0x7c00).map(|bits| (value(bits) * 2f64.powi(24)) as i128).collect()
}

/// Returns the magnitude nearest to a fraction, by comparison alone, ties to even.
fn nearest(places: &[i128], numerator: i128, denominator: i128) -> u16 {
    let scaled = numerator << 24;
    let above = places.partition_point(|place| place * denominator <= scaled);
    let below = above - 1;
    let Some(place) = places.get(above) else {
        return below as u16;
    };
    let (down, up) = (scaled - places[below] * denominator, place * denominator - scaled);
    let goes_up = down > up || down == up && below % 2 == 1;
    (below + usize::from(goes_up)) as u16
}

fn in_radix(mut n: u128, radix: u32) -> String {
    let mut digits = Vec::new();
    while n > 0 {
        digits.push(char::from_digit((n % u128::from(radix)) as u32, radix).unwrap());
        n /= u128::from(radix);
    }
    digits.iter().rev().collect()
}

#[test]
fn any_radix_is_rounded_once() {
    let mut random = 1u64;
    let mut next = |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let places = places();
    for radix in 2..=36 {
        // Ties, ties with a half, and other integers.
        let mut integers = vec![33, 1025, 1026, 2049, 4097, 4098, 4099, 65_519, 65_520, 65_521];
        integers.extend((0..20).map(|_| next(70_000)));
        for integer in integers {
            for length in 0..4 {
                let unit = u64::from(radix).pow(length);
                let fraction = [0, unit / 2, next(unit)][next(3) as usize];
                let numerator = integer * unit + fraction;
                let digits = in_radix(u128::from(numerator) + u128::from(unit) * u128::from(radix).pow(17), radix);
                // A digit 1 stands before the zeros that pad the text.
                let (whole, fraction) = digits[1..].split_at(digits.len() - 1 - length as usize);
                let text = format!("{whole}.{fraction}");
                let x = <F16 as Num>::from_str_radix(&text, radix).unwrap();
                let expected = nearest(&places, i128::from(numerator), i128::from(unit));
                assert_eq!(x.to_bits(), expected, "{text} in radix {radix}");
                let negative = <F16 as Num>::from_str_radix(&format!("-{text}"), radix).unwrap();
                assert_eq!(negative.to_bits(), expected | 0x8000);
            }
        }
    }
}

#[test]
fn radices_and_their_limits() {
    let f16 = |text: &str, radix| <F16 as Num>::from_str_radix(text, radix).map(F16::to_f32);
    let kind = |text: &str, radix| f16(text, radix).unwrap_err().kind();
    assert_eq!(f16("1.5e1", 10), Ok(15.0));
    assert_eq!(f16("1f.8", 16), Ok(31.5));
    assert_eq!(f16("-1f.8p-1", 16), Ok(-15.75));
    assert_eq!(f16("+.1", 2), Ok(0.5));
    assert_eq!(f16("zz", 36), Ok(1295.0));
    assert_eq!(f16("-infinity", 3), Ok(f32::NEG_INFINITY));
    assert!(f16("NaN", 36).unwrap().is_nan());
    // Sticky digits far beyond the last bit.
    let long = format!("100000000001{}1", "0".repeat(500));
    assert_eq!(f16(&format!("{}.{}", &long[..12], &long[12..]), 2), Ok(2050.0));
    assert_eq!(f16(&format!("{}.{}", &long[..12], "0".repeat(500)), 2), Ok(2048.0));
    let third = Fine::from_int(1) / Fine::from_int(3);
    assert_eq!(<Fine as Num>::from_str_radix("0.1", 3), Ok(third));
    // Digits that break a tie far away.
    for radix in [3, 7, 36] {
        let tie = in_radix(2049, radix);
        let zeros = "0".repeat((100.0 / f64::from(radix).log2()) as usize);
        assert_eq!(f16(&format!("{tie}.{zeros}"), radix), Ok(2048.0));
        assert_eq!(f16(&format!("{tie}.{zeros}1"), radix), Ok(2050.0));
    }
    // The text has the last bit, a tie, and one digit that breaks the tie.
    let tie = format!("1.{}", "0".repeat(58));
    assert_eq!(<Fine as Num>::from_str_radix(&format!("{tie}10"), 2), Ok(Fine::one()));
    assert_eq!(
        <Fine as Num>::from_str_radix(&format!("{tie}11"), 2),
        Ok(Fine::one().next_up())
    );
    // 2^-59 is eight fifteenth parts of 32^-11 … digits of five bits: 1 + 2^-59 + 2^-125.
    let tie = format!("1.{}", "0".repeat(11));
    assert_eq!(<Fine as Num>::from_str_radix(&format!("{tie}2"), 32), Ok(Fine::one()));
    assert_eq!(
        <Fine as Num>::from_str_radix(&format!("{tie}2{}1", "0".repeat(40)), 32),
        Ok(Fine::one().next_up())
    );
    // The widest integer.
    let widest = in_radix(u128::MAX, 7);
    assert_eq!(<Wide as Num>::from_str_radix(&widest, 7), Ok(Wide::from_int(u128::MAX)));
    assert_eq!(kind(&format!("{widest}0"), 7), FloatErrorKind::Unsupported);
    assert_eq!(kind(&format!("0.{}", "0".repeat(81)), 3), FloatErrorKind::Unsupported);
    for radix in [0, 1, 37] {
        assert_eq!(kind("1", radix), FloatErrorKind::Unsupported);
    }
    assert_eq!(kind("", 2), FloatErrorKind::Empty);
    for (text, radix) in [
        ("2", 2),
        ("9", 9),
        ("-", 3),
        (".", 3),
        ("1.1.1", 3),
        ("1 ", 3),
        ("1p", 8),
        ("1e5", 3),
        ("0x10", 16),
    ] {
        assert_eq!(kind(text, radix), FloatErrorKind::Invalid, "{text} in radix {radix}");
    }
    assert_eq!(
        Unsigned::from_str_radix("-1", 3).unwrap_err().kind(),
        FloatErrorKind::Unrepresentable
    );
}
