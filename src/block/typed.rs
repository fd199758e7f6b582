//! [`Typed`]: a scheme whose formats are types.

use core::marker::PhantomData;

use super::plan::{Codes, Plan};
use super::{BlockError, Blocks, Counts, ScaleRule};
use crate::cpu::Isa;
use crate::round::{Cast, Format};
use crate::slice::view::{bytes, bytes_mut};

/// A scheme whose elements and scales are slices of types. The types can be your own, declared with
/// [`float_type!`](crate::float_type). Each number takes the memory of its type. [`Scheme`](super::Scheme) explains the parts of
/// a scheme.
///
/// ```
/// use ulp::block::{Blocks, Typed};
/// use ulp::{F8E8M0Fnu, Format};
///
/// ulp::float_type!(pub type E3M3 = E3M3Spec(u8): ulp::Layout::ieee(3, 3), "float7_e3m3", [sign, zero, infinities, nan]);
///
/// let scheme = Typed::<E3M3, F8E8M0Fnu>::new(Blocks::new(1, 4));
/// let x = [0.5f32, -1.0, 15.0, 30.0];
/// let (mut elements, mut scales) = ([E3M3::default(); 4], [F8E8M0Fnu::MAX; 1]);
/// scheme.quantize(&x, 4, 1.0, &mut elements, &mut scales)?;
/// assert_eq!((elements[3].to_f32(), scales[0].to_f32()), (15.0, 2.0));
///
/// let mut back = [0f32; 4];
/// scheme.dequantize(&elements, &scales, 4, 1.0, &mut back)?;
/// assert_eq!(back, x);
/// # Ok::<(), ulp::block::BlockError>(())
/// ```
#[derive(Debug)]
pub struct Typed<E, C> {
    blocks: Blocks,
    rule: ScaleRule,
    tensor_scale: bool,
    divides: bool,
    formats: PhantomData<(E, C)>,
}

impl<E, C> Clone for Typed<E, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, C> Copy for Typed<E, C> {}

impl<E: Format, C: Format> Typed<E, C> {
    /// Returns a scheme of these blocks without a tensor scale. The rule is [`ScaleRule::Up`] for scales that are powers of two,
    /// and [`ScaleRule::Nearest`] for all other scales.
    #[must_use]
    pub const fn new(blocks: Blocks) -> Self {
        Self {
            blocks,
            rule: ScaleRule::default_of(C::LAYOUT),
            tensor_scale: false,
            divides: false,
            formats: PhantomData,
        }
    }

    /// Returns this scheme with another rule for the scales.
    #[must_use]
    pub const fn rule(self, rule: ScaleRule) -> Self {
        Self { rule, ..self }
    }

    /// Returns this scheme with a tensor scale, or without one.
    #[must_use]
    pub const fn tensor_scale(self, tensor_scale: bool) -> Self {
        Self { tensor_scale, ..self }
    }

    /// Returns this scheme with a tensor scale that divides, or with one that multiplies.
    #[must_use]
    pub const fn divides(self, divides: bool) -> Self {
        Self { divides, ..self }
    }

    fn plan(self) -> Plan {
        Plan {
            element: Codes::of_type::<E>(),
            scale: Codes::of_type::<C>(),
            blocks: self.blocks,
            rule: self.rule,
            tensor_scale: self.tensor_scale,
            divides: self.divides,
        }
    }

    /// Quantizes a matrix as [`Scheme::quantize`](super::Scheme::quantize) does.
    ///
    /// # Errors
    /// The errors are those of [`Scheme::quantize`](super::Scheme::quantize). Lengths are counted in numbers.
    pub fn quantize<S: Format>(
        self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [E],
        scales: &mut [C],
    ) -> Result<Counts, BlockError> {
        let cast = Cast::new().saturating();
        self.quantize_with(src, cols, tensor_scale, elements, scales, cast)
    }

    /// Quantizes a matrix as [`Scheme::quantize_with`](super::Scheme::quantize_with) does.
    ///
    /// # Errors
    /// The errors are those of [`Scheme::quantize`](super::Scheme::quantize). Lengths are counted in numbers.
    pub fn quantize_with<S: Format>(
        self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [E],
        scales: &mut [C],
        cast: Cast,
    ) -> Result<Counts, BlockError> {
        self.quantize_on(Isa::detect(), src, cols, tensor_scale, elements, scales, cast)
    }

    /// Does what [`quantize_with`](Self::quantize_with) does, on this [`Isa`].
    ///
    /// # Errors
    /// The errors are those of [`Scheme::quantize`](super::Scheme::quantize). Lengths are counted in numbers.
    #[allow(clippy::too_many_arguments, reason = "the two sides of the work, and how to do it")]
    pub fn quantize_on<S: Format>(
        self,
        isa: Isa,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [E],
        scales: &mut [C],
        cast: Cast,
    ) -> Result<Counts, BlockError> {
        let (elements, scales) = (bytes_mut(elements), bytes_mut(scales));
        self.plan()
            .quantize(isa, src, cols, tensor_scale, elements, scales, cast)
            .map_err(Self::in_numbers)
    }

    /// Dequantizes a matrix as [`Scheme::dequantize`](super::Scheme::dequantize) does.
    ///
    /// # Errors
    /// The errors are those of [`Scheme::dequantize`](super::Scheme::dequantize). Lengths are counted in numbers.
    pub fn dequantize<D: Format>(
        self,
        elements: &[E],
        scales: &[C],
        cols: usize,
        tensor_scale: f32,
        dst: &mut [D],
    ) -> Result<(), BlockError> {
        self.dequantize_on(Isa::detect(), elements, scales, cols, tensor_scale, dst)
    }

    /// Does what [`dequantize`](Self::dequantize) does, on this [`Isa`].
    ///
    /// # Errors
    /// The errors are those of [`Scheme::dequantize`](super::Scheme::dequantize). Lengths are counted in numbers.
    pub fn dequantize_on<D: Format>(
        self,
        isa: Isa,
        elements: &[E],
        scales: &[C],
        cols: usize,
        tensor_scale: f32,
        dst: &mut [D],
    ) -> Result<(), BlockError> {
        self.plan()
            .dequantize(isa, bytes(elements), bytes(scales), cols, tensor_scale, dst)
            .map_err(Self::in_numbers)
    }

    /// Returns the error with lengths in numbers rather than in bytes.
    fn in_numbers(error: BlockError) -> BlockError {
        match error {
            BlockError::ElementLength { expected, found } => BlockError::ElementLength {
                expected: expected / size_of::<E>(),
                found: found / size_of::<E>(),
            },
            BlockError::ScaleLength { expected, found } => BlockError::ScaleLength {
                expected: expected / size_of::<C>(),
                found: found / size_of::<C>(),
            },
            other => other,
        }
    }
}
