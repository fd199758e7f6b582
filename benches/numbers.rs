//! Arithmetic, elementary functions and text of `F16` and `Bf16`, over 4,096 values. The bench compares `ulp` with `half`, and
//! for text also with `f32`.
//!
//! `cargo bench --bench numbers` compiles for plain x86-64. `RUSTFLAGS="-C target-cpu=x86-64-v3"` adds AVX2, FMA and F16C.
//!
//! `half` rounds twice in fused multiply-add and in text, so `half` does less work than a right result takes.

use core::fmt::{Display, Write};
use core::hint::black_box;
use core::str::FromStr;

use criterion::{BenchmarkId, Criterion, Throughput};
use half::{bf16, f16};
use num_traits::Float;
use ulp::{Bf16, F16, slice};

const LEN: usize = 4096;

/// Benches `work`, which handles `LEN` numbers.
fn case<R>(c: &mut Criterion, (group, name): (&str, &str), mut work: impl FnMut() -> R) {
    let mut group = c.benchmark_group(group);
    group.throughput(Throughput::Elements(LEN as u64));
    group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(&mut work));
    group.finish();
}

/// Benches a function of three numbers. The results are written to a slice.
fn each<T: Copy>(c: &mut Criterion, name: (&str, &str), [x, y, z]: &[Vec<T>; 3], f: impl Fn(T, T, T) -> T) {
    let mut results = x.clone();
    case(c, name, || {
        let (x, y, z) = black_box((&x[..LEN], &y[..LEN], &z[..LEN]));
        for (i, result) in results[..LEN].iter_mut().enumerate() {
            *result = f(x[i], y[i], z[i]);
        }
        black_box(&mut results);
    });
}

fn text<T: Display + FromStr + Copy>(c: &mut Criterion, format: &str, name: &str, numbers: &[T]) {
    let mut line = String::new();
    case(c, (&format!("{format} print"), name), || {
        for number in black_box(numbers) {
            line.clear();
            write!(line, "{number}").expect("a string takes all");
            black_box(&line);
        }
    });
    let texts: Vec<String> = numbers.iter().map(T::to_string).collect();
    case(c, (&format!("{format} parse"), name), || {
        for text in black_box(&texts) {
            black_box(T::from_str(text).ok());
        }
    });
}

/// Returns positive numbers over `binades` binades around 1.
fn numbers<T>(from_f32: impl Fn(f32) -> T, binades: usize) -> [Vec<T>; 3] {
    [0.618_034_f32, 0.414_214, 0.732_051].map(|step| {
        (0..LEN)
            .map(|i| {
                let binade = (i * 31 % binades) as f32 - (binades / 2) as f32;
                from_f32((1.0 + (i as f32 * step).fract()) * binade.exp2())
            })
            .collect()
    })
}

macro_rules! format {
    ($c:ident, $format:literal, $Ours:ty, $Theirs:ty, $binades:expr) => {{
        let ours = numbers(<$Ours>::from_f32, 4);
        let theirs = numbers(<$Theirs>::from_f32, 4);
        macro_rules! both {
            ($name:literal, $function:expr, $peers:expr) => {
                each($c, (concat!($format, " ", $name), "ulp"), &ours, $function);
                each($c, (concat!($format, " ", $name), "half"), &theirs, $peers);
            };
        }
        both!("add", |x, y, _| x + y, |x, y, _| x + y);
        both!("mul", |x, y, _| x * y, |x, y, _| x * y);
        both!("div", |x, y, _| x / y, |x, y, _| x / y);
        both!("rem", |x, y, _| x % y, |x, y, _| x % y);
        both!("mul_add", <$Ours>::mul_add, Float::mul_add);
        both!("sqrt", |x, _, _| x.sqrt(), |x, _, _| Float::sqrt(x));
        both!("exp", |x, _, _| x.exp(), |x, _, _| Float::exp(x));

        let (x, y) = (&ours[0][..], &theirs[0][..]);
        case($c, (concat!($format, " sum"), "ulp"), || black_box(x).iter().sum::<$Ours>());
        case($c, (concat!($format, " sum"), "ulp, slice"), || slice::sum(black_box(x)));
        case($c, (concat!($format, " sum"), "half"), || {
            black_box(y).iter().sum::<$Theirs>()
        });
        case($c, (concat!($format, " product"), "ulp"), || {
            black_box(x).iter().product::<$Ours>()
        });
        case($c, (concat!($format, " product"), "ulp, slice"), || {
            slice::product(black_box(x))
        });
        case($c, (concat!($format, " product"), "half"), || {
            black_box(y).iter().product::<$Theirs>()
        });

        text($c, $format, "ulp", &numbers(<$Ours>::from_f32, $binades)[0]);
        text($c, $format, "half", &numbers(<$Theirs>::from_f32, $binades)[0]);
        // Equal numbers as `f32`, printed with all digits that an `f32` needs.
        let wide = numbers(|x| <$Ours>::from_f32(x).to_f32(), $binades);
        text($c, $format, "f32", &wide[0]);
        // Numbers of `f32` whose text is as short as the text of `ulp`'s numbers.
        let short: Vec<f32> = numbers(<$Ours>::from_f32, $binades)[0]
            .iter()
            .map(|x| x.to_string().parse().expect("a number"))
            .collect();
        text($c, $format, "f32, as short", &short);
    }};
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let c = &mut criterion;
    format!(c, "f16", F16, f16, 24);
    format!(c, "bf16", Bf16, bf16, 200);
    criterion.final_summary();
}
