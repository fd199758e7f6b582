//! The catalogue of the formats that this crate ships. Each format is a row, and nothing about a format stands elsewhere.
//!
//! To add a format, write its [`Layout`] constant in `layout.rs`, and a row here:
//! 1. the documentation: the fields, the largest number, the use, how numbers print, and an example with the limits;
//! 2. the name of the alias, the name of the [`Spec`](super::spec::Spec), and the integer that stores a number;
//! 3. the layout, the name in numpy or torch, and the special numbers, as in [`float_type!`];
//! 4. `exact_into`: the formats that have all numbers of this format, and `from`: the integer types all of whose numbers this
//!    format has;
//! 5. the name in a safetensors header, and the other names that [`Dtype`](crate::Dtype) parses, in lower case;
//! 6. `packed`: for a format below a byte, the [`Dtype`](crate::Dtype) of packed tensors, with its names.
//!
//! The compiler checks 3 and 4. Then run `cargo test --workspace`. The tests take the list of formats from here. Tests with
//! tables of expected values name the missing rows (`tests/data`, the description for the oracle in `verify/src/bridge.rs`).

use crate::format::Layout;

use crate::float_type;

/// Calls a macro with all rows: `$callback! { [$args] rows }`.
macro_rules! catalogue {
    ($callback:ident $($args:tt)*) => { $callback! { [$($args)*]
        /// TensorFloat-32: 8 exponent bits, 10 fraction bits, right-aligned in 32 bits.
        /// A whole number below 2<sup>24</sup> prints all its digits. A fraction prints the fewest digits that tell it from its
        /// neighbours.
        ///
        /// ```
        /// use ulp::Tf32;
        ///
        /// assert_eq!(Tf32::from_f32(0.1).to_f64(), 819.0 * 2f64.powi(-13));
        /// assert_eq!(Tf32::MAX.to_f64(), 2047.0 * 2f64.powi(117));
        /// assert_eq!(Tf32::MIN_POSITIVE.to_f64(), 2f64.powi(-126));
        /// assert_eq!(Tf32::EPSILON.to_f64(), 0.0009765625);
        /// ```
        Tf32 = TensorFloat32(u32): TF32, "tf32", [sign, zero, infinities, nan] {
            exact_into: [f32 f64],
            from: [i8 u8 bool],
            safetensors: None,
            aliases: ["tensorfloat32"],
            packed: [],
        }

        /// IEEE 754 binary16: fp16, "half". 5 exponent bits, 10 fraction bits, up to 65504.
        /// A whole number below 2<sup>24</sup> prints all its digits. A fraction prints the fewest digits that tell it from its
        /// neighbours.
        ///
        /// ```
        /// use ulp::F16;
        ///
        /// assert_eq!(F16::from_f32(0.1).to_f64(), 819.0 * 2f64.powi(-13));
        /// assert_eq!(F16::MAX.to_f64(), 65504.0);
        /// assert_eq!(F16::MIN_POSITIVE.to_f64(), 2f64.powi(-14));
        /// assert_eq!(F16::EPSILON.to_f64(), 0.0009765625);
        /// ```
        F16 = Binary16(u16): BINARY16, "float16", [sign, zero, infinities, nan] {
            exact_into: [Tf32 f32 f64],
            from: [i8 u8 bool],
            safetensors: Some("F16"),
            aliases: ["f16", "fp16", "half"],
            packed: [],
        }

        /// bfloat16, the upper half of an `f32`: 8 exponent bits, 7 fraction bits.
        /// A whole number below 2<sup>24</sup> prints all its digits. A fraction prints the fewest digits that tell it from its
        /// neighbours.
        ///
        /// ```
        /// use ulp::Bf16;
        ///
        /// assert_eq!(Bf16::from_f32(0.1).to_f64(), 0.10009765625);
        /// assert_eq!(Bf16::MAX.to_f64(), 255.0 * 2f64.powi(120));
        /// assert_eq!(Bf16::MIN_POSITIVE.to_f64(), 2f64.powi(-126));
        /// assert_eq!(Bf16::EPSILON.to_f64(), 0.0078125);
        /// ```
        Bf16 = BFloat16(u16): BFLOAT16, "bfloat16", [sign, zero, infinities, nan] {
            exact_into: [Tf32 f32 f64],
            from: [i8 u8 bool],
            safetensors: Some("BF16"),
            aliases: ["bf16"],
            packed: [],
        }

        /// OCP OFP8 E4M3: up to 448, no infinities, one NaN for each sign. For weights and activations.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E4M3Fn;
        ///
        /// assert_eq!(F8E4M3Fn::from_f32(0.1).to_f64(), 0.1015625);
        /// assert_eq!(F8E4M3Fn::MAX.to_f64(), 448.0);
        /// assert_eq!(F8E4M3Fn::MIN_POSITIVE.to_f64(), 0.015625);
        /// assert_eq!(F8E4M3Fn::EPSILON.to_f64(), 0.125);
        /// ```
        F8E4M3Fn = E4M3Fn(u8): E4M3FN, "float8_e4m3fn", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E4M3"),
            aliases: ["e4m3fn", "f8e4m3fn", "f8_e4m3fn", "fp8_e4m3fn", "fp8_e4m3", "float8e4m3fn", "fp8e4nv"],
            packed: [],
        }

        /// OCP OFP8 E5M2: up to 57344, with IEEE's infinities and NaNs. For gradients.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E5M2;
        ///
        /// assert_eq!(F8E5M2::from_f32(0.1).to_f64(), 0.09375);
        /// assert_eq!(F8E5M2::MAX.to_f64(), 57344.0);
        /// assert_eq!(F8E5M2::MIN_POSITIVE.to_f64(), 2f64.powi(-14));
        /// assert_eq!(F8E5M2::EPSILON.to_f64(), 0.25);
        /// ```
        F8E5M2 = E5M2(u8): E5M2, "float8_e5m2", [sign, zero, infinities, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E5M2"),
            aliases: ["e5m2", "f8e5m2", "fp8_e5m2", "float8e5m2", "fp8e5"],
            packed: [],
        }

        /// E4M3 with IEEE's infinities and NaNs: up to 240.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E4M3;
        ///
        /// assert_eq!(F8E4M3::from_f32(0.1).to_f64(), 0.1015625);
        /// assert_eq!(F8E4M3::MAX.to_f64(), 240.0);
        /// assert_eq!(F8E4M3::MIN_POSITIVE.to_f64(), 0.015625);
        /// assert_eq!(F8E4M3::EPSILON.to_f64(), 0.125);
        /// ```
        F8E4M3 = E4M3(u8): E4M3, "float8_e4m3", [sign, zero, infinities, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: [],
            packed: [],
        }

        /// E3M4 with IEEE's infinities and NaNs: up to 15.5.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E3M4;
        ///
        /// assert_eq!(F8E3M4::from_f32(0.1).to_f64(), 0.09375);
        /// assert_eq!(F8E3M4::MAX.to_f64(), 15.5);
        /// assert_eq!(F8E3M4::MIN_POSITIVE.to_f64(), 0.25);
        /// assert_eq!(F8E3M4::EPSILON.to_f64(), 0.0625);
        /// ```
        F8E3M4 = E3M4(u8): E3M4, "float8_e3m4", [sign, zero, infinities, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: ["e3m4", "f8e3m4"],
            packed: [],
        }

        /// E4M3 of AMD and Graphcore: up to 240, one NaN, no −0, no infinities.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E4M3Fnuz;
        ///
        /// assert_eq!(F8E4M3Fnuz::from_f32(0.1).to_f64(), 0.1015625);
        /// assert_eq!(F8E4M3Fnuz::MAX.to_f64(), 240.0);
        /// assert_eq!(F8E4M3Fnuz::MIN_POSITIVE.to_f64(), 0.0078125);
        /// assert_eq!(F8E4M3Fnuz::EPSILON.to_f64(), 0.125);
        /// ```
        F8E4M3Fnuz = E4M3Fnuz(u8): E4M3FNUZ, "float8_e4m3fnuz", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E4M3FNUZ"),
            aliases: ["e4m3fnuz", "f8e4m3fnuz", "fp8_e4m3fnuz", "float8e4m3fnuz", "fp8e4b8"],
            packed: [],
        }

        /// E5M2 of AMD and Graphcore: up to 57344, one NaN, no −0, no infinities.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E5M2Fnuz;
        ///
        /// assert_eq!(F8E5M2Fnuz::from_f32(0.1).to_f64(), 0.09375);
        /// assert_eq!(F8E5M2Fnuz::MAX.to_f64(), 57344.0);
        /// assert_eq!(F8E5M2Fnuz::MIN_POSITIVE.to_f64(), 2f64.powi(-15));
        /// assert_eq!(F8E5M2Fnuz::EPSILON.to_f64(), 0.25);
        /// ```
        F8E5M2Fnuz = E5M2Fnuz(u8): E5M2FNUZ, "float8_e5m2fnuz", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E5M2FNUZ"),
            aliases: ["e5m2fnuz", "f8e5m2fnuz", "fp8_e5m2fnuz", "float8e5m2fnuz", "fp8e5b16"],
            packed: [],
        }

        /// E4M3 with bias 11: up to 30, one NaN, no −0, no infinities.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E4M3B11Fnuz;
        ///
        /// assert_eq!(F8E4M3B11Fnuz::from_f32(0.1).to_f64(), 0.1015625);
        /// assert_eq!(F8E4M3B11Fnuz::MAX.to_f64(), 30.0);
        /// assert_eq!(F8E4M3B11Fnuz::MIN_POSITIVE.to_f64(), 0.0009765625);
        /// assert_eq!(F8E4M3B11Fnuz::EPSILON.to_f64(), 0.125);
        /// ```
        F8E4M3B11Fnuz = E4M3B11Fnuz(u8): E4M3B11FNUZ, "float8_e4m3b11fnuz", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: ["e4m3b11fnuz", "f8e4m3b11fnuz"],
            packed: [],
        }

        /// The scale format of OCP Microscaling: the powers of two 2<sup>−127</sup> to 2<sup>127</sup>, and a NaN.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E8M0Fnu;
        ///
        /// assert_eq!(F8E8M0Fnu::from_f32(0.1).to_f64(), 0.125);
        /// assert_eq!(F8E8M0Fnu::MAX.to_f64(), 2f64.powi(127));
        /// assert_eq!(F8E8M0Fnu::MIN_POSITIVE.to_f64(), 2f64.powi(-127));
        /// assert_eq!(F8E8M0Fnu::EPSILON.to_f64(), 1.0);
        /// ```
        F8E8M0Fnu = E8M0Fnu(u8): E8M0FNU, "float8_e8m0fnu", [nan] {
            exact_into: [Bf16 Tf32 f32 f64],
            from: [],
            safetensors: Some("F8_E8M0"),
            aliases: ["e8m0fnu", "e8m0", "ue8m0", "f8e8m0fnu", "f8e8m0", "float8e8m0"],
            packed: [],
        }

        /// Unsigned E4M3, for scales: up to 448, one NaN. A number takes a byte, and its code is in the low 7 bits.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E4M3Fnu;
        ///
        /// assert_eq!(F8E4M3Fnu::from_f32(0.1).to_f64(), 0.1015625);
        /// assert_eq!(F8E4M3Fnu::MAX.to_f64(), 448.0);
        /// assert_eq!(F8E4M3Fnu::MIN_POSITIVE.to_f64(), 0.015625);
        /// assert_eq!(F8E4M3Fnu::EPSILON.to_f64(), 0.125);
        /// ```
        F8E4M3Fnu = E4M3Fnu(u8): E4M3FNU, "float8_e4m3fnu", [zero, nan] {
            exact_into: [F8E4M3Fn F8E5M3Fnu F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: ["e4m3fnu", "ue4m3", "f8e4m3fnu"],
            packed: [],
        }

        /// Unsigned E5M3, for scales: up to 114688, one NaN.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F8E5M3Fnu;
        ///
        /// assert_eq!(F8E5M3Fnu::from_f32(0.1).to_f64(), 0.1015625);
        /// assert_eq!(F8E5M3Fnu::MAX.to_f64(), 114688.0);
        /// assert_eq!(F8E5M3Fnu::MIN_POSITIVE.to_f64(), 2f64.powi(-14));
        /// assert_eq!(F8E5M3Fnu::EPSILON.to_f64(), 0.125);
        /// ```
        F8E5M3Fnu = E5M3Fnu(u8): E5M3FNU, "float8_e5m3fnu", [zero, nan] {
            exact_into: [Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: ["e5m3fnu", "ue5m3", "f8e5m3fnu"],
            packed: [],
        }

        /// OCP Microscaling FP6 E2M3: up to 7.5, every code finite. A number takes a byte, and its code is in the low 6 bits.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F6E2M3Fn;
        ///
        /// assert_eq!(F6E2M3Fn::from_f32(0.1).to_f64(), 0.125);
        /// assert_eq!(F6E2M3Fn::MAX.to_f64(), 7.5);
        /// assert_eq!(F6E2M3Fn::MIN_POSITIVE.to_f64(), 1.0);
        /// assert_eq!(F6E2M3Fn::EPSILON.to_f64(), 0.125);
        /// ```
        F6E2M3Fn = E2M3Fn(u8): E2M3FN, "float6_e2m3fn", [sign, zero] {
            exact_into: [F8E4M3Fn F8E4M3 F8E3M4 F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: ["e2m3fn", "e2m3", "f6e2m3fn", "f6e2m3"],
            packed: [F6E2M3FnX4: "float6_e2m3fn_x4", Some("F6_E2M3"), ["f6e2m3fnx4"]],
        }

        /// OCP Microscaling FP6 E3M2: up to 28, every code finite. A number takes a byte, and its code is in the low 6 bits.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F6E3M2Fn;
        ///
        /// assert_eq!(F6E3M2Fn::from_f32(0.1).to_f64(), 0.125);
        /// assert_eq!(F6E3M2Fn::MAX.to_f64(), 28.0);
        /// assert_eq!(F6E3M2Fn::MIN_POSITIVE.to_f64(), 0.25);
        /// assert_eq!(F6E3M2Fn::EPSILON.to_f64(), 0.25);
        /// ```
        F6E3M2Fn = E3M2Fn(u8): E3M2FN, "float6_e3m2fn", [sign, zero] {
            exact_into: [F8E4M3Fn F8E5M2 F8E4M3 F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: ["e3m2fn", "e3m2", "f6e3m2fn", "f6e3m2"],
            packed: [F6E3M2FnX4: "float6_e3m2fn_x4", Some("F6_E3M2"), ["f6e3m2fnx4"]],
        }

        /// OCP Microscaling FP4 E2M1: ±0, 0.5, 1, 1.5, 2, 3, 4, 6. A number takes a byte, and its code is in the low 4 bits.
        /// A number prints as the `f32` of the same value does.
        ///
        /// ```
        /// use ulp::F4E2M1Fn;
        ///
        /// assert_eq!(F4E2M1Fn::from_f32(0.1).to_f64(), 0.0);
        /// assert_eq!(F4E2M1Fn::MAX.to_f64(), 6.0);
        /// assert_eq!(F4E2M1Fn::MIN_POSITIVE.to_f64(), 1.0);
        /// assert_eq!(F4E2M1Fn::EPSILON.to_f64(), 0.5);
        /// ```
        F4E2M1Fn = E2M1Fn(u8): E2M1FN, "float4_e2m1fn", [sign, zero] {
            exact_into: [F6E2M3Fn F6E3M2Fn F8E4M3Fn F8E5M2 F8E4M3 F8E3M4 F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            aliases: ["e2m1fn", "e2m1", "f4e2m1fn"],
            packed: [F4E2M1FnX2: "float4_e2m1fn_x2", Some("F4"), ["f4e2m1fnx2"]],
        }
    } };
}
pub(crate) use catalogue;

macro_rules! declare {
    ([] $(
        $(#[$doc:meta])*
        $name:ident = $spec:ident($bits:ty): $layout:ident, $dtype:literal, $has:tt {
            exact_into: $to:tt,
            from: $from:tt,
            safetensors: $safetensors:expr,
            aliases: [$($alias:literal),*],
            packed: $packed:tt,
        }
    )*) => { $(
        float_type! {
            $(#[$doc])*
            #[doc(alias = $dtype)]
            $(#[doc(alias = $alias)])*
            pub type $name = $spec($bits): Layout::$layout, $dtype, $has;
        }
    )* };
}
catalogue!(declare);
