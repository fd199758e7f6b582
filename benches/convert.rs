//! Bulk conversion: `ulp` on every instruction set of this CPU, its peers, and a `memcpy` of equally many bytes.
//!
//! `cargo bench --bench convert` takes ten minutes and 1.5 GiB of memory. `-- '^f32 to f16/'` at the end runs only this pair of
//! formats. `--features numkong` adds a peer whose C code takes minutes to build. `chart.py` draws the results.
#![allow(unsafe_code, reason = "peers have types of their own")]

use core::hint::black_box;
use core::slice::{from_raw_parts, from_raw_parts_mut};
use core::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use ulp::slice::{self, Stochastic};
use ulp::{Bf16, Cast, Dtype, F8E4M3Fn, F8E5M2, F16, Format, Isa, Rounding};

const LENGTHS: [usize; 5] = [16, 1 << 10, 1 << 15, 1 << 20, LONGEST];
const LONGEST: usize = 1 << 26;
/// The number of bytes in a cache line.
const LINE: usize = 64;

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

fn main() {
    let mut c = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700))
        .nresamples(10_000)
        .configure_from_args();
    let c = &mut c;

    let half = peer("half", |s, d: &mut [f16]| d.convert_from_f32_slice(s));
    pair::<f32, F16>(c, "f32 to f16", [half]);
    let half = peer("half", <[f16]>::convert_to_f32_slice);
    pair::<F16, f32>(c, "f16 to f32", [half]);
    let half = peer("half", |s, d: &mut [bf16]| d.convert_from_f32_slice(s));
    pair::<f32, Bf16>(c, "f32 to bf16", variants().into_iter().chain([half]));
    let half = peer("half", <[bf16]>::convert_to_f32_slice);
    pair::<Bf16, f32>(c, "bf16 to f32", [half]);
    let half = peer("half", |s, d: &mut [f16]| d.convert_from_f64_slice(s));
    pair::<f64, F16>(c, "f64 to f16", [half]);
    let half = loop_of("half", |x: f16| bf16::from_f32(x.to_f32()));
    pair::<F16, Bf16>(c, "f16 to bf16", [half]);
    let half = loop_of("half", |x: bf16| f16::from_f32(x.to_f32()));
    pair::<Bf16, F16>(c, "bf16 to f16", [half]);

    let float8 = loop_of("float8", float8::F8E4M3::from_f32);
    pair::<f32, F8E4M3Fn>(c, "f32 to e4m3fn", variants().into_iter().chain([float8]));
    let float8 = loop_of("float8", |x: float8::F8E4M3| x.to_f32());
    pair::<F8E4M3Fn, f32>(c, "e4m3fn to f32", [float8]);
    let float8 = loop_of("float8", float8::F8E5M2::from_f32);
    pair::<f32, F8E5M2>(c, "f32 to e5m2", [float8]);
    let float8 = loop_of("float8", |x: float8::F8E5M2| x.to_f32());
    pair::<F8E5M2, f32>(c, "e5m2 to f32", [float8]);

    c.final_summary();
}

/// Benches every conversion of a pair of formats, at all lengths.
fn pair<S: Shared, D: Shared>(c: &mut Criterion, name: &str, more: impl IntoIterator<Item = Series<S, D>>) {
    let up = Cast::new().rounding(Rounding::TowardPositive);
    let mut all: Vec<Series<S, D>> = Isa::available()
        .map(|isa| {
            series(&format!("ulp {isa}"), move |s, d| {
                slice::cast_on(isa, s, d, Cast::new());
            })
        })
        .collect();
    all.push(series("ulp toward positive", move |s, d| {
        slice::cast_with(s, d, up);
    }));
    all.extend(more);
    #[cfg(feature = "numkong")]
    all.push(peer("numkong", |s: &[S::NumKong], d: &mut [D::NumKong]| {
        numkong::cast(s, d).expect("they are of one length");
    }));

    let bytes = size_of::<S>() + size_of::<D>();
    for len in LENGTHS {
        let mut group = c.benchmark_group(format!("{name}/{len}"));
        group.throughput(Throughput::Bytes((len * bytes) as u64));
        if len == LONGEST {
            // Each conversion takes a good part of a second.
            group.sample_size(10).sampling_mode(SamplingMode::Flat);
        }
        let (src, mut dst) = (values::<S>(len + LINE), vec![D::MAX; len + LINE]);
        let (src, dst) = (aligned(&src, len), aligned_mut(&mut dst, len));
        // The copy reads half as many bytes as the conversion moves, and writes the other half.
        let half = len * bytes / 2;
        let (from, mut to) = (vec![1u8; half + LINE], vec![0u8; half + LINE]);
        let (from, to) = (aligned(&from, half), aligned_mut(&mut to, half));
        group.bench_function("memcpy", |b| {
            b.iter(|| black_box(&mut *to).copy_from_slice(black_box(from)));
        });
        for (name, convert) in &all {
            group.bench_function(name, |b| {
                b.iter(|| convert(black_box(src), black_box(dst)));
            });
        }
        group.finish();
    }
}

/// Returns `len` numbers that begin at the start of a cache line, so that runs are comparable.
fn aligned<T>(numbers: &[T], len: usize) -> &[T] {
    &numbers[numbers.as_ptr().align_offset(LINE)..][..len]
}

fn aligned_mut<T>(numbers: &mut [T], len: usize) -> &mut [T] {
    let first = numbers.as_ptr().align_offset(LINE);
    &mut numbers[first..][..len]
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

/// Returns the other functions of `ulp` on slices.
fn variants<S: Format, D: Format>() -> [Series<S, D>; 5] {
    let dtype = |name: &str| -> Dtype { name.parse().expect("it has every format") };
    let (from, to) = (dtype(S::DTYPE), dtype(D::DTYPE));
    [
        series("ulp cast_scaled", |s, d| {
            slice::cast_scaled(s, 0.75, d, Cast::new());
        }),
        series("ulp cast_counted", |s, d| {
            black_box(slice::cast_counted(s, d, Cast::new()));
        }),
        series("ulp cast_stochastic", |s, d| {
            slice::cast_stochastic(s, d, Stochastic::new(42));
        }),
        // This function only reads.
        series("ulp amax", |s, _| {
            black_box(slice::amax(s));
        }),
        series("ulp cast_bytes", move |s, d| {
            slice::cast_bytes(from, seen_as(s), to, seen_as_mut(d), Cast::new()).expect("the lengths fit");
        }),
    ]
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

/// Returns the number of `B`s that fill as many bytes as `len` `A`s. Any bits must be a valid `B`, as for plain numbers.
fn length_as<A, B>(len: usize) -> usize {
    const {
        assert!(size_of::<A>().is_multiple_of(size_of::<B>()));
        assert!(align_of::<A>() >= align_of::<B>());
    }
    len * (size_of::<A>() / size_of::<B>())
}

fn seen_as<A, B>(numbers: &[A]) -> &[B] {
    // SAFETY: both slices have equally many bytes, and the pointer is aligned for `B`. All types here are numbers, and any bits
    // are a valid number.
    unsafe { from_raw_parts(numbers.as_ptr().cast(), length_as::<A, B>(numbers.len())) }
}

fn seen_as_mut<A, B>(numbers: &mut [A]) -> &mut [B] {
    // SAFETY: the conditions of `seen_as` hold, and the borrow is exclusive.
    unsafe { from_raw_parts_mut(numbers.as_mut_ptr().cast(), length_as::<A, B>(numbers.len())) }
}
