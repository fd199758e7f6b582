//! [`Scheme`]: a block-scaled format as a value.

use super::plan::Plan;
use super::quotient::Factor;
use super::{BlockError, Blocks, Counts, ScaleRule};
use crate::cpu::Isa;
use crate::float::Dtype;
use crate::format::Layout;
use crate::round::{Cast, Format};
use crate::slice::Stochastic;
use crate::slice::scan::finite_amax;

/// A block-scaled format. A scheme has the format of the elements, the format of the scales, the number of elements that share a
/// scale, and the rule of the scales. The tensor can have a scale too.
///
/// A scheme parses from its name, or from the list of its parts: see [`FromStr`](#impl-FromStr-for-Scheme).
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
    /// The format of the elements. The format has a sign and a zero, and `f32` has all its numbers. Elements of 4 and 6 bits are
    /// packed if the [`Dtype`] is packed.
    pub element: Dtype,
    /// The format of the scales. `f32` has all its numbers.
    pub scale: Dtype,
    /// The rows and columns that share a scale.
    pub blocks: Blocks,
    /// The rule that gives a block its scale.
    pub rule: ScaleRule,
    /// True if the tensor has a scale, an `f32`, beside the scales of its blocks.
    pub tensor_scale: bool,
    /// True if the tensor scale is a divisor, as in compressed-tensors: a number is element · scale / tensor scale. If false, a
    /// number is element · scale · tensor scale.
    pub divides: bool,
}

impl Scheme {
    /// OCP MXFP8 with E4M3 elements: 32 elements share a power of two.
    pub const MXFP8: Self = Self::new(Dtype::F8E4M3Fn, Dtype::F8E8M0Fnu, Blocks::MX);
    /// OCP MXFP8 with E5M2 elements.
    pub const MXFP8_E5M2: Self = Self::MXFP8.element(Dtype::F8E5M2);
    /// OCP MXFP6 with E2M3 elements.
    pub const MXFP6_E2M3: Self = Self::MXFP8.element(Dtype::F6E2M3FnX4);
    /// OCP MXFP6 with E3M2 elements.
    pub const MXFP6_E3M2: Self = Self::MXFP8.element(Dtype::F6E3M2FnX4);
    /// OCP MXFP4.
    pub const MXFP4: Self = Self::MXFP8.element(Dtype::F4E2M1FnX2);
    /// NVIDIA's NVFP4: 16 elements share a scale in E4M3, and the tensor has a scale in `f32`.
    pub const NVFP4: Self = Self::new(Dtype::F4E2M1FnX2, Dtype::F8E4M3Fn, Blocks::NV).tensor_scale(true);
    /// E4M3 elements with one `f32` scale for the tensor.
    pub const FP8_TENSOR: Self = Self::new(Dtype::F8E4M3Fn, Dtype::F32, Blocks::TENSOR);
    /// E4M3 elements with an `f32` scale for each row.
    pub const FP8_ROW: Self = Self::FP8_TENSOR.blocks(Blocks::ROW);
    /// E4M3 elements with an `f32` scale for each tile of 128 × 128, as in `DeepSeek` V3.
    pub const FP8_BLOCK: Self = Self::FP8_TENSOR.blocks(Blocks::TILE);

    /// Returns a scheme without a tensor scale. The rule is [`ScaleRule::Up`] for scales in E8M0, and [`ScaleRule::Nearest`] for
    /// all other scales.
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

    /// Returns this scheme with another format of the elements.
    #[must_use]
    pub const fn element(self, element: Dtype) -> Self {
        Self { element, ..self }
    }

    /// Returns this scheme with another format of the scales. The rule stays.
    #[must_use]
    pub const fn scale(self, scale: Dtype) -> Self {
        Self { scale, ..self }
    }

    /// Returns this scheme with other blocks.
    #[must_use]
    pub const fn blocks(self, blocks: Blocks) -> Self {
        Self { blocks, ..self }
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

    /// Returns the number of bytes of the elements of a matrix.
    ///
    /// # Panics
    /// If the number exceeds `usize`.
    #[must_use]
    pub const fn element_bytes(self, rows: usize, cols: usize) -> usize {
        bytes(self.element, rows, cols)
    }

    /// Returns the number of bytes of the scales of a matrix. The scales are row-major, in the shape that [`Blocks::grid`] gives.
    ///
    /// # Panics
    /// If the number exceeds `usize`.
    #[must_use]
    pub const fn scale_bytes(self, rows: usize, cols: usize) -> usize {
        let (rows, cols) = self.blocks.grid(rows, cols);
        bytes(self.scale, rows, cols)
    }

    /// Returns the scale of a tensor whose largest magnitude is `amax`. The scale is amax / (largest element · largest scale),
    /// rounded once to `f32`, and at least 2<sup>−126</sup>. A scale that divides is the inverse quotient, at most the largest
    /// `f32`.
    ///
    /// The scale is 1 if `amax` is 0, or if the scheme has no tensor scale. If `amax` is a NaN or an infinity,
    /// [`quantize`](Self::quantize) refuses the scale. [`tensor_scale_for`](Self::tensor_scale_for) takes the finite numbers of a
    /// tensor.
    ///
    /// ```
    /// use ulp::block::Scheme;
    ///
    /// assert_eq!(Scheme::NVFP4.tensor_scale_of(2688.0), 1.0); // 6 · 448
    /// assert_eq!(Scheme::NVFP4.divides(true).tensor_scale_of(1344.0), 2.0);
    /// assert_eq!(Scheme::MXFP4.tensor_scale_of(2688.0), 1.0);
    /// ```
    #[must_use]
    #[inline]
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
        let largest = Factor::new(element, element.max_code()).times(Factor::new(scale, scale.max_code()));
        let amax = Factor::of_f32(amax);
        let quotient = if self.divides {
            largest.divide_by(amax, false)
        } else {
            amax.divide_by(largest, false)
        };
        let f32 = Layout::BINARY32;
        let (code, _) = f32.round(Cast::new().saturating(), quotient);
        if code < f32.min_normal_code() {
            f32::MIN_POSITIVE
        } else {
            f32::from_bits(code as u32)
        }
    }

    /// Returns the scale of this tensor: [`tensor_scale_of`](Self::tensor_scale_of) the largest magnitude among its finite numbers.
    /// The scale is 1 if no number is finite.
    ///
    /// ```
    /// use ulp::block::Scheme;
    ///
    /// let x = [2688f32, -1.0, f32::NAN, f32::INFINITY];
    /// assert_eq!(Scheme::NVFP4.tensor_scale_for(&x), 1.0);
    /// ```
    #[must_use]
    pub fn tensor_scale_for(self, src: &[impl Format]) -> f32 {
        if self.tensor_scale {
            self.tensor_scale_of(finite_amax(Isa::detect(), src))
        } else {
            1.0
        }
    }

    /// Quantizes a row-major matrix of `cols` columns, on the best [`Isa`] of this CPU. Returns the counts of exceptional
    /// numbers.
    ///
    /// An element is the exact quotient of the number and its scales, rounded once, ties to even. A number past the largest
    /// element becomes the largest element. An infinity does too. A NaN stays a NaN if the elements have NaN. Otherwise the scale
    /// of the block becomes NaN, and all elements of the block become 0.
    ///
    /// `elements` are packed as their [`Dtype`] says, without padding between rows. `scales` are little-endian and row-major, in
    /// the shape that [`Blocks::grid`] gives. The function allocates nothing. A source format with numbers that `f32` lacks
    /// doesn't compile.
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
    /// If the formats and the rule of the scheme don't fit together, the tensor scale doesn't fit the scheme, or a slice has the
    /// wrong length. Nothing is written then. A NaN is an error if neither elements nor scales have NaN.
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

    /// Does what [`quantize`](Self::quantize) does, with another rounding or another overflow of the elements. The scales follow
    /// their rule as before.
    ///
    /// # Errors
    /// The errors are those of [`quantize`](Self::quantize).
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

    /// Does what [`quantize_with`](Self::quantize_with) does, on this [`Isa`].
    ///
    /// # Errors
    /// The errors are those of [`quantize`](Self::quantize).
    #[allow(clippy::too_many_arguments, reason = "the two sides of the work, and how to do it")]
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

    /// Does what [`quantize`](Self::quantize) does, but rounds each element at random to one of its two neighbours, as training
    /// does to gradients. The exact quotient is rounded as [`Stochastic`] says of elements that have a word of their own. A
    /// quotient past the largest element saturates. The index of an element is the offset plus the place of the element in the
    /// matrix. The scales are those of `quantize`.
    ///
    /// ```
    /// use ulp::block::Scheme;
    /// use ulp::slice::Stochastic;
    ///
    /// // 6 makes the scale 1. A quarter of the way from 1 to 1.5:
    /// let mut x = [1.125f32; 4096];
    /// x.iter_mut().step_by(32).for_each(|x| *x = 6.0);
    /// let (mut elements, mut scales) = (vec![0; 2048], vec![0; 128]);
    /// let stochastic = Stochastic::new(42);
    /// Scheme::MXFP4.quantize_stochastic(&x, 32, 1.0, &mut elements, &mut scales, stochastic)?;
    ///
    /// let mut back = [0f32; 4096];
    /// Scheme::MXFP4.dequantize(&elements, &scales, 32, 1.0, &mut back)?;
    /// let ups = back.iter().filter(|&&x| x == 1.5).count();
    /// assert!(ups.abs_diff(31 * 128 / 4) < 120);
    /// # Ok::<(), ulp::block::BlockError>(())
    /// ```
    ///
    /// # Errors
    /// The errors are those of [`quantize`](Self::quantize).
    pub fn quantize_stochastic<S: Format>(
        self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
        stochastic: Stochastic,
    ) -> Result<Counts, BlockError> {
        let isa = Isa::detect();
        Plan::of(self).quantize_stochastic(isa, src, cols, tensor_scale, elements, scales, stochastic)
    }

    /// Dequantizes to a row-major matrix of `cols` columns, on the best [`Isa`] of this CPU. The function computes scale · tensor
    /// scale in `f32`, multiplies by the element in `f32`, and casts the product to the target. For a tensor scale that divides,
    /// the function computes scale / tensor scale in `f32` first.
    ///
    /// The loaders of checkpoints compute the same bits. The result depends neither on the floating-point modes of the thread nor
    /// on the rule of the scales.
    ///
    /// # Errors
    /// If the tensor scale doesn't fit the scheme, or a slice has the wrong length. Nothing is written then.
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

    /// Does what [`dequantize`](Self::dequantize) does, on this [`Isa`].
    ///
    /// # Errors
    /// The errors are those of [`dequantize`](Self::dequantize).
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
