//! [`Dtype`]: a format known only at run time, by name.

use core::fmt;
use core::str::FromStr;

use crate::formats::{
    Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz,
    F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16,
};
use crate::{Format, Layout};

macro_rules! dtypes {
    ($($variant:ident = $format:ty, $safetensors:expr, [$($name:literal),*];)*) => {
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
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[non_exhaustive]
        pub enum Dtype {
            $(
                #[doc = concat!("[`", stringify!($format), "`].")]
                $variant,
            )*
        }

        impl Dtype {
            /// All formats, wide ones first.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// How a code is read.
            pub const fn layout(self) -> Layout {
                match self {
                    $(Self::$variant => <$format as Format>::LAYOUT,)*
                }
            }

            /// The name in numpy, with ml_dtypes: `"bfloat16"`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => <$format as Format>::DTYPE,)*
                }
            }

            /// The name in the header of a safetensors file, `"BF16"`, if it has one for the format, one number in each
            /// 1, 2, 4 or 8 bytes.
            pub const fn safetensors(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $safetensors,)*
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
