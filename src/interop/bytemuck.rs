//! bytemuck: a number as the bytes of its bits, and back, of slices too and without a copy.

/// bytemuck's traits. Every bit pattern of the storage is a number: bits above the width of a format are ignored.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_bytemuck {
    ($name:ident, $bits:ty) => {
        // SAFETY: the type is repr(transparent) over an integer, which may be all zeros.
        unsafe impl $crate::__private::bytemuck::Zeroable for $name {}
        // SAFETY: the type is repr(transparent) over an integer: any bits are valid, none is padding, and it is `Copy`.
        unsafe impl $crate::__private::bytemuck::Pod for $name {}
        // SAFETY: the type is repr(transparent) over this integer, and has no other field.
        unsafe impl $crate::__private::bytemuck::TransparentWrapper<$bits> for $name {}
    };
}
