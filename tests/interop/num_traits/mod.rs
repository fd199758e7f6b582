//! num-traits: generic code, conversions at their limits, and the traits of each format.

mod radix;

use std::fmt::Debug;

use num_traits::float::{FloatCore, TotalOrder};
use num_traits::{
    AsPrimitive, Bounded, ConstOne, ConstZero, Euclid, FloatConst, FromBytes, FromPrimitive, Inv, MulAdd, MulAddAssign, Num,
    NumAssignRef, NumRef, One, Pow, RefNum, Signed, ToBytes, ToPrimitive, Zero, cast,
};
use ulp::*;

use crate::declared::{Double, E5M6, Fine, Small, Unsigned, Wide};

#[test]
fn a_format_has_the_traits_of_its_capabilities() {
    macro_rules! table {
        ([$($format:ident)*]) => {
            [$((
                stringify!($format),
                has!($format: One),
                has!($format: Zero),
                has!($format: Num),
                has!($format: Signed),
                has!($format: FloatCore),
                has!($format: FloatConst),
                cfg!(feature = "libm") && has_float!($format),
            )),*]
        };
    }
    #[cfg(feature = "libm")]
    macro_rules! has_float {
        ($format:ident) => {
            has!($format: num_traits::Float) && has!($format: Pow<$format>)
        };
    }
    #[cfg(not(feature = "libm"))]
    macro_rules! has_float {
        ($format:ident) => {
            false
        };
    }
    for (name, one, zero, num, signed, core, constants, float) in for_every_format!(table) {
        let is = |names: &[&str]| names.contains(&name);
        assert!(one, "{name}");
        let has_sign = !is(&["F8E8M0Fnu", "F8E4M3Fnu", "F8E5M3Fnu"]);
        assert_eq!(
            [zero, num, signed],
            [!is(&["F8E8M0Fnu"]), !is(&["F8E8M0Fnu"]), has_sign],
            "{name}"
        );
        let like_f32 = is(&["Tf32", "F16", "Bf16", "F8E5M2", "F8E4M3", "F8E3M4"]);
        assert_eq!([core, constants], [like_f32; 2], "{name}");
        assert_eq!(float, cfg!(feature = "libm") && is(&["F16", "Bf16"]), "{name}");
    }
    assert!(has!(E5M6: FloatCore));
    assert!(has!(Unsigned: Num) && !has!(Unsigned: Signed));
    assert!(has!(Small: Signed) && !has!(Small: FloatCore));
}

/// Computes a polynomial with any type of number.
fn horner<T: NumRef>(coefficients: &[T], x: &T) -> T {
    coefficients.iter().fold(T::zero(), |sum, c| sum * x + c)
}

fn scale<T: NumAssignRef>(numbers: &mut [T], by: &T) {
    for x in numbers {
        *x *= by;
    }
}

fn sum_of_squares<T: Zero>(numbers: &[T]) -> T
where
    for<'a> &'a T: RefNum<T>,
{
    numbers.iter().fold(T::zero(), |sum, x| sum + x * x)
}

fn generic<T: NumRef + NumAssignRef + num_traits::NumCast + Debug>()
where
    for<'a> &'a T: RefNum<T>,
{
    let [a, b, c] = [1, 2, 3].map(|n| <T as num_traits::NumCast>::from(n).unwrap());
    let two = T::one() + T::one();
    assert_eq!(
        horner(&[T::one(), T::zero(), T::one()], &b),
        <T as num_traits::NumCast>::from(5).unwrap()
    );
    let mut numbers = [a, b, c];
    assert_eq!(sum_of_squares(&numbers), <T as num_traits::NumCast>::from(14).unwrap());
    scale(&mut numbers, &two);
    assert_eq!(numbers, [2, 4, 6].map(|n| <T as num_traits::NumCast>::from(n).unwrap()));
}

#[test]
fn generic_code_runs() {
    generic::<F16>();
    generic::<Bf16>();
    generic::<F8E4M3Fn>();
    generic::<F8E4M3Fnuz>();
    generic::<E5M6>();
    generic::<Unsigned>();
    generic::<Fine>();
}

#[cfg(feature = "libm")]
#[test]
fn float_code_runs() {
    fn norm<T: num_traits::Float>(x: T, y: T) -> T {
        (x * x + y * y).sqrt()
    }
    fn softplus<T: num_traits::Float + num_traits::FloatConst>(x: T) -> T {
        (x.exp() + T::one()).ln().max(T::zero()) / T::LN_2()
    }
    fn root<T: num_traits::real::Real>(x: T) -> T {
        x.sqrt()
    }
    let f16 = F16::from_f32;
    assert_eq!(root(f16(9.0)), f16(3.0));
    assert_eq!(norm(f16(3.0), f16(4.0)), f16(5.0));
    assert_eq!(softplus(F16::default()), f16(1.0));
    assert_eq!(softplus(Bf16::default()), Bf16::from_f32(1.0));
    assert_eq!(num_traits::Float::abs_sub(f16(3.0), f16(1.0)), f16(2.0));
    assert_eq!(num_traits::Float::abs_sub(f16(1.0), f16(3.0)), f16(0.0));
    assert_eq!(f16(2.0).pow(f16(0.5)), f16(2.0).sqrt());
}

#[test]
fn integers_are_rounded_once() {
    // A conversion through f32 would give 4b80.
    assert_eq!(<Bf16 as FromPrimitive>::from_i32(16_842_753).unwrap().to_bits(), 0x4b81);
    assert_eq!(cast::<_, Bf16>(16_842_753u64).unwrap().to_bits(), 0x4b81);
    assert_eq!(AsPrimitive::<Bf16>::as_(-16_842_753i128).to_bits(), 0xcb81);
    // A conversion through f64 would make all of them ties.
    let tie = (1u64 << 63) + (1 << 55);
    for (n, code) in [(tie - 1, 0x5f00), (tie, 0x5f00), (tie + 1, 0x5f01)] {
        assert_eq!(cast::<_, Bf16>(n).unwrap().to_bits(), code);
        assert_eq!(cast::<_, Bf16>(-i128::from(n)).unwrap().to_bits(), code | 0x8000);
    }
    assert_eq!(cast::<_, Fine>((1u64 << 58) + 1).unwrap(), Fine::INFINITY);
    assert_eq!(cast::<_, Wide>((1u64 << 48) + 1).unwrap().to_int::<u64>(), (1 << 48) + 1);
    assert_eq!(cast::<_, Double>((1u64 << 53) + 1).unwrap().to_f64(), 9_007_199_254_740_992.0);
    assert_eq!(cast::<_, Double>(i64::MIN).unwrap().to_f64(), -9_223_372_036_854_775_808.0);
}

#[test]
fn floats_are_rounded_once() {
    let x = 65_519.999_999;
    assert_eq!(<F16 as FromPrimitive>::from_f64(x).unwrap().to_bits(), 0x7bff);
    assert_eq!(cast::<_, F16>(x).unwrap().to_bits(), 0x7bff);
    assert_eq!(AsPrimitive::<F16>::as_(x).to_bits(), 0x7bff);
    assert_eq!(cast::<_, F16>(1e300).unwrap(), F16::INFINITY);
    assert_eq!(cast::<_, F16>(-1e30f32).unwrap(), F16::NEG_INFINITY);
    assert_eq!(cast::<_, F16>(0.7), Some(F16::from_f64(0.7)));
    assert!(cast::<_, F16>(f32::NAN).unwrap().is_nan());
    assert_eq!(cast::<_, F16>(Bf16::MAX), Some(F16::INFINITY));
    assert_eq!(AsPrimitive::<F8E4M3Fn>::as_(F16::from_f32(0.3)), F8E4M3Fn::from_f32(0.3));
    assert_eq!(cast::<F16, i32>(F16::MAX), Some(65504));
}

#[test]
fn what_a_format_lacks_is_none() {
    assert_eq!(<F8E4M3Fn as FromPrimitive>::from_i64(464), Some(F8E4M3Fn::MAX));
    assert_eq!(<F8E4M3Fn as FromPrimitive>::from_i64(465), None);
    assert_eq!(cast::<_, F8E4M3Fn>(f64::INFINITY), None);
    assert_eq!(cast::<_, F8E5M2>(f64::INFINITY), Some(F8E5M2::INFINITY));
    assert!(cast::<_, F8E4M3Fnuz>(f64::NAN).unwrap().is_nan());
    assert!(
        <F16 as FromPrimitive>::from_f32(f32::from_bits(0x7f80_0001))
            .unwrap()
            .is_nan(),
        "a signaling NaN"
    );
    assert_eq!(cast::<_, F4E2M1Fn>(f64::NAN), None);
    assert_eq!(cast::<_, F4E2M1Fn>(-6.5), Some(F4E2M1Fn::MIN));
    assert_eq!(cast::<_, F4E2M1Fn>(u128::MAX), None);
    assert_eq!(cast::<_, F8E8M0Fnu>(0), None);
    assert_eq!(cast::<_, F8E8M0Fnu>(-1), None);
    assert_eq!(cast::<_, F8E8M0Fnu>(2.9), Some(F8E8M0Fnu::from_f32(2.0)));
    assert_eq!(cast::<_, Unsigned>(-0.5), None);
}

#[test]
fn to_integers_without_the_fraction() {
    let f16 = F16::from_f32;
    assert_eq!(f16(-1.75).to_int::<i8>(), -1, "the type's own method");
    assert_eq!(f16(-1.75).to_i8(), Some(-1), "num-traits' method");
    assert_eq!(ToPrimitive::to_i8(&f16(-1.75)), Some(-1));
    assert_eq!(ToPrimitive::to_u8(&f16(-0.75)), Some(0));
    assert_eq!(ToPrimitive::to_u8(&f16(-1.0)), None);
    assert_eq!(ToPrimitive::to_u8(&f16(255.75)), Some(255));
    assert_eq!(ToPrimitive::to_u8(&f16(256.0)), None);
    assert_eq!(ToPrimitive::to_i64(&F16::NAN), None);
    assert_eq!(ToPrimitive::to_u128(&F16::INFINITY), None);
    assert_eq!(ToPrimitive::to_u128(&Bf16::MAX), Some(0xff << 120));
    assert_eq!(ToPrimitive::to_i128(&Bf16::MAX), None);
    assert_eq!(ToPrimitive::to_f64(&f16(0.1)), Some(0.099_975_585_937_5));
    // The result is that of `as`.
    assert_eq!(AsPrimitive::<u8>::as_(f16(256.0)), 255);
    assert_eq!(AsPrimitive::<i8>::as_(F16::NAN), 0);
    assert_eq!(AsPrimitive::<f64>::as_(Bf16::MAX), Bf16::MAX.to_f64());
}

#[test]
fn every_method_is_the_type_s_own() {
    let [a, b] = [2.5, -0.75].map(F16::from_f32);
    assert_eq!(<F16 as Bounded>::max_value(), F16::MAX);
    assert_eq!(<F16 as Bounded>::min_value(), F16::MIN);
    assert_eq!(<F8E8M0Fnu as Bounded>::min_value(), F8E8M0Fnu::MIN);
    assert_eq!((<F16 as ConstZero>::ZERO, F16::zero()), (F16::default(), F16::default()));
    assert!(Zero::is_zero(&F16::from_f32(-0.0)) && !Zero::is_zero(&a) && !Zero::is_zero(&F16::NAN));
    assert!(F8E4M3Fnuz::zero().is_zero() && !F8E4M3Fnuz::NAN.is_zero());
    assert_eq!((<F16 as ConstOne>::ONE.to_bits(), F8E8M0Fnu::one().to_bits()), (0x3c00, 0x7f));
    assert!(F16::one().is_one());
    assert_eq!(Inv::inv(a), a.recip());
    assert_eq!(Inv::inv(&a), a.recip());
    assert_eq!(MulAdd::mul_add(a, b, a), F16::mul_add(a, b, a));
    let mut c = a;
    MulAddAssign::mul_add_assign(&mut c, b, a);
    assert_eq!(c, F16::mul_add(a, b, a));
    assert_eq!(Euclid::div_rem_euclid(&b, &a), (F16::from_f32(-1.0), F16::from_f32(1.75)));
    assert_eq!(TotalOrder::total_cmp(&-F16::NAN, &F16::MIN), std::cmp::Ordering::Less);
    assert_eq!(Pow::pow(a, 3), a.powi(3));
    assert_eq!(Pow::pow(&a, &3u8), a.powi(3));
    assert_eq!(Pow::pow(F8E8M0Fnu::from_f32(2.0), -5i8).to_f32(), 0.03125);
    assert_eq!(ToBytes::to_be_bytes(&a), [0x41, 0x00]);
    assert_eq!(ToBytes::to_le_bytes(&a), [0x00, 0x41]);
    assert_eq!(ToBytes::to_ne_bytes(&a), F16::to_ne_bytes(a));
    assert_eq!(<F16 as FromBytes>::from_be_bytes(&[0x41, 0x00]), a);
    assert_eq!(<F16 as FromBytes>::from_le_bytes(&[0x00, 0x41]), a);
    assert_eq!(Signed::abs(&b), -b);
    assert_eq!(Signed::abs_sub(&a, &b), a - b);
    assert_eq!(Signed::abs_sub(&b, &a), F16::ZERO);
    assert_eq!(Signed::signum(&b), F16::from_f32(-1.0));
    assert!(Signed::is_negative(&b) && Signed::is_positive(&F16::ZERO));
}

#[test]
fn float_core_is_that_of_f32() {
    let [a, b] = [2.5, -0.75].map(F16::from_f32);
    assert_eq!(<F16 as FloatCore>::neg_zero().to_bits(), 0x8000);
    assert_eq!(<F16 as FloatCore>::epsilon(), F16::EPSILON);
    assert_eq!(<F16 as FloatCore>::min_positive_value(), F16::MIN_POSITIVE);
    assert!(<F16 as FloatCore>::nan().is_nan());
    assert_eq!(<F16 as FloatCore>::neg_infinity(), -<F16 as FloatCore>::infinity());
    assert_eq!(FloatCore::floor(b).to_f32(), -1.0);
    assert_eq!(FloatCore::ceil(a).to_f32(), 3.0);
    assert_eq!(FloatCore::round(a).to_f32(), 3.0);
    assert_eq!(FloatCore::trunc(a).to_f32(), 2.0);
    assert_eq!(FloatCore::fract(a).to_f32(), 0.5);
    assert_eq!((FloatCore::min(a, b), FloatCore::max(a, b)), (b, a));
    assert_eq!(FloatCore::clamp(a, b, F16::ONE), F16::ONE);
    assert_eq!(FloatCore::powi(a, 2).to_f32(), 6.25);
    assert_eq!(FloatCore::to_degrees(F16::PI).to_f32(), 180.0);
}

#[test]
fn integer_decode_gives_the_parts() {
    for bits in 0..=u16::MAX {
        let x = F16::from_bits(bits);
        if x.is_finite() {
            let (significand, exponent, sign) = FloatCore::integer_decode(x);
            let value = significand as f64 * f64::from(exponent).exp2() * f64::from(sign);
            assert_eq!(value.to_bits(), x.to_f64().to_bits());
        }
    }
    // The results are those of num-traits for f64.
    for x in [0.0, -1.5, 5e-324, f64::MAX, f64::NEG_INFINITY, f64::NAN] {
        assert_eq!(FloatCore::integer_decode(Double::from_f64(x)), FloatCore::integer_decode(x));
    }
}

#[test]
fn constants_are_rounded_once() {
    macro_rules! check {
        ($($constant:ident)*) => { $(
            let float: f64 = FloatConst::$constant();
            assert_eq!(<Double as FloatConst>::$constant().to_f64(), float, stringify!($constant));
            assert_eq!(<F16 as FloatConst>::$constant(), F16::from_f64(float));
            assert_eq!(<Bf16 as FloatConst>::$constant(), Bf16::from_f64(float));
            assert_eq!(<F8E5M2 as FloatConst>::$constant(), F8E5M2::from_f64(float));
            // The bits below those of an `f64` are less than half of its last bit.
            let rest = <Fine as FloatConst>::$constant() - Fine::from_f64(float);
            assert!(!rest.is_zero() && rest.to_f64().abs() <= float * 2f64.powi(-53), stringify!($constant));
        )* };
    }
    check! {
        E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_2
            LOG10_E LOG2_10 LOG2_E PI SQRT_2 TAU
    }
    // The digits (OEIS A000796, A001113) are rounded to 59 bits.
    assert_eq!(Fine::PI, "3.14159265358979323846264338327950288".parse().unwrap());
    assert_eq!(Fine::E, "2.71828182845904523536028747135266250".parse().unwrap());
}
