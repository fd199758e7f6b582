//! Calls the crate in the oracle's terms.

use core::num::FpCategory;

#[allow(clippy::wildcard_imports, reason = "the formats of the catalogue")]
use ulp::*;

use crate::oracle::{self, FormatSpec, Rounding, RoundingQuery, Value};
use crate::tally::Tally;

/// The two policies on values beyond the largest finite one: IEEE's, and saturation.
pub const SATURATE: [bool; 2] = [false, true];

/// Returns the crate's rounding of this name.
#[must_use]
pub fn rounding(rounding: Rounding) -> ulp::Rounding {
    match rounding {
        Rounding::TiesToEven => ulp::Rounding::TiesToEven,
        Rounding::TiesToAway => ulp::Rounding::TiesToAway,
        Rounding::TowardZero => ulp::Rounding::TowardZero,
        Rounding::TowardPositive => ulp::Rounding::TowardPositive,
        Rounding::TowardNegative => ulp::Rounding::TowardNegative,
        Rounding::ToOdd => ulp::Rounding::ToOdd,
    }
}

/// Returns the crate's cast with this rounding and policy.
#[must_use]
pub fn cast(rounding: Rounding, saturate: bool) -> Cast {
    let cast = Cast::new().rounding(self::rounding(rounding));
    if saturate { cast.saturating() } else { cast }
}

/// Builds the crate's layout for a shape.
///
/// # Panics
/// If the crate refuses the layout.
#[must_use]
pub fn layout(shape: &FormatSpec) -> Layout {
    let layout = Layout::finite(shape.exponent_bits, shape.fraction_bits)
        .with_sign(shape.signed)
        .with_zero(shape.zero)
        .with_bias(shape.bias)
        .with_high_nans(shape.nans)
        .with_infinities(shape.infinity);
    if shape.nan_at_negative_zero {
        layout.with_negative_zero(false)
    } else {
        layout
    }
}

/// Returns the right answer of `Layout::classify` for a value.
#[must_use]
pub fn category(shape: &FormatSpec, value: &Value) -> FpCategory {
    match value {
        Value::Nan { .. } => FpCategory::Nan,
        Value::Infinite { .. } => FpCategory::Infinite,
        Value::Finite { magnitude, .. } if magnitude.significand == 0 => FpCategory::Zero,
        // A normal value has the leading bit of the significand.
        Value::Finite { magnitude, .. } if magnitude.significand >> shape.fraction_bits == 0 => {
            FpCategory::Subnormal
        }
        Value::Finite { .. } => FpCategory::Normal,
    }
}

/// A shipped format: the oracle's description, and the crate's.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The name in `numpy`.
    pub name: &'static str,
    /// The oracle's description.
    pub shape: FormatSpec,
    /// The crate's layout.
    pub layout: Layout,
}

impl Shipped {
    fn of<F: Format>() -> Self {
        Self {
            name: F::DTYPE,
            shape: oracle::shipped(F::DTYPE),
            layout: F::LAYOUT,
        }
    }
}

/// A cast between two types that are known at compile time.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The source format.
    pub from: Shipped,
    /// The target format.
    pub to: Shipped,
    plain: fn(u64) -> u64,
    with: fn(u64, Cast) -> (u64, u8),
}

impl Pair {
    /// Compares the typed casts with the oracle on one code of the source: every rounding, both policies, and the default.
    pub fn check(&self, bits: u64, casts: &Casts, tally: &mut Tally) {
        let query = RoundingQuery::new(&self.to.shape, oracle::decode(&self.from.shape, bits));
        let what = || format!("{} {bits:#x} -> {}", self.from.name, self.to.name);
        tally.input();
        let right = query.resolve(Rounding::TiesToEven, false).0;
        let is = self.plain(bits);
        tally.check(is == right, || {
            format!("{}, cast(): {is:#x}, right: {right:#x}", what())
        });
        for &(rounding, saturate, cast) in &casts.0 {
            let right = query.resolve(rounding, saturate);
            let is = self.with(bits, cast);
            tally.check(is == right, || {
                describe(&what(), rounding, saturate, is, right)
            });
        }
    }

    /// Compares `Cast::convert`, with layouts that the compiler doesn't know, with the oracle on one code of the source.
    pub fn check_layouts(&self, bits: u64, casts: &Casts, tally: &mut Tally) {
        let (from, to) = (&self.from, &self.to);
        check_layouts(
            (&from.shape, from.layout),
            (&to.shape, to.layout),
            bits,
            casts,
            tally,
        );
    }

    /// Returns the result of the default cast.
    #[must_use]
    pub fn plain(&self, bits: u64) -> u64 {
        (self.plain)(bits)
    }

    /// Returns the result of the typed cast.
    #[must_use]
    pub fn with(&self, bits: u64, cast: Cast) -> (u64, u8) {
        (self.with)(bits, cast)
    }
}

/// All twelve casts.
#[derive(Clone, Debug)]
pub struct Casts(Vec<(Rounding, bool, Cast)>);

impl Casts {
    /// Returns the twelve casts of six roundings and two policies.
    #[must_use]
    pub fn all() -> Self {
        let one =
            |rounding| SATURATE.map(|saturate| (rounding, saturate, cast(rounding, saturate)));
        Self(Rounding::ALL.into_iter().flat_map(one).collect())
    }
}

/// Compares the crate with the oracle on one code and two layouts known at run time, under every cast.
pub fn check_layouts(
    from: (&FormatSpec, Layout),
    to: (&FormatSpec, Layout),
    bits: u64,
    casts: &Casts,
    tally: &mut Tally,
) {
    let query = RoundingQuery::new(to.0, oracle::decode(from.0, bits));
    tally.input();
    for &(rounding, saturate, cast) in &casts.0 {
        let right = query.resolve(rounding, saturate);
        let is = by_layout(cast, from.1, to.1, bits);
        tally.check(is == right, || {
            describe(
                &format!("{:?} {bits:#x} -> {:?}", from.0, to.0),
                rounding,
                saturate,
                is,
                right,
            )
        });
    }
}

fn by_layout(cast: Cast, from: Layout, to: Layout, bits: u64) -> (u64, u8) {
    let (code, flags) = cast.convert(from, to, bits);
    (code, flags.bits())
}

fn describe(
    what: &str,
    rounding: Rounding,
    saturate: bool,
    is: (u64, u8),
    right: (u64, u8),
) -> String {
    let policy = if saturate { "Saturate" } else { "Ieee" };
    format!(
        "{what}, {rounding:?}, {policy}: {:#x} flags {:#x}, right: {:#x} flags {:#x}",
        is.0, is.1, right.0, right.1
    )
}

fn number<F: Format>(code: u64) -> F {
    F::from_bits(F::Bits::from_u64(code))
}

fn code<F: Format>(number: F) -> u64 {
    number.to_bits().to_u64()
}

fn pair<S: Format, D: Format>() -> Pair {
    Pair {
        from: Shipped::of::<S>(),
        to: Shipped::of::<D>(),
        plain: |bits| code(number::<S>(bits).cast::<D>()),
        with: |bits, cast| {
            let (result, flags) = number::<S>(bits).cast_with::<D>(cast);
            (code(result), flags.bits())
        },
    }
}

/// The inherent conversions of a type.
#[derive(Clone, Copy, Debug)]
pub struct Inherent {
    /// The format.
    pub of: Shipped,
    /// `from_f32`.
    pub from_f32: fn(f32) -> u64,
    /// `from_f64`.
    pub from_f64: fn(f64) -> u64,
    /// `to_f32`.
    pub to_f32: fn(u64) -> f32,
    /// `to_f64`.
    pub to_f64: fn(u64) -> f64,
}

macro_rules! formats {
    ($($name:ident)*) => {
        /// Returns every pair of shipped formats.
        #[must_use]
        pub fn pairs() -> Vec<Pair> {
            let mut pairs = to_each::<f64>();
            pairs.extend(to_each::<f32>());
            $(pairs.extend(to_each::<$name>());)*
            pairs
        }

        fn to_each<S: Format>() -> Vec<Pair> {
            vec![pair::<S, f64>(), pair::<S, f32>(), $(pair::<S, $name>()),*]
        }

        /// Returns the inherent conversions of every type that the crate declares.
        #[must_use]
        pub fn inherent() -> Vec<Inherent> {
            vec![$(Inherent {
                of: Shipped::of::<$name>(),
                from_f32: |x| code($name::from_f32(x)),
                from_f64: |x| code($name::from_f64(x)),
                to_f32: |code| number::<$name>(code).to_f32(),
                to_f64: |code| number::<$name>(code).to_f64(),
            }),*]
        }
    };
}
for_each_format!(formats);
