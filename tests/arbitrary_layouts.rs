//! Compares casts between layouts that nobody ships with rounding by the textbook. The test finds the neighbours of a value by
//! comparison, and shares only the numbers that describe a layout with the crate.
//!
//! Values are `f64`, which holds all numbers here, their ties and their ratios exactly.

mod sampling;

use proptest::prelude::*;
use sampling::sampled;
use ulp::{Cast, Flags, Layout, Rounding};

/// The description of a layout, chosen here. The test does not ask the crate for it.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "a layout has so many")]
struct Shape {
    exponent_bits: u32,
    fraction_bits: u32,
    bias: i32,
    signed: bool,
    zero: bool,
    negative_zero: bool,
    infinities: bool,
    high_nans: u64,
}

/// The number of a code.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Nan { negative: bool, payload: u64 },
    Infinity { negative: bool },
    Finite { negative: bool, magnitude: f64 },
}

fn exp2(exponent: i32) -> f64 {
    assert!((-1000..1000).contains(&exponent), "2^{exponent} is not normal");
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

impl Shape {
    fn layout(self) -> Layout {
        let mut layout = Layout::finite(self.exponent_bits, self.fraction_bits)
            .with_sign(self.signed)
            .with_zero(self.zero)
            .with_bias(self.bias);
        if self.signed && self.zero {
            layout = layout.with_negative_zero(self.negative_zero);
        }
        layout.with_high_nans(self.high_nans).with_infinities(self.infinities)
    }

    fn magnitudes(self) -> u64 {
        1 << (self.exponent_bits + self.fraction_bits)
    }

    fn codes(self) -> u64 {
        self.magnitudes() << u32::from(self.signed)
    }

    fn max_code(self) -> u64 {
        self.magnitudes() - 1 - self.high_nans - u64::from(self.infinities)
    }

    fn nan_is_negative_zero(self) -> bool {
        self.signed && self.zero && !self.negative_zero
    }

    fn has_payloads(self) -> bool {
        self.high_nans > 0 && self.high_nans == (1 << self.fraction_bits) - 1
    }

    /// Returns the value of a magnitude. The binades go on beyond the largest exponent field.
    fn value(self, code: u64) -> f64 {
        let field = (code >> self.fraction_bits) as i32;
        let fraction = (code & ((1 << self.fraction_bits) - 1)) as f64;
        let unit = exp2(-(self.fraction_bits as i32));
        if self.zero && field == 0 {
            fraction * unit * exp2(1 - self.bias)
        } else {
            (1.0 + fraction * unit) * exp2(field - self.bias)
        }
    }

    fn decode(self, code: u64) -> Number {
        let magnitude = code % self.magnitudes();
        let negative = code >= self.magnitudes();
        if self.nan_is_negative_zero() && negative && magnitude == 0 {
            Number::Nan {
                negative: false,
                payload: 0,
            }
        } else if magnitude <= self.max_code() {
            Number::Finite {
                negative,
                magnitude: self.value(magnitude),
            }
        } else if self.infinities && magnitude == self.max_code() + 1 {
            Number::Infinity { negative }
        } else {
            let payload = magnitude & ((1 << self.fraction_bits) - 1);
            Number::Nan { negative, payload }
        }
    }

    fn with_sign(self, negative: bool, magnitude: u64) -> u64 {
        magnitude + u64::from(negative && self.signed) * self.magnitudes()
    }

    /// Returns the NaN of a sign, without payload.
    fn nan(self, negative: bool) -> Option<u64> {
        if self.nan_is_negative_zero() {
            Some(self.magnitudes())
        } else if self.has_payloads() {
            let quiet = self.magnitudes() - (1 << (self.fraction_bits - 1));
            Some(self.with_sign(negative, quiet))
        } else if self.high_nans > 0 {
            Some(self.with_sign(negative, self.magnitudes() - 1))
        } else {
            None
        }
    }
}

/// Returns whether a magnitude between two neighbours goes to the upper one.
fn goes_up(
    rounding: Rounding,
    negative: bool,
    (below, magnitude, above): (f64, f64, f64),
    lower_is_odd: bool,
    ties_up: bool,
) -> bool {
    let tie = below + (above - below) / 2.0;
    match rounding {
        Rounding::TiesToEven => magnitude > tie || magnitude >= tie && (lower_is_odd || ties_up),
        Rounding::TiesToAway => magnitude >= tie,
        Rounding::TowardZero => false,
        Rounding::TowardPositive => !negative,
        Rounding::TowardNegative => negative,
        Rounding::ToOdd => !lower_is_odd,
        other => panic!("no expectation for {other:?}"),
    }
}

/// Returns whether a magnitude, rounded to the precision of `to` with unbounded exponents, lies below its smallest normal number.
fn is_tiny(to: Shape, rounding: Rounding, negative: bool, magnitude: f64) -> bool {
    let smallest = exp2(i32::from(to.zero) - to.bias);
    if magnitude >= smallest || magnitude < smallest / 2.0 {
        return magnitude < smallest;
    }
    // The step is that of the precision in the binade below the smallest normal number.
    let step = smallest / 2.0 * exp2(-(to.fraction_bits as i32));
    let count = (magnitude / step).floor();
    let below = count * step;
    let lower_is_odd = if to.fraction_bits == 0 {
        // The code would be one below that of the smallest normal number: 0, or -1 without zero.
        !to.zero
    } else {
        count % 2.0 > 0.5
    };
    let ties_up = to.fraction_bits == 0 && !to.zero;
    let up = magnitude > below && goes_up(rounding, negative, (below, magnitude, below + step), lower_is_odd, ties_up);
    below + if up { step } else { 0.0 } < smallest
}

fn overflow(to: Shape, rounding: Rounding, saturating: bool, negative: bool, infinite: bool) -> u64 {
    let outward = infinite
        || match rounding {
            Rounding::TiesToEven | Rounding::TiesToAway => true,
            Rounding::TowardPositive => !negative,
            Rounding::TowardNegative => negative,
            _ => false,
        };
    let largest = to.with_sign(negative, to.max_code());
    if saturating || !outward {
        largest
    } else if to.infinities {
        to.with_sign(negative, to.max_code() + 1)
    } else {
        to.nan(negative).unwrap_or(largest)
    }
}

fn round(to: Shape, rounding: Rounding, saturating: bool, negative: bool, magnitude: f64) -> (u64, Flags) {
    if !to.zero && magnitude < to.value(0) {
        // If the precision would round the value up to the smallest number, the underflow is left open, and the caller skips it.
        return (to.with_sign(negative, 0), Flags::INEXACT | Flags::UNDERFLOW);
    }
    let (mut code, mut end) = (0, 900 << to.fraction_bits);
    while end - code > 1 {
        let middle = code + (end - code) / 2;
        if to.value(middle) <= magnitude {
            code = middle;
        } else {
            end = middle;
        }
    }
    let (below, above) = (to.value(code), to.value(code + 1));
    let exact = below >= magnitude;
    let ties_up = to.fraction_bits == 0 && !to.zero;
    let neighbours = (below, magnitude, above);
    if !exact && goes_up(rounding, negative, neighbours, code % 2 == 1, ties_up) {
        code += 1;
    }
    if code > to.max_code() {
        let code = overflow(to, rounding, saturating, negative, false);
        return (code, Flags::INEXACT | Flags::OVERFLOW);
    }
    let mut flags = Flags::NONE;
    if !exact {
        flags |= Flags::INEXACT;
        if is_tiny(to, rounding, negative, magnitude) {
            flags |= Flags::UNDERFLOW;
        }
    }
    if to.nan_is_negative_zero() && code == 0 {
        return (0, flags);
    }
    (to.with_sign(negative, code), flags)
}

fn expected(from: Shape, to: Shape, rounding: Rounding, saturating: bool, code: u64) -> (u64, Flags) {
    match from.decode(code) {
        Number::Nan { negative, payload } => {
            let quiet = !from.has_payloads() || payload >> (from.fraction_bits - 1) == 1;
            let Some(nan) = to.nan(negative) else {
                return (to.max_code(), Flags::INVALID);
            };
            let kept = if !from.has_payloads() || !to.has_payloads() {
                0
            } else if from.fraction_bits > to.fraction_bits {
                payload >> (from.fraction_bits - to.fraction_bits)
            } else {
                payload << (to.fraction_bits - from.fraction_bits)
            };
            (nan | kept, if quiet { Flags::NONE } else { Flags::INVALID })
        }
        Number::Infinity { negative: true }
        | Number::Finite {
            negative: true,
            magnitude: f64::MIN_POSITIVE..,
        } if !to.signed => (to.nan(false).unwrap_or(0), Flags::INVALID),
        Number::Infinity { negative } => {
            let flags = if to.infinities && !saturating {
                Flags::NONE
            } else {
                Flags::INEXACT | Flags::OVERFLOW
            };
            (overflow(to, rounding, saturating, negative, true), flags)
        }
        Number::Finite { negative, magnitude } => round(to, rounding, saturating, negative, magnitude),
    }
}

/// Returns whether UNDERFLOW is left open: the layout has no zero, and the value rounds up to its smallest number.
fn underflow_is_open(from: Shape, to: Shape, code: u64) -> bool {
    match from.decode(code) {
        Number::Finite { magnitude, .. } if !to.zero => magnitude < to.value(0) && magnitude >= to.value(0) / 2.0,
        _ => false,
    }
}

fn agrees(from: Shape, to: Shape, code: u64) -> Result<(), TestCaseError> {
    let (from_layout, to_layout) = (from.layout(), to.layout());
    for rounding in Rounding::ALL {
        for saturating in [false, true] {
            let mut cast = Cast::new().rounding(rounding);
            if saturating {
                cast = cast.saturating();
            }
            let (ours, mut our_flags) = cast.convert(from_layout, to_layout, code);
            let (theirs, mut their_flags) = expected(from, to, rounding, saturating, code);
            if underflow_is_open(from, to, code) {
                our_flags |= Flags::UNDERFLOW;
                their_flags |= Flags::UNDERFLOW;
            }
            if (ours, our_flags) != (theirs, their_flags) {
                return Err(TestCaseError::fail(format!(
                    "{code:#x} is {:?}; {rounding:?}, saturating: {saturating}; from {from:?} to {to:?}; \
                     gives {ours:#x} {our_flags:?}, expected {theirs:#x} {their_flags:?}",
                    from.decode(code)
                )));
            }
        }
    }
    Ok(())
}

fn shape(
    exponent_bits: std::ops::RangeInclusive<u32>,
    fraction_bits: std::ops::RangeInclusive<u32>,
) -> impl Strategy<Value = Shape> {
    let flags = any::<[bool; 4]>();
    (exponent_bits, fraction_bits, -12_i32..=12, flags, 0_u32..4, any::<u64>()).prop_filter_map(
        "no room for the special codes, or NaNs of two kinds",
        |(exponent_bits, fraction_bits, offset, flags, kind, some)| {
            let [signed, zero, negative_zero, infinities] = flags;
            let magnitudes = 1_u64 << (exponent_bits + fraction_bits);
            let high_nans = match kind {
                0 => 0,
                1 => 1,
                2 => (1 << fraction_bits) - 1,
                _ => some % magnitudes,
            };
            let shape = Shape {
                exponent_bits,
                fraction_bits,
                bias: (1 << (exponent_bits - 1)) - 1 + offset,
                signed,
                zero,
                negative_zero: negative_zero && signed && zero,
                infinities,
                high_nans,
            };
            let room = high_nans + u64::from(infinities) + u64::from(zero) < magnitudes;
            let two_kinds_of_nan = high_nans > 0 && shape.nan_is_negative_zero();
            (room && !two_kinds_of_nan).then_some(shape)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sampled("pairs of layouts", 0..4_000).len() as u32, failure_persistence: None, max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    /// Casts all codes of one small layout to another.
    #[test]
    fn small_layouts_round_every_value(from in shape(1..=5, 0..=5), to in shape(1..=5, 0..=5)) {
        for code in 0..from.codes() {
            agrees(from, to, code)?;
        }
    }

    /// Casts some codes of wide layouts to all sorts of layouts. The casts need words of 64 and 128 bits.
    #[test]
    fn wide_layouts_round_random_values(
        from in shape(1..=9, 0..=48),
        to in shape(1..=9, 0..=48),
        codes in prop::collection::vec((any::<u64>(), any::<u64>(), 0_u32..64, 0_u8..4), 64),
    ) {
        for (random, low, shift, kind) in codes {
            // Runs of zeros and ones below a random part make ties and neighbours of ties.
            let mask = (1_u64 << shift) - 1;
            let half = (1_u64 << shift) >> 1;
            let code = match kind {
                0 => random,
                1 => random & !mask,
                2 => random | mask,
                _ => (random & !mask | half).wrapping_add(low % 3).wrapping_sub(1),
            };
            agrees(from, to, code % from.codes())?;
        }
    }
}
