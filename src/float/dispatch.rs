//! The exported macros that name all formats of the catalogue.

use super::catalogue::catalogue;

macro_rules! export {
    ([$d:tt] $(
        $(#[$doc:meta])*
        $name:ident = $spec:ident($bits:ty): $layout:ident, $dtype:literal, $has:tt $more:tt
    )*) => {
        /// Calls a macro with the names of all formats that this crate ships, except for `f32` and `f64`. Tests, tables and tools
        /// use the macro to cover every format. Tokens after the name of the macro come first. After `@has`, each name is
        /// followed by the special numbers of the format, as in [`float_type!`](crate::float_type): `F8E4M3Fn [sign, zero, nan]`.
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

        /// Evaluates an expression in which a name stands for the type of a [`Dtype`](crate::Dtype). The macro leads from a
        /// format known only at run time to a generic function. The value is `None` for a packed dtype, because its numbers have
        /// no address. The [`unpacked`](crate::Dtype::unpacked) dtype has a value. The expression is compiled for every format.
        ///
        /// ```
        /// use ulp::{Dtype, Format};
        ///
        /// fn tenth<F: Format>() -> f64 {
        ///     0.1f64.cast::<F>().cast()
        /// }
        ///
        /// let dtype: Dtype = "bf16".parse()?;
        /// assert_eq!(ulp::with_dtype!(dtype, F => tenth::<F>()), Some(0.10009765625));
        /// assert_eq!(ulp::with_dtype!(Dtype::F4E2M1FnX2, F => tenth::<F>()), None);
        /// # Ok::<(), ulp::UnknownDtype>(())
        /// ```
        #[macro_export]
        macro_rules! with_dtype {
            ($d dtype:expr, $d F:ident => $d value:expr) => {
                match $d dtype {
                    $d crate::Dtype::F64 => {
                        type $d F = f64;
                        ::core::option::Option::Some($d value)
                    }
                    $d crate::Dtype::F32 => {
                        type $d F = f32;
                        ::core::option::Option::Some($d value)
                    }
                    $($d crate::Dtype::$name => {
                        type $d F = $d crate::$name;
                        ::core::option::Option::Some($d value)
                    })*
                    _ => ::core::option::Option::None,
                }
            };
        }
    };
}
catalogue!(export $);
