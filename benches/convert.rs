//! Bulk conversion: `ulp` on every instruction set of this CPU, its peers, and a `memcpy` of equally many bytes.
//!
//! `cargo bench --bench convert` takes two minutes and 1.5 GiB of memory. `-- 'f32 to f16, 1024'` at the end runs only the rows
//! with this text. `--features numkong` adds a peer whose C code takes minutes to build. `chart.py` draws the results.
#![allow(unsafe_code, reason = "peers have types of their own")]

use core::cell::RefCell;
use core::hint::black_box;
use core::slice::{from_raw_parts, from_raw_parts_mut};
use std::process::ExitCode;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use ulp::slice::{self, Stochastic};
use ulp::{Bf16, Cast, Dtype, F8E4M3Fn, F8E5M2, F16, Format, Isa, Rounding};
use ulp_bench::{Floor, Table, Way};

const LENGTHS: [usize; 5] = [16, 1 << 10, 1 << 15, 1 << 20, LONG];
/// A length beyond the caches.
const LONG: usize = 1 << 26;

/// The name of a conversion, and the conversion.
type Series<S, D> = (String, Box<dyn Fn(&[S], &mut [D])>);

/// A format that all libraries have.
trait Shared: Format {
    #[cfg(feature = "numkong")]
    type NumKong: numkong::CastDtype;
}

macro_rules! shared {
    ($($format:ty = $numkong:ty,)*) => {
        $(
            impl Shared for $format {
                #[cfg(feature = "numkong")]
                type NumKong = $numkong;
            }
        )*
    };
}

shared! {
    f64 = f64,
    f32 = f32,
    F16 = numkong::f16,
    Bf16 = numkong::bf16,
    F8E4M3Fn = numkong::e4m3,
    F8E5M2 = numkong::e5m2,
}

fn main() -> ExitCode {
    let mut table = Table::new();
    let t = &mut table;

    let half = peer("half", |s, d: &mut [f16]| d.convert_from_f32_slice(s));
    pair::<f32, F16>(t, "f32 to f16", [half]);
    let half = peer("half", <[f16]>::convert_to_f32_slice);
    pair::<F16, f32>(t, "f16 to f32", [half]);
    let half = peer("half", |s, d: &mut [bf16]| d.convert_from_f32_slice(s));
    pair::<f32, Bf16>(t, "f32 to bf16", [half]);
    let half = peer("half", <[bf16]>::convert_to_f32_slice);
    pair::<Bf16, f32>(t, "bf16 to f32", [half]);
    let half = peer("half", |s, d: &mut [f16]| d.convert_from_f64_slice(s));
    pair::<f64, F16>(t, "f64 to f16", [half]);
    let half = loop_of("half", |x: f16| bf16::from_f32(x.to_f32()));
    pair::<F16, Bf16>(t, "f16 to bf16", [half]);
    let half = loop_of("half", |x: bf16| f16::from_f32(x.to_f32()));
    pair::<Bf16, F16>(t, "bf16 to f16", [half]);

    let float8 = loop_of("float8", float8::F8E4M3::from_f32);
    pair::<f32, F8E4M3Fn>(t, "f32 to e4m3fn", [float8]);
    let float8 = loop_of("float8", |x: float8::F8E4M3| x.to_f32());
    pair::<F8E4M3Fn, f32>(t, "e4m3fn to f32", [float8]);
    let float8 = loop_of("float8", float8::F8E5M2::from_f32);
    pair::<f32, F8E5M2>(t, "f32 to e5m2", [float8]);
    let float8 = loop_of("float8", |x: float8::F8E5M2| x.to_f32());
    pair::<F8E5M2, f32>(t, "e5m2 to f32", [float8]);

    variants::<f32, Bf16>(t, "f32 to bf16");
    variants::<f32, F8E4M3Fn>(t, "f32 to e4m3fn");
    table.finish()
}

/// Adds the rows of a pair of formats, at all lengths.
fn pair<S: Shared, D: Shared>(table: &mut Table, name: &str, peers: impl IntoIterator<Item = Series<S, D>>) {
    let best = Isa::detect();
    let mut all: Vec<Series<S, D>> = vec![series("ulp", slice::cast)];
    all.extend(Isa::available().filter(|&isa| isa != best).map(|isa| {
        series(&isa.to_string(), move |s, d| {
            slice::cast_on(isa, s, d, Cast::new());
        })
    }));
    all.extend(peers);
    #[cfg(feature = "numkong")]
    all.push(peer("numkong", |s: &[S::NumKong], d: &mut [D::NumKong]| {
        numkong::cast(s, d).expect("they are of one length");
    }));
    for len in LENGTHS {
        let floor = floor(len, size_of::<S>(), size_of::<D>());
        row(table, &format!("{name}, {len}"), len, floor, true, &all);
    }
}

/// The goal of a length, if the length has one.
fn floor(len: usize, from: usize, to: usize) -> Option<Floor> {
    let bound = |goal, least, reason| Some(Floor::bound(goal, least, reason));
    match (len, from, to) {
        (1024, 8, _) | (1024, 2, 2) => bound(0.85, 0.15, "two or three instructions of two cycles for each vector"),
        (1024, _, 1) => bound(0.40, 0.18, "34 to 40 instructions for 64 numbers"),
        (1024, 1, _) => Some(Floor::goal(0.40)),
        (1024, ..) => bound(0.85, 0.55, "NaNs and subnormals are looked for"),
        // memcpy reads half of the bytes. These conversions read more, and one core reads 17 GB/s.
        (LONG, ..) if from > to => bound(0.95, 0.5, "one core reads no faster"),
        (LONG, ..) => bound(0.95, 0.75, "noise of the memory"),
        _ => None,
    }
}

/// Adds the rows of the other functions on slices. Their goals are parts of the plain cast's throughput.
fn variants<S: Format, D: Format>(table: &mut Table, name: &str) {
    let dtype = |name: &str| -> Dtype { name.parse().expect("it has every format") };
    let (from, to) = (dtype(S::DTYPE), dtype(D::DTYPE));
    let up = Cast::new().rounding(Rounding::TowardPositive);
    let bytes = move |s: &[S], d: &mut [D]| {
        slice::cast_bytes(from, seen_as(s), to, seen_as_mut(d), Cast::new()).expect("the lengths fit");
    };
    let counted = |s: &[S], d: &mut [D]| {
        black_box(slice::cast_counted(s, d, Cast::new()));
    };
    // This function only reads.
    let amax = |s: &[S], _: &mut [D]| {
        black_box(slice::amax(s));
    };
    let bound = |goal, least, reason| Some(Floor::bound(goal, least, reason));
    let of_plain = |function| vec![series("plain", slice::cast), function];
    for len in [1 << 10, 1 << 15] {
        let mut row = |variant, floor, of_memcpy, ways: Vec<Series<S, D>>| {
            row(table, &format!("{name} {variant}, {len}"), len, floor, of_memcpy, &ways);
        };
        let scaled = series("ulp", |s: &[S], d: &mut [D]| slice::cast_scaled(s, 0.75, d, Cast::new()));
        row("scaled", Some(Floor::goal(0.6)), false, of_plain(scaled));
        row(
            "counted",
            bound(0.6, 0.1, "values that are not normal are converted back"),
            false,
            of_plain(series("ulp", counted)),
        );
        let stochastic = series("ulp", |s: &[S], d: &mut [D]| {
            slice::cast_stochastic(s, d, Stochastic::new(42));
        });
        row(
            "stochastic",
            bound(0.15, 0.025, "ten rounds of Philox for each 128 bits"),
            true,
            vec![stochastic],
        );
        row("of bytes", None, false, of_plain(series("ulp", bytes)));
        row("amax", None, false, of_plain(series("ulp", amax)));
        let up = series("ulp", move |s: &[S], d: &mut [D]| slice::cast_with(s, d, up));
        row("toward positive", None, false, of_plain(up));
    }
}

/// Measures a row. The first way is `memcpy` if `of_memcpy` is true.
fn row<S: Format, D: Format>(
    table: &mut Table,
    name: &str,
    len: usize,
    floor: Option<Floor>,
    of_memcpy: bool,
    all: &[Series<S, D>],
) {
    if !table.chooses(name) {
        return;
    }
    let numbers = values::<S>(len);
    let mut arena = Arena::new(size_of_val(&*numbers), len * size_of::<D>());
    let (src, dst) = arena.halves();
    src.copy_from_slice(seen_as(&numbers));
    let (src, dst) = (seen_as(src), RefCell::new(seen_as_mut(dst)));
    // The copy reads half as many bytes as the conversion moves, and writes the other half.
    let half = len * (size_of::<S>() + size_of::<D>()) / 2;
    let mut copied = Arena::new(half, half);
    let (from, to) = copied.halves();
    let mut ways = Vec::new();
    if of_memcpy {
        ways.push(Way::new("memcpy", || black_box(&mut *to).copy_from_slice(black_box(from))));
    }
    ways.extend(
        all.iter()
            .map(|(way, convert)| Way::new(way, || convert(black_box(src), black_box(&mut dst.borrow_mut())))),
    );
    table.row(name, len, floor, ways);
}

/// Memory of two slices. Runs are comparable, since the distance of the slices is always equal: a CPU waits if it reads and writes
/// at one place of two pages, and so does memory at powers of two.
struct Arena {
    lines: Vec<Line>,
    first: usize,
    second: usize,
}

/// The number of lines between the slices. The number is odd, and no part of a page.
const GAP: usize = 37;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[allow(dead_code, reason = "it is read as bytes")] [u8; 64]);

impl Arena {
    /// Makes room for two slices of these lengths, in bytes.
    fn new(first: usize, second: usize) -> Self {
        let lines = first.div_ceil(size_of::<Line>()) + GAP + second.div_ceil(size_of::<Line>());
        Arena {
            lines: vec![Line([1; 64]); lines],
            first,
            second,
        }
    }

    /// Returns both slices. Each begins at the start of a line of the cache.
    fn halves(&mut self) -> (&mut [u8], &mut [u8]) {
        let (first, second) = self.lines.split_at_mut(self.first.div_ceil(size_of::<Line>()) + GAP);
        (&mut seen_as_mut(first)[..self.first], &mut seen_as_mut(second)[..self.second])
    }
}

/// Returns values of both signs, with magnitudes on both sides of 1. A few values are subnormal in `F16`, and more values are
/// subnormal in fp8.
fn values<S: Format>(len: usize) -> Vec<S> {
    let some: Vec<S> = (0..len.min(1 << 16))
        .map(|i| {
            let magnitude = ((i % 37) as f64 - 20.0).exp2();
            let x = (1.0 + (i as f64 * 0.618_034).fract()) * magnitude;
            (if i % 2 == 0 { x } else { -x }).cast()
        })
        .collect();
    some.iter().copied().cycle().take(len).collect()
}

fn series<S, D>(name: &str, convert: impl Fn(&[S], &mut [D]) + 'static) -> Series<S, D> {
    (name.into(), Box::new(convert))
}

/// Returns a peer's conversion between the peer's own types. These types have the same bits as `ulp`'s types.
fn peer<S, D, TheirS: 'static, TheirD: 'static>(name: &str, convert: impl Fn(&[TheirS], &mut [TheirD]) + 'static) -> Series<S, D> {
    series(name, move |s, d| convert(seen_as(s), seen_as_mut(d)))
}

/// Returns the loop of a peer that converts one number at a time.
fn loop_of<S, D, TheirS: Copy + 'static, TheirD: 'static>(
    name: &str,
    convert: impl Fn(TheirS) -> TheirD + 'static,
) -> Series<S, D> {
    peer(name, move |s: &[TheirS], d: &mut [TheirD]| {
        for (d, &s) in d.iter_mut().zip(s) {
            *d = convert(s);
        }
    })
}

/// Returns the number of `B`s that fill the slice. Any bits must be a valid `B`, as for plain numbers.
fn length_as<A, B>(numbers: &[A]) -> usize {
    assert!(size_of_val(numbers).is_multiple_of(size_of::<B>()) && numbers.as_ptr().addr().is_multiple_of(align_of::<B>()));
    size_of_val(numbers) / size_of::<B>()
}

fn seen_as<A, B>(numbers: &[A]) -> &[B] {
    let len = length_as::<A, B>(numbers);
    // SAFETY: both slices have equally many bytes, and the pointer is aligned for `B`. All types here are numbers, and any bits
    // are a valid number.
    unsafe { from_raw_parts(numbers.as_ptr().cast(), len) }
}

fn seen_as_mut<A, B>(numbers: &mut [A]) -> &mut [B] {
    let len = length_as::<A, B>(numbers);
    // SAFETY: the conditions of `seen_as` hold, and the borrow is exclusive.
    unsafe { from_raw_parts_mut(numbers.as_mut_ptr().cast(), len) }
}
