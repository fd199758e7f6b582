//! Conversions with little compiled code. They serve tensors whose formats are known only at run time. A program
//! then has the loops of all formats.

use super::adapter::{Adapter, SmallCode};
use super::arch;
use super::element::{Element, has_usual_size};
use super::kernels::Convert;
use super::out::Out;
use crate::cpu::Isa;
use crate::round::Cast;

/// Converts like [`convert`](super::convert()). The slice has a [`BLOCK`](super::BLOCK) of elements or more.
#[inline]
pub(crate) fn convert<'a, S: Element, D: Element>(isa: Isa, src: &[S], dst: Out<'a, D>, cast: Cast) -> &'a mut [D] {
    if cast == Cast::new() {
        convert_by_default(isa, src, dst)
    } else {
        convert_by_any_cast(isa, src, dst, cast)
    }
}

/// Converts by the default cast. Only the loop for this cast is compiled.
#[inline]
pub(crate) fn convert_by_default<'a, S: Element, D: Element>(isa: Isa, src: &[S], dst: Out<'a, D>) -> &'a mut [D] {
    convert_by_instruction(isa, src, dst, Cast::new())
        .unwrap_or_else(|dst| arch::run(isa, &mut SmallCode.adapt(Convert::by_default()), src, dst))
}

/// Converts by any cast. Only one loop is compiled, which serves every cast.
#[inline]
pub(crate) fn convert_by_any_cast<'a, S: Element, D: Element>(isa: Isa, src: &[S], dst: Out<'a, D>, cast: Cast) -> &'a mut [D] {
    convert_by_instruction(isa, src, dst, cast)
        .unwrap_or_else(|dst| arch::run(isa, &mut SmallCode.adapt(Convert::new(cast)), src, dst))
}

/// Converts a [`BLOCK`](super::BLOCK) of elements or more by instructions of the CPU. Gives the destination back if there are no
/// such instructions.
#[inline]
pub(crate) fn convert_by_instruction<'a, S: Element, D: Element>(
    isa: Isa,
    src: &[S],
    dst: Out<'a, D>,
    cast: Cast,
) -> Result<&'a mut [D], Out<'a, D>> {
    if const { has_usual_size::<S>() && has_usual_size::<D>() } {
        arch::convert(SmallCode, isa, src, dst, cast)
    } else {
        Err(dst)
    }
}
