//! Printing. In every format, the printed text parses back to the number. With any width, fill, sign and precision, the text is
//! that of the formatter of `f32` or `f64` for the value. The formatter of `f32` also judges numbers of at most 8 bits without a
//! precision, and whole numbers that `f32` holds.
#![no_main]
#![feature(formatting_options)]

use std::fmt::{Alignment, Debug, Display, FormattingOptions, LowerExp, Sign, UpperExp};

use libfuzzer_sys::fuzz_target;
use ulp::Layout;
use ulp_fuzz::formats::{Double, Single, Text, code, number, shape};
use ulp_fuzz::{Unstructured, arbitrary, for_each_text};
use ulp_verify::oracle::{Value, decode};

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = check(&mut Unstructured::new(data));
});

fn check(u: &mut Unstructured) -> arbitrary::Result<()> {
    let bits: u64 = u.arbitrary()?;
    for_each_text!(round_trip(bits));
    let options = options(u)?;
    for style in STYLES {
        // These formats equal `f32` and `f64`, also without a precision.
        let (single, double) = (f32::from_bits(bits as u32), f64::from_bits(bits));
        as_std(number::<Single>(bits), single, options, style);
        as_std(number::<Double>(bits), double, options, style);
        for_each_text!(value(bits, options, style));
    }
    Ok(())
}

/// The style that a trait of `core::fmt` prints in.
#[derive(Clone, Copy, Debug)]
enum Style {
    Display,
    Debug,
    LowerExp,
    UpperExp,
}

const STYLES: [Style; 4] = [Style::Display, Style::Debug, Style::LowerExp, Style::UpperExp];

fn options(u: &mut Unstructured) -> arbitrary::Result<FormattingOptions> {
    let mut options = FormattingOptions::new();
    options
        .fill(*u.choose(&[' ', '*', '0', '→', '\u{10ffff}'])?)
        .align(*u.choose(&[None, Some(Alignment::Left), Some(Alignment::Center), Some(Alignment::Right)])?)
        .sign(*u.choose(&[None, Some(Sign::Plus), Some(Sign::Minus)])?)
        .sign_aware_zero_pad(u.arbitrary()?)
        .alternate(u.arbitrary()?);
    if u.arbitrary()? {
        options.width(Some(u.int_in_range(0..=400)?));
    }
    if u.arbitrary()? {
        let most = if u.arbitrary()? { 20 } else { 1100 };
        options.precision(Some(u.int_in_range(0..=most)?));
    }
    Ok(options)
}

fn written<T: Display + Debug + LowerExp + UpperExp>(x: &T, options: FormattingOptions, style: Style) -> String {
    let mut text = String::new();
    let f = &mut options.create_formatter(&mut text);
    match style {
        Style::Display => Display::fmt(x, f),
        Style::Debug => Debug::fmt(x, f),
        Style::LowerExp => LowerExp::fmt(x, f),
        Style::UpperExp => UpperExp::fmt(x, f),
    }
    .expect("a string takes all");
    text
}

/// Compares a declared format with the type of std that has its shape. Two texts of the shortest length may be equally near, like
/// 1861072.2 and 1861072.3 to 1861072.25. In this case std's last digit is the upper one, and the last digit of `ulp` is the even
/// one, as in numpy and JavaScript.
fn as_std<F: Text, S: Display + Debug + LowerExp + UpperExp>(x: F, peer: S, options: FormattingOptions, style: Style) {
    let (ours, std) = (written(&x, options, style), written(&peer, options, style));
    if ours == std {
        return;
    }
    let digits = |text: &str| -> String {
        let significand = text.split('e').next().expect("there is a first part");
        let digits = significand.chars().filter(char::is_ascii_digit);
        digits.collect::<String>().trim_end_matches('0').into()
    };
    let shortest = digits(&format!("{x:e}"));
    let is_tie = digits(&format!("{peer:.1100e}")) == format!("{shortest}5");
    let is_even = shortest.ends_with(['0', '2', '4', '6', '8']);
    assert!(
        options.get_precision().is_none() && is_tie && is_even && ours.len() == std.len(),
        "{ours:?} where std prints {std:?}: {peer:e} {options:?} {style:?}"
    );
}

fn round_trip<F: Text>(bits: u64) {
    let x: F = number(bits);
    let same = |text: &str| {
        let back = text.parse::<F>();
        let back = back.unwrap_or_else(|error| panic!("{text}, {}: {error}", F::DTYPE));
        let is_nan = |x| matches!(decode(&shape(F::LAYOUT), code::<F>(x)), Value::Nan { .. });
        let same = code(back) == code(x) || is_nan(back) && is_nan(x);
        assert!(same, "{:#x} of {} prints {text}", code(x), F::DTYPE);
    };
    for text in [format!("{x}"), format!("{x:?}"), format!("{x:e}"), format!("{x:E}")] {
        same(&text);
    }
}

/// With a precision, all formats print their value. Without one, formats of few bits print their value, and all formats print the
/// value of whole numbers below 2^24.
fn value<F: Text>(bits: u64, options: FormattingOptions, style: Style) {
    let x: F = number(bits);
    let (single, wide): (f32, f64) = (x.cast(), x.cast());
    // A format that has more bits than `f64` is left out.
    let exact = F::LAYOUT.precision() <= Layout::BINARY64.precision();
    let whole = exact && wide.fract() == 0.0 && wide.abs() < 16_777_216.0;
    let right = if options.get_precision().is_some() {
        exact.then(|| written(&wide, options, style))
    } else {
        (F::LAYOUT.bits() <= 8 || whole).then(|| written(&single, options, style))
    };
    if let Some(right) = right {
        assert_eq!(
            written(&x, options, style),
            right,
            "{:#x} of {}, {options:?} {style:?}",
            code(x),
            F::DTYPE
        );
    }
}
