//! The catalogue of the formats that this crate ships: a row a format, and nothing about one stands elsewhere.
//!
//! To add a format, write its [`Layout`] constant in `layout.rs`, and a row here:
//! 1. a line of documentation: its fields, its largest number, what it is for;
//! 2. the name of the alias, of the [`Spec`](super::spec::Spec), and the integer that stores a number;
//! 3. the layout, the name that numpy or torch has for the format, and what the format has, as in [`float_type!`];
//! 4. `exact_into`: the formats that have all of its numbers, and `from`: the integers that it has all of;
//! 5. the name in a safetensors header, and the short names that [`Dtype`](crate::Dtype) parses;
//! 6. `packed`: for a format below a byte, the [`Dtype`](crate::Dtype) of packed tensors, with its names.
//!
//! The compiler checks 3 and 4. Then run `cargo test --workspace`: the tests take the list of formats from here, and those with tables
//! of expected values name the rows that the tables lack (`tests/data`, the oracle's description in `verify/src/bridge.rs`).

use crate::format::Layout;

use crate::float_type;

/// Calls a macro with all rows: `$callback! { [$args] rows }`.
macro_rules! catalogue {
    ($callback:ident $($args:tt)*) => { $callback! { [$($args)*]
        /// TensorFloat-32: 8 exponent bits, 10 fraction bits, right-aligned in 32 bits.
        Tf32 = TensorFloat32(u32): TF32, "tf32", [sign, zero, infinities, nan] {
            exact_into: [f32 f64],
            from: [i8 u8 bool],
            safetensors: None,
            short_names: ["tensorfloat32"],
            packed: [],
        }

        /// IEEE 754 binary16: fp16, "half". 5 exponent bits, 10 fraction bits, up to 65504.
        F16 = Binary16(u16): BINARY16, "float16", [sign, zero, infinities, nan] {
            exact_into: [Tf32 f32 f64],
            from: [i8 u8 bool],
            safetensors: Some("F16"),
            short_names: ["f16", "fp16", "half"],
            packed: [],
        }

        /// bfloat16, the upper half of an `f32`: 8 exponent bits, 7 fraction bits.
        Bf16 = BFloat16(u16): BFLOAT16, "bfloat16", [sign, zero, infinities, nan] {
            exact_into: [Tf32 f32 f64],
            from: [i8 u8 bool],
            safetensors: Some("BF16"),
            short_names: ["bf16"],
            packed: [],
        }

        /// OCP OFP8 E4M3: up to 448, no infinities, one NaN a sign. For weights and activations.
        F8E4M3Fn = E4M3Fn(u8): E4M3FN, "float8_e4m3fn", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E4M3"),
            short_names: ["e4m3fn", "f8e4m3fn", "f8_e4m3fn", "fp8_e4m3fn", "fp8_e4m3"],
            packed: [],
        }

        /// OCP OFP8 E5M2: up to 57344, with IEEE's infinities and NaNs. For gradients.
        F8E5M2 = E5M2(u8): E5M2, "float8_e5m2", [sign, zero, infinities, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E5M2"),
            short_names: ["e5m2", "f8e5m2", "fp8_e5m2"],
            packed: [],
        }

        /// E4M3 with IEEE's infinities and NaNs: up to 240.
        F8E4M3 = E4M3(u8): E4M3, "float8_e4m3", [sign, zero, infinities, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["f8e4m3"],
            packed: [],
        }

        /// E3M4 with IEEE's infinities and NaNs: up to 15.5.
        F8E3M4 = E3M4(u8): E3M4, "float8_e3m4", [sign, zero, infinities, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["e3m4", "f8e3m4"],
            packed: [],
        }

        /// E4M3 of AMD and Graphcore: up to 240, one NaN, no −0, no infinities.
        F8E4M3Fnuz = E4M3Fnuz(u8): E4M3FNUZ, "float8_e4m3fnuz", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E4M3FNUZ"),
            short_names: ["e4m3fnuz", "f8e4m3fnuz"],
            packed: [],
        }

        /// E5M2 of AMD and Graphcore: up to 57344, one NaN, no −0, no infinities.
        F8E5M2Fnuz = E5M2Fnuz(u8): E5M2FNUZ, "float8_e5m2fnuz", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: Some("F8_E5M2FNUZ"),
            short_names: ["e5m2fnuz", "f8e5m2fnuz"],
            packed: [],
        }

        /// E4M3 with bias 11: up to 30, one NaN, no −0, no infinities.
        F8E4M3B11Fnuz = E4M3B11Fnuz(u8): E4M3B11FNUZ, "float8_e4m3b11fnuz", [sign, zero, nan] {
            exact_into: [F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["e4m3b11fnuz", "f8e4m3b11fnuz"],
            packed: [],
        }

        /// The scale format of OCP Microscaling: the powers of two 2<sup>−127</sup> to 2<sup>127</sup>, and a NaN.
        F8E8M0Fnu = E8M0Fnu(u8): E8M0FNU, "float8_e8m0fnu", [nan] {
            exact_into: [Bf16 Tf32 f32 f64],
            from: [],
            safetensors: Some("F8_E8M0"),
            short_names: ["e8m0fnu", "e8m0", "f8e8m0fnu"],
            packed: [],
        }

        /// Unsigned E4M3, for scales: up to 448, one NaN. One a byte, in its low 7 bits.
        F8E4M3Fnu = E4M3Fnu(u8): E4M3FNU, "float8_e4m3fnu", [zero, nan] {
            exact_into: [F8E4M3Fn F8E5M3Fnu F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["e4m3fnu", "ue4m3", "f8e4m3fnu"],
            packed: [],
        }

        /// Unsigned E5M3, for scales: up to 114688, one NaN.
        F8E5M3Fnu = E5M3Fnu(u8): E5M3FNU, "float8_e5m3fnu", [zero, nan] {
            exact_into: [Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["e5m3fnu", "ue5m3", "f8e5m3fnu"],
            packed: [],
        }

        /// OCP Microscaling FP6 E2M3: up to 7.5, every code finite. One a byte, in its low 6 bits.
        F6E2M3Fn = E2M3Fn(u8): E2M3FN, "float6_e2m3fn", [sign, zero] {
            exact_into: [F8E4M3Fn F8E4M3 F8E3M4 F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["e2m3fn", "f6e2m3fn"],
            packed: [F6E2M3FnX4: "float6_e2m3fn_x4", Some("F6_E2M3"), ["f6e2m3fnx4"]],
        }

        /// OCP Microscaling FP6 E3M2: up to 28, every code finite. One a byte, in its low 6 bits.
        F6E3M2Fn = E3M2Fn(u8): E3M2FN, "float6_e3m2fn", [sign, zero] {
            exact_into: [F8E4M3Fn F8E5M2 F8E4M3 F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["e3m2fn", "f6e3m2fn"],
            packed: [F6E3M2FnX4: "float6_e3m2fn_x4", Some("F6_E3M2"), ["f6e3m2fnx4"]],
        }

        /// OCP Microscaling FP4 E2M1: ±0, 0.5, 1, 1.5, 2, 3, 4, 6. One a byte, in its low 4 bits.
        F4E2M1Fn = E2M1Fn(u8): E2M1FN, "float4_e2m1fn", [sign, zero] {
            exact_into: [F6E2M3Fn F6E3M2Fn F8E4M3Fn F8E5M2 F8E4M3 F8E3M4 F16 Bf16 Tf32 f32 f64],
            from: [bool],
            safetensors: None,
            short_names: ["e2m1fn", "f4e2m1fn"],
            packed: [F4E2M1FnX2: "float4_e2m1fn_x2", Some("F4"), ["f4e2m1fnx2"]],
        }
    } };
}
pub(crate) use catalogue;

macro_rules! declare {
    ([] $(
        $(#[$doc:meta])*
        $name:ident = $spec:ident($bits:ty): $layout:ident, $dtype:literal, $has:tt $more:tt
    )*) => { $(
        float_type! {
            $(#[$doc])*
            pub type $name = $spec($bits): Layout::$layout, $dtype, $has;
        }
    )* };
}
catalogue!(declare);

macro_rules! export {
    ([$d:tt] $(
        $(#[$doc:meta])*
        $name:ident = $spec:ident($bits:ty): $layout:ident, $dtype:literal, $has:tt $more:tt
    )*) => {
        /// Calls a macro with the names of all formats that this crate ships, but `f32` and `f64`: for tests, tables and tools that
        /// must not forget one. Tokens after the macro's name come first. With `@has` before it, each name is followed by what the format
        /// has, as in [`float_type!`]: `F8E4M3Fn [sign, zero, nan]`.
        ///
        /// ```
        /// use ulp::*;
        ///
        /// macro_rules! largest {
        ///     ($($format:ident)*) => { [$((stringify!($format), $format::MAX.cast::<f64>())),*] };
        /// }
        /// let table = for_each_format!(largest f32);
        /// assert_eq!(table[0], ("f32", f32::MAX as f64));
        /// assert!(table.contains(&("F8E4M3Fn", 448.0)));
        /// ```
        #[macro_export]
        macro_rules! for_each_format {
            (@has $d callback:ident $d ($d args:tt)*) => { $d callback! { $d ($d args)* $($name $has)* } };
            ($d callback:ident $d ($d args:tt)*) => { $d callback! { $d ($d args)* $($name)* } };
        }
    };
}
catalogue!(export $);
