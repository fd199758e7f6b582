//! Layouts that nobody ships, made at random from a fixed seed. Rules of the shipped formats hold for all of them.

use fastrand::Rng;
use ulp::{Cast, Flags, Layout, Parts};
use ulp_verify::adapter::{Casts, category, check_layouts, layout};
use ulp_verify::oracle::{FormatSpec, Rounding, RoundingQuery, Value, decode};
use ulp_verify::tally::{Report, Tally, parallel};

/// The crate's limit.
const MOST_MAGNITUDE_BITS: u32 = 63;
/// The number of pieces of work. Each has a seed.
const PIECES: u64 = 256;
/// The number of layouts, or pairs of layouts, of a piece.
const LAYOUTS: u64 = 800;
/// The number of codes of a layout or pair.
const CODES: u64 = 48;

pub(crate) fn run(report: &mut Report) {
    let casts = Casts::all();
    report.line(
        "random layouts: fields, and decode, encode and order of codes",
        random(|rng, tally| {
            let shape = shape(rng);
            let layout = layout(&shape);
            check_fields(&shape, layout, tally);
            for _ in 0..CODES {
                check_code(&shape, layout, code(rng, &shape), tally);
            }
        }),
    );
    report.line(
        "random pairs of layouts: casts, values and flags",
        random(|rng, tally| {
            let (from, to) = (shape(rng), shape(rng));
            let (from_layout, to_layout) = (layout(&from), layout(&to));
            for _ in 0..CODES {
                let code = source(rng, &from, &to);
                check_layouts((&from, from_layout), (&to, to_layout), code, &casts, tally);
            }
        }),
    );
}

fn random(check: impl Fn(&mut Rng, &mut Tally) + Sync) -> Tally {
    parallel(PIECES, |piece, tally| {
        let mut rng = Rng::with_seed(piece);
        for _ in 0..LAYOUTS {
            check(&mut rng, tally);
        }
    })
}

/// Returns any valid format. Most are small or like the usual ones, and some are as wide as possible.
fn shape(rng: &mut Rng) -> FormatSpec {
    loop {
        let wide = rng.u32(..4) == 0;
        let exponent_bits = rng.u32(1..=if wide { 20 } else { 9 });
        let fraction_bits = rng.u32(0..=if wide { 58 } else { 12 });
        if exponent_bits + fraction_bits > MOST_MAGNITUDE_BITS {
            continue;
        }
        let middle = 1 << (exponent_bits - 1);
        let bias = match rng.u32(..4) {
            0 => middle + rng.i32(-200..=200),
            1 => middle,
            _ => middle - 1,
        };
        let all_fractions = (1 << fraction_bits) - 1;
        let signed = rng.bool();
        let zero = rng.u32(..4) != 0;
        let nan_at_negative_zero = signed && zero && rng.u32(..4) == 0;
        let nans = match rng.u32(..8) {
            0 => rng.u64(0..=all_fractions + 1),
            1..4 => all_fractions,
            4 => 1,
            _ => 0,
        };
        let infinity = rng.bool();
        let shape = FormatSpec {
            exponent_bits,
            fraction_bits,
            bias,
            signed,
            zero,
            nan_at_negative_zero,
            nans,
            infinity,
        };
        // No rule says which NaN a format with both kinds would give.
        let one_kind = !nan_at_negative_zero || nans == 0;
        // Room for a finite value that is not zero.
        let room = nans + u64::from(infinity) + u64::from(zero) <= shape.top();
        if one_kind && room {
            return shape;
        }
    }
}

/// Returns a code of a format: any code, or one near its special codes.
fn code(rng: &mut Rng, shape: &FormatSpec) -> u64 {
    let near = rng.u64(..4).wrapping_sub(2);
    let any = rng.u64(..);
    let code = match rng.u32(..5) {
        0 => near,
        1 => (1 << shape.fraction_bits) + near,
        2 => shape.top() - near,
        3 => shape.max() + near,
        _ => any,
    };
    (code & shape.top() | any & shape.sign_bit()) & shape.mask()
}

/// Returns a code of `from` that is interesting for `to`: any code, or one near a value of `to`, or one near the point half-way
/// to the next value.
fn source(rng: &mut Rng, from: &FormatSpec, to: &FormatSpec) -> u64 {
    let Value::Finite { negative, magnitude } = decode(to, code(rng, to)) else {
        return code(rng, from);
    };
    let magnitude = match rng.u32(..4) {
        0 => return code(rng, from),
        1 => magnitude,
        _ => magnitude.half_way(),
    };
    let (near, _) = RoundingQuery::new(from, Value::Finite { negative, magnitude }).resolve(Rounding::TowardZero, true);
    near.wrapping_add(rng.u64(..5)).wrapping_sub(2) & from.mask()
}

/// Compares the crate's description of its layout with the shape from which the layout was made.
fn check_fields(shape: &FormatSpec, layout: Layout, tally: &mut Tally) {
    let special = (layout.has_infinities(), layout.high_nans(), layout.has_zero());
    let right = layout.bits() == shape.bits()
        && layout.exponent_bits() == shape.exponent_bits
        && layout.fraction_bits() == shape.fraction_bits
        && layout.bias() == shape.bias
        && layout.is_signed() == shape.signed
        && special == (shape.infinity, shape.nans, shape.zero)
        && layout.has_negative_zero() == (shape.signed && shape.zero && !shape.nan_at_negative_zero)
        && layout.precision() == shape.fraction_bits + 1
        && layout.max_code() == shape.max();
    tally.check(right, || format!("{shape:?}: {layout:?}"));

    // The crate's derived numbers are compared with the values of codes.
    let log2 = |code| match decode(shape, code) {
        Value::Finite { magnitude, .. } => Some(magnitude.log2()),
        _ => None,
    };
    let quiet = |code| match decode(shape, code) {
        value @ Value::Nan { negative, .. } => !negative && !value.is_signaling(),
        _ => false,
    };
    let max = layout.max_code();
    let has_nan = shape.nan_at_negative_zero || shape.nans > 0;
    let mut right = Some(layout.max_exponent()) == log2(max)
        && layout.min_positive_code() == u64::from(shape.zero)
        && layout.infinity_code() == shape.infinity.then_some(max + 1)
        && layout.nan_code().is_some() == has_nan
        && layout.nan_code().is_none_or(quiet);
    let normal = if shape.zero { 1 << shape.fraction_bits } else { 0 };
    if normal <= max {
        right &= layout.min_normal_code() == normal && Some(layout.min_exponent()) == log2(normal);
    }
    tally.check(right, || format!("{shape:?}: what is derived for {layout:?}"));
}

fn check_code(shape: &FormatSpec, layout: Layout, code: u64, tally: &mut Tally) {
    tally.input();
    let parts = layout.decode(code);
    let back = layout.encode(parts);
    tally.check(back == code, || format!("{shape:?}: encode(decode({code:#x})) is {back:#x}"));
    let fields = Parts {
        sign: code & shape.sign_bit() != 0,
        exponent: ((code & shape.top()) >> shape.fraction_bits) as u32,
        fraction: code & ((1 << shape.fraction_bits) - 1),
    };
    let (is, right) = (layout.classify(code), category(shape, &decode(shape, code)));
    tally.check(is == right, || format!("{shape:?}: {code:#x} is {is:?}, right: {right:?}"));
    tally.check(parts == fields, || format!("{shape:?}: decode({code:#x}) is {parts:?}"));

    // Codes have the order of their values. Cast to `f64`, exactly or toward zero, the next value is not below this one.
    let next = code + 1;
    let finite = |code| matches!(decode(shape, code), Value::Finite { .. });
    if next & shape.top() != 0 && finite(code) && finite(next) {
        let widen = |code| {
            let truncate = Cast::new().rounding(ulp::Rounding::TowardZero);
            let (bits, flags) = truncate.convert(layout, Layout::BINARY64, code);
            (f64::from_bits(bits).abs(), flags == Flags::NONE)
        };
        let ((low, low_exact), (high, high_exact)) = (widen(code), widen(next));
        let right = low < high || low <= high && !(low_exact && high_exact);
        tally.check(right, || format!("{shape:?}: {code:#x} is {low:e}, the next {high:e}"));
    }
}
