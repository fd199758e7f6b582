//! `FromStr` and `parse_with` on any text, and on decimals and hexadecimals of many digits. Big integers round the digits
//! exactly. `f32` decides which texts are numbers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ulp::{FloatErrorKind, Format};
use ulp_fuzz::formats::{Text, code, shape};
use ulp_fuzz::reference_parser::{Number, Written, read};
use ulp_fuzz::{Unstructured, arbitrary, for_each_text};
use ulp_verify::adapter;
use ulp_verify::oracle::{Dyadic, INVALID, Rounding, RoundingQuery, Value, decode};

fuzz_target!(|data: &[u8]| {
    let text = match data {
        // An error means too few bytes.
        [b'#', data @ ..] => structured(&mut Unstructured::new(data)).unwrap_or_default(),
        _ => String::from_utf8_lossy(data).into_owned(),
    };
    let written = read(&text);
    for_each_text!(check(&text, &written));
});

/// Returns a decimal or hexadecimal near a number of a format or near the point half-way to the next, with some of its digits
/// changed.
fn structured(u: &mut Unstructured) -> arbitrary::Result<String> {
    let mut text = String::new();
    text += u.choose(&["", "-", "+"])?;
    if u.arbitrary()? {
        // All digits of a double are a number or a tie of every narrower format.
        let value = f64::from_bits(u.arbitrary()?).abs();
        let digits = u.int_in_range(0..=800)?;
        let number = match u.int_in_range(0..=3)? {
            0 => format!("{value:.digits$e}"),
            1 => format!("{:e}", value as f32),
            2 if value < 1e40 => format!("{value:.digits$}"),
            _ => format!("{:.digits$e}", f64::from(value as f32)),
        };
        text += &number;
    } else {
        text += u.choose(&["0x", "0X", ""])?;
        for _ in 0..u.int_in_range(0..=40)? {
            text.push(char::from(*u.choose(b"0123456789abcdefABCDEF.0000009999")?));
        }
        text += u.choose(&["e", "E", "p", "P", ""])?;
        text += &u.arbitrary::<i16>()?.to_string();
    }
    for _ in 0..u.int_in_range(0..=3)? {
        let place = u.int_in_range(0..=text.len())?;
        match u.int_in_range(0..=3)? {
            0 => text.insert_str(place, &"0".repeat(u.int_in_range(0..=900)?)),
            1 => text.insert_str(place, u.choose(&["1", "5", "9", ".", "e", "_", "+", "-"])?),
            2 => text.truncate(place),
            _ => text.push_str(u.choose(&["1", "0", "e-5", "e9", "00000000000000000001"])?),
        }
    }
    Ok(text)
}

fn check<F: Text>(text: &str, written: &Written) {
    let is = text.parse::<F>().map(code).map_err(|error| error.kind());
    // Each text is parsed under one of the casts.
    let rounding = Rounding::ALL[text.len() % 6];
    let saturate = text.len() / 6 % 2 == 1;
    let with = F::parse_with(text, adapter::cast(rounding, saturate))
        .map(|(number, flags)| (code(number), flags.bits()))
        .map_err(|error| error.kind());
    let right = |rounding, saturate| match written {
        Written::Empty => Err(FloatErrorKind::Empty),
        Written::Invalid => Err(FloatErrorKind::Invalid),
        Written::Number { negative, number } => rounded::<F>(*negative, number, rounding, saturate),
    };
    let shown = text.get(..200).unwrap_or(text);
    let is_nan = |code: u64| matches!(decode(&shape(F::LAYOUT), code), Value::Nan { .. });
    if let (Ok(is), Written::Number { number: Number::Nan, .. }) = (is, written) {
        assert!(is_nan(is), "{shown:?} as {}", F::DTYPE);
        return;
    }
    let nearest = right(Rounding::TiesToEven, false).map(|(code, _)| code);
    assert_eq!(is, nearest, "{shown:?} as {}", F::DTYPE);
    let right = right(rounding, saturate);
    assert_eq!(with, right, "{shown:?} as {}, {rounding:?}", F::DTYPE);
}

fn rounded<F: Format>(negative: bool, number: &Number, rounding: Rounding, saturate: bool) -> Result<(u64, u8), FloatErrorKind> {
    let to = shape(F::LAYOUT);
    let query = match number {
        Number::Nan => RoundingQuery::new(&to, Value::Nan { negative, payload: None }),
        Number::Infinity => RoundingQuery::new(&to, Value::Infinite { negative }),
        Number::Zero => RoundingQuery::new(
            &to,
            Value::Finite {
                negative,
                magnitude: Dyadic {
                    significand: 0,
                    exponent: 0,
                },
            },
        ),
        Number::Other(big) => RoundingQuery::real(&to, negative, big),
    };
    match query.resolve(rounding, saturate) {
        (_, flags) if flags & INVALID != 0 => Err(FloatErrorKind::Unrepresentable),
        answer => Ok(answer),
    }
}
