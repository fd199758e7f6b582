//! Casts chunks of tensors, and counts the elements that overflow.

use std::ops::Range;

use ulp::slice::Stochastic;
use ulp::{Bf16, Cast, Dtype, F8E4M3Fn, F8E5M2, F16, Flags, Layout, Rounding, slice};

/// A way to round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RoundingMethod {
    /// Rounds by this cast.
    Cast(Cast),
    /// Rounds at random.
    Stochastic(Stochastic),
}

/// A cast from one format to another.
#[derive(Clone, Debug)]
pub struct Caster {
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
    pub fn new(from: Dtype, to: Dtype, method: RoundingMethod) -> Caster {
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

    /// Returns a caster between these formats that rounds in another way. The ways differ only in the seed of stochastic rounding.
    #[must_use]
    pub fn with(&self, method: RoundingMethod) -> Caster {
        Caster { method, ..self.clone() }
    }

    /// Returns the format to which the caster rounds, if it rounds to nearest with ties to even.
    pub fn nearest(&self) -> Option<Dtype> {
        let nearest = [Cast::new(), Cast::new().saturating()];
        let is_nearest = nearest.iter().any(|&cast| self.method == RoundingMethod::Cast(cast));
        is_nearest.then_some(self.to)
    }

    /// Casts a chunk that begins at the element `first` of its tensor, and returns how many of its elements overflowed. `wide` is
    /// a buffer.
    pub fn cast(&self, first: u64, src: &[u8], dst: &mut [u8], wide: &mut Vec<u8>) -> u64 {
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
