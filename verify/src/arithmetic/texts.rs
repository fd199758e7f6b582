//! `Float::parse_with`, under every cast: decimals that are a number, that are half-way between two, and that are a hair away
//! from either.

use core::cmp::Ordering;

use ulp::spec::Spec;
use ulp::{Bits, Cast, Float, Format, Layout};

use super::formats::{Tested, for_every_odd_format, for_every_wide_format};
use super::*;
use crate::adapter::{self, SATURATE};
use crate::oracle::{Dyadic, INVALID, Real, Rounding, RoundingQuery};

/// A double, and a hair more or less.
struct Near {
    value: Dyadic,
    hair: Ordering,
}

impl Real for Near {
    fn compare(&self, other: Dyadic) -> Ordering {
        self.value.compare(other).then(self.hair)
    }
}

/// Returns all digits of a positive double, with digits that add a hair or take one away. The exponent is that of the last digit.
fn written(value: f64, hair: Ordering) -> String {
    // No double has more than 767 significant digits.
    let exact = format!("{value:.770e}");
    let (digits, exponent) = exact.split_once('e').expect("an exponent");
    let digits = digits.replace('.', "");
    let exponent = exponent.parse::<i32>().expect("an exponent") - 770;
    match hair {
        Ordering::Equal => format!("{digits}e{exponent}"),
        Ordering::Greater => format!("{digits}1e{}", exponent - 1),
        Ordering::Less => {
            let kept = digits.trim_end_matches('0');
            let (kept, last) = kept.split_at(kept.len() - 1);
            let last = last.parse::<u32>().expect("a digit") - 1;
            let nines = digits.len() - kept.len();
            format!("{kept}{last}{}e{}", "9".repeat(nines), exponent - 1)
        }
    }
}

fn dyadic(value: f64) -> Dyadic {
    let (bits, width) = (value.to_bits(), f64::MANTISSA_DIGITS - 1);
    let (field, fraction) = ((bits >> width) as i32, bits % (1 << width));
    let hidden = u64::from(field > 0) << width;
    Dyadic {
        significand: u128::from(fraction + hidden),
        exponent: field.max(1) - 1075,
    }
}

/// Returns doubles at the ends of a format and at random: its numbers, the points half-way between two, and the points half-way
/// to those.
fn values(layout: Layout) -> Vec<f64> {
    let (most, max) = (16, layout.max_code());
    let mut rng = fastrand::Rng::with_seed(max);
    let normal = layout.min_normal_code();
    let mut codes = vec![0, 1, 2, normal.saturating_sub(1), normal, normal + 1, max - 1, max];
    codes.extend((0..most).map(|_| rng.u64(0..max)));
    let number = |code: u64| {
        let (code, _) = Cast::new().convert(layout, f64::LAYOUT, code.min(max));
        f64::from_bits(code)
    };
    let mut values = Vec::new();
    for code in codes {
        let (low, high) = (number(code), number(code + 1));
        let step = if code == max { low - number(max - 1) } else { high - low };
        let eighths = [0, 1, 2, 3, 4, 5, 6, 7].map(|n| low + step * f64::from(n) / 8.0);
        values.extend(eighths);
    }
    values.extend([
        number(max) * 3.0,
        number(max) * 1e9,
        number(0) / 2.0,
        number(1) / 64.0,
        1e-300,
    ]);
    values.retain(|&value| value > 0.0 && value.is_finite());
    values
}

/// `Float::parse_with`, with the code and the flags.
type Parse = fn(&str, Cast) -> Option<(u64, u8)>;

fn check(to: &Tested, layout: Layout, parse: Parse) {
    for value in values(layout) {
        for hair in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
            let text = written(value, hair);
            let near = Near {
                value: dyadic(value),
                hair,
            };
            for (negative, sign) in [(false, ""), (true, "-")] {
                let text = format!("{sign}{text}");
                let query = RoundingQuery::real(&to.shape, negative, &near);
                for rounding in Rounding::ALL {
                    for saturate in SATURATE {
                        let cast = adapter::cast(rounding, saturate);
                        let is = parse(&text, cast);
                        let right = query.resolve(rounding, saturate);
                        let right = (right.1 & INVALID == 0).then_some(right);
                        assert_eq!(is, right, "{text} as {}, {cast:?}", to.name);
                    }
                }
            }
        }
    }
}

/// The macros name formats as types. This trait finds the `Spec` of a type.
trait Parsed: Format {
    fn parse(text: &str, cast: Cast) -> Option<(u64, u8)>;
}

impl<S: Spec> Parsed for Float<S> {
    fn parse(text: &str, cast: Cast) -> Option<(u64, u8)> {
        let (number, flags) = Self::parse_with(text, cast).ok()?;
        Some((number.to_bits().to_u64(), flags.bits()))
    }
}

fn check_format<F: Parsed>() {
    check(&Tested::of::<F>(), F::LAYOUT, F::parse);
}

#[test]
fn decimals_under_every_cast() {
    for_every_narrow_format!(check_format);
    for_every_odd_format!(check_format);
    for_every_wide_format!(check_format);
}

#[test]
fn text_that_is_no_decimal_is_an_error() {
    use ulp::{Flags, FloatErrorKind};

    let saturating = Cast::new().saturating();
    let down = Cast::new().rounding(ulp::Rounding::TowardNegative);
    let lost = Flags::OVERFLOW | Flags::INEXACT;
    assert_eq!(F16::parse_with("inf", Cast::new()), Ok((F16::INFINITY, Flags::NONE)));
    assert_eq!(F16::parse_with("-inf", saturating), Ok((F16::MIN, lost)));
    assert_eq!(
        F16::parse_with("0x1.ffffp0", down),
        Ok((F16::from_bits(0x3fff), Flags::INEXACT))
    );
    assert_eq!(F16::parse_with("-0", down), Ok((-F16::default(), Flags::NONE)));
    assert!(F16::parse_with("nan", down).is_ok_and(|(x, flags)| x.is_nan() && flags.is_empty()));
    let error = |text| F4E2M1Fn::parse_with(text, saturating).map_err(|error| error.kind());
    assert_eq!(error("nan"), Err(FloatErrorKind::Unrepresentable));
    assert_eq!(error("1.5.2"), Err(FloatErrorKind::Invalid));
    assert_eq!(error(""), Err(FloatErrorKind::Empty));
    assert_eq!(error("-1e9"), Ok((F4E2M1Fn::MIN, lost)));
}
