//! Casts tensors whose formats are known only at run time. The tensors are bytes.
//!
//! There is no loop for each pair of formats. Every format except `f64` widens to `f32` exactly. A conversion therefore widens a
//! tile of numbers to `f32`, and then narrows the tile, which stays in the nearest cache. An `f64` is rounded to odd in the first
//! step. The second step then gives the result of one rounding (see [`Rounding::ToOdd`](crate::Rounding::ToOdd)).

use core::error::Error;
use core::fmt;
use core::marker::PhantomData;

use super::dtype_plan::{CastPlan, ConvertFn, RoundFn, Route, TryFn};
use super::stochastic::Stochastic;
use super::unaligned::{for_each_block, native, numbers, numbers_mut};
use crate::bulk::{BLOCK, Out, small_code};
use crate::cpu::Isa;
use crate::float::{Bf16, Dtype, F16, Visitor};
use crate::format::Layout;
use crate::round::{Cast, Format};

/// Casts a tensor whose formats are known only at run time, on the best [`Isa`] of this CPU. The numbers are little-endian on
/// every machine, and lie at any alignment, as in files.
///
/// Both slices must hold an equal number of elements, in the lengths that [`Dtype::bytes`] gives. Bits after the last element of
/// a packed tensor should be 0 in the source, and become 0 in the destination. If both tensors are packed, the lengths may leave
/// open whether these bits are an element.
///
/// ```
/// use ulp::{Cast, Dtype, slice};
///
/// let (from, to): (Dtype, Dtype) = ("F32".parse()?, "F8_E4M3".parse()?);
/// let src = [0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0xe0, 0x43]; // 1.0 and 448.0
/// let mut dst = [0; 2];
/// slice::cast_bytes(from, &src, to, &mut dst, Cast::new())?;
/// assert_eq!(dst, [0x38, 0x7e]);
///
/// let error = slice::cast_bytes(from, &src, Dtype::F64, &mut dst, Cast::new()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "8 bytes of float32 and 2 bytes of float64 are not the same number of elements",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the slices do not hold an equal number of elements. `dst` stays unchanged then.
#[inline]
pub fn cast_bytes(from: Dtype, src: &[u8], to: Dtype, dst: &mut [u8], cast: Cast) -> Result<(), CastError> {
    cast_bytes_on(Isa::detect(), from, src, to, dst, cast)
}

/// Does what [`cast_bytes`] does, on this [`Isa`].
///
/// # Errors
/// If the slices do not hold an equal number of elements. `dst` stays unchanged then.
#[inline]
pub fn cast_bytes_on(isa: Isa, from: Dtype, src: &[u8], to: Dtype, dst: &mut [u8], cast: Cast) -> Result<(), CastError> {
    let numbers = elements(from, src.len(), to, dst.len())?;
    plan_cast(isa, from, to, cast).convert(numbers, src, dst, true);
    Ok(())
}

/// Casts a tensor as [`cast_bytes`] does, and rounds as [`cast_stochastic`](super::cast_stochastic) does. The bits are those of
/// `cast_stochastic`.
///
/// # Errors
/// If the slices do not hold an equal number of elements. `dst` stays unchanged then.
#[inline]
pub fn cast_bytes_stochastic(from: Dtype, src: &[u8], to: Dtype, dst: &mut [u8], stochastic: Stochastic) -> Result<(), CastError> {
    cast_bytes_stochastic_on(Isa::detect(), from, src, to, dst, stochastic)
}

/// Does what [`cast_bytes_stochastic`] does, on this [`Isa`].
///
/// # Errors
/// If the slices do not hold an equal number of elements. `dst` stays unchanged then.
#[inline]
pub fn cast_bytes_stochastic_on(
    isa: Isa,
    from: Dtype,
    src: &[u8],
    to: Dtype,
    dst: &mut [u8],
    stochastic: Stochastic,
) -> Result<(), CastError> {
    let numbers = elements(from, src.len(), to, dst.len())?;
    plan_stochastic(isa, from, to, stochastic).convert(numbers, src, dst, false);
    Ok(())
}

/// The error of [`cast_bytes`]: the two slices do not hold an equal number of elements. The text names both lengths and both
/// formats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CastError {
    from: &'static str,
    src: usize,
    to: &'static str,
    dst: usize,
}

impl CastError {
    /// Returns the error for `src` bytes of one format and `dst` bytes of another.
    pub(super) const fn new(from: &'static str, src: usize, to: &'static str, dst: usize) -> Self {
        Self { from, src, to, dst }
    }
}

impl fmt::Display for CastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, src, to, dst } = self;
        write!(
            f,
            "{src} bytes of {from} and {dst} bytes of {to} are not the same number of elements"
        )
    }
}

impl Error for CastError {}

/// Returns the number of elements that both slices hold.
fn elements(from: Dtype, src: usize, to: Dtype, dst: usize) -> Result<usize, CastError> {
    // The last byte of a packed tensor may seem to hold one element more than there is.
    let numbers = from.numbers(src).min(to.numbers(dst));
    if from.bytes(numbers) == Some(src) && to.bytes(numbers) == Some(dst) {
        Ok(numbers)
    } else {
        Err(CastError::new(from.name(), src, to.name(), dst))
    }
}

/// Returns the plan of [`cast_bytes`].
#[inline]
fn plan_cast(isa: Isa, from: Dtype, to: Dtype, cast: Cast) -> CastPlan<Cast> {
    let fused = match (from, to) {
        (Dtype::F16, Dtype::Bf16) => Some(fused::<F16, Bf16> as TryFn<_>),
        (Dtype::Bf16, Dtype::F16) => Some(fused::<Bf16, F16> as TryFn<_>),
        (Dtype::F64, Dtype::F16) => Some(fused::<f64, F16> as TryFn<_>),
        _ => None,
    };
    let route = match (from, to) {
        (Dtype::F64, Dtype::F64) => Route::Rounded(narrow::<f64, f64> as _),
        (Dtype::F64, Dtype::F32) => Route::Rounded(narrow::<f64, f32> as _),
        (Dtype::F64, _) => Route::Widened(round_to_odd, to.visit(Narrow)),
        (Dtype::F32, _) => Route::Rounded(to.visit(Narrow)),
        // A second step could change only infinities.
        (_, Dtype::F32) if cast.keeps_infinity() => Route::Exact(from.visit(Widen)),
        (Dtype::F16, Dtype::F16) if cast.keeps_infinity() => Route::Exact(cast_exactly::<F16, F16>),
        (Dtype::Bf16, Dtype::Bf16) if cast.keeps_infinity() => Route::Exact(cast_exactly::<Bf16, Bf16>),
        _ => Route::Widened(from.visit(Widen), to.visit(Narrow)),
    };
    CastPlan {
        isa,
        from,
        to,
        method: cast,
        route,
        fused,
    }
}

/// Returns the plan of [`cast_bytes_stochastic`]. A number and the equal number in `f32` have the same draw, and therefore the
/// same result.
#[inline]
fn plan_stochastic(isa: Isa, from: Dtype, to: Dtype, stochastic: Stochastic) -> CastPlan<Stochastic> {
    let route = match from {
        Dtype::F64 => Route::Rounded(to.visit(Draw::<f64>(PhantomData))),
        Dtype::F32 => Route::Rounded(to.visit(Draw::<f32>(PhantomData))),
        _ => Route::Widened(from.visit(Widen), to.visit(Draw::<f32>(PhantomData))),
    };
    CastPlan {
        isa,
        from,
        to,
        method: stochastic,
        route,
        fused: None,
    }
}

struct Widen;

impl Visitor for Widen {
    type Output = ConvertFn;

    #[inline]
    fn visit<F: Format>(self) -> ConvertFn {
        cast_exactly::<F, f32>
    }
}

struct Narrow;

impl Visitor for Narrow {
    type Output = RoundFn<Cast>;

    #[inline]
    fn visit<F: Format>(self) -> RoundFn<Cast> {
        narrow::<f32, F>
    }
}

struct Draw<S>(PhantomData<S>);

impl<S: Format> Visitor for Draw<S> {
    type Output = RoundFn<Stochastic>;

    #[inline]
    fn visit<F: Format>(self) -> RoundFn<Stochastic> {
        draw::<S, F>
    }
}

fn narrow<S: Format, D: Format>(isa: Isa, src: &[u8], dst: &mut [u8], cast: Cast) {
    for_each_block::<S, D>(src, dst, |_, src, dst| {
        if const { is_rare(D::LAYOUT) } {
            small_code::convert_by_any_cast(isa, src, dst, cast)
        } else {
            small_code::convert(isa, src, dst, cast)
        }
    });
}

/// Returns whether tensors of a format are rare: TF32, and unsigned formats with a zero. For these formats, only the loop for all
/// casts is compiled.
const fn is_rare(layout: Layout) -> bool {
    let odd_width = layout.bits() > 16 && layout.bits() < 32;
    odd_width || !layout.is_signed() && layout.has_zero()
}

/// Converts to a format that has every number of `S`. No number is rounded, and infinities stay infinities.
fn cast_exactly<S: Format, D: Format>(isa: Isa, src: &[u8], dst: &mut [u8]) {
    for_each_block::<S, D>(src, dst, |_, src, dst| small_code::convert_by_default(isa, src, dst));
}

fn round_to_odd(isa: Isa, src: &[u8], dst: &mut [u8]) {
    let cast = Cast::new().rounding(crate::round::Rounding::ToOdd);
    for_each_block::<f64, f32>(src, dst, |_, src, dst| small_code::convert_by_any_cast(isa, src, dst, cast));
}

/// Converts by an instruction, if there is one for this cast. Returns whether there was one.
fn fused<S: Format, D: Format>(isa: Isa, src: &[u8], dst: &mut [u8], cast: Cast) -> bool {
    let long = src.len() >= BLOCK * size_of::<S>();
    long && native::<S>()
        && native::<D>()
        && small_code::convert_by_instruction(isa, numbers::<S>(src), Out::new(numbers_mut::<D>(dst)), cast).is_ok()
}

fn draw<S: Format, D: Format>(isa: Isa, src: &[u8], dst: &mut [u8], stochastic: Stochastic) {
    for_each_block::<S, D>(src, dst, |first, src, dst| stochastic.after(first).convert(isa, src, dst));
}
