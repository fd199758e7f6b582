//! Conversion of slices. This module chooses the kernel, and chooses whether the results are written past the caches.

use super::adapter::{Adapter, ScaleBy, Unchanged};
use super::arch;
use super::element::{Element, has_usual_size};
use super::kernel::SMALL;
use super::kernels::{Convert, cast_element};
use super::out::Out;
use crate::cpu::Isa;
use crate::round::Cast;

/// Casts every element of a slice to a slice of equal length.
///
/// Each pair of formats and each ISA has two compiled loops: one for the default cast, and one for all other casts.
#[inline(always)]
pub(crate) fn convert<'a, S: Element, D: Element>(isa: Isa, src: &[S], dst: Out<'a, D>, cast: Cast) -> &'a mut [D] {
    if cast == Cast::new() {
        Conversion::<_, true>::new(Unchanged, isa, cast).run(src, dst)
    } else {
        convert_by_other_cast(isa, src, dst, cast)
    }
}

/// The function is not inlined. Its registers would cost every call of [`convert`] some time.
#[inline(never)]
fn convert_by_other_cast<'a, S: Element, D: Element>(isa: Isa, src: &[S], dst: Out<'a, D>, cast: Cast) -> &'a mut [D] {
    Conversion::<_, false>::new(Unchanged, isa, cast).run(src, dst)
}

/// Converts like [`convert`], and multiplies the side that is `f32` by a factor.
#[inline]
pub(crate) fn convert_scaled<'a, S: Element, D: Element>(
    isa: Isa,
    src: &[S],
    factor: f32,
    dst: Out<'a, D>,
    cast: Cast,
) -> &'a mut [D] {
    if cast == Cast::new() {
        Conversion::<_, true>::new(ScaleBy(factor), isa, cast).run(src, dst)
    } else {
        Conversion::<_, false>::new(ScaleBy(factor), isa, cast).run(src, dst)
    }
}

/// Calls `write` for pieces of a slice, in no order. Each piece stays in the nearest cache. Where streaming pays, the pieces are written past
/// the caches.
#[inline]
pub(crate) fn in_pieces<'a, S: Copy, D: Element>(
    src: &[S],
    dst: Out<'a, D>,
    mut write: impl for<'p> FnMut(&[S], Out<'p, D>) -> &'p mut [D],
) -> &'a mut [D] {
    const PIECE: usize = 8192;
    if arch::pays_to_stream::<S, D>(&dst) {
        return arch::stream(src, dst, write);
    }
    dst.write_pieces(PIECE, PIECE, |start, dst| write(&src[start..][..dst.len()], dst))
}

/// A way to convert slices. `DEFAULT` is true if the cast is [`Cast::new`]. The compiler then knows the cast.
#[derive(Clone, Copy)]
struct Conversion<A, const DEFAULT: bool> {
    adapter: A,
    isa: Isa,
    cast: Cast,
}

impl<A: Adapter, const DEFAULT: bool> Conversion<A, DEFAULT> {
    #[inline(always)]
    fn new(adapter: A, isa: Isa, cast: Cast) -> Self {
        Self { adapter, isa, cast }
    }

    /// Converts by instructions of the CPU for the two formats. If there are none, converts by the portable kernel.
    #[inline]
    fn run<'a, S: Element, D: Element>(self, src: &[S], dst: Out<'a, D>) -> &'a mut [D] {
        let Self { adapter, isa, .. } = self;
        let cast = if DEFAULT { Cast::new() } else { self.cast };
        if A::IS_UNCHANGED && src.len() < SMALL {
            return self.run_short(src, dst);
        }
        if arch::pays_to_stream::<S, D>(&dst) {
            return self.stream(src, dst);
        }
        // Instructions and tables know the size of each format in memory.
        let dst = if const { has_usual_size::<S>() && has_usual_size::<D>() } {
            match arch::convert_by_any(adapter, isa, src, dst, cast) {
                Ok(done) => return done,
                Err(dst) => dst,
            }
        } else {
            dst
        };
        if DEFAULT {
            arch::run(isa, &mut adapter.adapt(Convert::by_default()), src, dst)
        } else {
            arch::run(isa, &mut adapter.adapt(Convert::new(cast)), src, dst)
        }
    }

    /// Converts a slice too short for vectors. The function is not inlined, because its registers would cost longer slices time.
    #[inline(never)]
    fn run_short<'a, S: Element, D: Element>(self, src: &[S], dst: Out<'a, D>) -> &'a mut [D] {
        let cast = if DEFAULT { Cast::new() } else { self.cast };
        dst.write(src.iter().map(|&x| cast_element(cast, x)))
    }

    /// Converts, and writes the results past the caches.
    #[cold]
    #[inline(never)]
    fn stream<'a, S: Element, D: Element>(self, src: &[S], dst: Out<'a, D>) -> &'a mut [D] {
        arch::stream(src, dst, |src, dst| self.run_piece(src, dst))
    }

    /// Converts a piece of a stream. The function is not inlined, since a stream has two kinds of pieces.
    #[inline(never)]
    fn run_piece<'a, S: Element, D: Element>(self, src: &[S], dst: Out<'a, D>) -> &'a mut [D] {
        self.run(src, dst)
    }
}
