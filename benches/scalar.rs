//! A plain loop of scalar conversions over 4,096 values, for `ulp` and `half`.
//!
//! `cargo bench --bench scalar` compiles for plain x86-64. `RUSTFLAGS="-C target-cpu=x86-64-v3"` adds AVX2 and F16C.

use core::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use ulp::{Bf16, F8E4M3Fn, F8E5M2, F16};

const LEN: usize = 4096;

/// Benches `convert` over `src`, as `group/name`.
fn case<S: Copy, D: Copy>(c: &mut Criterion, (group, name): (&str, &str), src: &[S], convert: impl Fn(S) -> D) {
    let mut dst = vec![convert(src[0]); src.len()];
    let mut group = c.benchmark_group(group);
    group.throughput(Throughput::Elements(src.len() as u64));
    group.bench_function(BenchmarkId::from_parameter(name), |b| {
        b.iter(|| {
            for (d, &s) in dst.iter_mut().zip(black_box(src)) {
                *d = convert(s);
            }
            black_box(&mut dst);
        });
    });
    group.finish();
}

fn scalar(c: &mut Criterion) {
    use half::{bf16, f16};

    fn all<S: Copy, D>(from: &[S], convert: fn(S) -> D) -> Vec<D> {
        from.iter().map(|&x| convert(x)).collect()
    }

    // The values have both signs, and magnitudes on both sides of 1. A few values are subnormal in `F16`.
    let f64s: Vec<f64> = (0..LEN)
        .map(|i| {
            let magnitude = ((i % 37) as f64 - 20.0).exp2();
            (1.0 + (i as f64 * 0.618_034).fract()) * magnitude * if i % 2 == 0 { 1.0 } else { -1.0 }
        })
        .collect();
    let f32s: Vec<f32> = f64s.iter().map(|&x| x as f32).collect();

    case(c, ("f32 to f16", "ulp"), &f32s, F16::from_f32);
    case(c, ("f32 to f16", "half"), &f32s, f16::from_f32);
    case(c, ("f16 to f32", "ulp"), &all(&f32s, F16::from_f32), F16::to_f32);
    case(c, ("f16 to f32", "half"), &all(&f32s, f16::from_f32), f16::to_f32);
    case(c, ("f64 to f16", "ulp"), &f64s, F16::from_f64);
    case(c, ("f64 to f16", "half"), &f64s, f16::from_f64);

    case(c, ("f32 to bf16", "ulp"), &f32s, Bf16::from_f32);
    case(c, ("f32 to bf16", "half"), &f32s, bf16::from_f32);
    case(c, ("bf16 to f32", "ulp"), &all(&f32s, Bf16::from_f32), Bf16::to_f32);
    case(c, ("bf16 to f32", "half"), &all(&f32s, bf16::from_f32), bf16::to_f32);
    case(c, ("f64 to bf16", "ulp"), &f64s, Bf16::from_f64);
    case(c, ("f64 to bf16", "half"), &f64s, bf16::from_f64);

    // There is no peer, because `half` has no 8-bit formats.
    case(c, ("f32 to e4m3fn", "ulp"), &f32s, F8E4M3Fn::from_f32);
    case(c, ("f32 to e5m2", "ulp"), &f32s, F8E5M2::from_f32);
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    scalar(&mut criterion);
    criterion.final_summary();
}
