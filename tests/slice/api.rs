//! The functions around the cast: memory that need not be initialised, vectors, bits, and slices of different lengths.

use std::mem::MaybeUninit;
use std::panic::catch_unwind;

use ulp::{Bf16, Cast, F4E2M1Fn, F8E4M3Fn, F16, Format, Isa, Layout, float_type, slice};

use crate::support::{assert_same, expected, number, sample};

const LENGTHS: [usize; 8] = [0, 1, 15, 16, 17, 64, 100, 1000];

#[test]
fn every_form_of_a_cast_agrees() {
    let cast = Cast::new();
    for len in LENGTHS {
        let src: Vec<f32> = sample(len);
        let right: Vec<F16> = expected(&src, cast);
        let fresh = || vec![number::<F16>(0xa5a5); len];
        let check = |is: &[F16]| assert_same(Isa::detect(), &"default", &src, is, &right);

        let mut dst = fresh();
        slice::cast(&src, &mut dst);
        check(&dst);
        let mut dst = fresh();
        slice::cast_with(&src, &mut dst, cast);
        check(&dst);
        let mut dst = vec![MaybeUninit::uninit(); len];
        check(slice::cast_uninit(&src, &mut dst));
        let vec: Vec<F16> = slice::cast_to_vec(&src);
        check(&vec);
    }
}

#[test]
fn cast_with_obeys_its_cast() {
    let src: Vec<f32> = sample(1000);
    let cast = Cast::new().rounding(ulp::Rounding::TowardPositive);
    let mut dst = vec![number::<F16>(0xa5a5); src.len()];
    slice::cast_with(&src, &mut dst, cast.saturating());
    let right = expected(&src, cast.saturating());
    assert_same(Isa::detect(), &"saturating", &src, &dst, &right);
}

/// The returned slice is the memory of the argument.
#[test]
fn cast_uninit_returns_its_argument() {
    let mut memory = [MaybeUninit::<Bf16>::uninit(); 40];
    let given = memory.as_ptr().addr();
    let numbers = slice::cast_uninit(&[1.5f32; 40], &mut memory);
    assert_eq!((numbers.as_ptr().addr(), numbers.len()), (given, 40));
    numbers[0] = Bf16::from_f32(2.0);
    assert_eq!(numbers[1].to_bits(), 0x3fc0);
}

#[test]
fn casts_of_bits_are_casts_of_numbers() {
    let codes = [0x3c00u16, 0xfc00, 0x7e01, 0];
    let numbers: &[F16] = slice::from_bits(&codes);
    assert_eq!(numbers.len(), 4);
    assert_eq!(numbers[0].to_f32().to_bits(), 1f32.to_bits());
    assert_eq!(numbers[1].to_bits(), F16::NEG_INFINITY.to_bits());
    assert_eq!(slice::to_bits(numbers), codes);
    assert_eq!(slice::to_bits(numbers).as_ptr(), codes.as_ptr());

    let codes = [0x3f80_0000, 0x7fa0_0001];
    assert_eq!(slice::to_bits::<f32>(slice::from_bits(&codes)), codes);
    let codes = [1f64.to_bits()];
    assert_eq!(slice::to_bits::<f64>(slice::from_bits(&codes)), codes);
    assert!(slice::from_bits::<F16>(&[]).is_empty());
    assert!(slice::to_bits::<F16>(&[]).is_empty());
}

#[test]
fn bits_and_numbers_are_changed_in_place() {
    let mut codes = [0x3c00u16, 0x4000];
    slice::from_bits_mut::<F16>(&mut codes)[1] = F16::from_f32(0.5);
    assert_eq!(codes, [0x3c00, 0x3800]);
    let mut numbers = [F16::from_f32(1.0), F16::from_f32(2.0)];
    slice::to_bits_mut(&mut numbers)[0] = 0xbc00;
    assert_eq!(slice::to_bits(&numbers), [0xbc00, 0x4000]);
    assert!(slice::from_bits_mut::<F16>(&mut []).is_empty());
    assert!(slice::to_bits_mut::<F16>(&mut []).is_empty());
}

/// Bits above the width of a format are kept in storage, ignored when read, and 0 when written.
#[test]
fn bits_above_the_width_are_ignored() {
    let storage: Vec<u8> = (0..=255).collect();
    let numbers: &[F4E2M1Fn] = slice::from_bits(&storage);
    assert_eq!(slice::to_bits(numbers), storage);
    for isa in Isa::available() {
        let mut copies = [number::<F4E2M1Fn>(0xff); 256];
        slice::cast_on(isa, numbers, &mut copies, Cast::new());
        for (copy, code) in slice::to_bits(&copies).iter().zip(&storage) {
            assert_eq!(*copy, code & 15, "on {isa}");
        }
    }
}

#[test]
fn empty_slices_are_cast() {
    for isa in Isa::available() {
        slice::cast_on::<f32, F16>(isa, &[], &mut [], Cast::new());
    }
    slice::cast::<F16, f32>(&[], &mut []);
    assert!(slice::cast_uninit::<f32, F16>(&[], &mut []).is_empty());
    assert!(slice::cast_to_vec::<F16>(&[0f32; 0]).is_empty());
}

/// Checks that `work` panics with a message that has both numbers.
#[track_caller]
fn refuses(src: usize, dst: usize, work: impl FnOnce() + std::panic::UnwindSafe) {
    let panic = catch_unwind(work).expect_err("lengths that differ");
    let message = panic.downcast_ref::<String>().expect("a formatted message");
    for len in [src, dst] {
        assert!(message.contains(&len.to_string()), "{message}");
    }
}

#[test]
fn lengths_that_differ_are_refused() {
    for (from, to) in [(1234, 1233), (77, 78), (0, 19), (19, 0), (5678, 43)] {
        let src: Vec<f32> = vec![1.0; from];
        let dst: Vec<F16> = vec![F16::from_f32(7.0); to];
        let into = |cast: fn(&[f32], &mut [F16])| {
            let (src, mut dst) = (src.clone(), dst.clone());
            refuses(from, to, move || cast(&src, &mut dst));
        };
        into(|src, dst| slice::cast(src, dst));
        into(|src, dst| slice::cast_with(src, dst, Cast::new()));
        into(|src, dst| slice::cast_on(Isa::detect(), src, dst, Cast::new()));
        into(|src, dst| _ = slice::cast_counted(src, dst, Cast::new()));
        into(|src, dst| slice::cast_scaled(src, 2.0, dst, Cast::new()));
        refuses(from, to, move || {
            slice::cast_uninit::<f32, F16>(&src, &mut vec![MaybeUninit::uninit(); to]);
        });
    }
}

/// The panic names the line of the caller, and no line of the library.
#[test]
fn the_panic_is_at_the_call() {
    use std::panic::{set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    let file = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&file);
    let hook = take_hook();
    let this_thread = std::thread::current().id();
    set_hook(Box::new(move |info| {
        if std::thread::current().id() == this_thread {
            let file = info.location().map(|location| location.file().to_owned());
            *seen.lock().expect("one thread writes") = file;
        } else {
            hook(info);
        }
    }));
    let refused = catch_unwind(|| slice::cast(&[1f32; 3], &mut [F8E4M3Fn::default(); 4]));
    drop(take_hook());
    assert!(refused.is_err());
    let file = file.lock().expect("nobody panics with it").take();
    assert_eq!(file.as_deref(), Some(file!()));
}

/// A format that a user declares works with the same functions.
#[test]
fn declared_formats_are_cast() {
    use crate::support::E5M6;

    let src: Vec<E5M6> = sample(500);
    for isa in Isa::available() {
        let mut dst = vec![F16::default(); src.len()];
        slice::cast_on(isa, &src, &mut dst, Cast::new());
        assert_same(isa, &"own", &src, &dst, &expected(&src, Cast::new()));
    }
    assert_eq!(E5M6::DTYPE, "float12_e5m6");
}

/// Formats with the layouts of shipped ones, in more bytes, do not take their instructions.
#[test]
fn declared_formats_of_wider_storage_are_cast() {
    float_type! {
        type WideF16 = WideF16Spec(u32): Layout::BINARY16, "wide_float16", [sign, zero, infinities, nan];
    }
    float_type! {
        type WideBf16 = WideBf16Spec(u64): Layout::BFLOAT16, "wide_bfloat16", [sign, zero, infinities, nan];
    }
    float_type! {
        type WideE4M3 = WideE4M3Spec(u16): Layout::E4M3FN, "wide_e4m3", [sign, zero, nan];
    }
    fn check<S: Format, D: Format>(numbers: &[S]) {
        for isa in Isa::available() {
            let mut to = vec![D::MAX; numbers.len()];
            slice::cast_on(isa, numbers, &mut to, Cast::new());
            for (&x, y) in numbers.iter().zip(to) {
                assert_eq!(x.cast::<D>().to_bits(), y.to_bits(), "{x:?} on {isa}");
            }
        }
    }
    let numbers: Vec<f32> = (0..3000u16).map(|i| f32::from(i).mul_add(0.37, -500.0)).collect();
    check::<f32, WideF16>(&numbers);
    check::<f32, WideBf16>(&numbers);
    check::<f32, WideE4M3>(&numbers);
    check::<WideF16, f32>(&slice::cast_to_vec(&numbers));
    check::<WideBf16, f32>(&slice::cast_to_vec(&numbers));
    check::<WideBf16, WideF16>(&slice::cast_to_vec(&numbers));
    check::<WideE4M3, f32>(&slice::cast_to_vec(&numbers));
    check::<WideE4M3, ulp::F16>(&slice::cast_to_vec(&numbers));
}
