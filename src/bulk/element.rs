//! [`Element`]: the element type of the slices of a conversion.

use crate::format::Layout;
use crate::round::{Format, from_code, to_code};

/// A number of a slice: a [`Format`], or a number that is stored without alignment.
pub(crate) trait Element: Copy {
    const LAYOUT: Layout;

    /// Returns the code of the number. Bits above the width of the format are 0.
    fn code(self) -> u64;
    fn from_code(code: u64) -> Self;
}

impl<F: Format> Element for F {
    const LAYOUT: Layout = F::LAYOUT;

    #[inline(always)]
    fn code(self) -> u64 {
        to_code(self)
    }

    #[inline(always)]
    fn from_code(code: u64) -> Self {
        from_code(code)
    }
}

/// Returns whether elements take the smallest power of two of bytes that holds a code. A declared format may take more.
pub(super) const fn has_usual_size<E: Element>() -> bool {
    size_of::<E>() == E::LAYOUT.bits().div_ceil(8).next_power_of_two() as usize
}
