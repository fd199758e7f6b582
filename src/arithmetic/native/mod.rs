//! Arithmetic by the CPU's `f32` and `f64`, where the CPU gives the bits of the exact routines.
//!
//! A result may be rounded twice: first to a format of P bits, then to a format of p bits. For +, −, ×, ÷ and √, two roundings
//! give the result of one rounding if P ≥ 2p + 2 and the first result is not subnormal (Figueroa, "When is double rounding
//! innocuous?", 1995). `f32` has 24 bits and serves p up to 11. `f64` has 53 bits and serves p up to 25. [`ComputedIn::of`]
//! has the limits of the exponents.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod f16c;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use f16c::F16c;

use crate::arithmetic::ieee;
use crate::format::{Layout, limits::max};
use crate::round::{Format, Rounding, short};
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use crate::round::{from_code, to_code};

/// The format in which an operation is computed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ComputedIn {
    F32,
    F64,
    Exact,
}

impl ComputedIn {
    /// Returns the format in which to compute sums, products, quotients and roots.
    const fn of(layout: Layout) -> Self {
        // Sums are multiples of the smallest number. They are exact where they are subnormal in the wider format. Products and
        // quotients of numbers between 2^least and 2^past lie between 2^-reach and 2^reach. The wider format has normal numbers
        // there.
        let (least, past) = (layout.finest_exponent(), layout.max_exponent() + 1);
        let reach = max(2 * max(-least, past), past - least);
        // A format with the exponents of f32, like bfloat16, may have up to 8 bits. Only a first result among f32's subnormals, a
        // multiple of 2^-149, could be rounded to a false tie of the format. A tie is an odd multiple M of 2^-134. A false tie
        // needs an exact result 2^-150 or less away from the tie.
        // - Sums are exact there.
        // - A product XY · 2^k, X and Y odd, is a multiple of 2^-150 since XY < 2^16. At the distance 2^-150, XY would be 2^16 ±
        //   1, and neither number has two factors below 2^8.
        // - A quotient X/Y · 2^k is equal to M · 2^-134 or differs from it by at least M · 2^-134 / X, and X < 2^8.
        let like_f32 = layout.precision() <= 8
            && layout.min_exponent() == Layout::BINARY32.min_exponent()
            && layout.max_exponent() <= Layout::BINARY32.max_exponent();
        if layout.precision() <= 11 && reach <= 126 || like_f32 {
            Self::F32
        } else if layout.precision() <= 25 && reach <= 1022 {
            Self::F64
        } else {
            Self::Exact
        }
    }
}

/// The format in which a product and a sum are computed. The product is exact in this format.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MultiplyAdd {
    F32,
    /// Computes in `f64`, and rounds the result to `f32` first.
    F64ToF32,
    F64,
    Exact,
}

impl MultiplyAdd {
    const fn of(layout: Layout) -> Self {
        let bits = 2 * layout.precision();
        let (least, past) = (2 * layout.finest_exponent(), 2 * (layout.max_exponent() + 1));
        let narrow = layout.precision() + 2 <= 24 && layout.finest_exponent() - 2 >= -149 && layout.max_exponent() <= 127;
        if bits <= 24 && least >= -149 && past <= 127 {
            Self::F32
        } else if bits <= 53 && least >= -1074 && past <= 1023 {
            if narrow { Self::F64ToF32 } else { Self::F64 }
        } else {
            Self::Exact
        }
    }
}

/// Makes the module of the operations in a wider format.
macro_rules! wide {
    ($name:ident, $float:ident, $bits:ty, $layout:ident, $word:ident, $to:ident, $from:ident) => {
        pub(super) mod $name {
            use crate::format::Layout;
            use crate::round::{Format, from_code, to_code};
            use crate::round::{shares_exponents, short, $word};

            const WIDE: Layout = Layout::$layout;
            const NAN: $bits = WIDE.nan_code().unwrap() as $bits;

            /// Widens a number exactly. A NaN may stay signaling.
            #[inline(always)]
            pub(super) fn widen<F: Format>(x: F) -> $float {
                if const { shares_exponents(F::LAYOUT, WIDE) } {
                    let up = const { WIDE.fraction_bits().saturating_sub(F::LAYOUT.fraction_bits()) };
                    $float::from_bits((to_code(x) as $bits) << up)
                } else {
                    short::$to(x)
                }
            }

            /// Rounds the result of an operation. CPUs differ in the NaN that they return. A NaN therefore becomes the first
            /// operand that is a NaN, or else the canonical NaN, as in [`ieee`](crate::ieee).
            #[inline(always)]
            pub(super) fn narrow<F: Format, const N: usize>(operands: [$float; N], result: $float) -> F {
                let (mut nan, mut i) = (0, N);
                while i > 0 {
                    i -= 1;
                    nan = if operands[i].is_nan() {
                        operands[i].to_bits()
                    } else {
                        nan
                    };
                }
                let nan = nan | NAN;
                let code = if const { shares_exponents(F::LAYOUT, WIDE) } {
                    // A code is the upper part of a wide code. A loop that selects between wide codes narrows once.
                    let up = const { WIDE.fraction_bits().saturating_sub(F::LAYOUT.fraction_bits()) };
                    let bits = result.to_bits();
                    let odd = bits >> up & 1;
                    let almost_half = (1 << (up - 1)) - 1;
                    let rounded = bits.wrapping_add(almost_half + odd);
                    (if result.is_nan() { nan } else { rounded }) >> up
                } else {
                    let code = to_code(short::$from::<F>(result)) as $bits;
                    let magnitude = nan & WIDE.magnitude_mask() as $bits;
                    let sign = (nan != magnitude) as $bits * F::LAYOUT.sign_mask() as $bits;
                    let (nan, _) = $word::nan(WIDE, F::LAYOUT, sign, magnitude);
                    // The bits of the result decide, like in the cast.
                    let is_nan = WIDE.is_nan(result.to_bits() as u64);
                    if is_nan { nan } else { code }
                };
                from_code(code as u64)
            }

            /// Returns a · b + c where the product is exact: the sum, and the error of the sum (Knuth's `TwoSum`).
            #[inline(always)]
            pub(in crate::arithmetic) fn multiply_add(a: $float, b: $float, c: $float) -> ($float, $float) {
                let product = a * b;
                let sum = product + c;
                let of_c = sum - product;
                (sum, (product - (sum - of_c)) + (c - of_c))
            }

            /// Rounds to odd a number that was rounded to nearest. `lost` is the difference between the exact value and
            /// `nearest`. If `lost` is not 0, the result is the odd neighbour on the side of the exact value.
            #[inline(always)]
            pub(in crate::arithmetic) fn to_odd(nearest: $float, lost: $float) -> $float {
                // For infinities `lost` is a NaN, and the comparison is false.
                let inexact = lost.abs() > 0.0;
                let beyond = (lost < 0.0) != (nearest < 0.0);
                let bits = nearest.to_bits() - (inexact && beyond) as $bits;
                $float::from_bits(bits | inexact as $bits)
            }
        }
    };
}
wide!(by_f32, f32, u32, BINARY32, word32, to_f32, from_f32);
wide!(by_f64, f64, u64, BINARY64, word64, to_f64, from_f64);

/// Returns the result of F16C, if F16C serves this format and this CPU.
macro_rules! by_f16c {
    ($name:ident($($operand:ident),*)) => {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        if const { F::LAYOUT.const_eq(Layout::BINARY16) }
            && let Some(f16c) = F16c::new()
            && let Some(code) = f16c.$name($(to_code($operand) as u16),*)
        {
            return from_code(code.into());
        }
    };
}

macro_rules! operations {
    ($($(#[$meta:meta])* $name:ident($($operand:ident),*) = $in_f32:expr, $in_f64:expr, $exact:expr;)*) => { $(
        $(#[$meta])*
        #[inline]
        pub(crate) fn $name<F: Format>($($operand: F),*) -> F {
            by_f16c!($name($($operand),*));
            match const { ComputedIn::of(F::LAYOUT) } {
                ComputedIn::F32 => {
                    $(let $operand = by_f32::widen($operand);)*
                    by_f32::narrow([$($operand),*], $in_f32)
                }
                ComputedIn::F64 => {
                    $(let $operand = by_f64::widen($operand);)*
                    by_f64::narrow([$($operand),*], $in_f64)
                }
                ComputedIn::Exact => $exact,
            }
        }
    )* };
}
operations! {
    add(a, b) = a + b, a + b, ieee::add(a, b, Rounding::TiesToEven).0;
    sub(a, b) = a - b, a - b, ieee::sub(a, b, Rounding::TiesToEven).0;
    mul(a, b) = a * b, a * b, ieee::mul(a, b, Rounding::TiesToEven).0;
    div(a, b) = a / b, a / b, ieee::div(a, b, Rounding::TiesToEven).0;
    // The remainder is exact in every format that has the operands.
    rem(a, b) = a % b, a % b, ieee::rem(a, b).0;
    #[cfg(feature = "std")]
    sqrt(a) = a.sqrt(), a.sqrt(), ieee::sqrt(a, Rounding::TiesToEven).0;
}

#[cfg(not(feature = "std"))]
pub(crate) fn sqrt<F: Format>(a: F) -> F {
    by_f16c!(sqrt(a));
    ieee::sqrt(a, Rounding::TiesToEven).0
}

/// Returns a · b + c, rounded once. The sum is rounded to odd with at least two bits more than the format has, and then rounded
/// to the format (Boldo and Melquiond, 2008).
#[inline]
pub(crate) fn mul_add<F: Format>(a: F, b: F, c: F) -> F {
    by_f16c!(mul_add(a, b, c));
    match const { MultiplyAdd::of(F::LAYOUT) } {
        MultiplyAdd::F32 => {
            let [a, b, c] = [a, b, c].map(by_f32::widen);
            let (sum, error) = by_f32::multiply_add(a, b, c);
            by_f32::narrow([a, b, c], by_f32::to_odd(sum, error))
        }
        MultiplyAdd::F64ToF32 => {
            let [a, b, c] = [a, b, c].map(by_f32::widen);
            let (sum, error) = by_f64::multiply_add(a.into(), b.into(), c.into());
            let nearest = sum as f32;
            // The difference `sum` − `nearest` is 0, or is greater than `error` in magnitude.
            let lost = (sum - f64::from(nearest)) + error;
            by_f32::narrow([a, b, c], by_f32::to_odd(nearest, lost as f32))
        }
        MultiplyAdd::F64 => {
            let [a, b, c] = [a, b, c].map(by_f64::widen);
            let (sum, error) = by_f64::multiply_add(a, b, c);
            by_f64::narrow([a, b, c], by_f64::to_odd(sum, error))
        }
        MultiplyAdd::Exact => ieee::mul_add(a, b, c, Rounding::TiesToEven).0,
    }
}

/// Computes a function of one number in `f32`, and rounds the result of the function once. A NaN stays the NaN, made quiet: CPUs
/// differ in the NaN that they compute.
#[inline(always)]
pub(crate) fn through_f32<F: Format>(x: F, f: impl Fn(f32) -> f32) -> F {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    if const { F::LAYOUT.const_eq(Layout::BINARY16) }
        && let Some(f16c) = F16c::new()
    {
        let code = f16c.through_f32(to_code(x) as u16, f).into();
        let is_nan = F::LAYOUT.is_nan(to_code(x));
        return from_code(if is_nan { F::LAYOUT.quieted(to_code(x)) } else { code });
    }
    let wide = to_f32(x);
    from_f32(if wide.is_nan() { wide } else { f(wide) })
}

/// Rounds an `f32`, ties to even, with IEEE overflow. F16C has an instruction for binary16, which does not depend on MXCSR and
/// treats NaNs like [`Cast::convert`](crate::Cast::convert).
#[inline(always)]
pub(crate) fn from_f32<F: Format>(x: f32) -> F {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    if const { F::LAYOUT.const_eq(Layout::BINARY16) }
        && let Some(f16c) = F16c::new()
    {
        return from_code(f16c.narrow(x).into());
    }
    short::from_f32(x)
}

/// Converts the number to an `f32`, exactly or rounded ties to even.
#[inline(always)]
pub(crate) fn to_f32<F: Format>(x: F) -> f32 {
    #[cfg(all(target_arch = "x86_64", target_feature = "f16c"))]
    if const { F::LAYOUT.const_eq(Layout::BINARY16) } {
        return F16c::COMPILED.widen(to_code(x) as u16);
    }
    short::to_f32(x)
}

/// Converts the number to an `f64`, exactly or rounded ties to even.
#[inline(always)]
pub(crate) fn to_f64<F: Format>(x: F) -> f64 {
    let by_f16c = cfg!(all(target_arch = "x86_64", target_feature = "f16c"));
    if by_f16c && const { F::LAYOUT.const_eq(Layout::BINARY16) } {
        // Every binary16 is zero, a normal `f32`, an infinity or a NaN. Denormals-are-zero therefore changes nothing.
        return to_f32(x).into();
    }
    short::to_f64(x)
}
