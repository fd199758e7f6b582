//! Compares bulk casts with tables that numpy and `ml_dtypes` made. wasm32 runs no tests, so `verify/ports/wasm` uses these
//! tables there.

use ulp::{Bits, Cast, Format, Isa, for_each_format, slice};

/// Each line is a number of `f32`: its bits, and its code in each format that the first line names.
const CASTS: &str = include_str!("../data/casts.csv");
/// Each line is a format: its name, and for each code the bits of its `f32`.
const CODES: &str = include_str!("../data/codes.csv");

fn lines(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(',').collect())
}

fn bits(cell: &str) -> u64 {
    u64::from_str_radix(cell, 16).expect("a cell is hexadecimal")
}

/// Compares the numbers of the first column with cells of a table, one cell for each. No cell is a NaN.
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

/// Checks casts from `f32` and to `f32`, if the tables have the format.
fn check<F: Format>() {
    let name = F::DTYPE;
    let mut rows = lines(CASTS);
    let names = rows.next().expect("there is a first line");
    if let Some(column) = names.iter().position(|it| *it == name) {
        // A format without NaN gives its largest number. numpy gives zero.
        let has_nan = F::LAYOUT.nan_code().is_some();
        let rows: Vec<_> = rows
            .filter(|row| has_nan || bits(row[0]) & 0x7fff_ffff <= 0x7f80_0000)
            .collect();
        let from: Vec<f32> = rows.iter().map(|row| f32::from_bits(bits(row[0]) as u32)).collect();
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
    ($($format:ident)*) => { $(
        #[test]
        #[allow(non_snake_case, reason = "the test has the name of its format")]
        fn $format() {
            check::<ulp::$format>();
        }
    )* };
}
for_each_format!(golden);
