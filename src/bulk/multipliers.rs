//! The multipliers of blocks of numbers.

/// The largest number of blocks that are multiplied at once.
pub(crate) const MULTIPLIERS: usize = 128;

/// One multiplier for each block. Blocks have equal lengths, a power of two of at least 16 numbers.
pub(crate) struct Multipliers {
    /// The multiplier of each block.
    pub(crate) factors: [f32; MULTIPLIERS],
    /// For a multiplier that is a power of two: the addend that multiplies two neighbouring bfloat16s, added to their 32 bits.
    pub(crate) shifts: [u32; MULTIPLIERS],
    /// The binary logarithm of the length of a block.
    pub(crate) log2_size: u32,
    /// True if [`shifts`](Self::shifts) can be used: all multipliers are powers of two, all products are zero or normal numbers,
    /// and blocks have at least 32 numbers.
    pub(crate) are_powers: bool,
    /// True if all products are zero, normal numbers or infinities.
    pub(crate) are_normal: bool,
}
