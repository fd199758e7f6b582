//! The casts split among the threads of rayon. The bits don't change.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use super::{Counts, Stochastic, assert_within_f32, cast_counted_on, cast_on, cast_scaled_on, cast_stochastic_on, same_length};
use crate::cpu::Isa;
use crate::round::{Cast, Format};

/// The number of elements of a part. A part is enough work for a thread, and stays in the second-level cache of a core.
pub(crate) const PART: usize = 1 << 16;

/// Returns the parts of two slices, which threads take.
#[track_caller]
pub(crate) fn parts<'a, S: Format, D: Format>(
    src: &'a [S],
    dst: &'a mut [D],
) -> impl IndexedParallelIterator<Item = (&'a [S], &'a mut [D])> {
    same_length(src.len(), dst.len());
    src.par_chunks(PART).zip(dst.par_chunks_mut(PART))
}

/// Does what [`cast`](super::cast) does, on the threads of rayon. A slice of up to 65,536 elements stays on this thread.
///
/// ```
/// use ulp::{Bf16, slice};
///
/// let (wide, mut narrow) = (vec![0.1f32; 1 << 20], vec![Bf16::default(); 1 << 20]);
/// slice::par_cast(&wide, &mut narrow);
/// assert!(narrow.iter().all(|x| x.to_bits() == 0x3dcd));
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[track_caller]
pub fn par_cast<S: Format, D: Format>(src: &[S], dst: &mut [D]) {
    par_cast_with(src, dst, Cast::new());
}

/// Does what [`cast_with`](super::cast_with) does, on the threads of rayon. A slice of up to 65,536 elements stays on this
/// thread.
///
/// ```
/// use ulp::{Bf16, Cast, Rounding, slice};
///
/// let (wide, mut narrow) = (vec![0.1f32; 1 << 20], vec![Bf16::default(); 1 << 20]);
/// slice::par_cast_with(&wide, &mut narrow, Cast::new().rounding(Rounding::TowardZero));
/// assert!(narrow.iter().all(|x| x.to_bits() == 0x3dcc));
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[track_caller]
pub fn par_cast_with<S: Format, D: Format>(src: &[S], dst: &mut [D], cast: Cast) {
    let isa = Isa::detect();
    if src.len() <= PART {
        return cast_on(isa, src, dst, cast);
    }
    parts(src, dst).for_each(|(src, dst)| cast_on(isa, src, dst, cast));
}

/// Does what [`cast_scaled`](super::cast_scaled) does, on the threads of rayon. A slice of up to 65,536 elements stays on this
/// thread.
///
/// ```
/// use ulp::{Cast, F8E4M3Fn, slice};
///
/// let (wide, mut narrow) = (vec![1000f32; 1 << 20], vec![F8E4M3Fn::default(); 1 << 20]);
/// slice::par_cast_scaled(&wide, 0.25, &mut narrow, Cast::new());
/// assert!(narrow.iter().all(|x| x.to_f32() == 256.0)); // 250 lies between 240 and 256
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[track_caller]
pub fn par_cast_scaled<S: Format, D: Format>(src: &[S], scale: f32, dst: &mut [D], cast: Cast) {
    const { assert_within_f32::<S>() };
    let isa = Isa::detect();
    if src.len() <= PART {
        return cast_scaled_on(isa, src, scale, dst, cast);
    }
    parts(src, dst).for_each(|(src, dst)| cast_scaled_on(isa, src, scale, dst, cast));
}

/// Does what [`cast_stochastic`](super::cast_stochastic) does, on the threads of rayon. The draws of an element depend on the
/// index of the element alone. A slice of up to 65,536 elements stays on this thread.
///
/// ```
/// use ulp::slice::{self, Stochastic};
/// use ulp::Bf16;
///
/// let wide = vec![0.1f32; 1 << 20];
/// let [mut parallel, mut serial] = [vec![Bf16::default(); 1 << 20], vec![Bf16::default(); 1 << 20]];
/// slice::par_cast_stochastic(&wide, &mut parallel, Stochastic::new(1));
/// slice::cast_stochastic(&wide, &mut serial, Stochastic::new(1));
/// assert_eq!(parallel, serial);
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
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

/// Does what [`cast_counted`](super::cast_counted) does, on the threads of rayon. A slice of up to 65,536 elements stays on this
/// thread.
///
/// ```
/// use ulp::{Cast, F16, slice};
///
/// let (wide, mut narrow) = (vec![1e6f32; 1 << 20], vec![F16::default(); 1 << 20]);
/// let counts = slice::par_cast_counted(&wide, &mut narrow, Cast::new());
/// assert_eq!(counts.overflowed, 1 << 20);
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
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
