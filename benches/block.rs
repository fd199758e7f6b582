//! Block-scaled formats, as fractions of the throughput of `memcpy` moving the same number of bytes in the same run.
//!
//! A row counts the bytes that the work reads and the bytes that the work writes. `memcpy` copies half as many bytes, because each
//! byte is read and written. `ulp` is the best instruction set of this CPU, and the other ways have their instruction set's name.

use core::cell::RefCell;
use core::hint::black_box;
use std::process::ExitCode;

use ulp::block::{Blocks, Scheme};
use ulp::{Bf16, Cast, Dtype, Format, Isa};
use ulp_bench::{Floor, Table, Way};

const COLS: usize = 1024;
/// The lengths of the matrices. The first one fits in the second cache, and the second one in no cache.
const LENGTHS: [usize; 2] = [1 << 15, 1 << 26];

fn main() -> ExitCode {
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
    let mut table = Table::new();
    for len in LENGTHS {
        for scheme in schemes {
            quantize::<f32>(&mut table, scheme, len);
            quantize::<Bf16>(&mut table, scheme, len);
            dequantize::<f32>(&mut table, scheme, len);
            dequantize::<Bf16>(&mut table, scheme, len);
        }
    }
    table.finish()
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

/// A matrix of a scheme, and an equal matrix of numbers.
struct Matrix<F> {
    numbers: Vec<F>,
    elements: Vec<u8>,
    scales: Vec<u8>,
}

impl<F: Format> Matrix<F> {
    fn new(scheme: Scheme, len: usize) -> Self {
        let (rows, cols) = (len / COLS, COLS);
        Self {
            numbers: numbers(len),
            elements: vec![0; scheme.element_bytes(rows, cols)],
            scales: vec![0; scheme.scale_bytes(rows, cols)],
        }
    }

    fn quantize(&mut self, scheme: Scheme, isa: Isa) {
        let (
            cast,
            Self {
                numbers,
                elements,
                scales,
            },
        ) = (Cast::new().saturating(), self);
        let counts = scheme.quantize_on(isa, numbers, COLS, 1.0, elements, scales, cast);
        black_box(counts).expect("the matrix fits");
    }

    fn dequantize(&mut self, scheme: Scheme, isa: Isa) {
        let Self {
            numbers,
            elements,
            scales,
        } = self;
        scheme
            .dequantize_on(isa, elements, scales, COLS, 1.0, numbers)
            .expect("the matrix fits");
        black_box(numbers);
    }
}

fn quantize<S: Format>(table: &mut Table, scheme: Scheme, len: usize) {
    let row = format!("{} to {scheme}, {}", S::DTYPE, length(len));
    measure(
        table,
        &row,
        goal(&row),
        || Matrix::<S>::new(scheme, len),
        |matrix, isa| {
            matrix.quantize(scheme, isa);
        },
    );
}

fn dequantize<D: Format>(table: &mut Table, scheme: Scheme, len: usize) {
    let row = format!("{scheme} to {}, {}", D::DTYPE, length(len));
    let new = || {
        let mut matrix = Matrix::<D>::new(scheme, len);
        matrix.quantize(scheme, Isa::detect());
        matrix
    };
    measure(table, &row, goal(&row), new, |matrix, isa| matrix.dequantize(scheme, isa));
}

fn length(len: usize) -> String {
    match len >> 20 {
        0 => format!("{} Ki", len >> 10),
        mi => format!("{mi} Mi"),
    }
}

fn measure<F: Format>(
    table: &mut Table,
    row: &str,
    floor: Option<Floor>,
    new: impl Fn() -> Matrix<F>,
    work: impl Fn(&mut Matrix<F>, Isa),
) {
    if !table.chooses(row) {
        return;
    }
    let matrix = RefCell::new(new());
    let bytes = {
        let Matrix {
            numbers,
            elements,
            scales,
        } = &*matrix.borrow();
        size_of_val(&numbers[..]) + elements.len() + scales.len()
    };
    let mut ways = vec![Way::memcpy(bytes)];
    let (matrix, work) = (&matrix, &work);
    ways.push(Way::new("ulp", move || work(&mut matrix.borrow_mut(), Isa::detect())));
    for name in ["avx2", "sse2"] {
        if let Ok(isa) = name.parse::<Isa>() {
            ways.push(Way::new(name, move || work(&mut matrix.borrow_mut(), isa)));
        }
    }
    let len = matrix.borrow().numbers.len();
    table.row(row, len, floor, ways);
}

/// Returns the goal of a row, and the floor of a row that misses its goal.
fn goal(row: &str) -> Option<Floor> {
    const PASSES: &str = "13 instructions for 16 numbers, in two passes, on two ports";
    const SHORT: &str = "20 instructions for 64 numbers, and a lookup and a check for each 2048";
    const FETCHES: &str = "a store fetches its line first";
    let (name, length) = row.split_once(", ")?;
    let goals = [
        ("float32 to mxfp8", 0.40, (0.20, PASSES), 0.35),
        ("float32 to mxfp4", 0.35, (0.17, PASSES), 0.35),
        ("float32 to nvfp4", 0.15, (0.09, PASSES), 0.3),
        ("mxfp8 to float32", 0.55, (0.30, SHORT), 0.45),
        ("mxfp8 to bfloat16", 0.55, (0.25, SHORT), 0.7),
        ("mxfp4 to bfloat16", 0.45, (0.2, SHORT), 0.7),
        ("nvfp4 to bfloat16", 0.30, (0.13, SHORT), 0.7),
        ("fp8_block to bfloat16", 0.50, (0.15, SHORT), 0.7),
    ];
    let &(_, goal, (least, why), long) = goals.iter().find(|goal| goal.0 == name)?;
    if length.ends_with("Ki") {
        return Some(Floor::bound(goal, least, why));
    }
    let why = if row.starts_with("float32") { PASSES } else { FETCHES };
    Some(Floor::bound(0.8, long, why))
}
