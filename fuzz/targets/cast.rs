//! `Cast::convert` between any two layouts, under every rounding and overflow policy. The exact oracle judges codes and flags.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ulp_fuzz::layouts::{any_shape, any_source};
use ulp_fuzz::{Unstructured, arbitrary};
use ulp_verify::adapter::{self, SATURATE, layout};
use ulp_verify::oracle::{Rounding, RoundingQuery, decode};

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = check(&mut Unstructured::new(data));
});

fn check(u: &mut Unstructured) -> arbitrary::Result<()> {
    let (from, to) = (any_shape(u)?, any_shape(u)?);
    let (from_layout, to_layout) = (layout(&from), layout(&to));
    loop {
        let code = any_source(u, &from, &to)?;
        let query = RoundingQuery::new(&to, decode(&from, code));
        // Bits above the width of the code are ignored.
        let above = u.arbitrary::<u64>()? & !from.mask();
        for rounding in Rounding::ALL {
            for saturate in SATURATE {
                let cast = adapter::cast(rounding, saturate);
                let (is, flags) = cast.convert(from_layout, to_layout, code | above);
                assert_eq!(
                    (is, flags.bits()),
                    query.resolve(rounding, saturate),
                    "{code:#x} | {above:#x} of {from:?} to {to:?}, {rounding:?}, saturate {saturate}"
                );
            }
        }
        if u.is_empty() {
            return Ok(());
        }
    }
}
