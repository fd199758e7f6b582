//! Compares `ulp::ieee` with the oracle, operation by operation, on codes.

use ulp::{Bits, Flags, Format, ieee};

use crate::adapter;
use crate::oracle::{self, Answer, FormatSpec, Rounding};

/// Returns the number of these storage bits.
#[must_use]
pub fn number<F: Format>(bits: u64) -> F {
    F::from_bits(F::Bits::from_u64(bits))
}

/// Returns the bits of a number, widened.
#[must_use]
pub fn code<F: Format>(number: F) -> u64 {
    number.to_bits().to_u64()
}

/// The crate's operation. It returns a code and flags.
pub type Given<const N: usize> = fn([u64; N], ulp::Rounding) -> (u64, u8);

/// An operation with `N` operands.
#[derive(Clone, Copy, Debug)]
pub struct Operation<const N: usize> {
    /// Its name in `ulp::ieee`.
    pub name: &'static str,
    /// The crate's operation.
    pub given: Given<N>,
    /// The oracle's operation.
    pub right: for<'a> fn(&'a FormatSpec, [u64; N]) -> Answer<'a>,
}

impl<const N: usize> Operation<N> {
    /// Compares the crate with the oracle in every rounding.
    ///
    /// # Errors
    /// If they differ. The error has the operands, the results, and the right results.
    pub fn check(&self, shape: &FormatSpec, operands: [u64; N]) -> Result<(), String> {
        let answer = (self.right)(shape, operands);
        for rounding in Rounding::ALL {
            let right = answer.rounded(rounding);
            let is = (self.given)(operands, adapter::rounding(rounding));
            if is != right {
                return Err(format!(
                    "{} {operands:#x?}, {rounding:?}: {:#x} flags {:#x}, right: {:#x} flags {:#x}; {shape:?}",
                    self.name, is.0, is.1, right.0, right.1
                ));
            }
        }
        Ok(())
    }
}

/// The oracle's operations, on operands in an array. Closures in the generic functions below would be compiled for each format.
mod right {
    use super::{Answer, FormatSpec, oracle};

    macro_rules! operations {
        ($($name:ident($($operand:ident),*))*) => { $(
            pub(super) fn $name(
                shape: &FormatSpec,
                [$($operand),*]: [u64; [$(stringify!($operand)),*].len()],
            ) -> Answer<'_> {
                oracle::$name(shape, $($operand),*)
            }
        )* };
    }
    operations! { sqrt(a) add(a, b) sub(a, b) mul(a, b) div(a, b) rem(a, b) remainder(a, b) mul_add(a, b, c) }
}

fn given<F: Format>((number, flags): (F, Flags)) -> (u64, u8) {
    (code(number), flags.bits())
}

/// Returns √.
#[must_use]
pub fn sqrt<F: Format>() -> Operation<1> {
    Operation {
        name: "sqrt",
        given: |[a], rounding| given(ieee::sqrt(number::<F>(a), rounding)),
        right: right::sqrt,
    }
}

/// Returns the operations with two operands.
#[must_use]
pub fn binary<F: Format>() -> [Operation<2>; 6] {
    [
        Operation {
            name: "add",
            given: |[a, b], rounding| given(ieee::add(number::<F>(a), number(b), rounding)),
            right: right::add,
        },
        Operation {
            name: "sub",
            given: |[a, b], rounding| given(ieee::sub(number::<F>(a), number(b), rounding)),
            right: right::sub,
        },
        Operation {
            name: "mul",
            given: |[a, b], rounding| given(ieee::mul(number::<F>(a), number(b), rounding)),
            right: right::mul,
        },
        Operation {
            name: "div",
            given: |[a, b], rounding| given(ieee::div(number::<F>(a), number(b), rounding)),
            right: right::div,
        },
        Operation {
            name: "rem",
            given: |[a, b], _| given(ieee::rem(number::<F>(a), number(b))),
            right: right::rem,
        },
        Operation {
            name: "remainder",
            given: |[a, b], _| given(ieee::remainder(number::<F>(a), number(b))),
            right: right::remainder,
        },
    ]
}

/// Returns a · b + c.
#[must_use]
pub fn mul_add<F: Format>() -> Operation<3> {
    Operation {
        name: "mul_add",
        given: |[a, b, c], rounding| given(ieee::mul_add(number::<F>(a), number(b), number(c), rounding)),
        right: right::mul_add,
    }
}
