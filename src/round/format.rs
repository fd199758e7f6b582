//! [`Format`]: a Rust type whose bits are read by a [`Layout`].
#![allow(unsafe_code, reason = "a type and its bits are exchanged by size, in constants too")]

use core::borrow::{Borrow, BorrowMut};
use core::fmt::Debug;
use core::hash::Hash;
use core::mem::transmute_copy;

use crate::round::{Cast, Flags};

use crate::format::{Layout, Parts};

mod sealed {
    pub trait Sealed {}
}

/// An unsigned integer that holds a code: `u8`, `u16`, `u32` or `u64`.
pub trait Bits: Copy + Eq + Ord + Send + Sync + Debug + 'static + sealed::Sealed {
    /// The width of the integer in bits.
    const BITS: u32;
    /// An array of bytes with the size of the integer.
    type Bytes: Copy + AsRef<[u8]> + AsMut<[u8]> + Borrow<[u8]> + BorrowMut<[u8]> + Ord + Hash + Debug + Send + Sync + 'static;
    /// Returns the integer, widened to 64 bits.
    fn to_u64(self) -> u64;
    /// Returns the low bits of an integer.
    fn from_u64(bits: u64) -> Self;
}

macro_rules! bits {
    ($($integer:ty),*) => { $(
        impl sealed::Sealed for $integer {}

        impl Bits for $integer {
            const BITS: u32 = <$integer>::BITS;
            type Bytes = [u8; size_of::<$integer>()];

            #[inline(always)]
            fn to_u64(self) -> u64 {
                self as u64
            }

            #[inline(always)]
            fn from_u64(bits: u64) -> Self {
                bits as Self
            }
        }
    )* };
}
bits!(u8, u16, u32, u64);

/// A type whose bits are a floating-point number, read by a [`Layout`]. `f32`, `f64`, the formats of this crate, and types that
/// [`float_type!`](crate::float_type) declares are such types.
///
/// ```
/// use ulp::{Bf16, F8E5M2, Format};
///
/// fn largest<F: Format>() -> f64 {
///     F::MAX.cast()
/// }
/// assert_eq!(largest::<F8E5M2>(), 57344.0);
/// assert_eq!(1.5f32.cast::<Bf16>().to_bits(), 0x3fc0);
/// ```
///
/// # Safety
/// `Self` must be `repr(transparent)` over [`Bits`](Self::Bits). Otherwise `Self` must have the size and the alignment of
/// [`Bits`](Self::Bits) and no invalid bits, like `f32` and `u32`. [`LAYOUT`](Self::LAYOUT) must be no wider than
/// [`Bits`](Self::Bits).
pub unsafe trait Format: Copy + Send + Sync + Debug + 'static {
    /// The integer type of equal size.
    type Bits: Bits;
    /// The layout that reads the bits.
    const LAYOUT: Layout;
    /// The name of the format in numpy with ml_dtypes, for example `"bfloat16"`.
    const DTYPE: &'static str;

    /// The largest finite number.
    const MAX: Self = from_code(Self::LAYOUT.max_code());
    /// The smallest finite number: −[`MAX`](Self::MAX), or the number of code 0 in a format without sign.
    const MIN: Self = from_code(Self::LAYOUT.min_code());
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self = from_code(Self::LAYOUT.min_normal_code());
    /// The step from 1 to the next larger number.
    const EPSILON: Self = from_code(Self::LAYOUT.epsilon_code());

    /// Returns the number with these bits. Bits above the width of the format are ignored.
    #[inline(always)]
    fn from_bits(bits: Self::Bits) -> Self {
        from_code(bits.to_u64())
    }

    /// Returns the bits of the number. Bits above the width of the format are 0.
    #[inline(always)]
    fn to_bits(self) -> Self::Bits {
        Self::Bits::from_u64(to_code(self))
    }

    /// Returns the sign, biased exponent and fraction fields.
    #[inline(always)]
    fn parts(self) -> Parts {
        Self::LAYOUT.decode(to_code(self))
    }

    /// Converts the number to another format. The number is rounded once, ties to even, with IEEE overflow. [`Cast::convert`]
    /// lists the rules.
    #[inline(always)]
    fn cast<D: Format>(self) -> D {
        self.cast_with(Cast::new()).0
    }

    /// Converts the number to another format by `cast`. Returns the rounded number and the exceptions that the conversion raised.
    #[inline(always)]
    fn cast_with<D: Format>(self, cast: Cast) -> (D, Flags) {
        let (code, flags) = cast.convert(Self::LAYOUT, D::LAYOUT, to_code(self));
        (from_code(code), flags)
    }
}

// SAFETY: f32 and u32 have equal size and alignment, and every u32 is a valid f32.
unsafe impl Format for f32 {
    type Bits = u32;
    const LAYOUT: Layout = Layout::BINARY32;
    const DTYPE: &'static str = "float32";
}

// SAFETY: f64 and u64 have equal size, and equal alignment on every target. Every u64 is a valid f64.
unsafe impl Format for f64 {
    type Bits = u64;
    const LAYOUT: Layout = Layout::BINARY64;
    const DTYPE: &'static str = "float64";
}

/// Returns [`Format::from_bits`] in constants, where a trait's method can't be called.
#[inline(always)]
pub(crate) const fn from_code<F: Format>(code: u64) -> F {
    // SAFETY: `Format` promises that F has the size of its `Bits`, one of these four sizes, and that all bits are valid.
    unsafe { truncate(code) }
}

/// Returns [`Format::to_bits`] in constants, where a trait's method can't be called.
#[inline(always)]
pub(crate) const fn to_code<F: Format>(number: F) -> u64 {
    // SAFETY: `Format` promises that F has the size of its `Bits`, one of these four sizes, and that all bytes are initialised.
    unsafe { widen(number) & const { F::LAYOUT.code_mask() } }
}

/// Returns [`Bits::from_u64`] in constants.
#[inline(always)]
pub(crate) const fn bits_from_u64<B: Bits>(bits: u64) -> B {
    // SAFETY: `Bits` is sealed. Only the integers of 1, 2, 4 and 8 bytes implement it.
    unsafe { truncate(bits) }
}

/// Returns the low bytes of an integer, the least significant byte first.
#[inline(always)]
pub(crate) const fn to_le_bytes<B: Bits>(bits: u64) -> B::Bytes {
    // SAFETY: `Bytes` is an array of the integer's size, at most 8 bytes, and any bytes are valid.
    unsafe { transmute_copy(&bits.to_le_bytes()) }
}

/// Returns the low bytes of an integer, the most significant byte first.
#[inline(always)]
pub(crate) const fn to_be_bytes<B: Bits>(bits: u64) -> B::Bytes {
    to_le_bytes::<B>(swap_bytes::<B>(bits))
}

/// Returns the integer of bytes. The least significant byte comes first.
#[inline(always)]
pub(crate) const fn from_le_bytes<B: Bits>(bytes: B::Bytes) -> u64 {
    // SAFETY: `Bytes` is an array of 1, 2, 4 or 8 bytes.
    let native = unsafe { widen(bytes) };
    if cfg!(target_endian = "little") {
        native
    } else {
        swap_bytes::<B>(native)
    }
}

/// Returns the integer of bytes. The most significant byte comes first.
#[inline(always)]
pub(crate) const fn from_be_bytes<B: Bits>(bytes: B::Bytes) -> u64 {
    swap_bytes::<B>(from_le_bytes::<B>(bytes))
}

/// Reverses the bytes of an integer of the width of `B`.
#[inline(always)]
const fn swap_bytes<B: Bits>(bits: u64) -> u64 {
    // Vectors have the instruction for each width alone.
    match B::BITS {
        8 => bits,
        16 => (bits as u16).swap_bytes() as u64,
        32 => (bits as u32).swap_bytes() as u64,
        _ => bits.swap_bytes(),
    }
}

/// A value, or the integer of equal size with its bytes. To read a union takes no call, also in a build without optimization.
#[derive(Clone, Copy)]
union View<T: Copy> {
    value: T,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
}

/// Returns the low bits of an integer as a value of type `T`.
///
/// # Safety
/// `T` has 1, 2, 4 or 8 bytes, and any bits are valid.
#[inline(always)]
const unsafe fn truncate<T: Copy>(bits: u64) -> T {
    let view = match size_of::<T>() {
        1 => View { u8: bits as u8 },
        2 => View { u16: bits as u16 },
        4 => View { u32: bits as u32 },
        _ => View { u64: bits },
    };
    // SAFETY: the caller promises that the integer has the size of `T`, and that any bits are a valid `T`.
    unsafe { view.value }
}

/// Returns the bytes of a value as an integer of equal size, widened to 64 bits.
///
/// # Safety
/// `T` has 1, 2, 4 or 8 bytes. No byte is padding.
#[inline(always)]
const unsafe fn widen<T: Copy>(value: T) -> u64 {
    let view = View { value };
    // SAFETY: the caller promises that the integer has the size of `T`, and that all its bytes are initialized.
    unsafe {
        match size_of::<T>() {
            1 => view.u8 as u64,
            2 => view.u16 as u64,
            4 => view.u32 as u64,
            _ => view.u64,
        }
    }
}
