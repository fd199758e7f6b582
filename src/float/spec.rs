//! [`Spec`]: the constants that make a format a type. The other traits say which special numbers the format has.

use core::fmt::Debug;

use crate::round::Bits;

use crate::float::Float;

use crate::format::Layout;

/// The constants of a format: its storage, its layout, and its name. [`Float<S>`](crate::Float) is a number of the format.
///
/// [`float_type!`](crate::float_type) declares a `Spec` in one line, together with the traits of this module that the layout
/// fulfils.
///
/// ```
/// use ulp::spec::Spec;
/// use ulp::{Bf16, Float};
///
/// fn name<S: Spec>(_: Float<S>) -> &'static str {
///     S::NAME
/// }
/// assert_eq!(name(Bf16::MAX), "bfloat16");
/// ```
pub trait Spec: Copy + Send + Sync + Debug + 'static {
    /// The integer that stores a number. It may be wider than the layout.
    type Bits: Bits;
    /// The layout, which says how the bits are read.
    const LAYOUT: Layout;
    /// The name of the format in numpy and `ml_dtypes`, such as `"float16"`.
    const NAME: &'static str;
}

/// A format with a sign: its numbers can be negated.
///
/// ```
/// use ulp::spec::HasSign;
/// use ulp::{F16, Float};
///
/// fn negated<S: HasSign>(x: Float<S>) -> Float<S> {
///     -x
/// }
/// assert_eq!(negated(F16::MAX), F16::MIN);
/// ```
pub trait HasSign: Spec {}

/// A format with zero, which is the default of its numbers.
///
/// ```
/// use ulp::spec::HasZero;
/// use ulp::{F4E2M1Fn, Float};
///
/// fn zeros<S: HasZero>() -> [Float<S>; 2] {
///     [Float::default(); 2]
/// }
/// assert_eq!(zeros().map(F4E2M1Fn::to_f32), [0.0, 0.0]);
/// ```
pub trait HasZero: Spec {}

/// A format with +∞.
///
/// ```
/// use ulp::spec::HasInfinity;
/// use ulp::{F8E5M2, Float};
///
/// fn is_past_all<S: HasInfinity>(x: Float<S>) -> bool {
///     x == Float::INFINITY
/// }
/// assert!(is_past_all(F8E5M2::from_f32(1e9)));
/// ```
pub trait HasInfinity: Spec {}

/// A format with +∞ and −∞.
///
/// ```
/// use ulp::spec::HasInfinities;
/// use ulp::{F16, Float};
///
/// fn ends<S: HasInfinities>() -> [Float<S>; 2] {
///     [Float::NEG_INFINITY, Float::INFINITY]
/// }
/// assert_eq!(ends().map(F16::to_f32), [f32::NEG_INFINITY, f32::INFINITY]);
/// ```
pub trait HasInfinities: HasInfinity + HasSign {}

/// A format with NaN.
///
/// ```
/// use ulp::spec::HasNan;
/// use ulp::{F8E4M3Fn, Float};
///
/// fn missing<S: HasNan>() -> Float<S> {
///     Float::NAN
/// }
/// assert!(F8E4M3Fn::is_nan(missing()));
/// ```
pub trait HasNan: Spec {}

/// A format whose elementary functions (feature `libm`) were compared with MPFR on every code. [`F16`](crate::F16) and
/// [`Bf16`](crate::Bf16) are such formats. Other formats cannot implement the trait.
pub trait HasElementary: HasZero + HasInfinities + HasNan + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for super::catalogue::Binary16 {}
impl sealed::Sealed for super::catalogue::BFloat16 {}
impl HasElementary for super::catalogue::Binary16 {}
impl HasElementary for super::catalogue::BFloat16 {}

/// Compares the special numbers that `float_type!` lists with the layout of the format.
///
/// # Panics
/// If the layout does not fit its storage, or if the list and the layout differ.
#[doc(hidden)]
pub const fn check<S: Spec>(listed: &[&str]) {
    // The constant compares the widths, too.
    let layout = Float::<S>::LAYOUT;
    let (sign, listed_sign) = (layout.is_signed(), contains(listed, "sign"));
    assert!(
        listed_sign || !sign,
        "the layout has a sign, which the list of the type lacks"
    );
    assert!(
        !listed_sign || sign,
        "the list of the type has a sign, which the layout lacks"
    );
    let (zero, listed_zero) = (layout.has_zero(), contains(listed, "zero"));
    assert!(
        listed_zero || !zero,
        "the layout has a zero, which the list of the type lacks"
    );
    assert!(
        !listed_zero || zero,
        "the list of the type has a zero, which the layout lacks"
    );
    assert!(
        contains(listed, "infinities") == (layout.has_infinities() && sign),
        "a type lists infinities if, and only if, its layout has them and a sign"
    );
    assert!(
        contains(listed, "infinity") == (layout.has_infinities() && !sign),
        "a type lists infinity if, and only if, its layout has one and no sign"
    );
    let (nan, listed_nan) = (layout.nan_code().is_some(), contains(listed, "nan"));
    assert!(listed_nan || !nan, "the layout has a NaN, which the list of the type lacks");
    assert!(!listed_nan || nan, "the list of the type has a nan, which the layout lacks");
}

/// Returns whether a list has a word. `==` of strings is not const yet.
const fn contains(list: &[&str], word: &str) -> bool {
    let mut i = 0;
    while i < list.len() {
        if equal(list[i].as_bytes(), word.as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}
