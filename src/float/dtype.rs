//! [`Dtype`]: a format known only at run time. A dtype says how a tensor of the format lies in memory.

#[allow(clippy::wildcard_imports, reason = "the formats of the catalogue")]
use crate::float::catalogue::*;
use crate::float::finfo::{Finfo, limits};
use crate::format::Layout;
use crate::round::Format;

/// Makes a row of `dtypes!` from each row of the catalogue. A format narrower than a byte gets one more row, for packed tensors.
macro_rules! rows {
    ([] $(
        $(#[$doc:meta])*
        $name:ident = $spec:ident($bits:ty): $layout:ident, $dtype:literal, $has:tt {
            exact_into: $to:tt,
            from: $from:tt,
            safetensors: $safetensors:expr,
            aliases: [$($alias:literal),*],
            packed: [$($packed:ident: $packed_name:literal, $packed_safetensors:expr, [$($packed_alias:literal),*])?],
        }
    )*) => {
        dtypes! {
            F64 = f64, Some("F64"), ["f64", "fp64", "double"];
            F32 = f32, Some("F32"), ["f32", "fp32", "single", "torch.float"];
            $($name = $name, $safetensors, [$($alias),*];)*
            $($($packed = $name as packed $packed_name, $packed_safetensors, [$($packed_alias),*];)?)*
        }
    };
}

macro_rules! dtypes {
    ($(
        $variant:ident = $format:ty $(as packed $packed:literal)?, $safetensors:expr, [$($name:literal),*];
    )*) => {
        /// A format as a value, for tensors whose format is known only at run time.
        ///
        /// ```
        /// use ulp::{Bf16, Dtype, Layout};
        ///
        /// assert_eq!(Dtype::of::<Bf16>(), Some(Dtype::Bf16));
        /// assert_eq!(Dtype::Bf16.layout(), Layout::BFLOAT16);
        /// assert_eq!(Dtype::Bf16.finfo().max, 3.3895313892515355e38);
        /// assert_eq!(Dtype::Bf16.to_string(), "bfloat16");
        /// ```
        ///
        /// [`with_dtype!`](crate::with_dtype) calls a generic function with the type of a `Dtype`. With the feature `serde`, a
        /// `Dtype` is saved as its [name](Self::name), and read from every name below.
        ///
        /// # Names
        /// A `Dtype` parses from the names of numpy (with `ml_dtypes`), torch, safetensors, JAX, ONNX, MLIR, Triton and candle,
        /// and from the usual short names, in any case. [`aliases`](Self::aliases) lists the names.
        ///
        /// ```
        /// use ulp::Dtype;
        ///
        /// for name in ["bfloat16", "torch.bfloat16", "jnp.bfloat16", "BF16"] {
        ///     assert_eq!(name.parse(), Ok(Dtype::Bf16));
        /// }
        ///
        /// let error = "bfloat61".parse::<Dtype>().unwrap_err();
        /// assert_eq!(error.to_string(), "unknown format \"bfloat61\"; did you mean \"bfloat16\"?");
        /// ```
        ///
        /// A name is an error if some programs use it for one format and other programs for another. `F8_E4M3` of safetensors
        /// and `fp8_e4m3` of vLLM are OCP's format with a largest value of 448. `float8_e4m3` of numpy is the IEEE-like format.
        /// But `e4m3` and `f8e4m3` can mean either format:
        ///
        /// ```
        /// use ulp::Dtype;
        ///
        /// assert_eq!("F8_E4M3".parse(), Ok(Dtype::F8E4M3Fn));
        /// assert_eq!("float8_e4m3".parse(), Ok(Dtype::F8E4M3));
        ///
        /// let error = "e4m3".parse::<Dtype>().unwrap_err();
        /// assert_eq!(error.to_string(), "\"e4m3\" may mean float8_e4m3fn or float8_e4m3");
        /// assert_eq!(error.meanings(), [Dtype::F8E4M3Fn, Dtype::F8E4M3]);
        /// ```
        ///
        /// # Packed formats
        /// Each format of 4 and 6 bits has two dtypes. One dtype has one number a byte, in the low bits, as in numpy. The other
        /// dtype is packed, as in safetensors and torch.
        ///
        /// ```
        /// use ulp::Dtype;
        ///
        /// assert_eq!("F4".parse(), Ok(Dtype::F4E2M1FnX2));
        /// assert_eq!(Dtype::F4E2M1FnX2.bytes(1024), Some(512));
        /// assert_eq!(Dtype::F4E2M1Fn.bytes(1024), Some(1024));
        /// ```
        ///
        /// Packed codes follow one another in a stream of bits, which begins at the lowest bit of the first byte:
        /// - of two fp4 codes in a byte, the first code has the low four bits, as in torch's `float4_e2m1fn_x2`
        ///   (`c10/util/Float4_e2m1fn_x2.h`) and ONNX;
        /// - of four fp6 codes in three bytes, the first code has the low six bits of the first byte. The second code has the
        ///   upper two bits of that byte and the low four bits of the next byte. The others follow, as in ONNX (its page "Float
        ///   stored in 6 bits"). torch has no such dtype.
        ///
        /// Bits of the last byte that no code takes are 0. safetensors prescribes the length of a packed tensor, but not the
        /// order of its bits, and refuses a tensor that doesn't end with a byte. OCP's Microscaling Formats 1.0 prescribes no
        /// order either.
        #[doc(alias("DType", "ScalarType", "TensorProto"))]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[non_exhaustive]
        pub enum Dtype {
            $(
                #[doc = concat!("[`", stringify!($format), "`]" $(, ", packed: `", $packed, "`")?, ".")]
                $variant,
            )*
        }

        impl Dtype {
            /// All formats. Wide formats come first, and packed formats come last.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the layout, which says how a code is read.
            pub const fn layout(self) -> Layout {
                match self {
                    $(Self::$variant => <$format as Format>::LAYOUT,)*
                }
            }

            /// Returns the name in numpy with ml_dtypes: `"bfloat16"`.
            ///
            /// numpy has no packed formats. Their names follow torch's one packed format, `"float4_e2m1fn_x2"`, whose name ends
            /// with the number of codes that stand together.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => dtypes!(@name $format $(, $packed)?),)*
                }
            }

            /// Returns the limits of the format, as `f64`s. `f64` has all numbers of every dtype. [`finfo`](crate::finfo) has
            /// the limits of a type.
            ///
            /// ```
            /// use ulp::Dtype;
            ///
            /// let info = "F8_E4M3".parse::<Dtype>()?.finfo();
            /// assert_eq!((info.max, info.eps, info.smallest_subnormal), (448.0, 0.125, 0.001953125));
            /// assert_eq!((info.bits, info.dtype), (8, "float8_e4m3fn"));
            /// # Ok::<(), ulp::UnknownDtype>(())
            /// ```
            pub const fn finfo(self) -> Finfo<f64> {
                match self {
                    $(Self::$variant => {
                        const { limits(<$format as Format>::LAYOUT, dtypes!(@name $format $(, $packed)?)) }
                    })*
                }
            }

            /// Returns the name in the header of a safetensors file, such as `"BF16"`, if safetensors has the format. The 4- and
            /// 6-bit formats of safetensors are packed.
            pub const fn safetensors(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $safetensors,)*
                }
            }

            /// Returns the number of bits that a number takes in memory. This is 16 for bfloat16, 8 for unpacked fp6, and 6 for
            /// packed fp6.
            pub const fn bits(self) -> u32 {
                match self {
                    $(Self::$variant => dtypes!(@bits $format $(, $packed)?),)*
                }
            }

            /// Calls the visitor with the type of the format.
            #[inline]
            pub(crate) fn visit<V: Visitor>(self, visitor: V) -> V::Output {
                match self {
                    $(Self::$variant => visitor.visit::<$format>(),)*
                }
            }

            /// Returns the names that a `Dtype` parses from beside [`name`](Self::name) and [`safetensors`](Self::safetensors),
            /// in lower case.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($name),*],)*
                }
            }

            /// Returns the unpacked dtype of a packed format, with one number a byte. An unpacked dtype returns itself. The
            /// results of [`slice::unpack`](crate::slice::unpack) have this dtype.
            #[must_use]
            pub const fn unpacked(self) -> Self {
                match Self::of_layout(self.layout(), self.layout().bits().next_multiple_of(8)) {
                    Some(dtype) => dtype,
                    None => self,
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
    /// Returns the dtype of a type, or `None` if no dtype in [`ALL`](Self::ALL) has the format and the width in memory of the
    /// type.
    ///
    /// ```
    /// use ulp::{Dtype, F16};
    ///
    /// assert_eq!(const { Dtype::of::<F16>() }, Some(Dtype::F16));
    ///
    /// ulp::float_type!(type E5M6 = E5M6Spec(u16): ulp::Layout::ieee(5, 6), "float12_e5m6", [sign, zero, infinities, nan]);
    /// assert_eq!(Dtype::of::<E5M6>(), None);
    /// ```
    pub const fn of<F: Format>() -> Option<Self> {
        Self::of_layout(F::LAYOUT, 8 * size_of::<F>() as u32)
    }

    /// Returns the dtype of a layout with `bits` bits a number in memory.
    const fn of_layout(layout: Layout, bits: u32) -> Option<Self> {
        let mut i = 0;
        while i < Self::ALL.len() {
            let dtype = Self::ALL[i];
            if dtype.layout().const_eq(layout) && dtype.bits() == bits {
                return Some(dtype);
            }
            i += 1;
        }
        None
    }

    /// Returns whether a number takes less than a byte.
    pub const fn is_packed(self) -> bool {
        self.bits() < u8::BITS
    }

    /// Returns the number of bytes of `numbers` numbers. Packed fp6 takes 6 bits a number, rounded up to whole bytes. Returns
    /// `None` if the number of bytes exceeds `usize`.
    pub const fn bytes(self, numbers: usize) -> Option<usize> {
        let (eights, rest) = (numbers / 8, numbers % 8);
        match eights.checked_mul(self.bits() as usize) {
            Some(bytes) => bytes.checked_add((rest * self.bits() as usize).div_ceil(8)),
            None => None,
        }
    }

    /// Returns the largest number of whole numbers in `bytes` bytes.
    pub(crate) const fn numbers(self, bytes: usize) -> usize {
        let bits = self.bits() as usize;
        bytes / bits * 8 + bytes % bits * 8 / bits
    }
}
