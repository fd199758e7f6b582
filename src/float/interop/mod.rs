//! The traits and types of other crates. Each feature has a file.

#[cfg(feature = "approx")]
mod approx;
#[cfg(feature = "arbitrary")]
mod arbitrary;
#[cfg(feature = "bytemuck")]
mod bytemuck;
#[cfg(feature = "half")]
mod half;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "num-traits")]
mod num_traits;
#[cfg(feature = "serde")]
mod serde;

/// The traits of one version of rand and of its `rand_distr`. One source serves all versions.
macro_rules! rands {
    ($($feature:literal, $distributions:literal, $name:ident: $rand:ident, $rand_distr:ident;)*) => { $(
        #[cfg(feature = $feature)]
        #[path = "rand"]
        mod $name {
            pub(super) use ::$rand as rand;
            #[cfg(feature = $distributions)]
            pub(super) use ::$rand_distr as rand_distr;

            #[cfg(feature = $distributions)]
            #[allow(clippy::duplicate_mod, reason = "for one version, and for the other")]
            mod distributions;
            #[allow(clippy::duplicate_mod, reason = "for one version, and for the other")]
            mod uniform;
            #[cfg(feature = "alloc")]
            #[allow(clippy::duplicate_mod, reason = "for one version, and for the other")]
            mod weight;
        }
    )* };
}
rands! {
    "rand", "rand_distr", rand_010: rand, rand_distr;
    "rand_09", "rand_distr_05", rand_09: rand_09, rand_distr_05;
}

/// Returns the result of a conversion, or `None` if the format can't represent the value. It can't if the value is past the
/// largest number of a format without infinities, below the smallest number of a format without zero, negative in a format
/// without sign, or a NaN in a format without NaN.
#[cfg(any(feature = "num-traits", feature = "serde"))]
fn in_range<F: crate::round::Format>(of_nan: bool, (number, flags): (F, crate::round::Flags)) -> Option<F> {
    use crate::round::Flags;

    let layout = F::LAYOUT;
    // A signaling NaN raises INVALID too.
    let invalid = flags.contains(Flags::INVALID) && !(of_nan && layout.nan_code().is_some());
    let above = flags.contains(Flags::OVERFLOW) && !layout.has_infinities();
    let below = flags.contains(Flags::UNDERFLOW) && !layout.has_zero();
    (!invalid && !above && !below).then_some(number)
}
