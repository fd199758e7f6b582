//! Layouts that a user declares. The oracle judges fields, decoding, encoding, the class of a code, and the order of codes.
#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use ulp::{Cast, Flags, Layout, Parts, Rounding};
use ulp_fuzz::layouts::{any_code, declared};
use ulp_fuzz::{Unstructured, arbitrary};
use ulp_verify::adapter::{category, layout};
use ulp_verify::oracle::{FormatSpec, Real, Value, decode};

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = check(&mut Unstructured::new(data));
});

fn check(u: &mut Unstructured) -> arbitrary::Result<()> {
    let shape = declared(u)?;
    let layout = layout(&shape);
    fields(&shape, layout);
    loop {
        let (a, b) = (any_code(u, &shape)?, any_code(u, &shape)?);
        let above = u.arbitrary::<u64>()? & !shape.mask();
        code(&shape, layout, a, above);
        order(&shape, layout, a, b);
        order(&shape, layout, a, a.wrapping_add(1) & shape.mask());
        let parts = Parts {
            sign: u.arbitrary()?,
            exponent: u.arbitrary()?,
            fraction: u.arbitrary()?,
        };
        out_of_range(&shape, layout, parts);
        if u.is_empty() {
            return Ok(());
        }
    }
}

fn fields(shape: &FormatSpec, layout: Layout) {
    assert_eq!(layout.bits(), shape.bits(), "{shape:?}");
    assert_eq!(layout.exponent_bits(), shape.exponent_bits, "{shape:?}");
    assert_eq!(layout.fraction_bits(), shape.fraction_bits, "{shape:?}");
    assert_eq!(layout.bias(), shape.bias, "{shape:?}");
    assert_eq!(layout.max_code(), shape.max(), "{shape:?}");
    assert_eq!(layout.infinity_code(), shape.infinity.then(|| shape.max() + 1), "{shape:?}");
    match layout.nan_code() {
        Some(code) => {
            let value = decode(shape, code);
            let quiet = matches!(value, Value::Nan { .. }) && !value.is_signaling();
            assert!(quiet, "{shape:?}: {code:#x}");
        }
        None => assert!(shape.nans == 0 && !shape.nan_at_negative_zero, "{shape:?}"),
    }
    let least = decode(shape, layout.min_positive_code());
    assert!(
        matches!(least, Value::Finite { magnitude, .. } if magnitude.significand != 0),
        "{shape:?}"
    );
    assert_eq!(layout.min_positive_code(), u64::from(shape.zero), "{shape:?}");
}

/// Checks that decoding and encoding are inverse, and that the fields are in their places.
fn code(shape: &FormatSpec, layout: Layout, code: u64, above: u64) {
    let width = shape.fraction_bits;
    let parts = layout.decode(code | above);
    let right = Parts {
        sign: code & shape.sign_bit() != 0,
        exponent: ((code & shape.top()) >> width) as u32,
        fraction: code & ((1 << width) - 1),
    };
    assert_eq!(parts, right, "{shape:?}: {code:#x} | {above:#x}");
    assert_eq!(layout.encode(parts), code, "{shape:?}");
    assert_eq!(
        layout.classify(code | above),
        category(shape, &decode(shape, code)),
        "{shape:?}: {code:#x} | {above:#x}"
    );
}

/// Checks that values out of range are cut off.
fn out_of_range(shape: &FormatSpec, layout: Layout, parts: Parts) {
    let code = layout.encode(parts);
    let width = shape.fraction_bits;
    let sign = if parts.sign { shape.sign_bit() } else { 0 };
    let exponent = u64::from(parts.exponent) & ((1 << shape.exponent_bits) - 1);
    let fraction = parts.fraction & ((1 << width) - 1);
    assert_eq!(code, sign | exponent << width | fraction, "{shape:?}: {parts:?}");
}

/// Checks that magnitudes have the order of their codes: by the oracle, and after the crate's cast to a format that nearly all
/// fit exactly.
fn order(shape: &FormatSpec, layout: Layout, a: u64, b: u64) {
    let [a, b] = [a, b].map(|code| code & shape.top());
    let (Value::Finite { magnitude: x, .. }, Value::Finite { magnitude: y, .. }) = (decode(shape, a), decode(shape, b)) else {
        return;
    };
    assert_eq!(x.compare(y), a.cmp(&b), "{shape:?}: {a:#x}, {b:#x}");
    let wide = Layout::ieee(20, 43);
    let truncate = Cast::new().rounding(Rounding::TowardZero);
    let [(wide_a, a_flags), (wide_b, b_flags)] = [a, b].map(|code| truncate.convert(layout, wide, code));
    let exact = a_flags == Flags::NONE && b_flags == Flags::NONE;
    let is = wide_a.cmp(&wide_b);
    assert!(
        is == a.cmp(&b) || !exact && is == Ordering::Equal,
        "{shape:?}: {a:#x}, {b:#x} widen to {wide_a:#x}, {wide_b:#x}"
    );
}
