//! [`Format`]: what the elements of an array are.

use std::fmt;

use ulp::{Dtype, Layout};

/// A format of numbers: one of the library's, or a user's own.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Format {
    Known(Dtype),
    Own(Layout),
}

impl Format {
    /// How a code is read.
    pub(crate) fn layout(self) -> Layout {
        match self {
            Self::Known(dtype) => dtype.layout(),
            Self::Own(layout) => layout,
        }
    }

    /// How many bits an element takes in memory.
    pub(crate) fn bits(self) -> usize {
        match self {
            Self::Known(dtype) => dtype.bits() as usize,
            Self::Own(layout) => layout.bits().next_power_of_two().max(8) as usize,
        }
    }

    /// How many bytes so many elements take.
    pub(crate) fn bytes(self, elements: usize) -> usize {
        elements / 8 * self.bits() + (elements % 8 * self.bits()).div_ceil(8)
    }

    /// Whether an element takes less than a byte.
    pub(crate) fn is_packed(self) -> bool {
        self.bits() < 8
    }

    /// Elements of the fewest whole bytes of a packed format, and these bytes: 2 and 1 for fp4, 4 and 3 for fp6.
    pub(crate) fn pack(self) -> (usize, usize) {
        match self.bits() {
            4 => (2, 1),
            6 => (4, 3),
            bits => (1, bits / 8),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(dtype) => dtype.fmt(f),
            Self::Own(layout) => {
                let (exponent, fraction) = (layout.exponent_bits(), layout.fraction_bits());
                write!(
                    f,
                    "the Layout of {exponent} exponent and {fraction} fraction bits"
                )
            }
        }
    }
}
