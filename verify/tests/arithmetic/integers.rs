//! Integers: conversions from and to every integer type, and rounding to integers in a format.

use fastrand::Rng;
use ulp::ieee;
use ulp_verify::adapter::rounding;
use ulp_verify::operations::{code, number};
use ulp_verify::oracle::{self, Rounding};

use super::formats::{codes, for_some_odd_formats, shape};
use super::*;

fn to_integral<F: Format>() {
    let shape = shape::<F>();
    for a in codes::<F>() {
        for direction in Rounding::ALL {
            let what = format!("{}: {a:#x}, {direction:?}", F::DTYPE);
            let (is, flags) = ieee::round_to_integral(number::<F>(a), rounding(direction));
            let right = oracle::round_to_integral(&shape, a, direction, false);
            assert_eq!((code(is), flags.bits()), right, "{what}");
            let (is, flags) = ieee::round_to_integral_exact(number::<F>(a), rounding(direction));
            let right = oracle::round_to_integral(&shape, a, direction, true);
            assert_eq!((code(is), flags.bits()), right, "{what}, exact");
        }
    }
}

/// The functions of `ulp::ieee` for an integer type.
struct Integer<F> {
    bits: u32,
    signed: bool,
    /// The conversion from the low bits.
    from: fn(u128, ulp::Rounding) -> (F, u8),
    /// The conversion to the integer, its sign extended.
    to: fn(F, ulp::Rounding) -> (u128, u8),
}

macro_rules! integers {
    ($($integer:ident)*) => {
        fn integers<F: Format>() -> Vec<Integer<F>> {
            vec![$(Integer {
                bits: $integer::BITS,
                signed: $integer::MIN != 0,
                from: |bits, rounding| {
                    let (number, flags) = ieee::from_int(bits as $integer, rounding);
                    (number, flags.bits())
                },
                to: |number, rounding| {
                    let (integer, flags) = ieee::to_int::<$integer, _>(number, rounding);
                    (integer as u128, flags.bits())
                },
            }),*]
        }

        /// Compares the methods, which saturate and cut like `as`, with `f64`'s `as`, and those that round to nearest.
        macro_rules! methods {
            ($name:ident) => {{ $(
                for a in codes::<$name>() {
                    let x: $name = number(a);
                    let wide: f64 = x.cast();
                    assert_eq!(x.to_int::<$integer>(), wide as $integer, "{} {a:#x}", <$name>::DTYPE);
                }
                for bits in patterns($integer::BITS) {
                    let integer = bits as $integer;
                    let (right, _) = ieee::from_int::<$name, _>(integer, ulp::Rounding::TiesToEven);
                    assert_eq!(code(<$name>::from_int(integer)), code(right), "{integer}");
                }
            )* }};
        }
    };
}
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// Returns bits of integers: the ends, powers of two and their neighbours, ties, and random ones of every length.
fn patterns(bits: u32) -> Vec<u128> {
    let mut patterns = vec![0, u128::MAX];
    let mut rng = Rng::with_seed(7);
    for place in 0..bits {
        let power = 1_u128 << place;
        patterns.extend([power, power - 1, power + 1, power + power / 2]);
        for _ in 0..20 {
            let random = rng.u128(..) >> (127 - place);
            let short = random >> place.saturating_sub(12) << place.saturating_sub(12);
            patterns.extend([random, short, short + 1, short.wrapping_sub(1)]);
        }
    }
    let negative: Vec<_> = patterns.iter().map(|bits| bits.wrapping_neg()).collect();
    patterns.extend(negative);
    patterns
}

fn to_integers<F: Format>() {
    let shape = shape::<F>();
    for integer in integers::<F>() {
        let all = u128::MAX >> (128 - integer.bits);
        let bounds = if integer.signed {
            [all >> 1, (all >> 1) + 1]
        } else {
            [all, 0]
        };
        for a in codes::<F>() {
            for direction in Rounding::ALL {
                let (negative, magnitude, flags) = oracle::to_integer(&shape, a, direction, bounds);
                let right = if negative {
                    magnitude.wrapping_neg()
                } else {
                    magnitude
                };
                let is = (integer.to)(number(a), rounding(direction));
                let what = (F::DTYPE, a, direction, integer.bits, integer.signed);
                assert_eq!(is, (right, flags), "{what:?}");
            }
        }
    }
}

fn from_integers<F: Format>() {
    let shape = shape::<F>();
    for integer in integers::<F>() {
        for bits in patterns(integer.bits) {
            let unused = 128 - integer.bits;
            let negative = integer.signed && bits << unused >> 127 == 1;
            let value = if negative { bits.wrapping_neg() } else { bits };
            let magnitude = value << unused >> unused;
            let answer = oracle::from_integer(&shape, negative, magnitude);
            for direction in Rounding::ALL {
                let (is, flags) = (integer.from)(bits, rounding(direction));
                let what = (F::DTYPE, negative, magnitude, direction, integer.bits);
                assert_eq!((code(is), flags), answer.rounded(direction), "{what:?}");
            }
        }
    }
}

#[test]
fn integers_in_a_format() {
    to_integral::<F16>();
    to_integral::<Bf16>();
    for_every_byte_format!(to_integral);
    for_some_odd_formats!(to_integral);
}

#[test]
fn integers_to_every_type() {
    to_integers::<F16>();
    to_integers::<Bf16>();
    to_integers::<F8E4M3Fn>();
    to_integers::<F8E4M3Fnuz>();
    to_integers::<F8E8M0Fnu>();
    to_integers::<F4E2M1Fn>();
    to_integers::<formats::UnsignedIeee>();
    to_integers::<formats::WithoutZero>();
}

#[test]
fn integers_from_every_type() {
    from_integers::<F16>();
    from_integers::<Bf16>();
    from_integers::<F8E4M3Fn>();
    from_integers::<F8E4M3Fnuz>();
    from_integers::<F8E8M0Fnu>();
    from_integers::<F4E2M1Fn>();
    from_integers::<formats::UnsignedIeee>();
    from_integers::<formats::WithoutZero>();
}

#[test]
fn integers_by_the_methods() {
    methods!(F16);
    methods!(Bf16);
    methods!(F8E4M3Fn);
    methods!(F8E5M2);
    methods!(F8E8M0Fnu);
    methods!(F4E2M1Fn);
}
