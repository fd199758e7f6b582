//! Odd and even functions, and pairs.

use core::ops::Neg;

use super::*;

/// Checks that f(−x) is f(x) or −f(x), and invalid if f(x) is invalid.
fn assert_symmetric<F>(name: &str, f: One<F>, odd: bool)
where
    F: Format<Bits = u16> + Neg<Output = F>,
{
    for x in (0..=0x7fff).map(F::from_bits).filter(|x| !is_nan(*x)) {
        let (left, right) = (f(-x), f(x));
        let right = if odd && !is_nan(right) { -right } else { right };
        assert_eq!(left.to_bits(), right.to_bits(), "{name} of {} {x:?}", F::DTYPE);
    }
}

fn assert_all_symmetric(names: &[&str], odd: bool) {
    for (name, f16, bf16) in OF_ONE.iter().filter(|(name, ..)| names.contains(name)) {
        assert_symmetric(name, *f16, odd);
        assert_symmetric(name, *bf16, odd);
    }
}

#[test]
fn odd_functions_change_sign_with_their_argument() {
    assert_all_symmetric(
        &["sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "cbrt"],
        true,
    );
}

#[test]
fn even_functions_ignore_the_sign() {
    assert_all_symmetric(&["cos", "cosh"], false);
}

#[test]
fn sin_cos_is_sin_and_cos() {
    for x in (0..=u16::MAX).map(F16::from_bits) {
        let (sin, cos) = x.sin_cos();
        assert_eq!((sin.to_bits(), cos.to_bits()), (x.sin().to_bits(), x.cos().to_bits()));
    }
}
