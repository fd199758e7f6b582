//! Bulk casts against tables that numpy and `ml_dtypes` made. On wasm32, where no test runs, `verify/ports/wasm` compares with the same.

use ulp::{
    Bf16, Bits, Cast, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn,
    F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, F16, Format, Isa, slice,
};

/// A line a number of `f32`: its bits, and its code in each format that the first line names.
const CASTS: &str = include_str!("data/casts.csv");
/// A line a format: its name, and the bits of the `f32` that each code is.
const CODES: &str = include_str!("data/codes.csv");

fn lines(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(',').collect())
}

fn bits(cell: &str) -> u64 {
    u64::from_str_radix(cell, 16).expect("a cell is hexadecimal")
}

/// The numbers of the first column, and what a table says of one cell each: none is a NaN.
fn compare<S: Format, D: Format>(name: &str, from: &[S], cells: &[&str]) {
    for isa in Isa::available() {
        let mut to = vec![D::MAX; from.len()];
        slice::cast_on(isa, from, &mut to, Cast::new());
        for ((from, to), &cell) in from.iter().zip(&to).zip(cells) {
            let nan = to.cast::<f64>().is_nan();
            let same = match cell {
                "nan" => nan,
                cell => !nan && to.to_bits().to_u64() == bits(cell),
            };
            assert!(same, "{name} of {from:?} on {isa}: {to:?}, not {cell}");
        }
    }
}

/// From `f32`, if the table has the format; to `f32`, if the table has it.
fn check<F: Format>() {
    let name = F::DTYPE;
    let mut rows = lines(CASTS);
    let names = rows.next().expect("there is a first line");
    if let Some(column) = names.iter().position(|it| *it == name) {
        // What has no NaN gives its largest number, and numpy zero.
        let has_nan = F::LAYOUT.nan_code().is_some();
        let rows: Vec<_> = rows
            .filter(|row| has_nan || bits(row[0]) & 0x7fff_ffff <= 0x7f80_0000)
            .collect();
        let from: Vec<f32> = rows
            .iter()
            .map(|row| f32::from_bits(bits(row[0]) as u32))
            .collect();
        let cells: Vec<&str> = rows.iter().map(|row| row[column]).collect();
        assert!(cells.len() > 1000);
        compare::<f32, F>(name, &from, &cells);
    }
    if let Some(row) = lines(CODES).find(|row| row[0] == name) {
        let cells = &row[1..];
        let from: Vec<F> = (0..cells.len() as u64)
            .map(|code| F::from_bits(F::Bits::from_u64(code)))
            .collect();
        compare::<F, f32>(name, &from, cells);
    }
}

macro_rules! golden {
    ($($test:ident: $format:ty;)*) => { $(
        #[test]
        fn $test() {
            check::<$format>();
        }
    )* };
}

golden! {
    float16: F16;
    bfloat16: Bf16;
    float8_e4m3fn: F8E4M3Fn;
    float8_e5m2: F8E5M2;
    float8_e4m3: F8E4M3;
    float8_e3m4: F8E3M4;
    float8_e4m3fnuz: F8E4M3Fnuz;
    float8_e5m2fnuz: F8E5M2Fnuz;
    float8_e4m3b11fnuz: F8E4M3B11Fnuz;
    float6_e2m3fn: F6E2M3Fn;
    float6_e3m2fn: F6E3M2Fn;
    float4_e2m1fn: F4E2M1Fn;
}
