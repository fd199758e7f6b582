//! Arithmetic by way of the CPU's `f32` and `f64`, where that gives the bits of the exact routines.
//!
//! Rounding twice, first to a format of P bits and then to one of p, is rounding once for +, −, ×, ÷ and √ if P ≥ 2p + 2 and
//! the first result is no subnormal (Figueroa, "When is double rounding innocuous?", 1995). `f32` has 24 bits, so p may be
//! up to 11; `f64` has 53, so it may be up to 25. What exponents may be is in [`Route::of`].
#![allow(
    missing_docs,
    reason = "not for people: what `float_type!` expands to calls these"
)]

use crate::format::to_code;
use crate::{Format, Layout};

/// How to compute in a format.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Route {
    F32,
    F64,
    Exact,
}

impl Route {
    /// For sums, products, quotients and roots.
    const fn of(layout: Layout) -> Self {
        // Sums are multiples of the smallest number, and exact where they are subnormal in the wider format. Products and
        // quotients of numbers between 2^least and 2^past lie between 2^-reach and 2^reach, where it has normal numbers.
        let (least, past) = (layout.finest_exponent(), layout.max_exponent() + 1);
        let reach = max(2 * max(-least, past), past - least);
        // With the exponents of f32, as bfloat16, 8 bits will do. Only a first result in f32's subnormals, a multiple of
        // 2^-149, could be rounded to a tie of the format, an odd multiple M of 2^-134, without being one, and that is when it is
        // 2^-150 or less away. Sums are exact there. A product XY · 2^k, X and Y odd, is a multiple of 2^-150 since XY < 2^16;
        // 2^-150 away it would be 2^16 ± 1, and neither has two factors below 2^8. A quotient X/Y · 2^k differs from M · 2^-134
        // by M · 2^-134 / X at least, if at all, and X < 2^8.
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

    /// For a · b + c: the product must be exact, and the sum, rounded to odd, needs two bits more than the format has (Boldo and
    /// Melquiond, 2008).
    const fn of_multiply_add(layout: Layout) -> Self {
        let bits = 2 * layout.precision();
        let (least, past) = (
            2 * layout.finest_exponent(),
            2 * (layout.max_exponent() + 1),
        );
        if bits <= 24 && least >= -149 && past <= 127 {
            Self::F32
        } else if bits <= 53 && least >= -1074 && past <= 1023 {
            Self::F64
        } else {
            Self::Exact
        }
    }
}

const fn max(a: i32, b: i32) -> i32 {
    if a > b { a } else { b }
}

/// The result of an operation that was done in a wider format. Its NaNs are not the same on all CPUs.
#[inline(always)]
fn narrow<W: Format, F: Format>(wide: W, operands: &[u64]) -> F {
    let layout = F::LAYOUT;
    let code = to_code(wide.cast::<F>());
    let is_nan = W::LAYOUT.is_nan(to_code(wide));
    let nan = match layout.nan_of(operands) {
        Some((nan, _)) => nan,
        None => layout.invalid().0,
    };
    crate::format::from_code(if is_nan { nan } else { code })
}

macro_rules! operations {
    ($($(#[$meta:meta])* $name:ident($($operand:ident),*) = $wide:expr, $exact:ident;)*) => { $(
        $(#[$meta])*
        #[inline]
        pub fn $name<F: Format>($($operand: F),*) -> F {
            let operands = [$(to_code($operand)),*];
            match const { Route::of(F::LAYOUT) } {
                Route::F32 => {
                    $(let $operand = $operand.cast::<f32>();)*
                    narrow($wide, &operands)
                }
                Route::F64 => {
                    $(let $operand = $operand.cast::<f64>();)*
                    narrow($wide, &operands)
                }
                Route::Exact => crate::ieee::$exact($($operand,)* crate::Rounding::TiesToEven).0,
            }
        }
    )* };
}
operations! {
    add(a, b) = a + b, add;
    sub(a, b) = a - b, sub;
    mul(a, b) = a * b, mul;
    div(a, b) = a / b, div;
    #[cfg(feature = "std")]
    sqrt(a) = a.sqrt(), sqrt;
}

#[cfg(not(feature = "std"))]
pub fn sqrt<F: Format>(a: F) -> F {
    crate::ieee::sqrt(a, crate::Rounding::TiesToEven).0
}

macro_rules! add_to_odd {
    ($name:ident, $float:ty, $bits:ty) => {
        /// a + b rounded to odd: to nearest first, and by the error of that (Knuth's `TwoSum`) to the odd neighbour on its side.
        #[inline(always)]
        fn $name(a: $float, b: $float) -> $float {
            let sum = a + b;
            let of_b = sum - a;
            let error = (a - (sum - of_b)) + (b - of_b);
            // Of infinities it is a NaN.
            let inexact = error.abs() > 0.0;
            let beyond = (error < 0.0) != (sum < 0.0);
            let bits = sum.to_bits();
            let odd = (bits - (inexact && beyond) as $bits) | inexact as $bits;
            <$float>::from_bits(odd)
        }
    };
}
add_to_odd!(add_to_odd_f32, f32, u32);
add_to_odd!(add_to_odd_f64, f64, u64);

/// a · b + c, rounded once.
#[inline]
pub fn mul_add<F: Format>(a: F, b: F, c: F) -> F {
    let operands = [to_code(a), to_code(b), to_code(c)];
    match const { Route::of_multiply_add(F::LAYOUT) } {
        Route::F32 => {
            let product = a.cast::<f32>() * b.cast::<f32>();
            narrow(add_to_odd_f32(product, c.cast()), &operands)
        }
        Route::F64 => {
            let product = a.cast::<f64>() * b.cast::<f64>();
            narrow(add_to_odd_f64(product, c.cast()), &operands)
        }
        Route::Exact => crate::ieee::mul_add(a, b, c, crate::Rounding::TiesToEven).0,
    }
}
