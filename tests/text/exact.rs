//! Numbers whose text is their value: whole numbers in every format, and all numbers of the formats of 8 bits and fewer.

use super::*;

fn texts<F: Text>(number: F) -> [String; 4] {
    [
        format!("{number}"),
        format!("{number:?}"),
        format!("{number:e}"),
        format!("{number:E}"),
    ]
}

fn same<F: Text>(number: F, texts_of: [&str; 4]) {
    assert_eq!(texts(number), texts_of, "{}", F::DTYPE);
}

#[test]
fn whole_numbers_print_exactly() {
    same(F16::MAX, ["65504", "65504.0", "6.5504e4", "6.5504E4"]);
    same(F16::from_f32(-32768.0), ["-32768", "-32768.0", "-3.2768e4", "-3.2768E4"]);
    same(
        Bf16::from_f32(16_711_680.0),
        ["16711680", "16711680.0", "1.671168e7", "1.671168E7"],
    );
    same(Bf16::from_f32(500.0), ["500", "500.0", "5e2", "5E2"]);
    same(F8E4M3Fn::MAX, ["448", "448.0", "4.48e2", "4.48E2"]);
    same(F8E5M2::MIN, ["-57344", "-57344.0", "-5.7344e4", "-5.7344E4"]);
    same(E5M6::from_f32(65024.0), ["65024", "65024.0", "6.5024e4", "6.5024E4"]);
    // From 2^24 on, the digits are the shortest.
    assert_eq!(Bf16::from_f32(16_777_216.0).to_string(), "16800000");
}

#[test]
fn fractions_of_few_bits_print_exactly() {
    same(F8E8M0Fnu::from_f32(0.25), ["0.25", "0.25", "2.5e-1", "2.5E-1"]);
    assert_eq!(F8E4M3Fn::from_f32(0.1).to_string(), "0.1015625");
    assert_eq!(F8E4M3Fn::EPSILON.to_string(), "0.125");
    assert_eq!(F6E3M2Fn::from_f32(0.0625).to_string(), "0.0625");
    assert_eq!(format!("{:?}", F8E8M0Fnu::MIN), "5.877472e-39");
}

/// The numbers print like the `f32` of equal value, with any flags.
fn as_f32<F: Text>() {
    if F::LAYOUT.bits() > 8 {
        return;
    }
    for code in 0..1 << F::LAYOUT.bits() {
        let number: F = number(code);
        let single: f32 = number.cast();
        assert_eq!(texts(number), texts_of_f32(single), "{} {code:#x}", F::DTYPE);
        assert_eq!(format!("{number:>+012}"), format!("{single:>+012}"));
        assert_eq!(format!("{number:*^+30e}"), format!("{single:*^+30e}"));
        assert_eq!(format!("{number:+09.2?}"), format!("{single:+09.2?}"));
    }
}

fn texts_of_f32(number: f32) -> [String; 4] {
    [
        format!("{number}"),
        format!("{number:?}"),
        format!("{number:e}"),
        format!("{number:E}"),
    ]
}

#[test]
fn formats_of_8_bits_print_as_f32() {
    for_every_short_format!(as_f32);
}
