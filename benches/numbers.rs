//! Every method of `F16` and `Bf16` over 4,096 values, beside `half` and `f32`: the time of `half` divided by the time of each.
//!
//! `cargo bench --bench numbers` compiles for plain x86-64. `RUSTFLAGS="-C target-cpu=x86-64-v3"` adds AVX2, FMA and F16C, and
//! `--profile test` or `--profile dev` compares code that is hardly optimized or not at all.
//!
//! `half` rounds twice from f64, in fused multiply-add and in text, so `half` does less work than a right result takes.

use core::fmt::{Display, Write};
use core::hint::black_box;
use core::str::FromStr;
use std::process::ExitCode;

use half::{bf16, f16};
use num_traits::{Float, FromPrimitive, ToPrimitive};
use ulp::{Bf16, Cast, F16, Format, slice};
use ulp_bench::{Floor, Table, Way};

const LEN: usize = 4096;

/// A row that is slower than `half` by more than this is too slow: ratios vary from run to run.
const FLOOR: Floor = Floor {
    goal: 1.0,
    bound: Some((0.85, "noise")),
};

/// The rows with a lower floor: the end of the name, the floor, and the reason. The floors are those of plain x86-64.
const BOUNDS: &[(&str, f64, &str)] = &[
    (" signum", 0.8, "makes a signaling NaN quiet"),
    (" ==", 0.8, "one comparison more, so that all formats have one function"),
    ("bf16 powi(3)", 0.6, "the NaN of the operand on every CPU"),
    (" to_degrees", 0.6, "the NaN of the operand on every CPU"),
    (" to_radians", 0.6, "the NaN of the operand on every CPU"),
    (" from i32", 0.55, "rounded once"),
    (" to i64", 0.6, "the CPU's conversion, as for f32"),
    ("bf16 to u8", 0.75, "the CPU's conversion, as for f32"),
    ("bf16 to_f64", 0.75, "subnormals, whatever the mode of the thread"),
    ("bf16 to_f64_const", 0.75, "subnormals, whatever the mode of the thread"),
    (" powi(n)", 0.4, "rounded once, from an interval"),
    (" powf", 0.35, "rounded correctly, in f64"),
    (" cbrt", 0.5, "rounded correctly: f32 and a test for ties"),
    (" exp_m1", 0.75, "rounded correctly, in f64"),
    (" ln_1p", 0.7, "rounded correctly: f32 and a test for ties"),
    (" ln", 0.5, "rounded correctly, in f64"),
    (" log", 0.4, "rounded correctly, in f64"),
    (" log2", 0.45, "rounded correctly, in f64"),
    (" sin", 0.5, "rounded correctly, in f64"),
    (" cos", 0.5, "rounded correctly, in f64"),
    (" sin_cos", 0.4, "rounded correctly, in f64"),
    (" acos", 0.7, "rounded correctly, in f64"),
    (" atan2", 0.75, "rounded correctly: f32 and a test for ties"),
    (" hypot", 0.65, "rounded correctly, in f64"),
    (" cosh", 0.6, "rounded correctly: f32 and a test for ties"),
    (" tanh", 0.75, "rounded correctly: f32 and a test for ties"),
    (" acosh", 0.45, "rounded correctly: f32 and a test for ties"),
];

/// Numbers for functions of up to three.
struct Numbers<T> {
    /// Both signs, over 12 binades.
    signed: Vec<T>,
    /// From 1 to 4.
    positive: Vec<T>,
    /// From −1 to 1.
    small: Vec<T>,
    /// Integers of both signs.
    integers: Vec<i32>,
}

impl<T> Numbers<T> {
    fn new(from_f32: impl Fn(f32) -> T) -> Self {
        let fractions = |step: f32| (0..LEN).map(move |i| (i as f32 * step).fract());
        // Signs and binades that no branch predictor learns.
        let random = |i: usize| {
            (i as u32)
                .wrapping_mul(2_654_435_769)
                .rotate_left(13)
                .wrapping_mul(0x85eb_ca6b)
                >> 16
        };
        let sign = |i: usize| if random(i) & 1 == 0 { 1.0 } else { -1.0 };
        let binade = |i: usize| ((random(i) >> 1) % 12) as f32 - 6.0;
        Numbers {
            signed: fractions(0.618_034)
                .enumerate()
                .map(|(i, x)| from_f32((1.0 + x) * binade(i).exp2() * sign(i)))
                .collect(),
            positive: fractions(0.414_214).map(|x| from_f32(1.0 + 3.0 * x)).collect(),
            small: fractions(0.732_051).enumerate().map(|(i, x)| from_f32(x * sign(i))).collect(),
            integers: (0..LEN).map(|i| (random(i) % 2000) as i32 - 1000).collect(),
        }
    }
}

/// Returns a way that applies a function to all numbers. The results are written to a slice.
fn way<'a, T: Copy, R: Copy + 'a>(name: &'a str, numbers: &'a Numbers<T>, f: impl Fn(T, T, T, i32) -> R + 'a) -> Way<'a> {
    let results = |numbers: &Numbers<T>, i: usize| f(numbers.signed[i], numbers.positive[i], numbers.small[i], numbers.integers[i]);
    let mut dst = vec![results(numbers, 0); LEN];
    Way::new(name, move || {
        let numbers = black_box(numbers);
        let (x, y) = (&numbers.signed[..LEN], &numbers.positive[..LEN]);
        let (z, n) = (&numbers.small[..LEN], &numbers.integers[..LEN]);
        for (i, d) in dst[..LEN].iter_mut().enumerate() {
            *d = f(x[i], y[i], z[i], n[i]);
        }
        black_box(&mut dst);
    })
}

/// Adds a row for each function of a list.
macro_rules! rows {
    // Functions that all three types have.
    (all: $in:ident, $($name:literal: |$x:pat_param, $y:pat_param, $z:pat_param, $n:pat_param| $body:expr,)*) => {
        $(
            $in.row($name, vec![
                way("half", $in.theirs, |$x, $y, $z, $n| $body),
                way("ulp", $in.ours, |$x, $y, $z, $n| $body),
                way("f32", $in.f32, |$x, $y, $z, $n| $body),
            ]);
        )*
    };
    // Functions that `half` lacks or calls by another name.
    (ours: $in:ident,
        $(
            $name:literal: |$x:pat_param, $y:pat_param, $z:pat_param, $n:pat_param| $body:expr
                $(, half $theirs:expr)? $(, f32 $f32:expr)?;
        )*
    ) => {
        $(
            $in.row($name, vec![
                $(way("half", $in.theirs, $theirs),)?
                way("ulp", $in.ours, |$x, $y, $z, $n| $body),
                $(way("f32", $in.f32, $f32),)?
            ]);
        )*
    };
}

/// The numbers of one format and of its peers.
struct Input<'a, O, T> {
    table: &'a mut Table,
    format: &'static str,
    ours: &'a Numbers<O>,
    theirs: &'a Numbers<T>,
    f32: &'a Numbers<f32>,
}

impl<O, T> Input<'_, O, T> {
    fn row(&mut self, name: &str, ways: Vec<Way<'_>>) {
        let row = format!("{} {name}", self.format);
        let bound = BOUNDS.iter().find(|(end, ..)| row.ends_with(end));
        let floor = bound.map_or(FLOOR, |&(_, least, reason)| Floor {
            bound: Some((least, reason)),
            ..FLOOR
        });
        self.table.row(&row, LEN, Some(floor), ways);
    }
}

macro_rules! conversions {
    ($in:ident, $src:expr, $Ours:ty, $Theirs:ty, $convert:ident, $const:ident, $with:ident) => {
        $in.row(
            stringify!($convert),
            vec![over("half", $src, <$Theirs>::$convert), over("ulp", $src, <$Ours>::$convert)],
        );
        $in.row(
            stringify!($const),
            vec![over("half", $src, <$Theirs>::$const), over("ulp", $src, <$Ours>::$const)],
        );
        $in.row(stringify!($with), vec![over("ulp", $src, |x| <$Ours>::$with(x, Cast::new()))]);
    };
}

macro_rules! lists {
    ($in:ident, $Ours:ty, $Theirs:ty) => {
        let (ours, theirs, f32) = (&$in.ours.positive[..], &$in.theirs.positive[..], &$in.f32.positive[..]);
        $in.row(
            "sum",
            vec![
                Way::new("half", || black_box(theirs).iter().sum::<$Theirs>()),
                Way::new("ulp", || black_box(ours).iter().sum::<$Ours>()),
                Way::new("slice::sum", || slice::sum(black_box(ours))),
                Way::new("f32", || black_box(f32).iter().sum::<f32>()),
            ],
        );
        $in.row(
            "product",
            vec![
                Way::new("half", || black_box(theirs).iter().product::<$Theirs>()),
                Way::new("ulp", || black_box(ours).iter().product::<$Ours>()),
                Way::new("slice::product", || slice::product(black_box(ours))),
                Way::new("f32", || black_box(f32).iter().product::<f32>()),
            ],
        );
        let (ours, theirs, f32) = (&$in.ours.signed[..], &$in.theirs.signed[..], &$in.f32.signed[..]);
        $in.row(
            "sort by total_cmp",
            vec![
                sorted("half", theirs, <$Theirs>::total_cmp),
                sorted("ulp", ours, <$Ours>::total_cmp),
                sorted("f32", f32, f32::total_cmp),
            ],
        );
        let short: Vec<f32> = ours.iter().map(|x| x.to_string().parse().expect("a number")).collect();
        $in.row(
            "print",
            vec![
                printed("half", theirs),
                printed("ulp", ours),
                printed("f32", f32),
                printed("f32, as short", &short),
            ],
        );
        $in.row(
            "parse",
            vec![
                parsed("half", theirs),
                parsed("ulp", ours),
                parsed("f32", f32),
                parsed("f32, as short", &short),
            ],
        );
        $in.row(
            "parse_with",
            vec![{
                let texts: Vec<String> = ours.iter().map(ToString::to_string).collect();
                Way::new("ulp", move || {
                    for text in black_box(&texts) {
                        black_box(<$Ours>::parse_with(text, Cast::new()).ok());
                    }
                })
            }],
        );
    };
}

macro_rules! methods {
    ($function:ident, $Ours:ty, $Theirs:ty) => {
        #[allow(clippy::float_cmp, clippy::too_many_lines, reason = "one line for each method")]
        fn $function(input: &mut Input<'_, $Ours, $Theirs>) {
            rows! { all: input,
                "abs": |x, _, _, _| x.abs(),
                "copysign": |x, _, z, _| x.copysign(z),
                "signum": |x, _, _, _| x.signum(),
                "neg": |x, _, _, _| -x,
                "max": |x, _, z, _| x.max(z),
                "min": |x, _, z, _| x.min(z),
                "clamp": |x, y, z, _| x.clamp(z, y),
                "<": |x, _, z, _| x < z,
                ">=": |x, _, z, _| x >= z,
                "==": |x, _, z, _| x == z,
                "partial_cmp": |x, _, z, _| x.partial_cmp(&z),
                "total_cmp": |x, _, z, _| x.total_cmp(&z),
                "classify": |x, _, _, _| x.classify(),
                "is_finite": |x, _, _, _| x.is_finite(),
                "is_infinite": |x, _, _, _| x.is_infinite(),
                "is_nan": |x, _, _, _| x.is_nan(),
                "is_normal": |x, _, _, _| x.is_normal(),
                "is_sign_negative": |x, _, _, _| x.is_sign_negative(),
                "is_sign_positive": |x, _, _, _| x.is_sign_positive(),
                "to_bits": |x, _, _, _| x.to_bits(),
                "to_le_bytes": |x, _, _, _| x.to_le_bytes(),
                "to_be_bytes": |x, _, _, _| x.to_be_bytes(),
                "to_ne_bytes": |x, _, _, _| x.to_ne_bytes(),
                "relu": |x, _, z, _| if x > z { x } else { z },
                "floor": |x, _, _, _| x.floor(),
                "ceil": |x, _, _, _| x.ceil(),
                "round": |x, _, _, _| x.round(),
                "trunc": |x, _, _, _| x.trunc(),
                "fract": |x, _, _, _| x.fract(),
                "to i32": |x, _, _, _| ToPrimitive::to_i32(&x).unwrap_or(0),
                "to i64": |x, _, _, _| ToPrimitive::to_i64(&x).unwrap_or(0),
                "to u8": |x, _, _, _| ToPrimitive::to_u8(&x).unwrap_or(0),
                "+": |x, _, z, _| x + z,
                "-": |x, _, z, _| x - z,
                "*": |x, _, z, _| x * z,
                "/": |x, y, _, _| x / y,
                "%": |x, y, _, _| x % y,
                "+=": |x, _, z, _| { let mut sum = x; sum += z; sum },
                "mul_add": |x, y, z, _| x.mul_add(y, z),
                "recip": |x, _, _, _| x.recip(),
                "sqrt": |_, y, _, _| y.sqrt(),
                "cbrt": |x, _, _, _| x.cbrt(),
                "powi(3)": |x, _, _, _| x.powi(3),
                "powi(n)": |_, y, _, n| y.powi(n >> 7),
                "powf": |_, y, z, _| y.powf(z),
                "exp": |_, _, z, _| z.exp(),
                "exp2": |_, _, z, _| z.exp2(),
                "exp_m1": |_, _, z, _| z.exp_m1(),
                "ln": |_, y, _, _| y.ln(),
                "ln_1p": |_, y, _, _| y.ln_1p(),
                "log": |x, y, _, _| y.log(x),
                "log2": |_, y, _, _| y.log2(),
                "log10": |_, y, _, _| y.log10(),
                "sin": |_, y, _, _| y.sin(),
                "cos": |_, y, _, _| y.cos(),
                "tan": |_, y, _, _| y.tan(),
                "sin_cos": |_, y, _, _| y.sin_cos(),
                "asin": |_, _, z, _| z.asin(),
                "acos": |_, _, z, _| z.acos(),
                "atan": |x, _, _, _| x.atan(),
                "atan2": |x, y, _, _| x.atan2(y),
                "hypot": |x, y, _, _| x.hypot(y),
                "sinh": |_, _, z, _| z.sinh(),
                "cosh": |_, _, z, _| z.cosh(),
                "tanh": |_, _, z, _| z.tanh(),
                "asinh": |x, _, _, _| x.asinh(),
                "acosh": |_, y, _, _| y.acosh(),
                "atanh": |_, _, z, _| z.atanh(),
                "to_degrees": |_, _, z, _| Float::to_degrees(z),
                "to_radians": |x, _, _, _| Float::to_radians(x),
            }
            rows! { ours: input,
                "maximum": |x, _, z, _| x.maximum(z);
                "minimum": |x, _, z, _| x.minimum(z);
                "midpoint": |x, _, z, _| x.midpoint(z), f32 |x, _, z, _| x.midpoint(z);
                "next_up": |x, _, _, _| x.next_up(), f32 |x, _, _, _| x.next_up();
                "next_down": |x, _, _, _| x.next_down(), f32 |x, _, _, _| x.next_down();
                "nextafter": |x, _, z, _| x.nextafter(z);
                "round_ties_even": |x, _, _, _| x.round_ties_even(), f32 |x, _, _, _| x.round_ties_even();
                "div_euclid": |x, y, _, _| x.div_euclid(y), f32 |x, y, _, _| x.div_euclid(y);
                "rem_euclid": |x, y, _, _| x.rem_euclid(y), f32 |x, y, _, _| x.rem_euclid(y);
                "is_subnormal": |x, _, _, _| x.is_subnormal(), f32 |x, _, _, _| x.is_subnormal();
                "ulp": |x, _, _, _| x.ulp();
                "frexp": |x, _, _, _| x.frexp();
                "ilogb": |x, _, _, _| x.ilogb();
                "logb": |x, _, _, _| x.logb();
                "ldexp": |x, _, _, n| x.ldexp(n >> 6);
                "scalbn": |x, _, _, n| x.scalbn(n >> 6);
                "parts": |x, _, _, _| x.parts();
                "to_int": |x, _, _, _| x.to_int::<i32>(), f32 |x, _, _, _| x as i32;
                "from_int": |_, _, _, n| <$Ours>::from_int(n), f32 |_, _, _, n| n as f32;
                "from i32": |_, _, _, n| <$Ours>::from_i32(n),
                    half |_, _, _, n| <$Theirs>::from_i32(n),
                    f32 |_, _, _, n| n as f32;
                "from u8": |_, _, _, n| <$Ours>::from_int(n as u8),
                    half |_, _, _, n| <$Theirs>::from(n as u8),
                    f32 |_, _, _, n| n as u8 as f32;
                "from_bits": |_, _, _, n| <$Ours>::from_bits(n as u16),
                    half |_, _, _, n| <$Theirs>::from_bits(n as u16),
                    f32 |_, _, _, n| f32::from_bits(n as u32);
                "from_le_bytes": |_, _, _, n| <$Ours>::from_le_bytes((n as u16).to_ne_bytes()),
                    half |_, _, _, n| <$Theirs>::from_le_bytes((n as u16).to_ne_bytes());
                "from_be_bytes": |_, _, _, n| <$Ours>::from_be_bytes((n as u16).to_ne_bytes()),
                    half |_, _, _, n| <$Theirs>::from_be_bytes((n as u16).to_ne_bytes());
                "from_ne_bytes": |_, _, _, n| <$Ours>::from_ne_bytes((n as u16).to_ne_bytes()),
                    half |_, _, _, n| <$Theirs>::from_ne_bytes((n as u16).to_ne_bytes());
                "to_f32": |x, _, _, _| x.to_f32(), half |x, _, _, _| x.to_f32();
                "to_f32_const": |x, _, _, _| x.to_f32_const(), half |x, _, _, _| x.to_f32_const();
                "to_f64": |x, _, _, _| x.to_f64(), half |x, _, _, _| x.to_f64(), f32 |x, _, _, _| f64::from(x);
                "to_f64_const": |x, _, _, _| x.to_f64_const(), half |x, _, _, _| x.to_f64_const();
            }
            conversions! { input, &wide::<f32>(), $Ours, $Theirs, from_f32, from_f32_const, from_f32_with }
            conversions! { input, &wide::<f64>(), $Ours, $Theirs, from_f64, from_f64_const, from_f64_with }
            lists!(input, $Ours, $Theirs);
        }
    };
}

/// Returns numbers for conversion, of both signs, over 37 binades. A few are subnormal in `F16`.
fn wide<S: Format>() -> Vec<S> {
    (0..LEN)
        .map(|i| {
            let magnitude = ((i % 37) as f64 - 20.0).exp2();
            ((1.0 + (i as f64 * 0.618_034).fract()) * magnitude * if i % 2 == 0 { 1.0 } else { -1.0 }).cast()
        })
        .collect()
}

/// Returns a way that converts all numbers of a slice.
fn over<'a, S: Copy, D: Copy + 'a>(name: &'a str, src: &'a [S], convert: impl Fn(S) -> D + 'a) -> Way<'a> {
    let mut dst = vec![convert(src[0]); src.len()];
    Way::new(name, move || {
        for (d, &s) in dst.iter_mut().zip(black_box(src)) {
            *d = convert(s);
        }
        black_box(&mut dst);
    })
}

fn sorted<'a, T: Copy>(name: &'a str, numbers: &'a [T], compare: impl Fn(&T, &T) -> core::cmp::Ordering + 'a) -> Way<'a> {
    let mut copy = numbers.to_vec();
    Way::new(name, move || {
        copy.copy_from_slice(black_box(numbers));
        copy.sort_unstable_by(&compare);
    })
}

fn printed<'a, T: Display>(name: &'a str, numbers: &'a [T]) -> Way<'a> {
    let mut line = String::new();
    Way::new(name, move || {
        for number in black_box(numbers) {
            line.clear();
            write!(line, "{number}").expect("a string takes all");
            black_box(&line);
        }
    })
}

fn parsed<'a, T: Display + FromStr>(name: &'a str, numbers: &[T]) -> Way<'a> {
    let texts: Vec<String> = numbers.iter().map(T::to_string).collect();
    Way::new(name, move || {
        for text in black_box(&texts) {
            black_box(T::from_str(text).ok());
        }
    })
}

methods!(f16_methods, F16, f16);
methods!(bf16_methods, Bf16, bf16);

fn main() -> ExitCode {
    let mut table = Table::new();
    let f32 = &Numbers::new(|x| x);
    f16_methods(&mut Input {
        table: &mut table,
        format: "f16",
        ours: &Numbers::new(F16::from_f32),
        theirs: &Numbers::new(f16::from_f32),
        f32,
    });
    bf16_methods(&mut Input {
        table: &mut table,
        format: "bf16",
        ours: &Numbers::new(Bf16::from_f32),
        theirs: &Numbers::new(bf16::from_f32),
        f32,
    });
    table.finish()
}
