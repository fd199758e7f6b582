//! Random numbers. Every number that is possible comes out, evenly, and no other.

use std::convert::Infallible;

use proptest::prelude::*;
use rand::distr::uniform::{Error, SampleUniform};
use rand::distr::{Distribution, StandardUniform, Uniform};
use rand::{RngExt, TryRng};
use ulp::*;

use crate::declared::{Double, E5M6, Fine, Unsigned, Wide};

/// A generator that repeats one word.
struct Word(u64);

impl TryRng for Word {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0 >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("nobody asks for bytes")
    }
}

/// Sebastiano Vigna's `SplitMix64`.
struct SplitMix(u64);

impl TryRng for SplitMix {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(word ^ word >> 31)
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("nobody asks for bytes")
    }
}

/// Checks that this many steps lie between 0 and 1, and that every upper part of a word gives one of them.
fn check_standard<F: Format>(bits: u32)
where
    StandardUniform: Distribution<F>,
{
    let steps = 1u64 << bits;
    // All steps, or the first, the last and some between if there are many.
    let every = (steps / 4096).max(1);
    for step in (0..steps).step_by(every as usize).chain([steps - 1]) {
        for below in [0, u64::MAX] {
            let word = step << (63 - bits) << 1 | below >> bits;
            let x: F = Word(word).random();
            let exact = step as f64 / steps as f64;
            assert_eq!(x.cast::<f64>().to_bits(), exact.to_bits(), "{step} of {steps}");
        }
    }
}

#[test]
fn standard_is_a_multiple_of_the_step_below_1() {
    check_standard::<F16>(11);
    check_standard::<Bf16>(8);
    check_standard::<F8E4M3Fn>(4);
    check_standard::<F8E5M2>(3);
    check_standard::<F8E4M3>(4);
    check_standard::<F8E3M4>(5);
    check_standard::<F8E4M3Fnuz>(4);
    check_standard::<F8E5M2Fnuz>(3);
    check_standard::<F8E4M3B11Fnuz>(4);
    check_standard::<F6E3M2Fn>(3);
    // The subnormals of these formats are no finer.
    check_standard::<F6E2M3Fn>(3);
    check_standard::<F4E2M1Fn>(1);
    check_standard::<E5M6>(7);
    check_standard::<Unsigned>(4);
    check_standard::<Double>(53);
    check_standard::<Wide>(49);
    let x: Fine = Word(u64::MAX).random();
    assert_eq!(x, Fine::from_int(1).next_down());
    assert!(!has!(StandardUniform: Distribution<F8E8M0Fnu>));
}

/// Returns the first word that gives the number `x` and not the one below: ⌈(x − low) / (end − low) · 2^64⌉.
fn first_word(x: f64, low: f64, end: f64) -> u128 {
    // All numbers are multiples of 2^-20 below 2^17.
    let integer = |x: f64| {
        let scaled = x * 2f64.powi(20);
        assert!(scaled == scaled.trunc() && scaled.abs() < 2f64.powi(37));
        scaled as i128 as u128
    };
    let length = integer(end).wrapping_sub(integer(low));
    (integer(x).wrapping_sub(integer(low)) << 64).div_ceil(length)
}

/// Checks all ranges: the words at which the numbers of a range change.
fn check_ranges<F: Format + SampleUniform + PartialOrd>(end_of_all: f64) {
    let all = F::LAYOUT.bits();
    let codes = (0..1u64 << all).map(|code| F::from_bits(Bits::from_u64(code)));
    let mut numbers: Vec<F> = codes.filter(|x| x.cast::<f64>().is_finite()).collect();
    numbers.sort_by(|a, b| a.partial_cmp(b).unwrap());
    numbers.dedup_by(|a, b| a == b);
    let value = |i: usize| numbers.get(i).map_or(end_of_all, |x| x.cast());
    for low in 0..numbers.len() {
        for last in low..numbers.len() {
            let (start, end) = (value(low), value(last + 1));
            let inclusive = Uniform::new_inclusive(numbers[low], numbers[last]).unwrap();
            let mut ranges = vec![inclusive];
            if last + 1 < numbers.len() {
                ranges.push(Uniform::new(numbers[low], numbers[last + 1]).unwrap());
            }
            // For a long range, a few ends at each side.
            let ends = (low..=last).filter(|&i| i < low + 4 || i + 4 > last);
            for range in ranges {
                assert_eq!(Word(u64::MAX).sample(&range).cast::<f64>(), value(last));
                for i in ends.clone() {
                    let word = first_word(value(i), start, end);
                    assert_eq!(Word(word as u64).sample(&range).cast::<f64>(), value(i), "{start}..{end}");
                    if i > low {
                        let below: f64 = Word(word as u64 - 1).sample(&range).cast();
                        assert_eq!(below, value(i - 1), "{start}..{end}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_range_of_narrow_formats_is_uniform() {
    check_ranges::<F8E5M2>(65536.0);
    check_ranges::<F8E4M3Fn>(480.0);
    check_ranges::<F8E4M3Fnuz>(256.0);
    check_ranges::<F6E2M3Fn>(8.0);
    check_ranges::<F4E2M1Fn>(8.0);
    check_ranges::<Unsigned>(57344.0);
}

#[test]
fn empty_and_infinite_ranges_are_errors() {
    let [one, two] = [1.0, 2.0].map(F16::from_f32);
    assert_eq!(Uniform::new(one, one), Err(Error::EmptyRange));
    assert_eq!(Uniform::new(two, one), Err(Error::EmptyRange));
    assert_eq!(Uniform::new_inclusive(two, one), Err(Error::EmptyRange));
    assert_eq!(Uniform::new(one, F16::INFINITY), Err(Error::NonFinite));
    assert_eq!(Uniform::new(F16::NAN, one), Err(Error::NonFinite));
    assert_eq!(Uniform::new_inclusive(F16::NEG_INFINITY, one), Err(Error::NonFinite));
    // Zeros are equal.
    assert_eq!(Uniform::new(-F16::default(), F16::default()), Err(Error::EmptyRange));
    let single = Uniform::new_inclusive(one, one).unwrap();
    assert_eq!(Word(u64::MAX).sample(single), one);
}

macro_rules! extremes {
    ([$($format:ident)*]) => { $( {
        let (least, most) = ($format::MIN, $format::MAX);
        let all = Uniform::new_inclusive(least, most).unwrap();
        assert_eq!(Word(0).sample(all), least);
        assert_eq!(Word(u64::MAX).sample(all), most);
        let but_one = Uniform::new(least, most).unwrap();
        assert_eq!(Word(u64::MAX).sample(but_one), most.next_down());
        assert_eq!(Word(u64::MAX).random_range(least..most), most.next_down());
        assert_eq!(Word(u64::MAX).random_range(least..=most), most);
    } )* };
}

/// The length of these ranges is beyond the largest number.
#[test]
fn a_range_of_all_numbers_is_uniform() {
    for_every_format!(extremes);
    extremes!([E5M6 Unsigned Double Fine Wide]);
}

/// The length of this range is 1 + 2<sup>−133</sup>. 64 bits can't tell how little more than 1 this is.
#[test]
fn a_range_with_an_inexact_length_is_uniform() {
    let (low, high) = (Bf16::from_bits(0x8001), Bf16::from_f32(1.0));
    let last = Word(u64::MAX).random_range(low..high);
    assert_eq!(last, high.next_down());
    assert_eq!(Word(0).random_range(low..high), low);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The ends are far apart, so lengths are not exact.
    #[test]
    fn nothing_leaves_a_range(a in 0..0x7f80u16, b in 0..0x7f80u16, signs in 0..4u16, word in any::<u64>(), far in 0..3) {
        let a = Bf16::from_bits(a | (signs & 1) << 15);
        let b = Bf16::from_bits(b | (signs >> 1) << 15);
        prop_assume!(a != b);
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let word = match far { 0 => word, 1 => u64::MAX - word % 4, _ => word % 4 };
        let x = Word(word).random_range(low..high);
        prop_assert!(low <= x && x < high, "{low}..{high}: {x}");
        // The exact place, apart from the rounding of `f64`.
        let place = low.to_f64() + (high.to_f64() - low.to_f64()) * (word as f64 / 2f64.powi(64));
        let error = (high.to_f64() - low.to_f64()) * 1e-15 + low.to_f64().abs().max(high.to_f64().abs()) * 1e-15;
        prop_assert!(x.to_f64() <= place + error && place - error <= x.next_up().to_f64().min(1e39), "{low}..{high}: {x}");
    }
}

#[test]
fn means_of_ranges_are_right() {
    let mut rng = SplitMix(1);
    let standard: f64 = (0..100_000).map(|_| rng.random::<F16>().to_f64()).sum();
    // The mean lies half a step below 1/2. The tolerance is ten deviations of the mean.
    assert!((standard / 1e5 - (0.5 - 0.5 / 2048.0)).abs() < 10.0 * (1.0f64 / 12e5).sqrt());
    let range = Uniform::new(Bf16::from_f32(-3.0), Bf16::from_f32(5.0)).unwrap();
    let mean = (0..100_000).map(|_| rng.sample(range).to_f64()).sum::<f64>() / 1e5;
    // Numbers are rounded down by 2^-8 on average: by halves of the steps, which are 1/64 (1/32 for |x| from 2 to 4 and above),
    // and finer below.
    assert!((mean - 1.0).abs() < 0.02 + 10.0 * (64.0f64 / 12e5).sqrt());
}
