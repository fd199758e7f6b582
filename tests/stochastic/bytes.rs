//! `slice::cast_bytes_stochastic` takes the draws of `cast_stochastic`.

use ulp::slice::{Stochastic, cast_bytes_stochastic_on, pack};
use ulp::{Bf16, Bits, Dtype, F4E2M1Fn, F6E3M2Fn, F8E4M3Fn, F8E8M0Fnu, F16, Format, Isa, Layout, slice};

use crate::cast;

fn to_bytes<F: Format>(numbers: &[F]) -> Vec<u8> {
    let size = size_of::<F>();
    let bytes = |x: &F| (*x).to_bits().to_u64().to_le_bytes().into_iter().take(size);
    numbers.iter().flat_map(bytes).collect()
}

/// Casts from formats of this source to others, in one piece at odd addresses, and in two pieces.
fn check<S: Format, D: Format>(from: Dtype, to: Dtype, store: fn(&[D]) -> Vec<u8>) {
    let mask = S::LAYOUT.code_mask();
    let code = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7 & mask;
    // Most f32 and f64 numbers of random codes are far from those of other formats.
    let near = |i| match S::LAYOUT {
        Layout::BINARY32 => u64::from(((code(i) % 20_000) as f32).powi(2).to_bits()),
        Layout::BINARY64 => ((code(i) % 20_000) as f64).sqrt().to_bits(),
        _ => code(i),
    };
    let numbers: Vec<S> = (0..5000).map(|i| S::from_bits(S::Bits::from_u64(near(i)))).collect();
    let src = to_bytes(&numbers);
    for how in [
        Stochastic::new(5).offset(77),
        Stochastic::new(6).offset(u64::MAX - 100).saturating(),
    ] {
        let expected = store(&cast::<S, D>(&numbers, how));
        for isa in Isa::available() {
            let mut source = vec![0; 3];
            source.extend_from_slice(&src);
            let mut result = vec![0; expected.len() + 1];
            cast_bytes_stochastic_on(isa, from, &source[3..], to, &mut result[1..], how).unwrap();
            assert!(result[1..] == expected, "{from} to {to} on {isa}");
        }
        let expected = store(&cast::<S, D>(&numbers[..333], how));
        let mut result = vec![0; expected.len()];
        let src = &src[..333 * size_of::<S>()];
        slice::cast_bytes_stochastic(from, src, to, &mut result, how).unwrap();
        assert!(result == expected, "333 of {from} to {to}");
    }
}

fn packed<F: Format>(numbers: &[F]) -> Vec<u8> {
    let bits = numbers.len() * F::LAYOUT.bits() as usize;
    let mut bytes = vec![0; bits.div_ceil(8)];
    pack(numbers, &mut bytes);
    bytes
}

#[test]
fn bytes_draw_as_slices_of_numbers() {
    check::<f32, Bf16>(Dtype::F32, Dtype::Bf16, to_bytes);
    check::<f32, F4E2M1Fn>(Dtype::F32, Dtype::F4E2M1Fn, to_bytes);
    check::<f32, F4E2M1Fn>(Dtype::F32, Dtype::F4E2M1FnX2, packed);
    check::<f64, F16>(Dtype::F64, Dtype::F16, to_bytes);
    check::<f64, F4E2M1Fn>(Dtype::F64, Dtype::F4E2M1FnX2, packed);
    check::<F16, F8E4M3Fn>(Dtype::F16, Dtype::F8E4M3Fn, to_bytes);
    check::<F16, Bf16>(Dtype::F16, Dtype::Bf16, to_bytes);
    check::<Bf16, F16>(Dtype::Bf16, Dtype::F16, to_bytes);
    check::<F16, F8E8M0Fnu>(Dtype::F16, Dtype::F8E8M0Fnu, to_bytes);
    check::<F8E8M0Fnu, F8E4M3Fn>(Dtype::F8E8M0Fnu, Dtype::F8E4M3Fn, to_bytes);
    check::<F8E4M3Fn, F6E3M2Fn>(Dtype::F8E4M3Fn, Dtype::F6E3M2FnX4, packed);
}

#[test]
fn lengths_that_do_not_fit_are_errors() {
    let (src, dst) = (&[0; 8], &mut [7; 3]);
    let how = Stochastic::new(0);
    let error = slice::cast_bytes_stochastic(Dtype::F32, src, Dtype::F16, dst, how).unwrap_err();
    assert_eq!(
        error.to_string(),
        "8 bytes of float32 and 3 bytes of float16 are not the same number of elements"
    );
    assert_eq!(dst, &[7; 3]);
}
