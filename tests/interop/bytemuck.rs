//! Casts of slices, and zeros.

use bytemuck::{Pod, TransparentWrapper, Zeroable};
use ulp::*;

use crate::declared::{Double, E5M6};

fn bytes_and_back<T: Pod + PartialEq + std::fmt::Debug>(numbers: &[T]) {
    let bytes: &[u8] = bytemuck::cast_slice(numbers);
    assert_eq!(bytes.len(), size_of_val(numbers));
    let back: &[T] = bytemuck::cast_slice(bytes);
    assert_eq!(back, numbers);
    assert_eq!(back.as_ptr(), numbers.as_ptr());
}

/// Every byte is a number of every format of a byte, also of formats that ignore some bits of it.
#[test]
fn any_byte_is_a_number() {
    fn check<F: Format + Pod + PartialEq>() {
        let bytes: [u8; 256] = std::array::from_fn(|byte| byte as u8);
        if size_of::<F>() > 1 {
            return;
        }
        let numbers: &[F] = bytemuck::cast_slice(&bytes);
        for (byte, x) in (0..=255).zip(numbers) {
            let code = byte & ((1 << F::LAYOUT.bits()) - 1);
            assert_eq!(x.to_bits().to_u64(), code);
            let y = F::from_bits(F::Bits::from_u64(code));
            assert!(*x == y || x.cast::<f64>().is_nan() && y.cast::<f64>().is_nan(), "{byte:#x}");
        }
    }
    macro_rules! each {
        ([$($format:ident)*]) => { $(check::<$format>();)* };
    }
    for_every_format!(each);
}

#[test]
fn slices_are_cast_to_bytes() {
    bytes_and_back(&[F16::MAX, F16::MIN, F16::EPSILON]);
    bytes_and_back(&[Bf16::MAX]);
    bytes_and_back(&[F4E2M1Fn::MAX, F4E2M1Fn::MIN]);
    bytes_and_back(&[E5M6::MAX]);
    bytes_and_back(&[Double::MAX]);
    assert_eq!(bytemuck::bytes_of(&F16::from_f32(1.0)), 0x3c00u16.to_ne_bytes());
    assert_eq!(bytemuck::cast::<u16, Bf16>(0x3f80).to_f32(), 1.0);
}

#[test]
fn numbers_are_zeroable_and_transparent() {
    assert_eq!(F16::zeroed().to_f32(), 0.0);
    // The format has no zero, so the result is its smallest number.
    assert_eq!(F8E8M0Fnu::zeroed(), F8E8M0Fnu::MIN);
    let wrapped: &[F16] = F16::wrap_slice(&[0x3c00, 0x4000]);
    assert_eq!(wrapped, [F16::from_f32(1.0), F16::from_f32(2.0)]);
    assert_eq!(F16::peel(F16::from_f32(1.0)), 0x3c00);
}
