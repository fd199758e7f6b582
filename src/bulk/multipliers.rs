//! The multipliers of blocks of numbers.

/// The largest number of blocks that are multiplied at once.
pub(crate) const MULTIPLIERS: usize = 128;

/// One multiplier for each block. Blocks have equal lengths, a power of two of at least 16 numbers.
pub(crate) struct Multipliers {
    /// The multipliers.
    pub(crate) factors: [f32; MULTIPLIERS],
    /// The addends to the bits of two bfloat16s that multiply both by the multiplier, if it is a power of two.
    pub(crate) shifts: [u32; MULTIPLIERS],
    /// The binary logarithm of the length of a block.
    pub(crate) log2_size: u32,
    /// True if the shifts serve: the multipliers are powers of two, all products are zero or normal numbers, and blocks have at
    /// least 32 numbers.
    pub(crate) are_powers: bool,
    /// True if all products are zero, normal numbers or infinities.
    pub(crate) are_normal: bool,
}
