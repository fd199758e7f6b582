//! Every result, bit by bit.

use ulp::slice::Stochastic;
use ulp::{Bf16, Cast, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16, Flags, Isa};

use crate::oracle::{Inputs, Pair, Wide, draw};

/// Returns every target from an f32, and the sources that differ from f32 in kind. All pairs would take minutes to compile.
fn pairs() -> Vec<Pair> {
    vec![
        Pair::new::<f32, F16>(),
        Pair::new::<f32, Bf16>(),
        Pair::new::<f32, F8E5M2>(),
        Pair::new::<f32, F8E4M3Fn>(),
        Pair::new::<f32, F8E5M2Fnuz>(),
        Pair::new::<f32, F8E4M3Fnuz>(),
        Pair::new::<f32, F6E2M3Fn>(),
        Pair::new::<f32, F6E3M2Fn>(),
        Pair::new::<f32, F4E2M1Fn>(),
        Pair::new::<f32, F8E8M0Fnu>(),
        // Longer words.
        Pair::new::<f64, F16>(),
        Pair::new::<f64, Bf16>(),
        Pair::new::<f64, F8E4M3Fn>(),
        Pair::new::<f64, F4E2M1Fn>(),
        Pair::new::<Wide, F16>(),
        // Some subnormals of the source are normal in the target. Other pairs have equal exponents.
        Pair::new::<F16, Bf16>(),
        Pair::new::<F16, F8E8M0Fnu>(),
        Pair::new::<F16, F8E5M2>(),
        Pair::new::<F16, F8E4M3Fn>(),
        Pair::new::<F16, F6E3M2Fn>(),
        Pair::new::<Bf16, F16>(),
        Pair::new::<Bf16, F8E4M3Fn>(),
        // The formats have no infinities, no zero, or a NaN at -0.
        Pair::new::<F6E2M3Fn, F4E2M1Fn>(),
        Pair::new::<F8E8M0Fnu, F8E4M3Fn>(),
        Pair::new::<F8E5M2Fnuz, F8E4M3Fnuz>(),
    ]
}

#[test]
fn the_documented_bits() {
    let mut inputs = Inputs(1);
    for pair in pairs() {
        let codes = pair.shape.codes();
        for (seed, offset, saturating) in [
            (0, 0, false),
            (0x0123_4567_89ab_cdef, 13, true),
            // The counters exceed 32 bits, and the index wraps.
            (1 << 63 | 7, (1 << 38) - 5000, false),
            (u64::MAX, u64::MAX - 5000, true),
        ] {
            let from = inputs.codes(&pair, 20_000);
            let mut how = Stochastic::new(seed).offset(offset);
            if saturating {
                how = how.saturating();
            }
            let mut numbers = 0;
            for (i, to) in pair.cast(&from, how).into_iter().enumerate() {
                let Some(number) = pair.reader.read(from[i]) else {
                    continue;
                };
                let draw = draw(pair.shares(), seed, offset.wrapping_add(i as u64));
                let expected = pair.shape.round(&codes, number, draw, saturating);
                let (name, from) = (pair.name, from[i]);
                assert_eq!(to, expected, "{name:?} {from:#x} {i} {seed:#x} {draw:#x}");
                numbers += 1;
            }
            assert!(numbers > 10_000);
        }
    }
}

/// Returns numbers whose discarded fraction is just enough for a carry, and numbers below them by the least step of the source.
#[test]
fn thresholds_decide_as_documented() {
    let seed = 99;
    for pair in [
        Pair::new::<f64, F16>(),
        Pair::new::<f64, Bf16>(),
        Pair::new::<f64, F8E4M3Fn>(),
        Pair::new::<f64, F4E2M1Fn>(),
    ] {
        let drop = 52 - pair.shape.fraction_bits;
        let codes = pair.shape.codes();
        for offset in 0..1000 {
            let draw = u64::from(draw(pair.shares(), seed, offset));
            let one = 1f64.to_bits();
            let how = Stochastic::new(seed).offset(offset);
            // 1 + rest · 2^-32 steps, and the number one bit of the f64 below.
            let enough = one + (((1 << 32) - draw) << (drop - 32));
            let (up, down) = (pair.cast(&[enough], how)[0], pair.cast(&[enough - 1], how)[0]);
            assert_eq!(down, codes[&one], "{:?} {draw:#x}", pair.name);
            assert_eq!(up, down + 1, "{:?} {draw:#x}", pair.name);
        }
    }
}

/// Numbers of the target, zeros, infinities and NaNs have the results of a cast.
#[test]
fn exact_and_special_values_are_not_drawn() {
    for pair in pairs() {
        let [from, to] = pair.layouts;
        let numbers = (0..=pair.shape.max_code).map(|code| Cast::new().convert(to, from, code).0);
        let codes = from.bits().min(16);
        // The top bits of codes, with all other bits clear and with all other bits set.
        let any = (0..1u64 << codes).flat_map(|code| {
            let rest = from.bits() - codes;
            [code << rest, code << rest | ((1 << rest) - 1)]
        });
        let codes: Vec<u64> = numbers.chain(any).collect();
        for (how, cast) in [
            (Stochastic::new(3), Cast::new()),
            (Stochastic::new(4).saturating(), Cast::new().saturating()),
        ] {
            for (i, y) in pair.cast(&codes, how).into_iter().enumerate() {
                let (expected, flags) = cast.convert(from, to, codes[i]);
                if pair.reader.read(codes[i]).is_none() || flags == Flags::NONE {
                    assert_eq!(y, expected, "{:?} {:#x}", pair.name, codes[i]);
                }
            }
        }
    }
}

/// Every ISA and every split of the slice gives the same bits.
#[test]
fn parts_and_isas_agree() {
    for pair in pairs() {
        let whole = Inputs(2).codes(&pair, 1000);
        for offset in [0, 32, 59, (1 << 38) - 100, u64::MAX - 300] {
            let how = |first| Stochastic::new(0xfeed).offset(offset.wrapping_add(first as u64));
            let expected = pair.cast(&whole, how(0));
            for isa in Isa::available() {
                let mut first = 0;
                for len in (0..80).chain([128, 200, 511, 512, 513, 1000]) {
                    first = (first * 7 + 3 * len + 1) % whole.len();
                    let end = (first + len).min(whole.len());
                    let to = pair.cast_on(isa, &whole[first..end], how(first));
                    let name = pair.name;
                    assert_eq!(to, expected[first..end], "{name:?} {isa} {first}..{end} {offset}");
                }
                let to = pair.cast_on(isa, &whole, how(0));
                assert_eq!(to, expected, "{:?} {isa} {offset}", pair.name);
            }
        }
    }
}

/// A detour through f32 changes nothing.
#[test]
fn equal_numbers_of_other_formats_draw_alike() {
    for (narrow, wide) in [
        (Pair::new::<F16, F8E4M3Fn>(), Pair::new::<f32, F8E4M3Fn>()),
        (Pair::new::<F16, Bf16>(), Pair::new::<f32, Bf16>()),
    ] {
        let from = Inputs(3).codes(&narrow, 5000);
        let as_f32 = |code: &u64| u64::from(F16::from_bits(*code as u16).to_f32().to_bits());
        let widened: Vec<u64> = from.iter().map(as_f32).collect();
        let how = Stochastic::new(8).offset(9);
        assert_eq!(narrow.cast(&from, how), wide.cast(&widened, how));
    }
}

#[test]
fn signs_are_symmetric() {
    let pair = Pair::new::<f32, F16>();
    let from = Inputs(4).codes(&pair, 5000);
    let negated: Vec<u64> = from.iter().map(|x| x ^ 1 << 31).collect();
    let how = Stochastic::new(8);
    let back: Vec<u64> = pair.cast(&negated, how).iter().map(|x| x ^ 0x8000).collect();
    assert_eq!(pair.cast(&from, how), back);
}
