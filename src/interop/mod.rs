//! Other crates' types and traits, a file a feature.
//!
//! [`float_type!`](crate::float_type) gives them to types in other people's crates, where a `#[cfg(feature)]` inside it would be
//! read. So it calls a macro a feature, which is empty where the feature is off: see [`absent`].
#![allow(
    missing_docs,
    missing_debug_implementations,
    reason = "not for people: what `float_type!` expands to names these"
)]

mod absent;
#[cfg(feature = "bytemuck")]
mod bytemuck;
#[cfg(feature = "half")]
mod half;
#[cfg(feature = "num-traits")]
pub(crate) mod num_traits;
#[cfg(feature = "rand")]
pub(crate) mod rand;
#[cfg(feature = "serde")]
pub(crate) mod serde;

/// What a conversion gave, unless the number lies outside of the format: past the largest where there is no infinity, below the
/// smallest where there is no zero, negative where there is no sign, or a NaN where there is none.
#[cfg(any(feature = "num-traits", feature = "serde"))]
pub fn within<F: crate::Format>(of_nan: bool, (number, flags): (F, crate::Flags)) -> Option<F> {
    use crate::Flags;

    let layout = F::LAYOUT;
    // A signaling NaN raises INVALID too.
    let invalid = flags.contains(Flags::INVALID) && !(of_nan && layout.nan_code().is_some());
    let above = flags.contains(Flags::OVERFLOW) && !layout.infinities();
    let below = flags.contains(Flags::UNDERFLOW) && !layout.zero();
    (!invalid && !above && !below).then_some(number)
}

/// Stops the compiler where a format would need the number 1 and doesn't have it.
///
/// ```compile_fail
/// ulp::float_type!(struct Small(u8) = ulp::Layout::finite(4, 3).with_bias(30), "small", [sign, zero]);
///
/// let one: Small = num_traits::One::one();
/// ```
#[cfg(any(feature = "num-traits", feature = "rand"))]
pub(crate) const fn assert_one(layout: crate::Layout) {
    let (_, flags) = layout.integer_code(crate::Rounding::TiesToEven, false, 1);
    assert!(flags.is_empty(), "the format doesn't have the number 1");
}
