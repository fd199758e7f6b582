//! Formats, casts, inputs, and the scalar cast that is the reference.

use std::collections::BTreeSet;
use std::fmt::Debug;

use crate::sampling::sampled;
use ulp::{Bits, Cast, Flags, Format, Isa, Layout, Rounding, float_type, slice};

float_type! {
    /// A format of 12 bits that nobody ships, with IEEE's special codes.
    pub(crate) type E5M6 = E5M6Spec(u16): Layout::ieee(5, 6), "float12_e5m6", [sign, zero, infinities, nan];
}
float_type! {
    /// A format of 8 bits whose exponents lie below those of float16. The largest number is 2048 - 128.
    pub(crate) type E4M3B20 = E4M3B20Spec(u8): Layout::ieee(4, 3).with_bias(20), "float8_e4m3b20",
        [sign, zero, infinities, nan];
}

/// Returns every rounding with either policy, the default first.
pub(crate) fn casts() -> Vec<Cast> {
    let plain = Rounding::ALL.map(|rounding| Cast::new().rounding(rounding));
    plain.into_iter().chain(plain.map(Cast::saturating)).collect()
}

/// Converts one number. The function is compiled alone, because a loop would be vectorized like the kernels that it judges.
#[inline(never)]
pub(crate) fn scalar<S: Format, D: Format>(source: S, cast: Cast) -> (D, Flags) {
    source.cast_with(cast)
}

/// Returns the right result of a bulk cast.
pub(crate) fn expected<S: Format, D: Format>(src: &[S], cast: Cast) -> Vec<D> {
    src.iter().map(|&source| scalar(source, cast).0).collect()
}

/// Runs the bulk cast. It is compiled once for each pair of formats, for all tests.
#[inline(never)]
pub(crate) fn bulk<S: Format, D: Format>(isa: Isa, src: &[S], dst: &mut [D], cast: Cast) {
    slice::cast_on(isa, src, dst, cast);
}

/// Returns the number of these storage bits, including the bits above the width of the format.
pub(crate) fn number<F: Format>(bits: u64) -> F {
    F::from_bits(F::Bits::from_u64(bits))
}

/// Returns the bits of a number, widened.
pub(crate) fn code<F: Format>(number: F) -> u64 {
    number.to_bits().to_u64()
}

/// Fails at the first element of `is` whose storage differs from that of `right`, and names its source.
#[track_caller]
pub(crate) fn assert_same<S: Format, D: Format>(isa: Isa, how: &dyn Debug, src: &[S], is: &[D], right: &[D]) {
    assert_eq!(is.len(), right.len());
    let (is, right) = (slice::to_bits(is), slice::to_bits(right));
    if is == right {
        return;
    }
    let at = is.iter().zip(right).position(|(is, right)| is != right);
    let at = at.expect("the slices differ");
    panic!(
        "{} -> {} on {isa}, {how:?}, element {at} of {}: {:#x} gives {:#x}, not {:#x}",
        S::DTYPE,
        D::DTYPE,
        is.len(),
        code(src[at]),
        is[at].to_u64(),
        right[at].to_u64(),
    );
}

/// Returns numbers of a format. If the storage has 16 bits or fewer, these are all numbers that it can hold, including bits that
/// the format ignores. Otherwise they are [`structured`] numbers.
pub(crate) fn inputs<F: Format>() -> Vec<F> {
    let bits = F::Bits::BITS;
    if bits <= 16 {
        (0..1 << bits).map(number).collect()
    } else {
        structured()
    }
}

/// Returns every sign and exponent with [`fractions`]. Quiet and signaling NaNs with payloads, infinities, zeros and subnormals
/// are among them.
fn structured<F: Format>() -> Vec<F> {
    let width = F::LAYOUT.fraction_bits();
    let fractions = fractions(width);
    let signs_and_exponents = 0..1_u64 << (F::LAYOUT.bits() - width);
    let numbers = signs_and_exponents.flat_map(|head| {
        let fractions = fractions.iter();
        fractions.map(move |fraction| number(head << width | fraction))
    });
    // The lower half of a NaN should matter nowhere.
    let quiet_nan = ((1 << (F::LAYOUT.exponent_bits() + 1)) - 1) << (width - 1);
    let payloads = (0..1_u64 << 11).map(|upper| upper << 5 | 1);
    let numbers = numbers.chain(payloads.map(|payload| number(quiet_nan | payload)));
    sampled("numbers about every boundary", numbers).collect()
}

/// Returns fractions near every place where a rounding could cut. Below the place stand nothing, the least, half and its
/// neighbours, or all. Above it stands an even or an odd digit, under zeros or under ones.
fn fractions(width: u32) -> Vec<u64> {
    let all = (1_u64 << width) - 1;
    let mut fractions = BTreeSet::from([0, all]);
    for cut in 1..=width {
        let half = 1_u64 << (cut - 1);
        for above in [0, all] {
            for last in [0, 1] {
                let above = (above & !1 | last) << (cut - 1) << 1;
                for below in [0, 1, half - 1, half, half + 1, 2 * half - 1] {
                    fractions.insert((above | below) & all);
                }
            }
        }
    }
    fractions.into_iter().collect()
}

/// Returns `count` of the [`inputs`], spread over all of them. Zeros, infinities and NaNs are among them. The order puts unlike
/// numbers side by side.
pub(crate) fn sample<F: Format>(count: usize) -> Vec<F> {
    let inputs = inputs::<F>();
    // The product exceeds 32 bits.
    let len = inputs.len() as u64;
    let step = (len as f64 * 0.618) as u64 | 1;
    (0..count as u64).map(|nth| inputs[(nth * step % len) as usize]).collect()
}
