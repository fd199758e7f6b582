//! The common code of the fuzz targets. It makes formats, codes and texts from bytes.

pub mod allocations;
pub mod files;
pub mod formats;
pub mod layouts;
pub mod real;
pub mod reference_parser;

pub use libfuzzer_sys::arbitrary::{self, Unstructured};

use ulp::{Cast, Overflow, Rounding};

/// Returns one of all casts.
pub fn any_cast(u: &mut Unstructured) -> arbitrary::Result<Cast> {
    let rounding = *u.choose(Rounding::ALL.as_slice())?;
    let overflow = *u.choose(&[Overflow::Ieee, Overflow::Saturate])?;
    Ok(Cast::new().rounding(rounding).overflow(overflow))
}
