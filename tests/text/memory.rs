//! Reading and printing numbers allocates nothing.

use std::fmt::Write;

use ulp::{Bf16, Dtype, F16, Rounding, finfo, ieee};

use crate::allocations;

/// Text of a length known in advance.
struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        let place = self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[test]
fn text_limits_and_single_numbers_do_not_allocate() {
    let mut text = Text { bytes: [0; 512], len: 0 };
    let digits = "0.1000000000000000000000000000000000000000000000000000000000000001";
    let count = allocations::count(|| {
        for number in [digits, "65519.999", "-inf", "0x1.8p-3", "nan", "1e-400"] {
            let (x, y): (F16, Bf16) = (number.parse().unwrap(), number.parse().unwrap());
            text.len = 0;
            write!(
                text,
                "{x} {x:?} {y:.3e} {y:+09.2} {x:#x} {:?}",
                ieee::add(x, x, Rounding::ToOdd)
            )
            .unwrap();
        }
        text.len = 0;
        write!(text, "{}", finfo::<F16>()).unwrap();
        assert!("1.x".parse::<F16>().is_err());
        assert_eq!("F8_E4M3".parse(), Ok(Dtype::F8E4M3Fn));
    });
    assert_eq!(count, 0);
}
