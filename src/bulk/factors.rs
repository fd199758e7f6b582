//! The factors of blocks of numbers, for the conversion to codes.

/// How near the products of numbers and factors are to the exact quotients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Products {
    /// The products are exact.
    Exact,
    /// Every quotient is a tie, or is farther from every tie than the last [`SNAP`](Factors::SNAP) bits of a product. A product
    /// without these bits is a tie exactly if the quotient is a tie.
    Snapped,
    /// The products are below the quotients, and [`TO_ABOVE`](Factors::TO_ABOVE) lifts the products above the quotients.
    Between,
}

/// The [`Products`] as constants, for loops that are compiled for each of them.
pub(crate) const EXACT: u8 = Products::Exact as u8;
pub(crate) const SNAPPED: u8 = Products::Snapped as u8;
pub(crate) const BETWEEN: u8 = Products::Between as u8;

/// The factors of blocks of neighbouring numbers. The exact quotient of a number is number · factor / divisor.
pub(crate) struct Factors<'a> {
    pub(crate) products: Products,
    /// The number of numbers in a block. The last block may be cut short.
    pub(crate) size: usize,
    /// The reciprocals of the divisors times the factor, or numbers just below. One for each block.
    pub(crate) below: &'a [f32],
    /// One for each block.
    pub(crate) divisor: &'a [f64],
    pub(crate) factor: f64,
}

impl Factors<'_> {
    /// A relative distance from a reciprocal that is larger than the error of two roundings to `f32`.
    pub(crate) const MARGIN: f64 = 1.0 / (1 << 22) as f64;
    /// The factor from a product that is one or two margins below a quotient to a product above that quotient.
    pub(crate) const TO_ABOVE: f32 = 1.0 + 4.0 * Self::MARGIN as f32;
    /// The number of bits that are cleared in products that are [`Snapped`](Products::Snapped).
    pub(crate) const SNAP: u32 = 5;
}

/// The findings while numbers were converted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Narrowed {
    /// The number of numbers past the largest element. They are counted only if numbers may saturate.
    pub(crate) saturated: usize,
    /// The number of numbers that are not zero, and whose codes are zero.
    pub(crate) became_zero: usize,
}
