//! Calls the crate in the oracle's terms.

use core::num::FpCategory;

use ulp::{Cast, Layout};

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
        Value::Finite { magnitude, .. } if magnitude.significand >> shape.fraction_bits == 0 => FpCategory::Subnormal,
        Value::Finite { .. } => FpCategory::Normal,
    }
}

/// All twelve casts.
#[derive(Clone, Debug)]
pub struct Casts(pub Vec<(Rounding, bool, Cast)>);

impl Casts {
    /// Returns the twelve casts of six roundings and two policies.
    #[must_use]
    pub fn all() -> Self {
        let one = |rounding| SATURATE.map(|saturate| (rounding, saturate, cast(rounding, saturate)));
        Self(Rounding::ALL.into_iter().flat_map(one).collect())
    }
}

/// Compares the crate with the oracle on one code and two layouts known at run time, under every cast.
pub fn check_layouts(from: (&FormatSpec, Layout), to: (&FormatSpec, Layout), bits: u64, casts: &Casts, tally: &mut Tally) {
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

/// Describes a wrong result of a cast.
#[must_use]
pub fn describe(what: &str, rounding: Rounding, saturate: bool, is: (u64, u8), right: (u64, u8)) -> String {
    let policy = if saturate { "Saturate" } else { "Ieee" };
    format!(
        "{what}, {rounding:?}, {policy}: {:#x} flags {:#x}, right: {:#x} flags {:#x}",
        is.0, is.1, right.0, right.1
    )
}
