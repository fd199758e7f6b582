//! Casts between numbers of a type and bytes of a format that is known only at run time.
//!
//! No loop is compiled for each format. Numbers pass through a tile of `f32`s, which hold the numbers of every format but `f64`.

use super::bytes::{CastError, cast_bytes};
use super::cast_with;
use crate::float::Dtype;
use crate::format::Layout;
use crate::round::{Cast, Format};

/// The number of elements of a tile, which stays in the nearest cache. It is a multiple of 8, and packed elements therefore end
/// with a byte.
const TILE: usize = 1024;

/// Casts bytes of a format that is known only at run time to numbers of a type. The bytes are little-endian and lie at any
/// alignment, as in [`cast_bytes`].
///
/// ```
/// use ulp::{Cast, Dtype, F16, slice};
///
/// let dtype: Dtype = "F8_E4M3".parse()?;
/// let mut numbers = [F16::default(); 2];
/// slice::cast_from_bytes(dtype, &[0x38, 0x7e], &mut numbers, Cast::new())?;
/// assert_eq!(numbers.map(F16::to_f32), [1.0, 448.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the number of bytes isn't the one that [`Dtype::bytes`] gives for the length of `dst`. `dst` stays unchanged then.
#[doc(alias = "frombuffer")]
pub fn cast_from_bytes<D: Format>(from: Dtype, src: &[u8], dst: &mut [D], cast: Cast) -> Result<(), CastError> {
    if from.bytes(dst.len()) != Some(src.len()) {
        return Err(CastError::new(from.name(), src.len(), D::DTYPE, size_of_val(dst)));
    }
    let tiles = src.chunks(TILE / 8 * from.bits() as usize).zip(dst.chunks_mut(TILE));
    if from == Dtype::F64 {
        let mut wide = [0f64; TILE];
        for (src, dst) in tiles {
            let wide = &mut wide[..dst.len()];
            for (number, &bytes) in wide.iter_mut().zip(src.as_chunks().0) {
                *number = f64::from_le_bytes(bytes);
            }
            cast_with(wide, dst, cast);
        }
    } else {
        let (mut bytes, mut wide) = ([[0; 4]; TILE], [0f32; TILE]);
        for (src, dst) in tiles {
            let (bytes, wide) = (&mut bytes[..dst.len()], &mut wide[..dst.len()]);
            cast_bytes(from, src, Dtype::F32, bytes.as_flattened_mut(), Cast::new())?;
            for (number, &bytes) in wide.iter_mut().zip(&*bytes) {
                *number = f32::from_le_bytes(bytes);
            }
            cast_with(wide, dst, cast);
        }
    }
    Ok(())
}

/// Casts numbers of a type to bytes of a format that is known only at run time. The bytes are little-endian and lie at any
/// alignment, as in [`cast_bytes`].
///
/// ```
/// use ulp::{Cast, Dtype, slice};
///
/// let dtype: Dtype = "F4".parse()?;
/// let mut bytes = vec![0; dtype.bytes(4).unwrap()];
/// slice::cast_to_bytes(&[0.5f32, 1.0, -6.0, 0.0], dtype, &mut bytes, Cast::new())?;
/// assert_eq!(bytes, [0x21, 0x0f]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A type with numbers that `f64` lacks does not compile.
///
/// # Errors
/// If the number of bytes isn't the one that [`Dtype::bytes`] gives for the length of `src`. `dst` stays unchanged then.
#[doc(alias = "tobytes")]
pub fn cast_to_bytes<S: Format>(src: &[S], to: Dtype, dst: &mut [u8], cast: Cast) -> Result<(), CastError> {
    const {
        assert!(
            S::LAYOUT.is_within(Layout::BINARY64),
            "this function takes formats that f64 has all numbers of"
        );
    }
    if to.bytes(src.len()) != Some(dst.len()) {
        return Err(CastError::new(S::DTYPE, size_of_val(src), to.name(), dst.len()));
    }
    let tiles = src.chunks(TILE).zip(dst.chunks_mut(TILE / 8 * to.bits() as usize));
    if const { S::LAYOUT.is_within(Layout::BINARY32) } {
        let (mut wide, mut bytes) = ([0f32; TILE], [[0; 4]; TILE]);
        for (src, dst) in tiles {
            let (wide, bytes) = (&mut wide[..src.len()], &mut bytes[..src.len()]);
            cast_with(src, wide, Cast::new());
            for (bytes, number) in bytes.iter_mut().zip(wide) {
                *bytes = number.to_le_bytes();
            }
            cast_bytes(Dtype::F32, bytes.as_flattened(), to, dst, cast)?;
        }
    } else {
        let (mut wide, mut bytes) = ([0f64; TILE], [[0; 8]; TILE]);
        for (src, dst) in tiles {
            let (wide, bytes) = (&mut wide[..src.len()], &mut bytes[..src.len()]);
            cast_with(src, wide, Cast::new());
            for (bytes, number) in bytes.iter_mut().zip(wide) {
                *bytes = number.to_le_bytes();
            }
            cast_bytes(Dtype::F64, bytes.as_flattened(), to, dst, cast)?;
        }
    }
    Ok(())
}
