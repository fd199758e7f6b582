//! IEEE P3109: the names of its 504 formats, and the values of all their codes, by the digests of its tables (`data/p3109.py`).

use std::fmt::Write;

use super::*;

const TABLES: &str = include_str!("../data/p3109.csv");

/// Name and digest of each format.
fn tables() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = TABLES.lines().skip(1);
    lines.map(|line| line.split_once(',').expect("a line has a name and a digest"))
}

/// FNV-1a of 64 bits.
fn hash(state: u64, text: &str) -> u64 {
    text.bytes()
        .fold(state, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// A value as the tables' digests have it.
fn write_value(layout: Layout, code: u64, line: &mut String) {
    let Parts {
        sign,
        exponent,
        fraction,
    } = layout.decode(code);
    let minus = if sign { "-" } else { "" };
    let result = match layout.classify(code) {
        FpCategory::Nan => write!(line, "nan"),
        FpCategory::Infinite => write!(line, "{minus}inf"),
        FpCategory::Zero => write!(line, "0"),
        class => {
            let normal = u64::from(class == FpCategory::Normal);
            let significand = fraction + (normal << layout.fraction_bits());
            let field = if normal == 1 { exponent as i32 } else { 1 };
            let unit = field - layout.bias() - layout.fraction_bits() as i32;
            let zeros = significand.trailing_zeros();
            write!(line, "{minus}{:x}p{}", significand >> zeros, unit + zeros as i32)
        }
    };
    result.expect("a string takes all");
}

#[test]
fn every_code_of_every_format_has_the_value_of_its_table() {
    assert_eq!(tables().count(), 504);
    let mut line = String::new();
    for (name, digest) in tables() {
        let layout: Layout = name.parse().expect(name);
        let mut state = 0xcbf2_9ce4_8422_2325;
        for code in 0..1u64 << layout.bits() {
            line.clear();
            write!(line, "{code:x} ").expect("a string takes all");
            write_value(layout, code, &mut line);
            line.push('\n');
            state = hash(state, &line);
        }
        assert_eq!(format!("{state:016x}"), digest, "{name}");
    }
}

#[test]
fn names_are_those_of_the_tables() {
    for (name, _) in tables() {
        let layout: Layout = name.parse().expect(name);
        let own = layout.p3109_name().map(|name| name.to_string());
        assert_eq!(own.as_deref(), Some(name));
        assert_eq!(name.to_uppercase().parse(), Ok(layout));
    }
}

#[test]
fn other_names_are_refused() {
    let names = [
        "",
        "Binary8",
        "Binary8p8se",
        "Binary8p9ue",
        "Binary2p1ue",
        "Binary17p3se",
        "Binary8p0se",
        "Binary8p3es",
        "Binary8p3xe",
        "Binary+8p3se",
        "Binary08p3se",
        "8p3se",
        "Binary8p3s",
        "Binary8p3see",
        "Bináry8p3se",
        "Binary8p3sé",
    ];
    for name in names {
        assert!(name.parse::<Layout>().is_err(), "{name}");
    }
    let error = "fp8".parse::<Layout>().map_err(|error| error.to_string());
    assert!(error.is_err_and(|text| text.contains("Binary8p3se")));
}
