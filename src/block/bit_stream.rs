//! Codes of any width in a stream of bits. The stream begins at the lowest bit of the first byte.

/// Writes a code of `bits` bits over the code of this index.
#[inline]
pub(super) fn put(stream: &mut [u8], bits: u32, index: usize, code: u64) {
    for nth in 0..bits.div_ceil(8) {
        let done = 8 * nth;
        let part = (code >> done) as u16;
        let width = (bits - done).min(8);
        let first = index as u128 * bits as u128 + done as u128;
        let (byte, shift) = ((first / 8) as usize, (first % 8) as u32);
        let mask = ((1u16 << width) - 1) << shift;
        for (byte, bits, mask) in [
            (byte, (part << shift) as u8, mask as u8),
            (byte + 1, (part << shift >> 8) as u8, (mask >> 8) as u8),
        ] {
            if mask != 0 {
                stream[byte] = stream[byte] & !mask | bits & mask;
            }
        }
    }
}

/// Returns the code of this index.
#[inline]
pub(super) fn get(stream: &[u8], bits: u32, index: usize) -> u64 {
    let first = index as u128 * bits as u128;
    let (byte, shift) = ((first / 8) as usize, (first % 8) as u32);
    let mut code = 0;
    for (nth, &part) in stream[byte..].iter().take((shift + bits).div_ceil(8) as usize).enumerate() {
        code |= (part as u64) << (8 * nth);
    }
    code >> shift & (u64::MAX >> (64 - bits))
}
