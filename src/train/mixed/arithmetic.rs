//! Products, quotients and roots of `f32`, computed in two ways that give the same bits.
//!
//! On some CPUs, such an operation takes a hundred cycles if an operand or the result is subnormal. Moments become subnormal if
//! they decay for long without a gradient. Sums, conversions to `f64` and operations on integers are as fast on subnormals.

#[cfg(not(feature = "std"))]
use crate::arithmetic::ieee;
use crate::bulk::subnormal::{self, power_of_two};
#[cfg(not(feature = "std"))]
use crate::round::Rounding;

/// The operations that rules of optimizers use, beside sums.
pub(super) trait Arithmetic {
    fn product(a: f32, b: f32) -> f32;

    /// Returns the product of two numbers, one of which is a gradient.
    fn product_of_gradient(a: f32, gradient: f32) -> f32;

    fn root(x: f32) -> f32;

    /// Returns a + scale · b / c. The sum may be uncertain.
    fn add_quotient(a: f32, scale: f32, b: f32, c: f32) -> Sum;
}

/// A sum. If it is uncertain, [`Plain`] must compute it again.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    pub(super) value: f32,
    pub(super) uncertain: bool,
}

impl Sum {
    #[inline(always)]
    pub(super) fn certain(value: f32) -> Self {
        Self { value, uncertain: false }
    }
}

/// The operations of the CPU.
pub(super) struct Plain;

impl Arithmetic for Plain {
    #[inline(always)]
    fn product(a: f32, b: f32) -> f32 {
        a * b
    }

    #[inline(always)]
    fn root(x: f32) -> f32 {
        sqrt(x)
    }

    #[inline(always)]
    fn product_of_gradient(a: f32, gradient: f32) -> f32 {
        a * gradient
    }

    #[inline(always)]
    fn add_quotient(a: f32, scale: f32, b: f32, c: f32) -> Sum {
        Sum::certain(a + scale * b / c)
    }
}

/// A moment below this power of two is tiny. The product of a larger moment and a learning rate above 2<sup>−26</sup> is normal.
pub(super) const TINY: i32 = -100;
/// A gradient below this power of two is tiny. The limit is higher, because gradients are squared.
pub(super) const TINY_GRADIENT: i32 = -48;

/// Operations that avoid subnormal operands and results. Operations on gradients avoid them only if `GRADIENTS` is true.
pub(super) struct SubnormalSafe<const GRADIENTS: bool>;

impl<const GRADIENTS: bool> Arithmetic for SubnormalSafe<GRADIENTS> {
    #[inline(always)]
    fn product(a: f32, b: f32) -> f32 {
        subnormal::product(a, b)
    }

    #[inline(always)]
    fn product_of_gradient(a: f32, gradient: f32) -> f32 {
        if GRADIENTS { Self::product(a, gradient) } else { a * gradient }
    }

    #[inline(always)]
    fn root(x: f32) -> f32 {
        // A subnormal number is its code times 2^-149.
        let subnormal = x.to_bits() < f32::MIN_POSITIVE.to_bits();
        let twice_code = (2 * x.to_bits()) as i32 as f32;
        let (x, unit) = if subnormal {
            (twice_code, power_of_two(-75))
        } else {
            (x, 1.0)
        };
        sqrt(x) * unit
    }

    /// Returns the sum. A quotient below a quarter of the last place of `a` does not change `a`.
    #[inline(always)]
    fn add_quotient(a: f32, scale: f32, b: f32, c: f32) -> Sum {
        const ENOUGH: f32 = power_of_two(TINY + 26);
        let tiny = b.abs() < power_of_two(TINY);
        // The mask keeps the compiler from computing both products and choosing one of them.
        let kept = b.to_bits() & (tiny as u32).wrapping_sub(1);
        let quotient = scale * f32::from_bits(kept) / c;
        let enough = a.abs() * c > scale.abs() * ENOUGH;
        Sum {
            value: a + quotient,
            uncertain: tiny && !enough,
        }
    }
}

#[cfg(feature = "std")]
#[inline(always)]
fn sqrt(x: f32) -> f32 {
    x.sqrt()
}

#[cfg(not(feature = "std"))]
#[inline(always)]
fn sqrt(x: f32) -> f32 {
    ieee::sqrt(x, Rounding::TiesToEven).0
}
