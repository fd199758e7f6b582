//! [`Format`]: the floating-point format of the elements of an array.

use std::fmt;

use ulp::{Dtype, Layout};

/// A floating-point format: a format of the library `ulp`, or a format that the user defines.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Format {
    Known(Dtype),
    Own(Layout),
}

impl Format {
    /// Returns the layout of the codes.
    pub(crate) fn layout(self) -> Layout {
        match self {
            Self::Known(dtype) => dtype.layout(),
            Self::Own(layout) => layout,
        }
    }

    /// Returns the number of bits that an element takes in memory.
    pub(crate) fn bits(self) -> usize {
        match self {
            Self::Known(dtype) => dtype.bits() as usize,
            Self::Own(layout) => layout.bits().next_power_of_two().max(8) as usize,
        }
    }

    /// Returns the number of bytes that `elements` elements take.
    pub(crate) fn bytes(self, elements: usize) -> usize {
        elements / 8 * self.bits() + (elements % 8 * self.bits()).div_ceil(8)
    }

    /// Returns whether an element takes less than one byte.
    pub(crate) fn is_packed(self) -> bool {
        self.bits() < 8
    }

    /// Returns the smallest number of elements that fill whole bytes, and the number of these bytes.
    ///
    /// The result is (2, 1) for fp4, (4, 3) for fp6, and (1, bytes of an element) for a format that is not packed.
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
                write!(f, "the Layout of {exponent} exponent and {fraction} fraction bits")
            }
        }
    }
}
