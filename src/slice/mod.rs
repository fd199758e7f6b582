//! Whole tensors: conversion of slices at the speed of memory.
//!
//! Every function gives the bits of the scalar conversion, for every input, on every [`Isa`].
//!
//! The loops are compiled in your crate, at its optimization level. In a debug build the loops are slow. These lines in your
//! `Cargo.toml` optimize the loops in debug builds too:
//!
//! ```toml
//! [profile.dev]
//! opt-level = 2
//! incremental = false # compiles the loops three times as fast
//! ```
//!
//! # Overlap
//! A source is borrowed, and a destination is borrowed exclusively. The two therefore can't overlap in safe code, even if one is
//! a view of the other:
//!
//! ```compile_fail,E0502
//! let mut x = [1f32; 4];
//! let bits = ulp::slice::to_bits_mut(&mut x);
//! ulp::slice::cast(&x, ulp::slice::from_bits_mut::<f32>(bits));
//! ```
//!
//! # Long slices
//! On x86-64, results of 32 MiB and more are written past the caches, if they take at least half as many bytes as the source.
//! Such long results would not stay in the caches, and memory has less to do without them.

mod bytes;
mod counted;
mod dtype_plan;
mod pack;
#[cfg(feature = "rayon")]
pub(crate) mod parallel;
mod round_trip;
mod scaled;
pub(crate) mod scan;
mod stochastic;
mod typed_bytes;
mod unaligned;
pub(crate) mod view;

use core::mem::MaybeUninit;

use crate::bulk::{self, Out};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format};

pub use crate::bulk::reduction::{product_slice as product, sum_slice as sum};
pub use bytes::{CastError, cast_bytes, cast_bytes_on, cast_bytes_stochastic, cast_bytes_stochastic_on};
pub use counted::{Counts, cast_counted, cast_counted_on};
pub use pack::{pack, unpack};
#[cfg(feature = "rayon")]
pub use parallel::{par_cast, par_cast_counted, par_cast_scaled, par_cast_stochastic, par_cast_with};
pub use scaled::{cast_scaled, cast_scaled_on, scale_for};
pub use scan::{all_finite, all_finite_on, amax, amax_on};
pub use stochastic::{Stochastic, cast_stochastic, cast_stochastic_on};
pub use typed_bytes::{cast_from_bytes, cast_to_bytes};
pub use view::{from_bits, from_bits_mut, reinterpret, reinterpret_mut, to_bits, to_bits_mut};
#[cfg(feature = "alloc")]
pub use view::{reinterpret_vec, vec_from_bits, vec_to_bits};

/// Casts every element on the best [`Isa`] of this CPU. Each element is rounded once, ties to even, with IEEE's overflow.
///
/// ```
/// use ulp::{Bf16, slice};
///
/// let mut to = [Bf16::default(); 3];
/// slice::cast(&[1.0f32, 0.1, f32::MAX], &mut to);
/// assert_eq!(slice::to_bits(&to), [0x3f80, 0x3dcd, 0x7f80]);
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[doc(alias("astype", "convert_from_f32_slice", "convert_to_f32_slice"))]
#[inline]
#[track_caller]
pub fn cast<S: Format, D: Format>(src: &[S], dst: &mut [D]) {
    same_length(src.len(), dst.len());
    bulk::convert(Isa::detect(), src, Out::new(dst), Cast::new());
}

/// Casts every element as `cast` says, on the best [`Isa`] of this CPU.
///
/// ```
/// use ulp::{Bf16, Cast, Rounding, slice};
///
/// let mut narrow = [Bf16::default(); 2];
/// slice::cast_with(&[0.1, f32::INFINITY], &mut narrow, Cast::new().rounding(Rounding::TowardZero).saturating());
/// assert_eq!(slice::to_bits(&narrow), [0x3dcc, 0x7f7f]);
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[inline]
#[track_caller]
pub fn cast_with<S: Format, D: Format>(src: &[S], dst: &mut [D], cast: Cast) {
    cast_on(Isa::detect(), src, dst, cast);
}

/// Casts every element as `cast` says, on this [`Isa`].
///
/// ```
/// use ulp::{Cast, F16, Isa, slice};
///
/// // Every instruction set gives the same bits.
/// for isa in Isa::available() {
///     let mut narrow = [F16::default(); 3];
///     slice::cast_on(isa, &[0.1f32, -2.5, 1e6], &mut narrow, Cast::new());
///     assert_eq!(slice::to_bits(&narrow), [0x2e66, 0xc100, 0x7c00]);
/// }
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[inline]
#[track_caller]
pub fn cast_on<S: Format, D: Format>(isa: Isa, src: &[S], dst: &mut [D], cast: Cast) {
    same_length(src.len(), dst.len());
    bulk::convert(isa, src, Out::new(dst), cast);
}

/// Casts every element into memory that need not be initialised. Returns the initialised memory. Each element is rounded once,
/// ties to even, with IEEE's overflow.
///
/// ```
/// use std::mem::MaybeUninit;
/// use ulp::{F16, slice};
///
/// let mut memory = [MaybeUninit::uninit(); 2];
/// let narrow: &mut [F16] = slice::cast_uninit(&[1.0f32, 2.0], &mut memory);
/// assert_eq!(slice::to_bits(narrow), [0x3c00, 0x4000]);
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[inline]
#[track_caller]
pub fn cast_uninit<'a, S: Format, D: Format>(src: &[S], dst: &'a mut [MaybeUninit<D>]) -> &'a mut [D] {
    same_length(src.len(), dst.len());
    bulk::convert(Isa::detect(), src, Out::uninit(dst), Cast::new())
}

/// Casts every element into a new vector. Each element is rounded once, ties to even, with IEEE's overflow.
///
/// ```
/// use ulp::{F8E4M3Fn, slice};
///
/// let narrow = slice::cast_to_vec::<F8E4M3Fn>(&[1.0f32, 464.0]);
/// assert_eq!(narrow[1].to_f32(), 448.0);
/// ```
#[doc(alias("from_f32_slice", "to_f32_vec", "astype"))]
#[cfg(feature = "alloc")]
#[must_use]
pub fn cast_to_vec<D: Format>(src: &[impl Format]) -> alloc::vec::Vec<D> {
    bulk::out::vec(src.len(), |dst| bulk::convert(Isa::detect(), src, dst, Cast::new()))
}

/// Stops the compiler if a format has numbers that `f32` lacks. Every public function must make this assertion itself, because
/// the compiler names the line that called the asserting function.
pub(crate) const fn assert_within_f32<F: Format>() {
    assert!(
        F::LAYOUT.is_within(Layout::BINARY32),
        "this function takes formats that f32 has all numbers of"
    );
}

#[inline]
#[track_caller]
pub(crate) fn same_length(src: usize, dst: usize) {
    assert!(src == dst, "the source has {src} elements and the destination {dst}");
}
