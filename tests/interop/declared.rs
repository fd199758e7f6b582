//! Formats that nobody ships.

use ulp::{Layout, float_type};

// The abilities stand in another order than those of the shipped formats.
float_type!(pub type E5M6 = E5M6Spec(u16): Layout::ieee(5, 6), "e5m6", [nan, infinities, zero, sign]);
// The format has no sign.
float_type!(pub type Unsigned = UnsignedSpec(u8): Layout::p3109(8, 4, false, true), "binary8p4ue", [zero, infinity, nan]);
// The format is `f64` under another name.
float_type!(pub type Double = DoubleSpec(u64): Layout::BINARY64, "double", [sign, zero, infinities, nan]);
// The format is finer than `f64`, and wider.
float_type!(pub type Fine = FineSpec(u64): Layout::ieee(5, 58), "e5m58", [sign, zero, infinities, nan]);
float_type!(pub type Wide = WideSpec(u64): Layout::ieee(15, 48), "e15m48", [sign, zero, infinities, nan]);
// All of its numbers are less than 1.
float_type!(pub type Small = SmallSpec(u8): Layout::finite(4, 3).with_bias(30), "small", [sign, zero]);

#[test]
fn declared_formats_have_the_traits() {
    assert_eq!(E5M6::from_f32(1.5) + E5M6::from_f32(0.25), E5M6::from_f32(1.75));
    assert_eq!((Unsigned::from_f32(3.0) / Unsigned::from_f32(2.0)).to_f32(), 1.5);
    assert_eq!(Double::from_f64(0.1).to_f64(), 0.1);
    assert_eq!((Fine::from_f64(2.0).sqrt()).to_f64(), 2f64.sqrt());
    assert!(Wide::MAX.is_finite() && Wide::MAX.to_f64().is_infinite());
    assert!(Small::MAX.to_f32() < 1.0);
}
