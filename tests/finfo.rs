//! Compares `finfo` with tables that numpy, `ml_dtypes` and torch printed once (`data/*.py`), and with C's `%g`.

#![allow(clippy::float_cmp, reason = "the values compared are exact")]

use ulp::{
    Dtype, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fnu, F8E5M3Fnu, F8E8M0Fnu, F16, Finfo, Format,
    Layout, Tf32, finfo, float_type,
};

#[macro_use]
mod for_every_format;

const NUMPY: &str = include_str!("data/finfo.csv");
const TORCH: &str = include_str!("data/torch-finfo.txt");

/// Formats whose `precision` is 1 in `ml_dtypes`, though ⌊fraction bits · log10 2⌋, and with it torch's `resolution`, is 0.
///
/// 3 · 0.30103 = 0.90, 2 · 0.30103 = 0.60, and E8M0 has no fraction bits: none holds a decimal digit.
const ML_DTYPES_HAS_PRECISION_1: [&str; 7] = [
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
    "float8_e4m3b11fnuz",
    "float8_e8m0fnu",
];

/// Formats that numpy and `ml_dtypes` lack. [`formats_that_numpy_lacks`] has their limits, worked out by hand.
const NUMPY_LACKS: [&str; 3] = ["tf32", "float8_e4m3fnu", "float8_e5m3fnu"];

/// A line of finfo.csv.
struct Row {
    header: Vec<&'static str>,
    cells: Vec<&'static str>,
}

impl Row {
    fn all() -> Vec<Self> {
        let mut lines = NUMPY.lines().filter(|line| !line.starts_with('#'));
        let header: Vec<_> = lines.next().unwrap().split(',').collect();
        lines
            .map(|line| Self {
                header: header.clone(),
                cells: line.split(',').collect(),
            })
            .collect()
    }

    fn of(dtype: &str) -> Self {
        Self::all()
            .into_iter()
            .find(|row| row.cell("dtype") == dtype)
            .unwrap_or_else(|| panic!("finfo.csv has no line for {dtype}"))
    }

    fn cell(&self, field: &str) -> &'static str {
        let column = self.header.iter().position(|&name| name == field);
        self.cells[column.unwrap_or_else(|| panic!("finfo.csv has no column {field}"))]
    }

    fn integer(&self, field: &str) -> i64 {
        self.cell(field).parse().unwrap()
    }

    fn float(&self, field: &str) -> f64 {
        hex_float(self.cell(field))
    }
}

/// Parses the text of Python's `float.hex`: sign, `0x`, one digit, a point, 13 digits, `p`, a decimal exponent.
fn hex_float(text: &str) -> f64 {
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (digits, exponent) = magnitude.strip_prefix("0x").and_then(|rest| rest.split_once('p')).unwrap();
    let (whole, fraction) = digits.split_once('.').unwrap();
    let significand = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap();
    let exponent = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
    let step = if exponent < 0 { 0.5 } else { 2.0 };
    // Each step is exact, because the result is exact.
    (0..exponent.unsigned_abs()).fold(sign * significand as f64, |value, _| value * step)
}

fn widened<F: Format>(value: F) -> f64 {
    value.cast::<f64>()
}

fn is_numpys<F: Format>() {
    let info = finfo::<F>();
    let dtype = F::DTYPE;
    if NUMPY_LACKS.contains(&dtype) {
        return;
    }
    let row = Row::of(dtype);

    assert_eq!(info.dtype, dtype);
    for (field, value) in [
        ("bits", i64::from(info.bits)),
        ("machep", i64::from(info.machep)),
        ("negep", i64::from(info.negep)),
        ("nexp", i64::from(info.nexp)),
        ("iexp", i64::from(info.iexp)),
        ("nmant", i64::from(info.nmant)),
        ("minexp", i64::from(info.minexp)),
        ("maxexp", i64::from(info.maxexp)),
    ] {
        assert_eq!(value, row.integer(field), "{dtype}: {field}");
    }
    for (field, value) in [
        ("eps", widened(info.eps)),
        ("epsneg", widened(info.epsneg)),
        ("max", widened(info.max)),
        ("min", widened(info.min)),
        ("smallest_normal", widened(info.smallest_normal)),
        ("smallest_normal", widened(info.tiny())),
        ("smallest_subnormal", widened(info.smallest_subnormal)),
    ] {
        assert_eq!(value, row.float(field), "{dtype}: {field}");
    }

    if ML_DTYPES_HAS_PRECISION_1.contains(&dtype) {
        assert_eq!(row.integer("precision"), 1, "{dtype}: precision");
        assert_eq!(info.precision, 0, "{dtype}: precision");
        assert_eq!(info.resolution, 1.0, "{dtype}: resolution");
    } else {
        assert_eq!(i64::from(info.precision), row.integer("precision"), "{dtype}: precision");
        // numpy rounds 10^-precision to the format itself. `finfo` keeps an f64, as torch does.
        let rounded = widened(info.resolution.cast::<F>());
        assert_eq!(rounded, row.float("resolution"), "{dtype}: resolution");
    }
}

#[test]
fn every_field_of_every_format_is_numpys() {
    for_every_format!(is_numpys);
}

#[test]
fn the_table_has_every_format_and_no_other() {
    let formats = Dtype::ALL.iter().filter(|dtype| !dtype.is_packed());
    let mut ours: Vec<_> = formats.map(|dtype| dtype.name()).collect();
    let mut theirs: Vec<_> = Row::all().iter().map(|row| row.cell("dtype")).collect();
    theirs.extend(NUMPY_LACKS);
    ours.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(ours, theirs);
}

/// TF32 has binary32's exponents and binary16's fraction. The unsigned formats have the fields that their names say, a bias of
/// `2^(e-1) - 1`, and a NaN at the topmost code.
#[test]
fn limits_of_formats_that_numpy_lacks() {
    let two = |n: i32| f64::from(n).exp2();
    for (line, [bits, nmant, nexp, minexp, maxexp], [max, min, eps, epsneg, normal, subnormal]) in [
        (
            limits::<Tf32>(),
            [19, 10, 8, -126, 128],
            // 2^127 · (2 - 2^-10)
            [
                two(128) - two(117),
                two(117) - two(128),
                two(-10),
                two(-11),
                two(-126),
                two(-136),
            ],
        ),
        (
            limits::<F8E4M3Fnu>(),
            [7, 3, 4, -6, 9],
            // The exponent field is 15 and the bias 7. The fraction is 6 of 8, because 7 is the NaN: 2^8 · 1.75.
            [448.0, 0.0, 0.125, 0.0625, two(-6), two(-9)],
        ),
        (
            limits::<F8E5M3Fnu>(),
            [8, 3, 5, -14, 17],
            // The exponent field is 31 and the bias 15. The fraction is 6 of 8: 2^16 · 1.75.
            [114_688.0, 0.0, 0.125, 0.0625, two(-14), two(-17)],
        ),
    ] {
        assert_eq!(
            line,
            (
                [bits, nmant, nexp, minexp, maxexp],
                [max, min, eps, epsneg, normal, subnormal]
            )
        );
    }
}

fn limits<F: Format>() -> ([i32; 5], [f64; 6]) {
    let info = finfo::<F>();
    (
        [
            info.bits as i32,
            info.nmant as i32,
            info.nexp as i32,
            info.minexp,
            info.maxexp,
        ],
        [
            info.max,
            info.min,
            info.eps,
            info.epsneg,
            info.smallest_normal,
            info.smallest_subnormal,
        ]
        .map(widened),
    )
}

fn precision_follows_the_rule<F: Format>() {
    let expected = match F::LAYOUT.fraction_bits() {
        // ⌊52 · 0.30103⌋, ⌊23 · 0.30103⌋, ⌊10 · 0.30103⌋, ⌊7 · 0.30103⌋, ⌊4 · 0.30103⌋ = ⌊15.65⌋, ⌊6.92⌋, ⌊3.01⌋, ⌊2.11⌋, ⌊1.20⌋.
        52 => (15, 1e-15),
        23 => (6, 1e-6),
        10 => (3, 1e-3),
        7 => (2, 1e-2),
        4 => (1, 1e-1),
        0..=3 => (0, 1.0),
        other => panic!("no expectation for {other} fraction bits"),
    };
    let info = finfo::<F>();
    assert_eq!((info.precision, info.resolution), expected, "{}", F::DTYPE);
}

#[test]
fn precision_and_resolution_are_torchs() {
    for_every_format!(precision_follows_the_rule);
}

fn torchs_line(dtype: &str) -> Option<&'static str> {
    let end = format!("dtype={dtype})");
    TORCH.lines().find(|line| line.ends_with(&end))
}

fn prints_torchs_line<F: Format>() {
    if let Some(line) = torchs_line(F::DTYPE) {
        assert_eq!(finfo::<F>().to_string(), line);
    }
}

#[test]
fn display_is_torchs_line() {
    assert_eq!(TORCH.lines().filter(|line| !line.starts_with('#')).count(), 9);
    for_every_format!(prints_torchs_line);
}

/// torch has no line for these formats. The expected lines are C's `%g` of the values in finfo.csv.
#[test]
fn display_of_other_formats_has_the_same_form() {
    assert_eq!(
        finfo::<F8E4M3>().to_string(),
        "finfo(resolution=1, min=-240, max=240, eps=0.125, smallest_normal=0.015625, tiny=0.015625, dtype=float8_e4m3)"
    );
    assert_eq!(
        finfo::<F8E3M4>().to_string(),
        "finfo(resolution=0.1, min=-15.5, max=15.5, eps=0.0625, smallest_normal=0.25, tiny=0.25, dtype=float8_e3m4)"
    );
    assert_eq!(
        finfo::<F8E4M3B11Fnuz>().to_string(),
        "finfo(resolution=1, min=-30, max=30, eps=0.125, smallest_normal=0.000976562, tiny=0.000976562, \
         dtype=float8_e4m3b11fnuz)"
    );
    assert_eq!(
        finfo::<F6E2M3Fn>().to_string(),
        "finfo(resolution=1, min=-7.5, max=7.5, eps=0.125, smallest_normal=1, tiny=1, dtype=float6_e2m3fn)"
    );
    assert_eq!(
        finfo::<F6E3M2Fn>().to_string(),
        "finfo(resolution=1, min=-28, max=28, eps=0.25, smallest_normal=0.25, tiny=0.25, dtype=float6_e3m2fn)"
    );
    assert_eq!(
        finfo::<F4E2M1Fn>().to_string(),
        "finfo(resolution=1, min=-6, max=6, eps=0.5, smallest_normal=1, tiny=1, dtype=float4_e2m1fn)"
    );
}

/// Returns a layout of 20 fraction bits with a chosen largest value. NaN codes take the values above it.
///
/// Its topmost exponent field, 63, stands for `exponent`. `significand` is the significand of the largest value, 2^20 to 2^21 −
/// 1.
const fn with_max(exponent: i32, significand: u64) -> Layout {
    Layout::finite(6, 20)
        .with_bias(63 - exponent)
        .with_high_nans((1 << 21) - 1 - significand)
}

float_type! {
    /// The largest value is 999999.5 = 1999999 · 2^-1.
    type Tie = TieSpec(u32): with_max(19, 1_999_999), "tie", [sign, zero, nan];
}
float_type! {
    /// The largest value is 999999.
    type SixNines = SixNinesSpec(u32): with_max(19, 1_999_998), "six_nines", [sign, zero, nan];
}
float_type! {
    /// The largest value is 999998.5.
    type TieToEven = TieToEvenSpec(u32): with_max(19, 1_999_997), "tie_to_even", [sign, zero, nan];
}
float_type! {
    /// The largest value is 2^20 - 1 = 1048575.
    type TieUp = TieUpSpec(u32): with_max(19, 2_097_150), "tie_up", [sign, zero, nan];
}
float_type! {
    /// The largest value is 100000 = 1600000 · 2^-4.
    type Zeros = ZerosSpec(u32): with_max(16, 1_600_000), "zeros", [sign, zero, nan];
}
float_type! {
    /// The largest value is 1200000.
    type Million = MillionSpec(u32): with_max(20, 1_200_000), "million", [sign, zero, nan];
}
float_type! {
    /// The largest value is 1717987 · 2^-34 = 1.00000004e-4.
    type Fixed = FixedSpec(u32): with_max(-14, 1_717_987), "fixed", [sign, zero, nan];
}
float_type! {
    /// The largest value is 1717986 · 2^-34 = 9.9999947e-5.
    type Scientific = ScientificSpec(u32): with_max(-14, 1_717_986), "scientific", [sign, zero, nan];
}
float_type! {
    /// The largest value is 27487790 · 2^-38 = 9.9999997e-5. The format has 24 fraction bits, and 6066641 of the 2^24 topmost
    /// codes are NaNs.
    type Carry = CarrySpec(u32): Layout::finite(6, 24).with_bias(77).with_high_nans(6_066_641), "carry", [sign, zero, nan];
}
float_type! {
    /// The format has 13 fraction bits, so the step above 1 is 2^-13.
    type Step13 = Step13Spec(u32): Layout::ieee(5, 13), "step13", [sign, zero, infinities, nan];
}
float_type! {
    /// The bias is 0 and there are two fraction bits. 0.5, 1 and 1.5 are subnormals.
    type OneIsSubnormal = OneIsSubnormalSpec(u8): Layout::finite(3, 2).with_bias(0), "one_is_subnormal", [sign, zero];
}

fn shown<F: Format>(field: &str) -> String {
    let line = finfo::<F>().to_string();
    let (_, rest) = line
        .split_once(&format!("{field}="))
        .unwrap_or_else(|| panic!("{line} has no {field}"));
    rest.split([',', ')']).next().unwrap().to_owned()
}

/// C 17, 7.21.6.1: precision 6, style `e` if the exponent after rounding is below -4 or not below 6, trailing zeros removed. A
/// tie in the decimal digits goes to even, because the printed value is exact.
#[test]
fn numbers_print_as_c_prints_them() {
    assert_eq!(shown::<Tie>("max"), "1e+06", "999999.5 carries into a seventh digit");
    assert_eq!(shown::<Tie>("min"), "-1e+06");
    assert_eq!(shown::<SixNines>("max"), "999999");
    assert_eq!(shown::<TieToEven>("max"), "999998", "999998.5 ties to an even digit");
    assert_eq!(shown::<TieUp>("max"), "1.04858e+06", "104857|5 ties to an even digit");
    assert_eq!(shown::<Zeros>("max"), "100000", "zeros before the point stay");
    assert_eq!(shown::<Million>("max"), "1.2e+06", "zeros after the point go");
    assert_eq!(shown::<Fixed>("max"), "0.0001");
    assert_eq!(shown::<Scientific>("max"), "9.99999e-05");
    assert_eq!(shown::<Carry>("max"), "0.0001", "the exponent counts after rounding");
    assert_eq!(shown::<Step13>("eps"), "0.00012207", "0.000122070|3 loses its last zero");
    assert_eq!(shown::<F16>("eps"), "0.000976562", "976562|5 ties to an even digit");
    assert_eq!(shown::<f64>("max"), "1.79769e+308", "three digits of exponent");
}

#[test]
fn a_declared_format_has_a_line() {
    // 20 fraction bits: ⌊20 · 0.30103⌋ = 6, a step of 2^-20 = 9.536743e-7; bias 44: 2^(1 - 44) = 1.1368684e-13.
    assert_eq!(
        finfo::<Tie>().to_string(),
        "finfo(resolution=1e-06, min=-1e+06, max=1e+06, eps=9.53674e-07, smallest_normal=1.13687e-13, \
         tiny=1.13687e-13, dtype=tie)"
    );
}

/// `eps` is the step above 1, and `epsneg` the step below it, also if 1 is a subnormal. Here the numbers are 0.5, 1 and 1.5.
#[test]
fn steps_around_one_where_one_is_subnormal() {
    let info = finfo::<OneIsSubnormal>();
    assert_eq!(widened(info.eps), 0.5);
    assert_eq!(widened(info.epsneg), 0.5);
    assert_eq!((info.machep, info.negep), (-1, -1));
    assert_eq!(widened(info.smallest_normal), 2.0);
    assert_eq!(widened(info.smallest_subnormal), 0.5);
    // Exponent field 7, bias 0: 2^7 · 1.75.
    assert_eq!(widened(info.max), 224.0);
    assert_eq!((info.minexp, info.maxexp), (1, 8));
}

const HALF_INFO: Finfo<F16> = finfo::<F16>();
const LARGEST: F16 = HALF_INFO.max;
const TABLE: [u32; finfo::<F4E2M1Fn>().bits as usize] = [finfo::<F8E8M0Fnu>().nexp; 4];

#[test]
fn finfo_works_in_a_constant() {
    assert_eq!(LARGEST.to_bits(), 0x7bff);
    assert_eq!(HALF_INFO.smallest_subnormal.to_bits(), 0x0001);
    assert_eq!(HALF_INFO.tiny().to_bits(), 0x0400);
    assert_eq!(TABLE, [8; 4]);
}
