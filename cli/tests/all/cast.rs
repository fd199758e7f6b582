//! Casts of chunks, and the counts of overflow.

use ulp::slice::Stochastic;
use ulp::{Cast, Dtype, Flags, Rounding};
use ulp_cli::cast::{Caster, RoundingMethod};

/// Tries every code of the narrow formats, to every format of whole bytes.
fn all_codes(cast: Cast) {
    let whole = |format: &&Dtype| !format.is_packed();
    let narrow = |format: &&Dtype| format.bits() <= 16;
    let size = |format: Dtype| format.bits() as usize / 8;
    for from in Dtype::ALL.iter().filter(whole).filter(narrow) {
        let source: Vec<u64> = (0..1 << from.layout().bits()).collect();
        let bytes = |codes: &[u64], format: Dtype| -> Vec<u8> {
            let bytes = |code: &u64| code.to_le_bytes().into_iter().take(size(format));
            codes.iter().flat_map(bytes).collect()
        };
        for to in Dtype::ALL.iter().filter(whole) {
            let direct = source.iter().map(|&code| cast.convert(from.layout(), to.layout(), code));
            let (codes, flags): (Vec<u64>, Vec<Flags>) = direct.unzip();

            let mut result = vec![0; source.len() * size(*to)];
            let caster = Caster::new(*from, *to, RoundingMethod::Cast(cast));
            let source = bytes(&source, *from);
            let overflowed = caster.cast(0, &source, &mut result, &mut Vec::new());
            assert!(result == bytes(&codes, *to), "{from} to {to}, {cast:?}");
            let expected = flags.into_iter().filter(|flags| flags.contains(Flags::OVERFLOW)).count();
            assert_eq!(overflowed, expected as u64, "{from} to {to}, {cast:?}");
        }
    }
}

#[test]
fn every_code_in_every_rounding_is_the_scalar_cast() {
    for rounding in Rounding::ALL {
        let cast = Cast::new().rounding(rounding);
        all_codes(cast);
        all_codes(cast.saturating());
    }
}

/// One element overflows among many, at every place, with either sign, in every rounding.
#[test]
fn one_overflow_among_many_is_counted() {
    let exact = RoundingMethod::Cast(Cast::new());
    let down = RoundingMethod::Cast(Cast::new().rounding(Rounding::TowardZero).saturating());
    let drawn = RoundingMethod::Stochastic(Stochastic::new(1));
    for method in [exact, down, drawn] {
        for to in [Dtype::F16, Dtype::Bf16, Dtype::F8E4M3Fn, Dtype::F8E5M2Fnuz, Dtype::F4E2M1Fn] {
            let caster = Caster::new(Dtype::F64, to, method);
            let size = to.bits().div_ceil(8) as usize;
            for place in [0, 4095, 4096, 9999] {
                let mut numbers = vec![1.0; 10_000];
                let mut result = vec![0; numbers.len() * size];
                let mut cast = |numbers: &[f64]| {
                    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
                    caster.cast(0, &bytes, &mut result, &mut Vec::new())
                };
                assert_eq!(cast(&numbers), 0, "{to}, {method:?}");
                for large in [1e300, -1e300] {
                    numbers[place] = large;
                    assert_eq!(cast(&numbers), 1, "{to}, {method:?}, {place}");
                }
            }
        }
    }
}

#[test]
fn overflow_of_packed_sources_is_counted() {
    // The numbers are 28, −28, 6 and 0.25. The first two overflow in fp4.
    let codes = [0x1f_u32, 0x3f, 0x16, 0x04];
    let bits = codes.iter().rev().fold(0, |bits, code| bits << 6 | code);
    let source = &bits.to_le_bytes()[..3];
    let caster = |method| Caster::new(Dtype::F6E3M2FnX4, Dtype::F4E2M1FnX2, method);
    let mut result = [0; 2];
    let cast = caster(RoundingMethod::Cast(Cast::new()));
    assert_eq!(cast.cast(0, source, &mut result, &mut Vec::new()), 2);
    assert_eq!(result, [0xf7, 0x07]);
    let drawn = caster(RoundingMethod::Stochastic(Stochastic::new(1)));
    assert_eq!(drawn.cast(0, source, &mut result, &mut Vec::new()), 2);
}
