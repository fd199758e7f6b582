//! [`Dtype`]: a format known only at run time, by name, and how a tensor of it lies in memory.

use core::fmt;
use core::str::FromStr;

use crate::formats::{
    Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz,
    F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16,
};
use crate::{Format, Layout};

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

dtypes! {
    F64 = f64, Some("F64"), ["f64", "fp64", "double"];
    F32 = f32, Some("F32"), ["f32", "fp32", "float", "single"];
    F16 = F16, Some("F16"), ["f16", "fp16", "half"];
    Bf16 = Bf16, Some("BF16"), ["bf16"];
    F8E4M3Fn = F8E4M3Fn, Some("F8_E4M3"), ["e4m3fn", "f8e4m3fn", "f8_e4m3fn", "fp8_e4m3fn", "fp8_e4m3"];
    F8E5M2 = F8E5M2, Some("F8_E5M2"), ["e5m2", "f8e5m2", "fp8_e5m2"];
    F8E4M3 = F8E4M3, None, ["f8e4m3"];
    F8E3M4 = F8E3M4, None, ["e3m4", "f8e3m4"];
    F8E4M3Fnuz = F8E4M3Fnuz, Some("F8_E4M3FNUZ"), ["e4m3fnuz", "f8e4m3fnuz"];
    F8E5M2Fnuz = F8E5M2Fnuz, Some("F8_E5M2FNUZ"), ["e5m2fnuz", "f8e5m2fnuz"];
    F8E4M3B11Fnuz = F8E4M3B11Fnuz, None, ["e4m3b11fnuz", "f8e4m3b11fnuz"];
    F8E8M0Fnu = F8E8M0Fnu, Some("F8_E8M0"), ["e8m0fnu", "e8m0", "f8e8m0fnu"];
    F6E2M3Fn = F6E2M3Fn, None, ["e2m3fn", "f6e2m3fn"];
    F6E3M2Fn = F6E3M2Fn, None, ["e3m2fn", "f6e3m2fn"];
    F4E2M1Fn = F4E2M1Fn, None, ["e2m1fn", "f4e2m1fn"];
    F6E2M3FnX4 = F6E2M3Fn as packed "float6_e2m3fn_x4", Some("F6_E2M3"), ["f6e2m3fnx4"];
    F6E3M2FnX4 = F6E3M2Fn as packed "float6_e3m2fn_x4", Some("F6_E3M2"), ["f6e3m2fnx4"];
    F4E2M1FnX2 = F4E2M1Fn as packed "float4_e2m1fn_x2", Some("F4"), ["f4e2m1fnx2"];
}

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
