//! Compares parsing and printing with exact rational arithmetic, with numpy, and with the text of `f32`.
//!
//! "Every format" means all formats of at most 16 bits that the crate ships, and the formats that are declared below.

#[macro_use]
#[path = "../for_every_format/mod.rs"]
mod for_every_format;

#[path = "../allocations/mod.rs"]
mod allocations;

use std::fmt::{Binary, Debug, Display, LowerExp, LowerHex, Octal, UpperExp, UpperHex};
use std::str::FromStr;

use ulp::{
    Bf16, Bits, F4E2M1Fn, F6E3M2Fn, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E8M0Fnu, F16, FloatErrorKind, Format, Layout, ParseFloatError,
    float_type,
};

/// A format with everything that it does with text.
trait Text:
    Format + FromStr<Err = ParseFloatError> + Display + Debug + LowerExp + UpperExp + LowerHex + UpperHex + Octal + Binary
{
}

impl<F> Text for F where
    F: Format + FromStr<Err = ParseFloatError> + Display + Debug + LowerExp + UpperExp + LowerHex + UpperHex + Octal + Binary
{
}

float_type! {
    type E5M6 = E5M6Spec(u16): Layout::ieee(5, 6), "e5m6", [sign, zero, infinities, nan];
}
float_type! {
    /// The code has 16 bits, and few of them are exponent bits.
    type E3M12 = E3M12Spec(u16): Layout::ieee(3, 12), "e3m12", [sign, zero, infinities, nan];
}
float_type! {
    /// The format has no zero, so ties at both ends are odd. It has a fraction.
    type Ue5M3 = Ue5M3Spec(u8): Layout::finite(5, 3).with_sign(false).with_zero(false), "ue5m3", [];
}
float_type! {
    /// IEEE P3109's binary8p1se. It has a zero, and one bit of significand.
    type Binary8P1 = Binary8P1Spec(u8): Layout::p3109(8, 1, true, true), "binary8p1se", [sign, zero, infinities, nan];
}
float_type! {
    /// The numbers are evenly spaced, with 7 bits of precision and an infinity.
    type Fixed = FixedSpec(u8): Layout::p3109(8, 7, true, true), "binary8p7se", [sign, zero, infinities, nan];
}
float_type! {
    /// The largest number is 2^-144, far below the numbers of `f32`.
    type Beyond = BeyondSpec(u8): Layout::finite(4, 3).with_bias(160), "beyond", [sign, zero];
}
float_type! {
    /// The format has more than 8 bits, and every code is finite.
    type E2M6Fn = E2M6FnSpec(u16): Layout::finite(2, 6), "e2m6fn", [sign, zero];
}
float_type! {
    type E8M11 = E8M11Spec(u32): Layout::ieee(8, 11), "e8m11", [sign, zero, infinities, nan];
}
float_type! {
    /// NVIDIA's TF32, as a format of 19 bits.
    type E8M10 = E8M10Spec(u32): Layout::ieee(8, 10), "e8m10", [sign, zero, infinities, nan];
}
float_type! {
    type E6M9 = E6M9Spec(u16): Layout::ieee(6, 9), "e6m9", [sign, zero, infinities, nan];
}
float_type! {
    type E8M15 = E8M15Spec(u32): Layout::ieee(8, 15), "e8m15", [sign, zero, infinities, nan];
}
float_type! {
    type Single = SingleSpec(u32): Layout::BINARY32, "single", [sign, zero, infinities, nan];
}
float_type! {
    type Double = DoubleSpec(u64): Layout::BINARY64, "double", [sign, zero, infinities, nan];
}
float_type! {
    /// The format has 80387's exponents, with the longest fraction for them.
    type Wide = WideSpec(u64): Layout::ieee(15, 48), "wide", [sign, zero, infinities, nan];
}
float_type! {
    /// The format with the longest fraction.
    type Long = LongSpec(u64): Layout::finite(5, 58), "long", [sign, zero];
}
float_type! {
    /// The format with the most exponents.
    type Far = FarSpec(u32): Layout::ieee(20, 3), "far", [sign, zero, infinities, nan];
}

/// Calls a function generic over [`Text`] once for every format of at most 16 bits.
macro_rules! for_every_short_format {
    ($function:ident) => {{
        for_every_narrow_format!($function);
        $function::<E5M6>();
        $function::<E6M9>();
        $function::<E3M12>();
        $function::<E2M6Fn>();
        $function::<Ue5M3>();
        $function::<Binary8P1>();
        $function::<Fixed>();
    }};
}

/// Calls a function for the formats of more bits, of which the tests try a sample.
macro_rules! for_every_wide_format {
    ($function:ident) => {{
        $function::<E8M10>();
        $function::<E8M11>();
        $function::<E8M15>();
        $function::<Single>();
        $function::<Double>();
        $function::<Long>();
    }};
}

fn number<F: Format>(code: u64) -> F {
    F::from_bits(F::Bits::from_u64(code))
}

fn code<F: Format>(number: F) -> u64 {
    number.to_bits().to_u64()
}

fn parse<F: Text>(text: &str) -> Result<u64, FloatErrorKind> {
    text.parse::<F>().map(code).map_err(|error| error.kind())
}

/// Numbers that look random. Every run has the same numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Returns the positive finite codes of a format, or a sample of `most` of them.
fn finite_codes<F: Format>(most: u64) -> Vec<u64> {
    sampling::sampled("codes as text", all_finite_codes::<F>(most)).collect()
}

fn all_finite_codes<F: Format>(most: u64) -> Vec<u64> {
    let max = F::LAYOUT.max_code();
    if max < most {
        return (0..=max).collect();
    }
    let mut random = Random(max);
    let near = |place: u64| (0..8).map(move |i| place.saturating_add(i).saturating_sub(4));
    let hidden = 1 << F::LAYOUT.fraction_bits();
    let powers = (0..=max / hidden).step_by((max / hidden / 256 + 1) as usize);
    let mut codes: Vec<u64> = powers.flat_map(|field| near(field * hidden)).collect();
    codes.extend(near(max));
    codes.extend((0..most).map(|_| random.below(max + 1)));
    codes.retain(|&code| code <= max);
    codes
}

mod decimals;
mod exact;
mod flags;
mod forms;
mod memory;
mod numpy;
mod oracle;
mod pitfalls;
#[path = "../sampling/mod.rs"]
mod sampling;
mod shortest;
mod special;
