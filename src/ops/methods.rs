//! What the methods of a type call: the operations on codes, for any [`Format`], in constants too.
#![allow(
    missing_docs,
    reason = "not for people: what `float_type!` expands to calls these"
)]

use core::cmp::Ordering;

use crate::format::{from_code, to_code};
use crate::ops::powers::{DEGREES, RADIANS};
use crate::{Format, Rounding};

macro_rules! on_codes {
    ($($name:ident($($operand:ident),*) = |$layout:ident| $code:expr;)*) => { $(
        #[inline]
        pub const fn $name<F: Format>($($operand: F),*) -> F {
            let $layout = F::LAYOUT;
            $(let $operand = to_code($operand);)*
            from_code($code)
        }
    )* };
}
on_codes! {
    one() = |layout| layout.power_of_two_code(0);
    abs(a) = |layout| layout.copy_sign(a, false);
    signum(a) = |layout| match layout.nan_of(&[a]) {
        Some((nan, _)) => nan,
        None => layout.copy_sign(layout.power_of_two_code(0), layout.is_negative(a)),
    };
    copysign(a, b) = |layout| layout.copy_sign(a, layout.is_negative(b));
    min(a, b) = |layout| layout.extreme(a, b, false, false);
    max(a, b) = |layout| layout.extreme(a, b, true, false);
    minimum(a, b) = |layout| layout.extreme(a, b, false, true);
    maximum(a, b) = |layout| layout.extreme(a, b, true, true);
    next_up(a) = |layout| layout.next_up(a);
    next_down(a) = |layout| layout.next_down(a);
    ulp(a) = |layout| layout.ulp(a);
    midpoint(a, b) = |layout| layout.midpoint(a, b);
    rem_euclid(a, b) = |layout| layout.rem_euclid(a, b);
    div_euclid(a, b) = |layout| layout.div_euclid(a, b);
    to_degrees(a) = |layout| layout.scale(a, DEGREES);
    to_radians(a) = |layout| layout.scale(a, RADIANS);
    fract(a) = |layout| layout.fract(a);
}

#[inline]
pub const fn round<F: Format>(a: F, rounding: Rounding) -> F {
    crate::ieee::round_to_integral(a, rounding).0
}

#[inline]
pub const fn powi<F: Format>(a: F, n: i32) -> F {
    from_code(F::LAYOUT.power(to_code(a), n))
}

#[inline]
pub const fn total_cmp<F: Format>(a: F, b: F) -> Ordering {
    F::LAYOUT.total_order(to_code(a), to_code(b))
}

/// # Panics
/// Unless `min` ≤ `max`.
#[inline]
#[track_caller]
pub const fn clamp<F: Format>(a: F, min: F, max: F) -> F {
    let layout = F::LAYOUT;
    let (a, min, max) = (to_code(a), to_code(min), to_code(max));
    assert!(
        matches!(
            layout.compare(min, max),
            Some(Ordering::Less | Ordering::Equal)
        ),
        "min > max, or one of them is a NaN"
    );
    from_code(match (layout.compare(a, min), layout.compare(a, max)) {
        (Some(Ordering::Less), _) => min,
        (_, Some(Ordering::Greater)) => max,
        _ => a,
    })
}

/// The steps from one number to the other: how many times [`next_up`](crate::F16::next_up) leads from the lesser to the greater.
///
/// Equal numbers, −0 and +0 too, are 0 steps apart, and ∞ is a step past the largest number. If one is a NaN, the distance is
/// [`u64::MAX`], which no numbers have, so that a test for nearness fails.
///
/// ```
/// use ulp::{F16, ulps_between};
///
/// let third = F16::from_f32(1.0) / F16::from_f32(3.0);
/// assert_eq!(ulps_between(third, F16::from_f32(0.3335)), 1);
/// assert_eq!(ulps_between(0.1f64 + 0.2, 0.3), 1);
/// assert_eq!(ulps_between(1.0, f32::NAN), u64::MAX);
/// ```
#[inline]
pub const fn ulps_between<F: Format>(a: F, b: F) -> u64 {
    match F::LAYOUT.steps(to_code(a), to_code(b)) {
        Some(steps) => steps,
        None => u64::MAX,
    }
}
