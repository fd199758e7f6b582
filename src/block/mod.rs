//! Block-scaled formats: MXFP8, MXFP6, MXFP4, NVFP4, fp8 with scales, and any other format of the same parts.
//!
//! Neighbouring elements of a narrow format share a scale. The whole tensor may have one more scale. A [`Scheme`] is such a
//! format as a value. It names the formats of elements and scales, the rows and columns that share a scale ([`Blocks`]), and the
//! rule that finds the scale from the largest magnitude ([`ScaleRule`]). No scheme has code of its own.
//!
//! ```
//! use ulp::Bf16;
//! use ulp::block::Scheme;
//!
//! let (rows, cols) = (2, 64);
//! let weights = vec![0.75f32; rows * cols];
//! let mut elements = vec![0; Scheme::NVFP4.element_bytes(rows, cols)];
//! let mut scales = vec![0; Scheme::NVFP4.scale_bytes(rows, cols)];
//! let tensor_scale = Scheme::NVFP4.tensor_scale_for(&weights);
//! Scheme::NVFP4.quantize(&weights, cols, tensor_scale, &mut elements, &mut scales)?;
//!
//! let mut back = vec![Bf16::default(); rows * cols];
//! Scheme::NVFP4.dequantize(&elements, &scales, cols, tensor_scale, &mut back)?;
//! assert_eq!(back[0].to_f32(), 0.75);
//! # Ok::<(), ulp::block::BlockError>(())
//! ```

mod bit_stream;
mod blocks;
mod counts;
mod dequantizer;
mod draws;
mod encode;
mod error;
mod finfo;
mod lane_decoder;
mod lanes;
mod name;
mod pack;
#[cfg(feature = "rayon")]
mod parallel;
mod plan;
mod quantizer;
mod quotient;
mod rule;
mod scalar;
mod scheme;
mod tiled;
mod typed;
mod vector;

pub use blocks::Blocks;
pub use counts::Counts;
pub use error::BlockError;
pub use finfo::Finfo;
pub use name::UnknownScheme;
pub use rule::ScaleRule;
pub use scheme::Scheme;
pub use typed::Typed;
