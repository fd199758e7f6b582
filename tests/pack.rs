//! `slice::pack` and `unpack`: torch's and ONNX's order, every length, and messages that name lengths.

use std::panic::catch_unwind;

use ulp::{F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, Format, Layout, slice};

/// Returns a stream of bits. The first bit is the lowest bit of the first byte.
fn stream(codes: &[u8], bits: usize) -> Vec<u8> {
    let mut bytes = vec![0; (codes.len() * bits).div_ceil(8)];
    for (number, code) in codes.iter().enumerate() {
        for bit in 0..bits {
            let place = number * bits + bit;
            bytes[place / 8] |= (code >> bit & 1) << (place % 8);
        }
    }
    bytes
}

fn every_length<F: Format<Bits = u8>>() {
    let bits = F::LAYOUT.bits() as usize;
    for length in (0..300).chain([511, 512, 513, 4095, 4096, 4097]) {
        // Bits above the width of a code are not packed.
        let bytes: Vec<u8> = (0..length).map(|nth: usize| (nth * 151 + nth / 7) as u8).collect();
        let codes: Vec<u8> = bytes.iter().map(|byte| byte & ((1 << bits) - 1)).collect();
        let expected = stream(&codes, bits);

        let mut packed = vec![0xff; expected.len()];
        slice::pack(slice::from_bits::<F>(&bytes), &mut packed);
        assert_eq!(packed, expected, "{length}");

        // Bits after the last number are not unpacked.
        if !(length * bits).is_multiple_of(8) {
            *packed.last_mut().unwrap() |= 0xff << (length * bits % 8);
        }
        let mut unpacked = vec![0xff; length];
        slice::unpack(&packed, slice::from_bits_mut::<F>(&mut unpacked));
        assert_eq!(unpacked, codes, "{length}");
    }
}

#[test]
fn every_length_of_every_format_survives() {
    every_length::<F4E2M1Fn>();
    every_length::<F6E2M3Fn>();
    every_length::<F6E3M2Fn>();
}

/// `c10/util/Float4_e2m1fn_x2.h`: val1 is in bits 7 to 4 of a byte, and val0 in bits 3 to 0.
#[test]
fn codes_are_in_the_order_of_torch() {
    let mut bytes = [0];
    slice::pack(&[1.5, -6.0].map(F4E2M1Fn::from_f32), &mut bytes);
    assert_eq!(bytes, [0b1111_0011]);
}

/// ONNX, "Float stored in 6 bits": "a contiguous LSB-first bit stream"; "unused high bits of the final byte are zero-padded".
#[test]
fn codes_are_in_the_order_of_onnx() {
    let mut bytes = [0xff; 4];
    let codes = [0b00_0001, 0b10_0000, 0b11_1100, 0b01_0101, 0b10_1010];
    slice::pack(&codes.map(F6E3M2Fn::from_bits), &mut bytes);
    assert_eq!(bytes, [0b0000_0001, 0b1100_1000, 0b0101_0111, 0b0010_1010]);
}

ulp::float_type! {
    /// The format has six bits in sixteen.
    type Wide = WideSpec(u16): Layout::E2M3FN, "wide", [sign, zero];
}

#[test]
fn declared_formats_are_packed() {
    let mut bytes = [0; 3];
    slice::pack(&[1, 2, 3, 0xfff].map(Wide::from_bits), &mut bytes);
    assert_eq!(bytes.to_vec(), stream(&[1, 2, 3, 63], 6));
    let mut numbers = [Wide::default(); 4];
    slice::unpack(&bytes, &mut numbers);
    assert_eq!(numbers.map(Wide::to_bits), [1, 2, 3, 63]);
}

#[test]
fn wrong_lengths_panic_with_both() {
    let message = |call: fn()| {
        let payload = catch_unwind(call).unwrap_err();
        *payload.downcast::<String>().unwrap()
    };
    let text = message(|| slice::pack(&[F6E2M3Fn::default(); 5], &mut [0; 3]));
    assert!(text.contains("5 numbers") && text.contains("has 3"), "{text}");
    let text = message(|| slice::unpack(&[0; 7], &mut [F4E2M1Fn::default(); 12]));
    assert!(text.contains("7 bytes") && text.contains("12 numbers"), "{text}");
}
