//! Traits and types of other crates, a file a feature.

#[cfg(feature = "bytemuck")]
mod bytemuck;
#[cfg(feature = "half")]
mod half;
#[cfg(feature = "num-traits")]
mod num_traits;
#[cfg(feature = "rand")]
mod rand;
#[cfg(feature = "serde")]
mod serde;

/// Returns the number that a conversion gave, unless the value lies outside of the format: past the largest number where there is no
/// infinity, below the smallest where there is no zero, negative where there is no sign, or a NaN where there is none.
#[cfg(any(feature = "num-traits", feature = "serde"))]
fn within<F: crate::round::Format>(
    of_nan: bool,
    (number, flags): (F, crate::round::Flags),
) -> Option<F> {
    use crate::round::Flags;

    let layout = F::LAYOUT;
    // A signaling NaN raises INVALID too.
    let invalid = flags.contains(Flags::INVALID) && !(of_nan && layout.nan_code().is_some());
    let above = flags.contains(Flags::OVERFLOW) && !layout.has_infinities();
    let below = flags.contains(Flags::UNDERFLOW) && !layout.has_zero();
    (!invalid && !above && !below).then_some(number)
}

/// Stops the compiler where a format would need the number 1 and doesn't have it.
///
/// ```compile_fail
/// ulp::float_type!(type Small = SmallSpec(u8): ulp::Layout::finite(4, 3).with_bias(30), "small", [sign, zero]);
///
/// let one: Small = num_traits::One::one();
/// ```
#[cfg(any(feature = "num-traits", feature = "rand"))]
const fn assert_one(layout: crate::format::Layout) {
    let (_, flags) = layout.integer_code(crate::round::Rounding::TiesToEven, false, 1);
    assert!(flags.is_empty(), "the format doesn't have the number 1");
}
