//! The numbers that describe a layout.

use super::*;

/// The numbers that describe a layout are those of the standards' tables.
#[test]
fn fields_of_the_shipped_layouts() {
    // The columns are layout, bits, exponent bits, fraction bits, bias, largest code, and the exponents of the smallest normal
    // and the largest number.
    for (layout, bits, exponent_bits, fraction_bits, bias, max_code, min_exponent, max_exponent) in [
        (Layout::BINARY16, 16, 5, 10, 15, 0x7bff, -14, 15),
        (Layout::BINARY32, 32, 8, 23, 127, 0x7f7f_ffff, -126, 127),
        (Layout::BINARY64, 64, 11, 52, 1023, 0x7fef_ffff_ffff_ffff, -1022, 1023),
        (Layout::BFLOAT16, 16, 8, 7, 127, 0x7f7f, -126, 127),
        (Layout::E5M2, 8, 5, 2, 15, 0x7b, -14, 15),
        (Layout::E4M3FN, 8, 4, 3, 7, 0x7e, -6, 8),
        (Layout::E4M3, 8, 4, 3, 7, 0x77, -6, 7),
        (Layout::E3M4, 8, 3, 4, 3, 0x6f, -2, 3),
        (Layout::E4M3FNUZ, 8, 4, 3, 8, 0x7f, -7, 7),
        (Layout::E5M2FNUZ, 8, 5, 2, 16, 0x7f, -15, 15),
        (Layout::E4M3B11FNUZ, 8, 4, 3, 11, 0x7f, -10, 4),
        (Layout::E8M0FNU, 8, 8, 0, 127, 0xfe, -127, 127),
        (Layout::E2M3FN, 6, 2, 3, 1, 0x1f, 0, 2),
        (Layout::E3M2FN, 6, 3, 2, 3, 0x1f, -2, 4),
        (Layout::E2M1FN, 4, 2, 1, 1, 0x7, 0, 2),
    ] {
        assert_eq!(layout.bits(), bits, "{layout:?}");
        assert_eq!(layout.exponent_bits(), exponent_bits, "{layout:?}");
        assert_eq!(layout.fraction_bits(), fraction_bits, "{layout:?}");
        assert_eq!(layout.precision(), fraction_bits + 1, "{layout:?}");
        assert_eq!(layout.bias(), bias, "{layout:?}");
        assert_eq!(layout.max_code(), max_code, "{layout:?}");
        assert_eq!(layout.min_exponent(), min_exponent, "{layout:?}");
        assert_eq!(layout.max_exponent(), max_exponent, "{layout:?}");
    }
}

#[test]
fn special_codes_of_the_shipped_layouts() {
    // The columns are layout, sign, zero, -0, infinities, and NaNs at the top.
    for (layout, signed, zero, negative_zero, infinities, high_nans) in [
        (Layout::BINARY16, true, true, true, true, 1023),
        (Layout::BINARY64, true, true, true, true, (1 << 52) - 1),
        (Layout::E5M2, true, true, true, true, 3),
        (Layout::E4M3FN, true, true, true, false, 1),
        (Layout::E4M3FNUZ, true, true, false, false, 0),
        (Layout::E8M0FNU, false, false, false, false, 1),
        (Layout::E2M1FN, true, true, true, false, 0),
    ] {
        assert_eq!(layout.is_signed(), signed, "{layout:?}");
        assert_eq!(layout.has_zero(), zero, "{layout:?}");
        assert_eq!(layout.has_negative_zero(), negative_zero, "{layout:?}");
        assert_eq!(layout.has_infinities(), infinities, "{layout:?}");
        assert_eq!(layout.high_nans(), high_nans, "{layout:?}");
    }
}

#[test]
fn modifiers_make_the_same_layouts() {
    assert_eq!(Layout::ieee(4, 3).with_infinities(false).with_high_nans(1), Layout::E4M3FN);
    assert_eq!(Layout::finite(4, 3).with_negative_zero(false).with_bias(8), Layout::E4M3FNUZ);
    assert_eq!(Layout::fnuz(4, 3).with_bias(11), Layout::E4M3B11FNUZ);
    assert_eq!(
        Layout::finite(5, 10).with_high_nans(1023).with_infinities(true),
        Layout::BINARY16
    );
}
