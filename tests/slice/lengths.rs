//! Every length at every address: from 0 to 300 elements, with source and destination at each offset from a cache line that their
//! alignment allows. Guards stand around both.

use ulp::{Bf16, Cast, F8E4M3Fn, F8E5M2, F16, Format, Isa, Rounding, slice};

use crate::sampling::sampled;
use crate::support::{bulk, expected, number, sample};

/// The longest slice.
const LONGEST: usize = 300;
/// The alignment from which offsets count.
const LINE: usize = 64;
/// The least number of bytes of a guard. It is more than any step of a loop.
const GUARD: usize = 512;
/// The content of the guards, repeated.
const PATTERN: u64 = 0xa5a5_a5a5_a5a5_a5a5;

/// Memory for a slice of up to [`LONGEST`] elements at any offset from a line, between guards.
struct Field<F> {
    numbers: Vec<F>,
    /// The position of the first line after the first guard.
    line: usize,
}

impl<F: Format> Field<F> {
    /// The number of offsets, in elements.
    const OFFSETS: usize = LINE / size_of::<F>();
    const GUARDS: usize = GUARD / size_of::<F>();

    fn new() -> Self {
        let room = 2 * Self::GUARDS + 2 * Self::OFFSETS + LONGEST;
        let numbers: Vec<F> = vec![number(PATTERN); room];
        let line = numbers[Self::GUARDS..].as_ptr().align_offset(LINE) + Self::GUARDS;
        assert!(line < Self::GUARDS + Self::OFFSETS);
        Self { numbers, line }
    }

    /// Returns the elements from an offset on.
    fn at(&mut self, offset: usize, len: usize) -> &mut [F] {
        let first = self.line + offset;
        assert!((&raw const self.numbers[first]).addr() % LINE == offset * size_of::<F>());
        &mut self.numbers[first..first + len]
    }

    fn clear(&mut self, offset: usize, len: usize) {
        self.at(offset, len).fill(number(PATTERN));
    }

    /// Returns whether the field holds these numbers at this place, and is unchanged around them.
    fn is_only(&self, offset: usize, numbers: &[F]) -> bool {
        let (before, rest) = self.numbers.split_at(self.line + offset);
        let (middle, after) = rest.split_at(numbers.len());
        let untouched = |guard: &[F]| {
            let mut bits = slice::to_bits(guard).iter();
            bits.all(|&bits| bits == slice::to_bits(&[number::<F>(PATTERN)])[0])
        };
        slice::to_bits(middle) == slice::to_bits(numbers) && untouched(before) && untouched(after)
    }
}

fn check<S: Format, D: Format>(cast: Cast) {
    let numbers: Vec<S> = sample(LONGEST);
    let right: Vec<D> = expected(&numbers, cast);
    let (mut src, mut dst) = (Field::<S>::new(), Field::<D>::new());
    for from in 0..Field::<S>::OFFSETS {
        src.at(from, LONGEST).copy_from_slice(&numbers);
        for to in sampled("offsets of destinations", from..from + Field::<D>::OFFSETS) {
            let to = to % Field::<D>::OFFSETS;
            for len in 0..=LONGEST {
                for isa in Isa::available() {
                    bulk(isa, src.at(from, len), dst.at(to, len), cast);
                    assert!(
                        dst.is_only(to, &right[..len]),
                        "{} -> {} on {isa}, {len} elements, offsets {from} and {to}: {:x?} and {:x?}",
                        S::DTYPE,
                        D::DTYPE,
                        slice::to_bits(dst.at(to, len)),
                        slice::to_bits(&right[..len]),
                    );
                    dst.clear(to, len);
                }
            }
        }
        assert!(src.is_only(from, &numbers), "the source was written to");
        src.clear(from, LONGEST);
    }
}

macro_rules! lengths {
    ($($test:ident: $source:ty => $target:ty;)*) => { $(
        #[test]
        fn $test() {
            check::<$source, $target>(Cast::new());
        }
    )* };
}

lengths! {
    f32_to_f16: f32 => F16;
    f32_to_bf16: f32 => Bf16;
    f32_to_e4m3fn: f32 => F8E4M3Fn;
    f16_to_f32: F16 => f32;
    bf16_to_f32: Bf16 => f32;
    e5m2_to_f32: F8E5M2 => f32;
    e4m3fn_to_f16: F8E4M3Fn => F16;
    f64_to_f16: f64 => F16;
    f16_to_bf16: F16 => Bf16;
}

#[test]
fn every_length_of_casts_known_at_run_time() {
    let cast = Cast::new().rounding(Rounding::ToOdd).saturating();
    check::<f32, F16>(cast);
    check::<f32, Bf16>(cast);
}
