//! [`Counts`]: the numbers of elements that overflowed, became zero or subnormal, or were NaN in a cast.

use std::num::FpCategory;
use std::ops::{AddAssign, Range};

use pyo3::pyclass;
use pyo3::pymethods;
use ulp::{Cast, Flags, Layout};

/// The counts of a cast.
///
/// Attributes, each a number of elements:
///     overflowed: elements past the largest finite number. An infinity counts too, unless the result is an infinity
///     became_zero: elements that are zero after the cast, and were not zero before
///     became_subnormal: elements that are subnormal after the cast, and were not subnormal before
///     nan: elements that are NaN before or after the cast
#[pyclass(frozen, eq, get_all, module = "ulp_float")]
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Counts {
    overflowed: u64,
    became_zero: u64,
    became_subnormal: u64,
    nan: u64,
}

#[pymethods]
impl Counts {
    fn __repr__(&self) -> String {
        let Self {
            overflowed,
            became_zero,
            became_subnormal,
            nan,
        } = self;
        format!("Counts(overflowed={overflowed}, became_zero={became_zero}, became_subnormal={became_subnormal}, nan={nan})")
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.overflowed += other.overflowed;
        self.became_zero += other.became_zero;
        self.became_subnormal += other.became_subnormal;
        self.nan += other.nan;
    }
}

/// A counter of the outcomes of a cast.
///
/// The counter has the ranges of codes that share an outcome. A cast keeps the order of values, so there are few ranges.
#[derive(Debug)]
pub(crate) struct Counter {
    ranges: Vec<(Range<u64>, Counts)>,
    /// A mask of the bits of an element that hold the code.
    mask: u64,
    size: usize,
}

impl Counter {
    /// Creates a counter for casts from elements of `size` bytes.
    pub(crate) fn new(from: Layout, to: Layout, cast: Cast, size: usize) -> Self {
        let fate = |code| fate(from, to, cast, code);
        let mut ranges = Vec::new();
        let signs = if from.is_signed() { 2 } else { 1 };
        let magnitudes = from.code_mask() / signs + 1;
        // Between two neighbouring bounds, all values have one class. If the first and the last value between them have the
        // same outcome, all values between them have this outcome.
        let infinity = from.max_code() + 1;
        let bounds = [
            0,
            1,
            from.min_normal_code().max(1),
            infinity,
            infinity + u64::from(from.has_infinities()),
            magnitudes,
        ];
        for sign in 0..signs {
            for bounds in bounds.windows(2).filter(|bounds| bounds[0] < bounds[1]) {
                let first = sign * magnitudes;
                split(&fate, first + bounds[0]..first + bounds[1], &mut ranges);
            }
        }
        Self {
            ranges,
            mask: from.code_mask(),
            size,
        }
    }

    /// Counts the outcomes of contiguous elements, which are little-endian bytes.
    pub(crate) fn count(&self, elements: &[u8]) -> Counts {
        macro_rules! count {
            ($uint:ty) => {{
                let mut counts = Counts::default();
                // A SIMD vector has lanes as wide as an element. A chunk has 4096 elements, so 32 bits hold the sum of a chunk.
                for chunk in elements.chunks(size_of::<$uint>() << 12) {
                    for (range, each) in &self.ranges {
                        let (start, last) = (range.start as $uint, (range.end - 1 - range.start) as $uint);
                        let within = chunk.as_chunks().0.iter().map(|&code| {
                            let code = <$uint>::from_le_bytes(code) & self.mask as $uint;
                            u32::from(code.wrapping_sub(start) <= last)
                        });
                        counts += each.times(within.sum());
                    }
                }
                counts
            }};
        }
        match self.size {
            1 => count!(u8),
            2 => count!(u16),
            4 => count!(u32),
            _ => count!(u64),
        }
    }
}

impl Counts {
    fn times(self, elements: u32) -> Self {
        let elements = u64::from(elements);
        Self {
            overflowed: self.overflowed * elements,
            became_zero: self.became_zero * elements,
            became_subnormal: self.became_subnormal * elements,
            nan: self.nan * elements,
        }
    }
}

/// Returns the counts of one code. Each count is 0 or 1.
fn fate(from: Layout, to: Layout, cast: Cast, code: u64) -> Counts {
    let (result, flags) = cast.convert(from, to, code);
    let (before, now) = (from.classify(code), to.classify(result));
    let becomes = |class| u64::from(now == class && before != class);
    Counts {
        overflowed: flags.contains(Flags::OVERFLOW).into(),
        became_zero: becomes(FpCategory::Zero),
        became_subnormal: becomes(FpCategory::Subnormal),
        nan: (before == FpCategory::Nan || now == FpCategory::Nan).into(),
    }
}

/// Appends the ranges of codes with a count other than 0. The counts change at few codes, and never change back.
fn split(fate: &dyn Fn(u64) -> Counts, codes: Range<u64>, ranges: &mut Vec<(Range<u64>, Counts)>) {
    let (first, last) = (fate(codes.start), fate(codes.end - 1));
    if first != last {
        let middle = codes.start.midpoint(codes.end);
        split(fate, codes.start..middle, ranges);
        split(fate, middle..codes.end, ranges);
    } else if first != Counts::default() {
        ranges.push((codes, first));
    }
}
