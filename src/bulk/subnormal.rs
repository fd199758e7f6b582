//! Products of `f32` without subnormal operands and results. On some CPUs, a product takes a hundred cycles if one is subnormal.
//! Sums, conversions to `f64` and operations on integers are as fast on subnormals.

/// Returns the bits of the product a · b. The function is slower than the CPU's product of normal numbers.
#[inline(always)]
pub(crate) fn product(a: f32, b: f32) -> f32 {
    // Added to a smaller f64, this number has the last place of a subnormal f32. The lowest bits of the sum are the code of the
    // f32.
    const ROUND: f64 = (3_u64 << 51) as f64 * power_of_two(-126) as f64 * power_of_two(-23) as f64;
    const NORMAL: f64 = f32::MIN_POSITIVE as f64;
    let exact = f64::from(a) * f64::from(b);
    let magnitude = exact.abs();
    let subnormal = (magnitude + ROUND).to_bits() as u32;
    let sign = (a.to_bits() ^ b.to_bits()) & (-0f32).to_bits();
    let normal = if magnitude < NORMAL { NORMAL } else { exact } as f32;
    // The smallest normal number is correct by both computations.
    let small = normal.to_bits() == f32::MIN_POSITIVE.to_bits();
    f32::from_bits(if small { subnormal | sign } else { normal.to_bits() })
}

/// Returns whether any number is not 0 and is below 2<sup>exponent</sup> in magnitude.
#[inline(always)]
pub(crate) fn any_below<const N: usize>(numbers: &[f32; N], exponent: i32) -> bool {
    let order = |x: f32| (x.to_bits() << 1).wrapping_add(i32::MAX as u32) as i32;
    let limit = order(power_of_two(exponent));
    let mut any = false;
    for &x in numbers {
        // 0 becomes the largest number.
        any |= order(x) < limit;
    }
    any
}

/// Returns an exponent. A number from 2<sup>exponent</sup> on is normal, and so is its product with the factor.
#[inline]
pub(crate) fn least_with_normal_product(factor: f32) -> i32 {
    let below_one = i32::from(u8::MAX / 2) - ((factor.to_bits() >> 23) & 0xff) as i32;
    (f32::MIN_EXP - 1 + below_one.max(0)).min(f32::MAX_EXP - 1)
}

/// Returns 2<sup>exponent</sup>, a normal number.
pub(crate) const fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}
