//! [`Finfo`]: the limits of a scheme.

use core::fmt;

use super::Scheme;
use super::quotient::Factor;
use crate::format::Layout;

/// The limits of a scheme, as [`Scheme::finfo`] returns them. A tensor scale counts as 1.
///
/// ```
/// use ulp::block::Scheme;
///
/// let info = Scheme::NVFP4.finfo();
/// assert_eq!((info.max, info.smallest, info.bits), (2688.0, 0.0009765625, 4.5));
/// assert_eq!((info.range, info.block_range), (22, 4));
/// assert_eq!(
///     info.to_string(),
///     "finfo(max=2688, smallest=0.0009765625, bits=4.5, range=22, block_range=4, scheme=nvfp4)"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct Finfo {
    /// The largest magnitude: the largest element times the largest scale. This product is exact. [`Scheme::dequantize`] computes
    /// in `f32`, where the product may be an infinity.
    pub max: f64,
    /// The smallest magnitude that is not zero: the smallest element times the smallest scale that a block can get. This product
    /// is exact.
    pub smallest: f64,
    /// The number of bits of an element and its share of the scale, in a whole block. If blocks are whole rows or the whole
    /// tensor, the scale counts as 0 bits.
    pub bits: f64,
    /// The number of powers of two from the smallest to the largest magnitude.
    pub range: u32,
    /// The number of powers of two from the smallest to the largest magnitude of one block.
    pub block_range: u32,
    /// The scheme.
    pub scheme: Scheme,
}

impl Scheme {
    /// Returns the limits of this scheme.
    ///
    /// # Panics
    /// If elements or scales are wider than `f32`. [`quantize`](Self::quantize) refuses such schemes.
    #[must_use]
    #[inline]
    pub const fn finfo(self) -> Finfo {
        let (element, scale) = (self.element.layout(), self.scale.layout());
        assert!(
            element.is_within(Layout::BINARY32) && scale.is_within(Layout::BINARY32),
            "elements and scales of a block are no wider than f32"
        );
        let least_scale = if scale.const_eq(Layout::BINARY32) {
            scale.min_normal_code()
        } else {
            scale.min_positive_code()
        };
        let [element_max, scale_max] = [Factor::new(element, element.max_code()), Factor::new(scale, scale.max_code())];
        let [element_min, scale_min] = [
            Factor::new(element, element.min_positive_code()),
            Factor::new(scale, least_scale),
        ];
        let (max, smallest) = (element_max.times(scale_max), element_min.times(scale_min));
        let (rows, cols) = (self.blocks.rows(), self.blocks.cols());
        let share = if rows == usize::MAX || cols == usize::MAX {
            0.0
        } else {
            self.scale.bits() as f64 / (rows as f64 * cols as f64)
        };
        Finfo {
            max: max.to_f64(),
            smallest: smallest.to_f64(),
            bits: self.element.bits() as f64 + share,
            range: max.powers_of_two_from(smallest),
            block_range: element_max.powers_of_two_from(element_min),
            scheme: self,
        }
    }
}

/// Prints one line with the limits, like [`Finfo`](crate::Finfo).
impl fmt::Display for Finfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            max,
            smallest,
            bits,
            range,
            block_range,
            scheme,
        } = self;
        f.write_str("finfo(max=")?;
        number(*max, f)?;
        f.write_str(", smallest=")?;
        number(*smallest, f)?;
        write!(f, ", bits={bits}, range={range}, block_range={block_range}, scheme={scheme})")
    }
}

/// Writes the shortest digits. A very large or very small number has an exponent.
fn number(x: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if (1e-6..1e9).contains(&x) {
        write!(f, "{x}")
    } else {
        write!(f, "{x:e}")
    }
}
