//! Bulk conversion: `ulp` on every instruction set of this CPU, beside `half` and a `memcpy` of the same bytes.
//!
//! `cargo bench --bench convert -- 'f32 to f16/'` runs one pair. 64 Mi elements need 1 GiB of memory.

use core::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use half::slice::HalfFloatSliceExt;
use ulp::{Bf16, Cast, F8E4M3Fn, F8E5M2, F16, Format, Isa, Rounding, slice};

const LENGTHS: [usize; 5] = [16, 1 << 10, 1 << 15, 1 << 20, 1 << 26];

/// A conversion of a peer: from the bits of its source to those of its destination.
type Peer<S, D> = Option<fn(&[S], &mut [D])>;

/// Values on both sides of 1 and of both signs, a few of them subnormal in F16 and more so in fp8.
fn values<S: Format>(len: usize) -> Vec<S> {
    (0..len)
        .map(|i| {
            let magnitude = ((i % 37) as f64 - 20.0).exp2();
            let x = (1.0 + (i as f64 * 0.618_034).fract()) * magnitude;
            (if i % 2 == 0 { x } else { -x }).cast()
        })
        .collect()
}

fn pair<S: Format, D: Format>(c: &mut Criterion, name: &str, peer: Peer<S, D>) {
    for len in LENGTHS {
        let src = values::<S>(len);
        let mut dst: Vec<D> = vec![D::MAX; len];
        let bytes = len * (size_of::<S>() + size_of::<D>());
        let mut group = c.benchmark_group(format!("{name}/{len}"));
        group.throughput(Throughput::Bytes(bytes as u64));

        // As many bytes read, and as many written, as half of what the conversion moves.
        let from = vec![1u8; bytes / 2];
        let mut to = vec![0u8; bytes / 2];
        group.bench_function("memcpy", |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
        });
        for isa in Isa::available() {
            group.bench_function(BenchmarkId::new("ulp", isa), |b| {
                b.iter(|| slice::cast_on(isa, black_box(&src), black_box(&mut dst), Cast::new()));
            });
        }
        let up = Cast::new().rounding(Rounding::TowardPositive);
        group.bench_function("ulp toward positive", |b| {
            b.iter(|| slice::cast_with(black_box(&src), black_box(&mut dst), up));
        });
        if let Some(convert) = peer {
            group.bench_function("half", |b| {
                b.iter(|| convert(black_box(&src), black_box(&mut dst)));
            });
        }
        group.finish();
    }
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    let c = &mut c;
    pair::<f32, half::f16>(c, "f32 to f16", Some(|s, d| d.convert_from_f32_slice(s)));
    pair::<half::f16, f32>(
        c,
        "f16 to f32",
        Some(HalfFloatSliceExt::convert_to_f32_slice),
    );
    pair::<f32, half::bf16>(c, "f32 to bf16", Some(|s, d| d.convert_from_f32_slice(s)));
    pair::<half::bf16, f32>(
        c,
        "bf16 to f32",
        Some(HalfFloatSliceExt::convert_to_f32_slice),
    );
    pair::<f64, half::f16>(c, "f64 to f16", Some(|s, d| d.convert_from_f64_slice(s)));
    pair::<f32, F8E4M3Fn>(c, "f32 to e4m3fn", None);
    pair::<F8E4M3Fn, f32>(c, "e4m3fn to f32", None);
    pair::<f32, F8E5M2>(c, "f32 to e5m2", None);
    pair::<F8E5M2, f32>(c, "e5m2 to f32", None);
    pair::<F16, Bf16>(c, "f16 to bf16", None);
    pair::<Bf16, F16>(c, "bf16 to f16", None);
    c.final_summary();
}
