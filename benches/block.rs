//! Block-scaled formats on every instruction set of this CPU, as ratios of a `memcpy` of the same number of bytes.
//!
//! Rounds of `memcpy` and rounds of a row take turns, so other work of the machine slows both. The bytes of a row are the bytes
//! that the row reads plus the bytes that the row writes. `memcpy` copies half as many bytes, because each byte is read and
//! written.
//!
//! `cargo bench --bench block` takes 32 Ki elements. With `-- 26` at the end, the bench takes 2^26 elements. With
//! `-- 15 nvfp4` at the end, the bench takes 2^15 elements, and only the rows whose name has the word `nvfp4`.

use core::hint::black_box;
use core::time::Duration;
use std::env;
use std::time::Instant;

use ulp::block::{Blocks, Scheme};
use ulp::{Bf16, Cast, Dtype, Format, Isa};

const COLS: usize = 1024;

/// A row of the table: the name, the number of bytes that the work reads and writes, and the work.
struct Row {
    name: String,
    bytes: usize,
    work: Box<dyn FnMut(Isa)>,
}

fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let log2 = words.iter().find_map(|word| word.parse().ok()).unwrap_or(15);
    let len: usize = 1 << log2;
    let asked = |row: &Row| {
        let mut words = words.iter().filter(|word| word.parse::<u32>().is_err());
        words.all(|word| row.name.contains(word.as_str()))
    };
    let rows = rows(len).into_iter().filter(asked);
    println!("{len} elements, rates as ratios of memcpy");
    for mut row in rows {
        measure(&mut row);
    }
}

fn rows(len: usize) -> Vec<Row> {
    let mine = Scheme::new(Dtype::F8E5M2, Dtype::Bf16, Blocks::new(1, 64));
    let schemes = [
        Scheme::MXFP8,
        Scheme::MXFP6_E2M3,
        Scheme::MXFP4,
        Scheme::NVFP4,
        Scheme::FP8_BLOCK,
        Scheme::FP8_ROW,
        Scheme::FP8_TENSOR,
        mine,
    ];
    let mut rows = Vec::new();
    for scheme in schemes {
        rows.push(quantize::<f32>(scheme, len));
        rows.push(quantize::<Bf16>(scheme, len));
        rows.push(dequantize::<f32>(scheme, len));
        rows.push(dequantize::<Bf16>(scheme, len));
    }
    rows
}

/// Returns numbers that are roughly normally distributed, like weights.
fn numbers<S: Format>(len: usize) -> Vec<S> {
    let mut state = 1u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..len).map(|_| (0..6).map(|_| uniform()).sum::<f32>().cast()).collect()
}

fn quantize<S: Format>(scheme: Scheme, len: usize) -> Row {
    let src = numbers::<S>(len);
    let shape = (len / COLS, COLS);
    let mut elements = vec![0; scheme.element_bytes(shape.0, shape.1)];
    let mut scales = vec![0; scheme.scale_bytes(shape.0, shape.1)];
    let bytes = size_of_val(&src[..]) + elements.len() + scales.len();
    Row {
        name: format!("{} to {scheme}", S::DTYPE),
        bytes,
        work: Box::new(move |isa| {
            let cast = Cast::new().saturating();
            let counts = scheme.quantize_on(isa, &src, COLS, 1.0, &mut elements, &mut scales, cast);
            black_box(counts).expect("the matrix fits");
        }),
    }
}

fn dequantize<D: Format>(scheme: Scheme, len: usize) -> Row {
    let src = numbers::<f32>(len);
    let shape = (len / COLS, COLS);
    let mut elements = vec![0; scheme.element_bytes(shape.0, shape.1)];
    let mut scales = vec![0; scheme.scale_bytes(shape.0, shape.1)];
    scheme
        .quantize(&src, COLS, 1.0, &mut elements, &mut scales)
        .expect("the matrix fits");
    let mut dst = vec![D::MAX; len];
    let bytes = size_of_val(&dst[..]) + elements.len() + scales.len();
    Row {
        name: format!("{scheme} to {}", D::DTYPE),
        bytes,
        work: Box::new(move |isa| {
            scheme
                .dequantize_on(isa, &elements, &scales, COLS, 1.0, &mut dst)
                .expect("the matrix fits");
            black_box(&dst);
        }),
    }
}

/// Prints the row's rate on every instruction set.
fn measure(row: &mut Row) {
    let from = vec![1u8; row.bytes / 2];
    let mut to = vec![2u8; row.bytes / 2];
    let mut copy = || {
        black_box(&mut to).copy_from_slice(black_box(&from));
    };
    let copies = calls(&mut copy);
    print!("{:36}", row.name);
    for isa in Isa::available().filter(|isa| !isa.to_string().starts_with("avx512v")) {
        let mut work = || (row.work)(isa);
        let works = calls(&mut work);
        let mut best = (f64::MAX, f64::MAX);
        for _ in 0..25 {
            best.0 = best.0.min(time(copies, &mut copy));
            best.1 = best.1.min(time(works, &mut work));
        }
        let rate = row.bytes as f64 / best.1 / 1e9;
        print!("  {isa} {:.2} ({rate:.1} GB/s)", best.0 / best.1);
    }
    println!("  memcpy {:.1}", row.bytes as f64 / time(copies, &mut copy) / 1e9);
}

/// Returns how many calls take about 2 ms.
fn calls(work: &mut impl FnMut()) -> u32 {
    let mut calls = 1;
    while time(calls, work) * f64::from(calls) < 0.002 {
        calls *= 2;
    }
    calls
}

/// Returns the mean time of a call in seconds.
fn time(calls: u32, work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    let elapsed: Duration = start.elapsed();
    elapsed.as_secs_f64() / f64::from(calls)
}
