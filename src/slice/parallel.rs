//! The casts split among the threads of rayon, with the same bits.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use super::{
    Counts, Stochastic, assert_within_f32, cast_counted_on, cast_on, cast_scaled_on,
    cast_stochastic_on, same_length,
};
use crate::cpu::Isa;
use crate::round::{Cast, Format};

/// Elements of a part: enough work to be worth handing over, and few enough to stay in a core's second-level cache.
pub(crate) const PART: usize = 1 << 16;

/// Parts of two slices, for threads to take.
#[track_caller]
pub(crate) fn parts<'a, S: Format, D: Format>(
    src: &'a [S],
    dst: &'a mut [D],
) -> impl IndexedParallelIterator<Item = (&'a [S], &'a mut [D])> {
    same_length(src.len(), dst.len());
    src.par_chunks(PART).zip(dst.par_chunks_mut(PART))
}

/// [`cast`](super::cast), on the threads of rayon. A slice of up to 65,536 elements stays on this one.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[track_caller]
pub fn par_cast<S: Format, D: Format>(src: &[S], dst: &mut [D]) {
    par_cast_with(src, dst, Cast::new());
}

/// [`cast_with`](super::cast_with), on the threads of rayon. A slice of up to 65,536 elements stays on this one.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[track_caller]
pub fn par_cast_with<S: Format, D: Format>(src: &[S], dst: &mut [D], cast: Cast) {
    let isa = Isa::detect();
    if src.len() <= PART {
        return cast_on(isa, src, dst, cast);
    }
    parts(src, dst).for_each(|(src, dst)| cast_on(isa, src, dst, cast));
}

/// [`cast_scaled`](super::cast_scaled), on the threads of rayon. A slice of up to 65,536 elements stays on this one.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[track_caller]
pub fn par_cast_scaled<S: Format, D: Format>(src: &[S], scale: f32, dst: &mut [D], cast: Cast) {
    const { assert_within_f32::<S>() };
    let isa = Isa::detect();
    if src.len() <= PART {
        return cast_scaled_on(isa, src, scale, dst, cast);
    }
    parts(src, dst).for_each(|(src, dst)| cast_scaled_on(isa, src, scale, dst, cast));
}

/// [`cast_stochastic`](super::cast_stochastic), on the threads of rayon: the draws of an element depend on its index alone. A
/// slice of up to 65,536 elements stays on this one.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[track_caller]
pub fn par_cast_stochastic<S: Format, D: Format>(src: &[S], dst: &mut [D], stochastic: Stochastic) {
    let isa = Isa::detect();
    if src.len() <= PART {
        return cast_stochastic_on(isa, src, dst, stochastic);
    }
    parts(src, dst).enumerate().for_each(|(nth, (src, dst))| {
        cast_stochastic_on(isa, src, dst, stochastic.after(nth * PART));
    });
}

/// [`cast_counted`](super::cast_counted), on the threads of rayon. A slice of up to 65,536 elements stays on this one.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[track_caller]
pub fn par_cast_counted<S: Format, D: Format>(src: &[S], dst: &mut [D], cast: Cast) -> Counts {
    let isa = Isa::detect();
    if src.len() <= PART {
        return cast_counted_on(isa, src, dst, cast);
    }
    parts(src, dst)
        .map(|(src, dst)| cast_counted_on(isa, src, dst, cast))
        .reduce(Counts::default, |a, b| a + b)
}
