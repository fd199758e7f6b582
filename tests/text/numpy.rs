//! The digits of an `F16` are those that numpy prints for a `float16`. Whole numbers are the exception: numpy prints 65500, and
//! `ulp` prints all digits.

use super::*;

const NUMPY: &str = include_str!("../data/float16.csv");

#[test]
fn float16_as_numpy_prints_it() {
    let mut lines = 0;
    for line in NUMPY.lines().filter(|line| !line.starts_with('#')) {
        let [code, positional, scientific] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let number = F16::from_bits(u16::from_str_radix(code, 16).unwrap());
        if number.fract() == F16::default() {
            assert_eq!(number.to_string(), number.to_f64().to_string(), "{code}");
        } else {
            assert_eq!(number.to_string(), positional, "{code}");
            assert_eq!(format!("{number:e}"), scientific.replace('+', ""), "{code}");
        }
        assert_eq!(positional.parse::<F16>().unwrap().to_bits(), number.to_bits());
        lines += 1;
    }
    assert_eq!(lines, 0x7c00_u32.div_ceil(13));
}
