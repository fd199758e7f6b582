//! [`float_type!`](crate::float_type): declares a format.

/// Declares a floating-point format of your own in one line. The line names the alias, the [`Spec`](crate::spec::Spec) behind the
/// alias, the integer that stores a number, the [`Layout`](crate::Layout), the name of the format, and its special numbers. The
/// special numbers are a list of `sign`, `zero`, `infinities` (`infinity` in a format without sign) and `nan`.
///
/// The alias stands for [`Float<Spec>`](crate::Float). The format therefore gets all methods and traits of the formats of this
/// crate, as far as its layout allows. `NAN` comes with `nan`, `INFINITY` and `NEG_INFINITY` come with `infinities`, `Default`
/// (0) comes with `zero`, and negation comes with `sign`.
///
/// ```
/// ulp::float_type!(pub type E5M6 = E5M6Spec(u16): ulp::Layout::ieee(5, 6), "float12_e5m6", [sign, zero, infinities, nan]);
///
/// const TENTH: E5M6 = E5M6::from_f32_const(0.1);
/// assert_eq!(TENTH.to_f32(), 0.099609375);
/// assert_eq!(-E5M6::MAX, E5M6::MIN);
/// assert_eq!(ulp::finfo::<E5M6>().eps.to_f32(), 0.015625);
/// ```
///
/// A list that doesn't match the layout does not compile. A layout that is wider than its storage does not compile either:
///
/// ```compile_fail
/// ulp::float_type!(type Wide = WideSpec(u8): ulp::Layout::ieee(5, 6), "wide", [sign, zero, infinities, nan]);
/// ```
///
/// Rust's orphan rule lets you implement traits of your own for the alias, but no traits of other crates. To implement such
/// traits, wrap the alias in a struct.
#[macro_export]
macro_rules! float_type {
    (
        $(#[$meta:meta])*
        $vis:vis type $name:ident = $spec:ident($bits:ty): $layout:expr, $dtype:expr, [$($has:ident),* $(,)?] $(;)?
    ) => {
        $(#[$meta])*
        $vis type $name = $crate::Float<$spec>;

        #[doc = concat!("The constants of the format [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        $vis enum $spec {}

        impl $crate::spec::Spec for $spec {
            type Bits = $bits;
            const LAYOUT: $crate::Layout = $layout;
            const NAME: &'static str = $dtype;
        }

        $($crate::float_type!(@has $has $spec);)*

        const _: () = $crate::spec::check::<$spec>(&[$(stringify!($has)),*]);
    };
    (@has sign $spec:ident) => {
        impl $crate::spec::HasSign for $spec {}
    };
    (@has zero $spec:ident) => {
        impl $crate::spec::HasZero for $spec {}
    };
    (@has infinity $spec:ident) => {
        impl $crate::spec::HasInfinity for $spec {}
    };
    (@has infinities $spec:ident) => {
        impl $crate::spec::HasInfinity for $spec {}
        impl $crate::spec::HasInfinities for $spec {}
    };
    (@has nan $spec:ident) => {
        impl $crate::spec::HasNan for $spec {}
    };
    (@has $other:ident $spec:ident) => {
        compile_error!(concat!(
            "a format lists which of sign, zero, infinities (infinity, without a sign) and nan it has, not ",
            stringify!($other),
        ));
    };
}
