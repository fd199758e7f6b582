//! IEEE P3109: every format of 3 to 8 bits, a family that the crate doesn't ship. The run decodes and casts.

use ulp::Layout;
use ulp_verify::adapter::{Casts, category, check_layouts};
use ulp_verify::inputs::{code, leading};
use ulp_verify::oracle::{FormatSpec, Value, decode, p3109, shipped};
use ulp_verify::tally::{Report, Tally, parallel};

/// A format: its bits and precision, whether it is signed, and whether it is extended.
type Name = (u32, u32, bool, bool);

pub(crate) fn run(report: &mut Report) {
    let formats: Vec<(Name, FormatSpec, Layout)> = names()
        .map(|name| {
            let (bits, precision, signed, extended) = name;
            (
                name,
                p3109(bits, precision, signed, extended),
                Layout::p3109(bits, precision, signed, extended),
            )
        })
        .collect();
    let casts = Casts::all();
    let wide = ["float32", "float64"].map(|name| {
        (
            name,
            shipped(name),
            if name == "float32" {
                Layout::BINARY32
            } else {
                Layout::BINARY64
            },
        )
    });

    report.line(
        &format!("decode and classify, {} formats", formats.len()),
        parallel(formats.len() as u64, |nth, tally| {
            let (name, shape, layout) = &formats[nth as usize];
            for code in 0..1 << name.0 {
                check_code(*name, shape, *layout, code, tally);
            }
        }),
    );
    for (name, wide_shape, wide_layout) in wide {
        report.line(
            &format!("each -> {name}"),
            parallel(formats.len() as u64, |nth, tally| {
                let (name, shape, layout) = formats[nth as usize];
                for code in 0..1 << name.0 {
                    check_layouts((&shape, layout), (&wide_shape, wide_layout), code, &casts, tally);
                }
            }),
        );
        report.line(
            &format!("{name} -> each"),
            parallel(formats.len() as u64, |nth, tally| {
                let (_, shape, layout) = formats[nth as usize];
                let fractions = leading(wide_shape.fraction_bits, shape.fraction_bits + 2);
                for sign_and_exponent in exponents(&wide_shape, &shape) {
                    for &fraction in &fractions {
                        let bits = code(sign_and_exponent, fraction, wide_shape.fraction_bits);
                        check_layouts((&wide_shape, wide_layout), (&shape, layout), bits, &casts, tally);
                    }
                }
            }),
        );
    }
}

/// Returns every format of 3 to 8 bits. A signed one has at least one exponent bit beside the sign, and an unsigned one has at
/// least one.
fn names() -> impl Iterator<Item = Name> {
    (3..=8).flat_map(|bits| {
        [true, false].into_iter().flat_map(move |signed| {
            (1..bits + u32::from(!signed))
                .flat_map(move |precision| [true, false].map(|extended| (bits, precision, signed, extended)))
        })
    })
}

/// Returns every sign and exponent field of `from` within the range of `to` and two beyond it, and the extreme ones. All other
/// fields are as far out of range as the extreme ones.
fn exponents(from: &FormatSpec, to: &FormatSpec) -> Vec<u64> {
    let lowest = from.bias - to.bias - to.fraction_bits as i32 - 2;
    let highest = from.bias - to.bias + (1 << to.exponent_bits) + 2;
    let top = (1 << from.exponent_bits) - 1;
    let near = |field: &i32| (lowest..=highest).contains(field) || [0, 1, top - 1, top].contains(field);
    let fields = (0..=top).filter(near).map(|field| field as u64);
    fields.flat_map(|field| [field, field | 1 << from.exponent_bits]).collect()
}

fn check_code(name: Name, shape: &FormatSpec, layout: Layout, code: u64, tally: &mut Tally) {
    let (bits, precision, signed, extended) = name;
    let say = |what: &str| format!("K={bits} P={precision} signed={signed} extended={extended} {code:#x}: {what}");
    tally.input();

    let parts = layout.decode(code);
    tally.check(layout.encode(parts) == code, || say("encode(decode) differs"));
    let is = layout.classify(code);
    let value = decode(shape, code);
    let right = category(shape, &value);
    tally.check(is == right, || say(&format!("{is:?}, right: {right:?}")));

    if let Value::Finite { negative, magnitude } = value {
        // The formula of P3109 in floating point, which is exact at this size, with the crate's fields and bias.
        let fraction = parts.fraction as f64 * (-f64::from(layout.fraction_bits())).exp2();
        let exponent = parts.exponent as i32 - layout.bias();
        let is = if parts.exponent == 0 {
            fraction * 2_f64.powi(exponent + 1)
        } else {
            (1.0 + fraction) * 2_f64.powi(exponent)
        };
        let right = magnitude.significand as f64 * 2_f64.powi(magnitude.exponent);
        tally.check(is.to_bits() == right.to_bits() && parts.sign == negative, || {
            say(&format!("{is}, right: {right}"))
        });
    }
}
