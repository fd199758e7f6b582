//! `slice::cast_bytes` gives the bits of the scalar cast, in one step, for every pair of formats. Lengths that don't fit are
//! errors.

use ulp::{Bf16, Cast, Dtype, F8E4M3Fn, F16, Format, Isa, Overflow, Rounding, slice};

use crate::sampling::sampled;

/// Returns all casts.
fn casts() -> impl Iterator<Item = Cast> {
    Rounding::ALL
        .into_iter()
        .flat_map(|rounding| [Overflow::Ieee, Overflow::Saturate].map(|overflow| Cast::new().rounding(rounding).overflow(overflow)))
}

/// Returns codes in the form in which a tensor stores them, bit by bit.
fn stored(dtype: Dtype, codes: impl Iterator<Item = u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut stream, mut bits) = (0_u128, 0);
    for code in codes {
        stream |= u128::from(code) << bits;
        bits += dtype.bits();
        while bits >= 8 {
            bytes.push(stream as u8);
            (stream, bits) = (stream >> 8, bits - 8);
        }
    }
    if bits > 0 {
        bytes.push(stream as u8);
    }
    bytes
}

/// Returns the codes that a tensor stores.
fn codes(dtype: Dtype, bytes: &[u8], numbers: usize) -> Vec<u64> {
    let bit = |nth: usize| u64::from(bytes[nth / 8] >> (nth % 8) & 1);
    let bits = dtype.bits() as usize;
    (0..numbers)
        .map(|number| (0..bits).fold(0, |code, nth| code | bit(number * bits + nth) << nth))
        .collect()
}

/// Casts codes to every format on every ISA under these casts, and compares.
fn check(from: Dtype, source: &[u64], casts: &[Cast]) {
    let source: Vec<u64> = sampled("codes cast as bytes", source).copied().collect();
    let src = stored(from, source.iter().copied());
    for &to in Dtype::ALL {
        for &cast in casts {
            let expected = stored(
                to,
                source.iter().map(|&code| cast.convert(from.layout(), to.layout(), code).0),
            );
            for isa in Isa::available() {
                let mut dst = vec![0xa5; expected.len()];
                slice::cast_bytes_on(isa, from, &src, to, &mut dst, cast).unwrap();
                if dst != expected {
                    let got = codes(to, &dst, source.len());
                    let wanted = codes(to, &expected, source.len());
                    let nth = (0..source.len()).find(|&nth| got[nth] != wanted[nth]);
                    let nth = nth.expect("or the bits after the last element differ");
                    panic!(
                        "{from} {:x} to {to}, {cast:?} on {isa}: {:x}, not {:x}",
                        source[nth], got[nth], wanted[nth]
                    );
                }
            }
        }
    }
}

#[test]
fn all_codes_of_narrow_formats_are_cast() {
    let all: Vec<Cast> = casts().collect();
    for &from in Dtype::ALL {
        // Bits above the width of a code are ignored if a code takes a whole byte.
        let bits = if from.is_packed() { from.bits() } else { from.bits().max(8) };
        if bits <= 8 {
            // The codes repeat so often that tables pay.
            let source: Vec<u64> = (0..1 << bits).cycle().take(4096).collect();
            check(from, &source, &all);
            check(from, &source[..1 << bits], &all);
        } else if bits == 16 {
            check(from, &(0..1 << 16).collect::<Vec<_>>(), &all);
        }
    }
}

#[test]
fn f32_near_every_boundary_are_cast() {
    let lows = [0, 1, 0x0fff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001, 0xffff];
    let source: Vec<u64> = (0..1 << 16).flat_map(|high| lows.map(|low| high << 16 | low)).collect();
    check(Dtype::F32, &source, &[Cast::new()]);
    let some: Vec<u64> = source.into_iter().step_by(7).collect();
    check(Dtype::F32, &some, &casts().collect::<Vec<_>>());
}

#[test]
fn f64_near_every_boundary_are_cast() {
    // The fractions lie where some format rounds. Nothing, less than a half, a half, or more can follow.
    let mut fractions = vec![0, 1, (1 << 52) - 1, 1 << 51, (1 << 51) - 1];
    for precision in [0, 1, 2, 3, 4, 7, 10, 23] {
        let last = 52 - precision;
        for leading in [0, 1, 2, 3, 0x155, 0x2aa_aaaa, 0x3ff_fffe, 0x3ff_ffff] {
            let leading = (leading % (1_u64 << precision)) << last;
            for rest in [1, 1 << (last - 1), (1 << (last - 1)) + 1, (1 << (last - 1)) - 1] {
                fractions.push(leading | rest);
            }
        }
    }
    fractions.sort_unstable();
    fractions.dedup();
    let exponents = (1023 - 160..=1023 + 130).chain([0, 1, 2, 500, 1500, 2045, 2046, 2047]);
    let source: Vec<u64> = exponents
        .flat_map(|exponent: u64| fractions.iter().map(move |fraction| exponent << 52 | fraction))
        .flat_map(|bits| [bits, bits | 1 << 63])
        .collect();
    check(Dtype::F64, &source, &casts().collect::<Vec<_>>());
}

/// Pairs for each kind of conversion: in place, one step, two steps, with a table, packed.
const PAIRS: [(Dtype, Dtype); 10] = [
    (Dtype::F32, Dtype::Bf16),
    (Dtype::F16, Dtype::F32),
    (Dtype::F16, Dtype::Bf16),
    (Dtype::F64, Dtype::F16),
    (Dtype::F64, Dtype::F64),
    (Dtype::F8E4M3Fn, Dtype::F16),
    (Dtype::F32, Dtype::F4E2M1FnX2),
    (Dtype::F6E2M3FnX4, Dtype::Bf16),
    (Dtype::F4E2M1FnX2, Dtype::F6E3M2FnX4),
    (Dtype::F8E5M2, Dtype::F8E4M3Fn),
];

#[test]
fn any_length_and_alignment_is_cast_and_nothing_beside() {
    const GUARD: u8 = 0xa5;
    let cast = Cast::new();
    for (from, to) in PAIRS {
        let bits: Vec<u64> = (0..5000_u64)
            .map(|nth| nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) & (!0 >> (64 - from.bits())))
            .collect();
        for length in (0..300).chain([1023, 1024, 1025, 2047, 2048, 2049, 4097, 5000]) {
            let src = stored(from, bits[..length].iter().copied());
            let scalar = bits[..length]
                .iter()
                .map(|&code| cast.convert(from.layout(), to.layout(), code).0);
            let expected = stored(to, scalar);
            for offset in 0..16 {
                let (left, right) = (offset % 8, (offset * 5 + offset / 8) % 8);
                let mut source = vec![0xff; left];
                source.extend_from_slice(&src);
                let mut result = vec![GUARD; right + expected.len() + 8];
                let dst = &mut result[right..][..expected.len()];
                slice::cast_bytes(from, &source[left..], to, dst, cast).unwrap();
                assert!(*dst == expected, "{length} of {from} to {to}");
                assert!(result[..right].iter().all(|&byte| byte == GUARD));
                assert!(result[right + expected.len()..].iter().all(|&byte| byte == GUARD));
            }
        }
    }
}

#[test]
fn lengths_that_do_not_fit_are_errors_that_name_them() {
    for &from in Dtype::ALL {
        for &to in Dtype::ALL {
            for src in 0..40 {
                for dst in 0..40 {
                    let fits = (0..=80).any(|numbers| from.bytes(numbers) == Some(src) && to.bytes(numbers) == Some(dst));
                    let mut result = vec![0xa5; dst];
                    let cast = slice::cast_bytes(from, &vec![0; src], to, &mut result, Cast::new());
                    assert_eq!(cast.is_ok(), fits, "{src} {from}, {dst} {to}");
                    if let Err(error) = cast {
                        assert!(result.iter().all(|&byte| byte == 0xa5));
                        let text = error.to_string();
                        for part in [format!("{src} bytes of {from}"), format!("{dst} bytes of {to}")] {
                            assert!(text.contains(&part), "{text}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn bits_after_the_last_element_are_ignored_and_become_0() {
    let cast = Cast::new();
    let mut dst = [0; 3];
    slice::cast_bytes(Dtype::F4E2M1FnX2, &[0x21, 0xf7], Dtype::F4E2M1Fn, &mut dst, cast).unwrap();
    assert_eq!(dst, [1, 2, 7]);
    let mut packed = [0xff; 3];
    slice::cast_bytes(Dtype::F6E3M2Fn, &[0xc1, 2, 3], Dtype::F6E3M2FnX4, &mut packed, cast).unwrap();
    assert_eq!(packed, [0b1000_0001, 0b0011_0000, 0]);
}

#[test]
fn cast_bytes_errors_implement_error() {
    fn is_error<T: core::error::Error + Send + Sync + 'static>(_: T) {}
    let result = slice::cast_bytes(Dtype::F32, &[0; 3], Dtype::F32, &mut [0; 3], Cast::new());
    is_error(result.unwrap_err());
}

#[test]
fn packed_formats_have_names() {
    for (name, dtype, numpy) in [
        ("F4", Dtype::F4E2M1FnX2, "float4_e2m1fn_x2"),
        ("torch.float4_e2m1fn_x2", Dtype::F4E2M1FnX2, "float4_e2m1fn_x2"),
        ("F6_E2M3", Dtype::F6E2M3FnX4, "float6_e2m3fn_x4"),
        ("F6_E3M2", Dtype::F6E3M2FnX4, "float6_e3m2fn_x4"),
        ("float4_e2m1fn", Dtype::F4E2M1Fn, "float4_e2m1fn"),
        ("float6_e2m3fn", Dtype::F6E2M3Fn, "float6_e2m3fn"),
    ] {
        assert_eq!(name.parse(), Ok(dtype));
        assert_eq!(dtype.to_string(), numpy);
    }
    for dtype in Dtype::ALL {
        assert_eq!(dtype.to_string().parse(), Ok(*dtype));
        if let Some(name) = dtype.safetensors() {
            assert_eq!(name.parse(), Ok(*dtype));
        }
    }
}

#[test]
fn tensors_have_whole_bytes() {
    assert_eq!(Dtype::F64.bytes(3), Some(24));
    assert_eq!(Dtype::F6E2M3Fn.bytes(3), Some(3));
    for (numbers, fp4, fp6) in [(0, 0, 0), (1, 1, 1), (2, 1, 2), (3, 2, 3), (4, 2, 3), (5, 3, 4), (9, 5, 7)] {
        assert_eq!(Dtype::F4E2M1FnX2.bytes(numbers), Some(fp4));
        assert_eq!(Dtype::F6E3M2FnX4.bytes(numbers), Some(fp6));
    }
    assert_eq!(Dtype::F64.bytes(usize::MAX), None);
    assert_eq!(Dtype::F4E2M1FnX2.bytes(usize::MAX), Some(usize::MAX / 2 + 1));
    assert!(Dtype::F4E2M1FnX2.is_packed() && !Dtype::F4E2M1Fn.is_packed());
    assert_eq!(Dtype::F4E2M1FnX2.layout(), Dtype::F4E2M1Fn.layout());
}

/// Casts numbers of a type to bytes of every format, and bytes of every format to numbers of the type.
fn typed<F: Format>(numbers: &[F]) {
    let layout = F::LAYOUT;
    let code_of = |x: &F| layout.encode(x.parts());
    let some_casts = [
        Cast::new(),
        Cast::new().rounding(Rounding::TowardZero).saturating(),
        Cast::new().rounding(Rounding::ToOdd),
    ];
    let source: Vec<u64> = numbers.iter().map(code_of).collect();
    for (&dtype, cast) in Dtype::ALL.iter().flat_map(|dtype| some_casts.map(move |cast| (dtype, cast))) {
        let cast_codes = |cast: Cast, from, to, codes: &[u64]| -> Vec<u64> {
            codes.iter().map(|&code| cast.convert(from, to, code).0).collect()
        };
        for len in [0, 1, 1023, 1025, source.len()] {
            let expected = cast_codes(cast, layout, dtype.layout(), &source[..len]);
            let mut bytes = vec![0xa5; dtype.bytes(len).unwrap()];
            slice::cast_to_bytes(&numbers[..len], dtype, &mut bytes, cast).unwrap();
            assert_eq!(codes(dtype, &bytes, len), expected, "{} to {dtype}, {cast:?}", F::DTYPE);

            let expected = cast_codes(cast, dtype.layout(), layout, &expected);
            let mut back = vec![F::MAX; len];
            slice::cast_from_bytes(dtype, &bytes, &mut back, cast).unwrap();
            let found: Vec<u64> = back.iter().map(code_of).collect();
            assert_eq!(found, expected, "{dtype} to {}, {cast:?}", F::DTYPE);
        }
    }
}

#[test]
fn typed_numbers_survive_bytes_and_back() {
    ulp::float_type!(type E5M6 = E5M6Spec(u16): ulp::Layout::ieee(5, 6), "float12_e5m6", [sign, zero, infinities, nan]);

    let patterns = (0..2100_u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let patterns: Vec<u64> = patterns.map(|x| x ^ x >> 29).collect();
    typed(&patterns.iter().map(|&x| f32::from_bits(x as u32)).collect::<Vec<_>>());
    typed(&patterns.iter().map(|&x| F16::from_bits(x as u16)).collect::<Vec<_>>());
    typed(&patterns.iter().map(|&x| Bf16::from_bits(x as u16)).collect::<Vec<_>>());
    typed(&patterns.iter().map(|&x| F8E4M3Fn::from_bits(x as u8)).collect::<Vec<_>>());
    typed(&patterns.iter().map(|&x| E5M6::from_bits(x as u16)).collect::<Vec<_>>());
    // Exponents near those of the narrow formats, and all others.
    let near = |&x: &u64| f64::from_bits(if x % 2 == 0 { x } else { x & !(0x7f << 55) | 0x3f8 << 52 });
    typed(&patterns.iter().map(near).collect::<Vec<_>>());
}

#[test]
fn typed_lengths_that_do_not_fit_are_errors() {
    let mut numbers = [F16::MAX; 3];
    let error = slice::cast_from_bytes(Dtype::F4E2M1FnX2, &[0; 3], &mut numbers, Cast::new());
    let text = "3 bytes of float4_e2m1fn_x2 and 6 bytes of float16 are not the same number of elements";
    assert_eq!(error.unwrap_err().to_string(), text);
    assert_eq!(numbers, [F16::MAX; 3]);

    let mut bytes = [7; 5];
    let error = slice::cast_to_bytes(&[1f32; 3], Dtype::Bf16, &mut bytes, Cast::new());
    let text = "12 bytes of float32 and 5 bytes of bfloat16 are not the same number of elements";
    assert_eq!(error.unwrap_err().to_string(), text);
    assert_eq!(bytes, [7; 5]);
}
