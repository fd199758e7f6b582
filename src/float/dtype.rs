//! [`Dtype`]: a format known only at run time, by name, and how a tensor of it lies in memory.

use core::fmt;
use core::str::FromStr;

#[allow(clippy::wildcard_imports, reason = "the formats of the catalogue")]
use crate::float::catalogue::*;
use crate::format::Layout;
use crate::round::Format;

/// Makes a row of `dtypes!` of each row of the catalogue, and one more for packed tensors where a format is narrower than a byte.
macro_rules! rows {
    ([] $(
        $(#[$doc:meta])*
        $name:ident = $spec:ident($bits:ty): $layout:ident, $dtype:literal, $has:tt {
            exact_into: $to:tt,
            from: $from:tt,
            safetensors: $safetensors:expr,
            short_names: [$($short:literal),*],
            packed: [$($packed:ident: $packed_name:literal, $packed_safetensors:expr, [$($packed_short:literal),*])?],
        }
    )*) => {
        dtypes! {
            F64 = f64, Some("F64"), ["f64", "fp64", "double"];
            F32 = f32, Some("F32"), ["f32", "fp32", "float", "single"];
            $($name = $name, $safetensors, [$($short),*];)*
            $($($packed = $name as packed $packed_name, $packed_safetensors, [$($packed_short),*];)?)*
        }
    };
}

macro_rules! dtypes {
    ($(
        $variant:ident = $format:ty $(as packed $packed:literal)?, $safetensors:expr, [$($name:literal),*];
    )*) => {
        /// A format as a value, for tensors whose format is known only at run time.
        ///
        /// It parses from the names of numpy (with ml_dtypes), torch and safetensors, and the usual short ones, in any case.
        /// `f8_e4m3` is OCP's format with a largest value of 448, as in safetensors; numpy's `float8_e4m3` is IEEE-like.
        ///
        /// ```
        /// use ulp::{Dtype, Layout};
        ///
        /// for name in ["bfloat16", "torch.bfloat16", "BF16"] {
        ///     assert_eq!(name.parse(), Ok(Dtype::Bf16));
        /// }
        /// assert_eq!(Dtype::Bf16.layout(), Layout::BFLOAT16);
        /// assert_eq!(Dtype::Bf16.to_string(), "bfloat16");
        /// ```
        ///
        /// # Packed formats
        /// The formats of 4 and 6 bits are here twice: one number a byte, in its low bits, as numpy has them, and packed, as
        /// safetensors and torch have them.
        ///
        /// ```
        /// use ulp::Dtype;
        ///
        /// assert_eq!("F4".parse(), Ok(Dtype::F4E2M1FnX2));
        /// assert_eq!(Dtype::F4E2M1FnX2.bytes(1024), Some(512));
        /// assert_eq!(Dtype::F4E2M1Fn.bytes(1024), Some(1024));
        /// ```
        ///
        /// Packed codes follow one another in a stream of bits, which begins at the lowest bit of the first byte. So
        /// - of two fp4 codes in a byte, the first has the low four bits, as in torch's `float4_e2m1fn_x2`
        ///   (`c10/util/Float4_e2m1fn_x2.h`) and ONNX;
        /// - of four fp6 codes in three bytes, the first has the low six bits of the first byte; the second has its upper two and
        ///   the low four of the next byte; and so on, as in ONNX (its page "Float stored in 6 bits"). torch has no such dtype.
        ///
        /// Bits of the last byte that no code takes are 0. safetensors says how long a packed tensor is, not in which order its
        /// bits are, and refuses one that doesn't end with a byte; nor does OCP's Microscaling Formats 1.0 prescribe an order.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[non_exhaustive]
        pub enum Dtype {
            $(
                #[doc = concat!("[`", stringify!($format), "`]" $(, ", packed: `", $packed, "`")?, ".")]
                $variant,
            )*
        }

        impl Dtype {
            /// All formats, wide ones first, and packed ones last.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// How a code is read.
            pub const fn layout(self) -> Layout {
                match self {
                    $(Self::$variant => <$format as Format>::LAYOUT,)*
                }
            }

            /// The name in numpy, with ml_dtypes: `"bfloat16"`.
            ///
            /// numpy has no packed formats. They are called as torch calls the one that it has, `"float4_e2m1fn_x2"`: by how many
            /// numbers stand together.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => dtypes!(@name $format $(, $packed)?),)*
                }
            }

            /// The name in the header of a safetensors file, `"BF16"`, if it has one for the format. Its 4- and 6-bit ones are
            /// packed.
            pub const fn safetensors(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $safetensors,)*
                }
            }

            /// How many bits a number takes in memory: 16 for bfloat16; for fp6 8, or 6 where it is packed.
            pub const fn bits(self) -> u32 {
                match self {
                    $(Self::$variant => dtypes!(@bits $format $(, $packed)?),)*
                }
            }

            /// Calls the visitor with the format.
            #[inline]
            pub(crate) fn visit<V: Visitor>(self, visitor: V) -> V::Output {
                match self {
                    $(Self::$variant => visitor.visit::<$format>(),)*
                }
            }

            /// Short names, in lower case.
            const fn short_names(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($name),*],)*
                }
            }
        }
    };
    (@name $format:ty) => { <$format as Format>::DTYPE };
    (@name $format:ty, $packed:literal) => { $packed };
    (@bits $format:ty) => { 8 * size_of::<$format>() as u32 };
    (@bits $format:ty, $packed:literal) => { <$format as Format>::LAYOUT.bits() };
}

catalogue!(rows);

/// A function that is generic over formats, for [`Dtype::visit`].
pub(crate) trait Visitor {
    type Output;
    fn visit<F: Format>(self) -> Self::Output;
}

impl Dtype {
    /// Whether a number takes less than a byte.
    pub const fn is_packed(self) -> bool {
        self.bits() < u8::BITS
    }

    /// How many bytes so many numbers take: 6 bits a number, rounded up, for packed fp6. `None` if no `usize` holds it.
    pub const fn bytes(self, numbers: usize) -> Option<usize> {
        let (eights, rest) = (numbers / 8, numbers % 8);
        match eights.checked_mul(self.bits() as usize) {
            Some(bytes) => bytes.checked_add((rest * self.bits() as usize).div_ceil(8)),
            None => None,
        }
    }

    /// How many numbers at most lie whole in so many bytes.
    pub(crate) const fn numbers(self, bytes: usize) -> usize {
        let bits = self.bits() as usize;
        bytes / bits * 8 + bytes % bits * 8 / bits
    }
}

/// The name in numpy.
impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dtype {
    type Err = UnknownDtype;

    fn from_str(name: &str) -> Result<Self, UnknownDtype> {
        let name = name.strip_prefix("torch.").unwrap_or(name);
        let same = |known: &str| known.eq_ignore_ascii_case(name);
        Self::ALL
            .iter()
            .copied()
            .find(|dtype| {
                same(dtype.name())
                    || dtype.safetensors().is_some_and(same)
                    || dtype.short_names().iter().copied().any(same)
            })
            .ok_or(UnknownDtype(()))
    }
}

/// The error of parsing a [`Dtype`] from a name that none has. Its text lists the names that numpy uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownDtype(());

impl fmt::Display for UnknownDtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown format; known are ")?;
        for (nth, dtype) in Dtype::ALL.iter().enumerate() {
            write!(f, "{}{dtype}", if nth == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownDtype {}
