//! Whole tensors: conversion of slices at the speed of memory.
//!
//! Every function gives the bits that the scalar conversion gives, for every input, on every [`Isa`].
//!
//! The loops are compiled in your crate, at its optimization level: in a debug build they are slow. Put this in your
//! `Cargo.toml` to optimize them there too:
//!
//! ```toml
//! [profile.dev]
//! opt-level = 2
//! incremental = false # compiles the loops three times as fast
//! ```
//!
//! # Overlap
//! A source is borrowed and a destination borrowed exclusively, so that the two can't overlap in safe code, whatever views of one
//! another they are:
//!
//! ```compile_fail,E0502
//! let mut x = [1f32; 4];
//! let bits = ulp::slice::to_bits_mut(&mut x);
//! ulp::slice::cast(&x, ulp::slice::from_bits_mut::<f32>(bits));
//! ```
//!
//! # Long slices
//! On x86-64, results of 32 MiB and more are written past the caches if they take at least half as many bytes as the source: they would
//! not stay there anyway, and memory has less to do.

mod bytes;
mod counted;
mod pack;
#[cfg(feature = "rayon")]
pub(crate) mod parallel;
mod scaled;
pub(crate) mod scan;
mod stochastic;
mod there_and_back;
mod unaligned;
pub(crate) mod view;
mod way;

use core::mem::MaybeUninit;

use crate::bulk::uninit;
use crate::round::{Cast, Format};

use crate::cpu::Isa;

use crate::bulk;

pub use crate::bulk::fold::{product_slice as product, sum_slice as sum};
pub use bytes::{
    CastError, cast_bytes, cast_bytes_on, cast_bytes_stochastic, cast_bytes_stochastic_on,
};
pub use counted::{Counts, cast_counted, cast_counted_on};
pub use pack::{pack, unpack};
#[cfg(feature = "rayon")]
pub use parallel::{
    par_cast, par_cast_counted, par_cast_scaled, par_cast_stochastic, par_cast_with,
};
pub use scaled::{cast_scaled, cast_scaled_on};
pub use scan::{all_finite, all_finite_on, amax, amax_on};
pub use stochastic::{Stochastic, cast_stochastic, cast_stochastic_on};
pub use view::{from_bits, from_bits_mut, reinterpret, reinterpret_mut, to_bits, to_bits_mut};

/// Casts every element, rounded once, ties to even, with IEEE's overflow, on the best [`Isa`] of this CPU.
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
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast<S: Format, D: Format>(src: &[S], dst: &mut [D]) {
    cast_with(src, dst, Cast::new());
}

/// Casts every element as `cast` says, on the best [`Isa`] of this CPU.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast_with<S: Format, D: Format>(src: &[S], dst: &mut [D], cast: Cast) {
    cast_on(Isa::detect(), src, dst, cast);
}

/// Casts every element as `cast` says, on this [`Isa`].
///
/// # Panics
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast_on<S: Format, D: Format>(isa: Isa, src: &[S], dst: &mut [D], cast: Cast) {
    same_length(src.len(), dst.len());
    bulk::convert(isa, src, uninit::as_uninit(dst), cast);
}

/// Casts every element into memory that need not be initialised, and returns it initialised. Ties to even, IEEE's overflow.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast_uninit<'a, S: Format, D: Format>(
    src: &[S],
    dst: &'a mut [MaybeUninit<D>],
) -> &'a mut [D] {
    same_length(src.len(), dst.len());
    bulk::convert(Isa::detect(), src, dst, Cast::new());
    uninit::assume_init(dst)
}

/// Casts every element into a new vector. Ties to even, IEEE's overflow.
///
/// ```
/// use ulp::{F8E4M3Fn, slice};
///
/// let narrow: Vec<F8E4M3Fn> = slice::cast_to_vec(&[1.0f32, 464.0]);
/// assert_eq!(narrow[1].to_f32(), 448.0);
/// ```
#[cfg(feature = "alloc")]
#[must_use]
pub fn cast_to_vec<S: Format, D: Format>(src: &[S]) -> alloc::vec::Vec<D> {
    let mut vec = alloc::vec::Vec::with_capacity(src.len());
    cast_uninit::<S, D>(src, &mut vec.spare_capacity_mut()[..src.len()]);
    uninit::set_len(&mut vec, src.len());
    vec
}

#[inline]
#[track_caller]
pub(crate) fn same_length(src: usize, dst: usize) {
    assert!(
        src == dst,
        "the source has {src} elements and the destination {dst}"
    );
}
