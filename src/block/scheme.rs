//! [`Scheme`]: a block-scaled format as a value.

use super::plan::Plan;
use super::quotient::Factor;
use super::{BlockError, Blocks, Counts, ScaleRule};
use crate::cpu::Isa;
use crate::float::Dtype;
use crate::format::Layout;
use crate::round::{Cast, Format};

/// A block-scaled format: the format of the elements, the format of the scales, how many elements share a scale, the rule that the
/// scale follows, and whether the tensor has a scale too.
///
/// It parses from its name, and from that of its parts: see [`FromStr`](#impl-FromStr-for-Scheme).
///
/// ```
/// use ulp::Dtype;
/// use ulp::block::{Blocks, Scheme};
///
/// assert_eq!("mxfp4".parse(), Ok(Scheme::MXFP4));
///
/// // Any other is built from its parts.
/// const MINE: Scheme = Scheme::new(Dtype::F8E5M2, Dtype::Bf16, Blocks::new(1, 64));
/// assert_eq!(MINE.element_bytes(3, 100), 300);
/// assert_eq!(MINE.scale_bytes(3, 100), 12);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Scheme {
    /// The format of the elements, with a sign and a zero, and no wider than `f32`. Of 4 and 6 bits they are packed if the [`Dtype`] is.
    pub element: Dtype,
    /// The format of the scales, no wider than `f32`.
    pub scale: Dtype,
    /// How many elements share a scale.
    pub blocks: Blocks,
    /// Which scale a block has.
    pub rule: ScaleRule,
    /// Whether the tensor has a scale, an `f32`, beside those of its blocks.
    pub tensor_scale: bool,
    /// Whether the tensor's scale is a divisor, as compressed-tensors stores it: a number is element · scale / tensor scale.
    pub divides: bool,
}

impl Scheme {
    /// OCP MXFP8 with E4M3: 32 elements share a power of two.
    pub const MXFP8: Self = Self::new(Dtype::F8E4M3Fn, Dtype::F8E8M0Fnu, Blocks::MX);
    /// OCP MXFP8 with E5M2.
    pub const MXFP8_E5M2: Self = Self::MXFP8.element(Dtype::F8E5M2);
    /// OCP MXFP6 with E2M3.
    pub const MXFP6_E2M3: Self = Self::MXFP8.element(Dtype::F6E2M3FnX4);
    /// OCP MXFP6 with E3M2.
    pub const MXFP6_E3M2: Self = Self::MXFP8.element(Dtype::F6E3M2FnX4);
    /// OCP MXFP4.
    pub const MXFP4: Self = Self::MXFP8.element(Dtype::F4E2M1FnX2);
    /// NVIDIA's NVFP4: 16 elements share a scale in E4M3, and the tensor has one in `f32`.
    pub const NVFP4: Self =
        Self::new(Dtype::F4E2M1FnX2, Dtype::F8E4M3Fn, Blocks::NV).tensor_scale(true);
    /// E4M3 with one `f32` scale.
    pub const FP8_TENSOR: Self = Self::new(Dtype::F8E4M3Fn, Dtype::F32, Blocks::TENSOR);
    /// E4M3 with an `f32` scale a row.
    pub const FP8_ROW: Self = Self::FP8_TENSOR.blocks(Blocks::ROW);
    /// E4M3 with an `f32` scale for each tile of 128 × 128, as in `DeepSeek` V3.
    pub const FP8_BLOCK: Self = Self::FP8_TENSOR.blocks(Blocks::TILE);

    /// A scheme without tensor scale. The rule is [`ScaleRule::Up`] for scales in E8M0, and [`ScaleRule::Nearest`] for all others.
    #[must_use]
    pub const fn new(element: Dtype, scale: Dtype, blocks: Blocks) -> Self {
        Self {
            element,
            scale,
            blocks,
            rule: ScaleRule::default_of(scale.layout()),
            tensor_scale: false,
            divides: false,
        }
    }

    /// The same with elements of this format.
    #[must_use]
    pub const fn element(self, element: Dtype) -> Self {
        Self { element, ..self }
    }

    /// The same with scales of this format. The rule stays.
    #[must_use]
    pub const fn scale(self, scale: Dtype) -> Self {
        Self { scale, ..self }
    }

    /// The same with these blocks.
    #[must_use]
    pub const fn blocks(self, blocks: Blocks) -> Self {
        Self { blocks, ..self }
    }

    /// The same with this rule for the scales.
    #[must_use]
    pub const fn rule(self, rule: ScaleRule) -> Self {
        Self { rule, ..self }
    }

    /// The same with a scale of the tensor, or without.
    #[must_use]
    pub const fn tensor_scale(self, tensor_scale: bool) -> Self {
        Self {
            tensor_scale,
            ..self
        }
    }

    /// The same with a tensor scale that divides, or that multiplies.
    #[must_use]
    pub const fn divides(self, divides: bool) -> Self {
        Self { divides, ..self }
    }

    /// How many bytes the elements of a matrix of this shape take.
    ///
    /// # Panics
    /// If no `usize` holds it.
    #[must_use]
    pub const fn element_bytes(self, rows: usize, cols: usize) -> usize {
        bytes(self.element, rows, cols)
    }

    /// How many bytes the scales of a matrix of this shape take. They are row-major, in the shape that [`Blocks::grid`] gives.
    ///
    /// # Panics
    /// If no `usize` holds it.
    #[must_use]
    pub const fn scale_bytes(self, rows: usize, cols: usize) -> usize {
        let (rows, cols) = self.blocks.grid(rows, cols);
        bytes(self.scale, rows, cols)
    }

    /// The scale of a tensor whose largest magnitude is `amax`: amax / (largest element · largest scale), rounded once to `f32`, at
    /// least 2<sup>−126</sup>. A scale that divides is the inverse quotient, at most the largest `f32`.
    ///
    /// 1 if `amax` is 0, or the scheme has no tensor scale. A NaN or an infinity gives what [`quantize`](Self::quantize) refuses.
    ///
    /// ```
    /// use ulp::block::Scheme;
    ///
    /// assert_eq!(Scheme::NVFP4.tensor_scale_of(2688.0), 1.0); // 6 · 448
    /// assert_eq!(Scheme::NVFP4.divides(true).tensor_scale_of(1344.0), 2.0);
    /// assert_eq!(Scheme::MXFP4.tensor_scale_of(2688.0), 1.0);
    /// ```
    #[must_use]
    pub const fn tensor_scale_of(self, amax: f32) -> f32 {
        const INFINITY: u32 = f32::INFINITY.to_bits();
        match amax.to_bits() & (u32::MAX >> 1) {
            0 => return 1.0,
            _ if !self.tensor_scale => return 1.0,
            INFINITY if self.divides => return 0.0,
            magnitude @ INFINITY.. => return f32::from_bits(magnitude),
            _ => {}
        }
        let (element, scale) = (self.element.layout(), self.scale.layout());
        let largest =
            Factor::new(element, element.max_code()).times(Factor::new(scale, scale.max_code()));
        let amax = Factor::of_f32(amax);
        let quotient = if self.divides {
            largest.over(amax, false)
        } else {
            amax.over(largest, false)
        };
        let f32 = Layout::BINARY32;
        let (code, _) = f32.round(Cast::new().saturating(), quotient);
        if code < f32.min_normal_code() {
            f32::MIN_POSITIVE
        } else {
            f32::from_bits(code as u32)
        }
    }

    /// Quantizes a row-major matrix of `cols` columns, on the best [`Isa`] of this CPU, and counts what became of its numbers.
    ///
    /// An element is the exact quotient of the number and its scales, rounded once, ties to even. What lies past the largest element
    /// becomes the largest, infinities too. A NaN stays one where elements have NaN; where they haven't, the scale of its block is NaN
    /// and all elements of the block are 0.
    ///
    /// `elements` are packed as their [`Dtype`] says, without padding between rows; `scales` are little-endian and row-major, in the
    /// shape that [`Blocks::grid`] gives. Nothing is allocated. A source wider than `f32` doesn't compile.
    ///
    /// ```
    /// use ulp::block::Scheme;
    ///
    /// let x = [0.5f32, -1.0, 6.0, 0.0];
    /// let (mut elements, mut scales) = ([0; 2], [0; 1]);
    /// let counts = Scheme::MXFP4.quantize(&x, 4, 1.0, &mut elements, &mut scales)?;
    /// assert_eq!((elements, scales), ([0xa1, 0x07], [127]));
    /// assert_eq!(counts.saturated, 0);
    ///
    /// let mut back = [0f32; 4];
    /// Scheme::MXFP4.dequantize(&elements, &scales, 4, 1.0, &mut back)?;
    /// assert_eq!(back, x);
    /// # Ok::<(), ulp::block::BlockError>(())
    /// ```
    ///
    /// # Errors
    /// If the scheme doesn't fit itself, its tensor scale, or the lengths of the slices, before anything is written; and if there is a
    /// NaN and neither elements nor scales have one.
    pub fn quantize<S: Format>(
        self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
    ) -> Result<Counts, BlockError> {
        let cast = Cast::new().saturating();
        self.quantize_with(src, cols, tensor_scale, elements, scales, cast)
    }

    /// [`quantize`](Self::quantize) with another rounding of the elements, or another treatment of those that overflow. The scales stay
    /// as their rule says.
    ///
    /// # Errors
    /// As [`quantize`](Self::quantize).
    pub fn quantize_with<S: Format>(
        self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
        cast: Cast,
    ) -> Result<Counts, BlockError> {
        let isa = Isa::detect();
        self.quantize_on(isa, src, cols, tensor_scale, elements, scales, cast)
    }

    /// [`quantize_with`](Self::quantize_with) on this [`Isa`].
    ///
    /// # Errors
    /// As [`quantize`](Self::quantize).
    #[allow(
        clippy::too_many_arguments,
        reason = "the two sides of the work, and how to do it"
    )]
    pub fn quantize_on<S: Format>(
        self,
        isa: Isa,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
        cast: Cast,
    ) -> Result<Counts, BlockError> {
        Plan::of(self).quantize(isa, src, cols, tensor_scale, elements, scales, cast)
    }

    /// Dequantizes to a row-major matrix of `cols` columns, on the best [`Isa`] of this CPU: scale · tensor scale in `f32`, times the
    /// element in `f32`, then one cast to the target. A scale that divides: (scale / tensor scale) in `f32`, times the element.
    ///
    /// These are the bits that the loaders of checkpoints compute, whatever FP modes the thread has. The rule of the scales plays no
    /// part.
    ///
    /// # Errors
    /// If the scheme doesn't fit its tensor scale, or the lengths of the slices, before anything is written.
    pub fn dequantize<D: Format>(
        self,
        elements: &[u8],
        scales: &[u8],
        cols: usize,
        tensor_scale: f32,
        dst: &mut [D],
    ) -> Result<(), BlockError> {
        self.dequantize_on(Isa::detect(), elements, scales, cols, tensor_scale, dst)
    }

    /// [`dequantize`](Self::dequantize) on this [`Isa`].
    ///
    /// # Errors
    /// As [`dequantize`](Self::dequantize).
    pub fn dequantize_on<D: Format>(
        self,
        isa: Isa,
        elements: &[u8],
        scales: &[u8],
        cols: usize,
        tensor_scale: f32,
        dst: &mut [D],
    ) -> Result<(), BlockError> {
        Plan::of(self).dequantize(isa, elements, scales, cols, tensor_scale, dst)
    }
}

const fn bytes(dtype: Dtype, rows: usize, cols: usize) -> usize {
    let bytes = match rows.checked_mul(cols) {
        Some(numbers) => dtype.bytes(numbers),
        None => None,
    };
    bytes.expect("the bytes of a matrix fit a usize")
}
