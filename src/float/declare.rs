//! [`float_type!`](crate::float_type): declares a format.

/// Declares a floating-point format of your own in one line: the alias and the [`Spec`](crate::spec::Spec) behind it, the integer
/// that stores a number, the [`Layout`](crate::Layout), the name, and which of `sign`, `zero`, `infinities` (`infinity`, without a
/// sign) and `nan` the layout has.
///
/// The alias stands for [`Float<Spec>`](crate::Float), so the format gets all that the formats of this crate have. It lacks only
/// what its layout lacks: `NAN` comes with `nan`, `INFINITY` and `NEG_INFINITY` with `infinities`, `Default` (0) with `zero`, and
/// negation with `sign`.
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
/// A list that doesn't match the layout does not compile, and neither does a layout that is wider than its storage:
///
/// ```compile_fail
/// ulp::float_type!(type Wide = WideSpec(u8): ulp::Layout::ieee(5, 6), "wide", [sign, zero, infinities, nan]);
/// ```
///
/// Rust's orphan rule lets you implement traits of your own for the alias, but no traits of other crates: for those, wrap the
/// alias in a struct.
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
