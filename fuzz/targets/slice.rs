//! `slice::cast_on` and its siblings on every ISA, for any lengths and addresses. Each element is compared with the scalar cast.
#![no_main]

use core::num::FpCategory;

use libfuzzer_sys::fuzz_target;
use ulp::slice::{self, Counts, Stochastic};
use ulp::{Bf16, Cast, F4E2M1Fn, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E8M0Fnu, F16, Flags, Format, Isa};
use ulp_fuzz::formats::{code, number};
use ulp_fuzz::{Unstructured, any_cast, arbitrary};

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = check(&mut Unstructured::new(data));
});

/// The length is more than any step of a kernel and more than the cost of a table, and few enough to be quick.
const MOST: usize = 3000;
const GUARD: u64 = 0xa5a5_a5a5_a5a5_a5a5;

fn check(u: &mut Unstructured) -> arbitrary::Result<()> {
    let cast = any_cast(u)?;
    let isas: Vec<Isa> = Isa::available().collect();
    let isa = *u.choose(&isas)?;
    let how = How {
        isa,
        cast,
        length: if u.int_in_range(0..=3)? == 0 {
            u.int_in_range(0..=MOST)?
        } else {
            u.int_in_range(0..=300)?
        },
        left: u.int_in_range(0..=64)?,
        right: u.int_in_range(0..=64)?,
        call: u.arbitrary()?,
        seed: u.arbitrary()?,
        scale: f32::from_bits(u.arbitrary()?),
    };
    // The pairs are few, because each is compiled for every ISA. They are of every kind: instructions, tables, integers, two
    // steps.
    let pairs: [fn(&How, &[u8]); 12] = [
        narrow::<f32, F16>,
        narrow::<f32, Bf16>,
        narrow::<f32, F8E4M3Fn>,
        narrow::<f32, F8E8M0Fnu>,
        narrow::<F16, f32>,
        narrow::<Bf16, F8E5M2>,
        plain::<Bf16, f32>,
        plain::<F8E4M3Fn, f32>,
        plain::<F8E5M2, F16>,
        plain::<f64, F16>,
        plain::<F16, F8E4M3Fnuz>,
        plain::<f32, F4E2M1Fn>,
    ];
    let pair = *u.choose(&pairs)?;
    let data = u.bytes(u.len())?;
    pair(&how, data);
    Ok(())
}

#[derive(Debug)]
struct How {
    isa: Isa,
    cast: Cast,
    length: usize,
    left: usize,
    right: usize,
    call: u8,
    seed: u64,
    scale: f32,
}

/// Returns numbers from bytes. The bytes repeat, a little different each time.
fn numbers<F: Format>(data: &[u8], length: usize) -> Vec<F> {
    let mut chunks = data.chunks(size_of::<F>()).cycle();
    let one = |nth: usize, chunk: &[u8]| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let round = (nth * size_of::<F>()).checked_div(data.len()).unwrap_or(nth);
        number(u64::from_le_bytes(bytes).wrapping_add(round as u64))
    };
    (0..length).map(|nth| one(nth, chunks.next().unwrap_or_default())).collect()
}

/// Runs a bulk function on slices at these offsets. The slices end where their allocations end, so `AddressSanitizer` sees
/// accesses beyond. Compares the bytes before the slices, and each number with the right one.
fn bulk<S: Format, D: Format, T>(how: &How, src: &[S], call: impl FnOnce(&[S], &mut [D]) -> T, right: impl Fn(usize, S) -> D) -> T {
    let mut from = vec![number::<S>(0); how.left];
    from.extend_from_slice(src);
    let from = from.into_boxed_slice();
    let mut to = vec![number::<D>(GUARD); how.right + src.len()].into_boxed_slice();
    let guard = code(number::<D>(GUARD));
    let result = call(&from[how.left..], &mut to[how.right..]);
    for &before in &to[..how.right] {
        assert_eq!(code(before), guard, "{how:?}: before");
    }
    for (nth, (&x, &is)) in src.iter().zip(&to[how.right..]).enumerate() {
        let right = code(right(nth, x));
        assert_eq!(
            code(is),
            right,
            "{} {:#x} to {}, number {nth}, {how:?}",
            S::DTYPE,
            code(x),
            D::DTYPE
        );
    }
    result
}

fn plain<S: Format, D: Format>(how: &How, data: &[u8]) {
    let src: Vec<S> = numbers(data, how.length);
    let scalar = |_, x: S| x.cast_with::<D>(how.cast).0;
    if how.call.is_multiple_of(2) {
        bulk(how, &src, |s, d| slice::cast_on(how.isa, s, d, how.cast), scalar);
    } else {
        counted(how, &src, scalar);
    }
}

/// Tries all siblings, on sources no wider than `f32`.
fn narrow<S: Format, D: Format>(how: &How, data: &[u8]) {
    let src: Vec<S> = numbers(data, how.length);
    match how.call % 4 {
        0 | 1 => plain::<S, D>(how, data),
        2 => {
            // Rust doesn't say which NaN a product is.
            let finite: Vec<S> = src
                .iter()
                .map(|&x| {
                    let product = x.cast::<f32>() * how.scale;
                    if product.is_nan() { number(0) } else { x }
                })
                .collect();
            if how.scale.is_finite() {
                bulk(
                    how,
                    &finite,
                    |s, d| slice::cast_scaled_on(how.isa, s, how.scale, d, how.cast),
                    |_, x| (x.cast::<f32>() * how.scale).cast_with::<D>(how.cast).0,
                );
            }
        }
        _ => {
            // The portable loop gives each number the result of its own cast.
            let portable = Isa::available().last().expect("there is one");
            let stochastic = Stochastic::new(how.seed).offset(how.seed >> 7);
            bulk(
                how,
                &src,
                |s, d| slice::cast_stochastic_on(how.isa, s, d, stochastic),
                |nth, x| {
                    let mut one = [number::<D>(GUARD)];
                    let offset = (how.seed >> 7).wrapping_add(nth as u64);
                    let alone = Stochastic::new(how.seed).offset(offset);
                    slice::cast_stochastic_on(portable, &[x], &mut one, alone);
                    one[0]
                },
            );
        }
    }
}

fn counted<S: Format, D: Format>(how: &How, src: &[S], scalar: impl Fn(usize, S) -> D) {
    let is = bulk(how, src, |s, d| slice::cast_counted_on(how.isa, s, d, how.cast), scalar);
    let mut right = Counts::default();
    for &x in src {
        let (y, flags) = x.cast_with::<D>(how.cast);
        let class = |layout: ulp::Layout, code| layout.classify(code);
        let (before, now) = (class(S::LAYOUT, code(x)), class(D::LAYOUT, code(y)));
        let became = |class| usize::from(now == class && before != class);
        right.overflowed += usize::from(flags.contains(Flags::OVERFLOW));
        right.became_zero += became(FpCategory::Zero);
        right.became_subnormal += became(FpCategory::Subnormal);
        right.nan += usize::from(before == FpCategory::Nan || now == FpCategory::Nan);
        right.inexact += usize::from(flags.contains(Flags::INEXACT));
    }
    assert_eq!(is, right, "{} to {}, {how:?}", S::DTYPE, D::DTYPE);
}
