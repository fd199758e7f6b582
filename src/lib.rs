//! Floating-point formats of machine learning, exact to the last place.
//!
//! The formats are fp32, fp16, bf16, fp8, fp6, fp4, and the formats that you declare. You can look at the bits of a number, ask
//! for the limits of a format, and convert from any format to any other in any rounding. The crate is `no_std`, has no
//! dependency, and works in constants.
//!
//! ```
//! use ulp::{Bf16, Cast, F8E4M3Fn, F16, Flags, Format, Rounding, finfo};
//!
//! // Convert, at run time or in a constant.
//! const HALF: F16 = F16::from_f32_const(0.5);
//! assert_eq!(Bf16::from_f64(1.0 / 3.0).to_f32(), 0.33398438);
//!
//! // In another rounding, from any format to any other, with IEEE 754's exceptions.
//! let (x, flags) = HALF.cast_with::<F8E4M3Fn>(Cast::new().rounding(Rounding::TowardZero));
//! assert_eq!((x.to_f32(), flags), (0.5, Flags::NONE));
//!
//! // Limits, and the bits of a number.
//! assert_eq!(finfo::<F8E4M3Fn>().max.to_f32(), 448.0);
//! assert_eq!(HALF.parts().exponent, 14);
//! ```
//!
//! # Four nouns
//! - A [`Layout`] is a format as plain data: the widths, the bias, and the special codes. A new format is a row of data.
//! - A [`Format`] is a type whose bits a layout reads: `f32`, `f64`, [`F16`], [`Bf16`], [`F8E4M3Fn`], …, and the formats that
//!   [`float_type!`] declares.
//! - A [`Cast`] is a way to convert: a [`Rounding`] and an [`Overflow`].
//! - [`Flags`] are the exceptions that an operation raised.
//!
//! [`mod@slice`] converts whole tensors, on the best [`Isa`] of the CPU. [`block`] has the formats whose elements share scales
//! (MXFP4, NVFP4, …). [`mixed`] trains, and [`memory`] counts how much memory a model takes.
//!
//! # Rules
//! Every result is rounded once, from the exact value. All paths through the crate give the same bits: at compile time, at run
//! time, and on every CPU. Casts, codes, text and [`ieee`] also ignore the rounding mode and the flush-to-zero setting of the
//! thread. Operators, elementary functions, [`slice::cast_scaled`] and [`mixed`] compute in `f32` or `f64`. They expect the
//! default mode, as all floating-point code of Rust does. [`Cast::convert`] has the rules of NaN, zeros, signs and overflow.
//!
//! # Features
//! - `std` (default): `alloc`, and links the standard library.
//! - `alloc`: [`slice::cast_to_vec`].
//! - `rayon`: `slice::par_cast` and all other functions whose names begin with `par_`, which use every core.
//! - `bytemuck`: `Pod`, `Zeroable` and `TransparentWrapper`; `zerocopy`: `FromBytes`, `IntoBytes`, `Immutable` and `KnownLayout`;
//!   `rkyv`: `Archive`; `arbitrary`: `Arbitrary`.
//! - `half`: `half::f16` and `half::bf16` are [`Format`]s, and become [`F16`] and [`Bf16`] by `From`, in slices too
//!   ([`slice::reinterpret`]).
//! - `num-traits`: the traits of num-traits for every format that has all they need, and `Float` and `Pow` of [`F16`] and
//!   [`Bf16`].
//! - `approx`: `AbsDiffEq`, `RelativeEq` and `UlpsEq`; `ndarray`: `ScalarOperand`.
//! - `rand`: `StandardUniform` (except for [`F8E8M0Fnu`]) and `Uniform`, for rand 0.10; `rand_distr`: also `StandardNormal`,
//!   `Exp1`, `Open01` and `OpenClosed01`; `rand_09` and `rand_distr_05`: the same traits for rand 0.9.
//! - `serde`: `Serialize` and `Deserialize`, as numbers; and `serde_bits`, as bits.
//! - `libm`: elementary functions of [`F16`] and [`Bf16`], correctly rounded: `exp`, `ln`, `sin` and others.
// docs.rs shows the feature that an item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod arithmetic;
pub mod block;
mod bulk;
mod cpu;
mod float;
mod format;
mod round;
pub mod slice;
mod text;
mod train;

pub use arithmetic::{Integer, Total, ieee, ulps_between};
pub use cpu::{Isa, UnknownIsa};
pub use float::*;
pub use format::{InvalidLayout, Layout, P3109Name, Parts, UnknownLayout};
pub use round::{Bits, Cast, Flags, Format, Overflow, Rounding};
pub use text::{FloatErrorKind, ParseFloatError};
pub use train::{memory, mixed};

/// The names that most programs need: `use ulp::prelude::*`.
pub mod prelude {
    #[doc(no_inline)]
    pub use crate::float::{Float, catalogue::*, finfo};
    #[doc(no_inline)]
    pub use crate::round::{Cast, Flags, Format, Overflow, Rounding};
    #[doc(no_inline)]
    pub use crate::slice;
}

/// `cargo test --doc` compiles and runs the code of the README and of the guide.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/blocks.md")]
    struct Blocks;
    #[doc = include_str!("../docs/choosing.md")]
    struct Choosing;
    #[doc = include_str!("../docs/concepts.md")]
    struct Concepts;
    #[doc = include_str!("../docs/converting.md")]
    struct Converting;
    #[doc = include_str!("../docs/half.md")]
    struct Half;
    #[doc = include_str!("../docs/no-std.md")]
    struct NoStd;
    #[doc = include_str!("../docs/own-formats.md")]
    struct OwnFormats;
    #[doc = include_str!("../docs/pitfalls.md")]
    struct Pitfalls;
    #[doc = include_str!("../docs/training.md")]
    struct Training;
}
