//! Casts chunks of tensors, and counts the elements that overflow.

use std::ops::Range;

use ulp::slice::Stochastic;
use ulp::{Bf16, Cast, Dtype, F8E4M3Fn, F8E5M2, F16, Flags, Layout, Rounding, slice};

/// A way to round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RoundingMethod {
    /// Rounds by this cast.
    Cast(Cast),
    /// Rounds at random.
    Stochastic(Stochastic),
}

/// A cast from one format to another.
#[derive(Debug)]
pub(crate) struct Caster {
    from: Dtype,
    /// The format in which elements are counted: `from`, or `f32` if `from` is packed.
    wide: Dtype,
    to: Dtype,
    method: RoundingMethod,
    /// The codes of `wide` that overflow, for each sign.
    overflowing: [Range<u64>; 2],
}

impl Caster {
    /// Returns the caster from one format to another.
    pub(crate) fn new(from: Dtype, to: Dtype, method: RoundingMethod) -> Caster {
        let wide = if from.is_packed() { Dtype::F32 } else { from };
        let sign = if wide.layout().is_signed() {
            1 << (wide.layout().bits() - 1)
        } else {
            0
        };
        // Under stochastic rounding, every element beyond the largest finite value may overflow, so all of them are counted.
        let cast = |away| match method {
            RoundingMethod::Cast(cast) => cast,
            RoundingMethod::Stochastic(_) => Cast::new().rounding(away),
        };
        let overflowing = |sign, away| overflowing(wide.layout(), to.layout(), sign, cast(away));
        let negative = if sign == 0 {
            0..0
        } else {
            overflowing(sign, Rounding::TowardNegative)
        };
        Caster {
            from,
            wide,
            to,
            method,
            overflowing: [overflowing(0, Rounding::TowardPositive), negative],
        }
    }

    /// Returns the format to which the caster rounds, if it rounds to nearest with ties to even.
    pub(crate) fn nearest(&self) -> Option<Dtype> {
        let nearest = [Cast::new(), Cast::new().saturating()];
        let is_nearest = nearest.iter().any(|&cast| self.method == RoundingMethod::Cast(cast));
        is_nearest.then_some(self.to)
    }

    /// Casts a chunk that begins at the element `first` of its tensor, and returns how many of its elements overflowed. `wide` is
    /// a buffer.
    pub(crate) fn cast(&self, first: u64, src: &[u8], dst: &mut [u8], wide: &mut Vec<u8>) -> u64 {
        let fits = "a chunk is as long in both formats";
        let src = if self.from == self.wide {
            src
        } else {
            let numbers = src.len() * 8 / self.from.bits() as usize;
            wide.resize(numbers * size_of::<f32>(), 0);
            slice::cast_bytes(self.from, src, self.wide, wide, Cast::new()).expect(fits);
            wide
        };
        match self.method {
            RoundingMethod::Cast(cast) => slice::cast_bytes(self.wide, src, self.to, dst, cast),
            RoundingMethod::Stochastic(stochastic) => {
                slice::cast_bytes_stochastic(self.wide, src, self.to, dst, stochastic.offset(first))
            }
        }
        .expect(fits);
        if self.overflowing.iter().all(Range::is_empty) || self.none_overflowed(dst) {
            0
        } else {
            self.count(src)
        }
    }

    /// Returns true if certainly no element overflowed, because all results are below the largest finite value. Results are
    /// narrower than elements, so reading the results takes less time.
    fn none_overflowed(&self, results: &[u8]) -> bool {
        macro_rules! below_max {
            ($($Format:ty = $dtype:ident),*) => {
                match self.to {
                    $(Dtype::$dtype => bytemuck::try_cast_slice::<u8, $Format>(results)
                        .is_ok_and(|results| slice::amax(results) < f32::from(<$Format>::MAX)),)*
                    _ => false,
                }
            };
        }
        cfg!(target_endian = "little") && below_max!(f32 = F32, F16 = F16, Bf16 = Bf16, F8E4M3Fn = F8E4M3Fn, F8E5M2 = F8E5M2)
    }

    /// Returns how many of the elements overflow.
    fn count(&self, elements: &[u8]) -> u64 {
        // Codes are compared as integers of their own width, so that the compiler vectorizes the loop. A chunk has so few
        // elements that its count fits in 32 bits.
        macro_rules! count {
            ($uint:ty) => {{
                let [positive, negative] = self
                    .overflowing
                    .clone()
                    .map(|codes| (codes.start as $uint, (codes.end - codes.start) as $uint));
                let in_range = |code: $uint, (start, length)| code.wrapping_sub(start) < length;
                let overflows = |bytes: &[u8; size_of::<$uint>()]| {
                    let code = <$uint>::from_le_bytes(*bytes);
                    u32::from(in_range(code, positive) | in_range(code, negative))
                };
                let few = elements.as_chunks().0.chunks(1 << 12);
                few.map(|few| u64::from(few.iter().map(overflows).sum::<u32>())).sum()
            }};
        }
        match self.wide.bits() {
            8 => count!(u8),
            16 => count!(u16),
            32 => count!(u32),
            _ => count!(u64),
        }
    }
}

/// Returns the codes of one sign that overflow. Every code above the first of them overflows too, except infinities that stay
/// infinite, and NaNs.
fn overflowing(from: Layout, to: Layout, sign: u64, cast: Cast) -> Range<u64> {
    let overflows = |magnitude| {
        let (_, flags) = cast.convert(from, to, sign | magnitude);
        flags.contains(Flags::OVERFLOW)
    };
    let mut first = 0..from.max_code() + 1;
    while !first.is_empty() {
        let middle = first.start.midpoint(first.end);
        if overflows(middle) {
            first.end = middle;
        } else {
            first.start = middle + 1;
        }
    }
    let end = match from.infinity_code() {
        Some(infinity) if overflows(infinity) => infinity + 1,
        _ => from.max_code() + 1,
    };
    sign + first.start..sign + end
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for rounding in [
            Rounding::TiesToEven,
            Rounding::TiesToAway,
            Rounding::TowardZero,
            Rounding::TowardPositive,
            Rounding::TowardNegative,
            Rounding::ToOdd,
        ] {
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
}
