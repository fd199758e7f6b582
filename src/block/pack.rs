//! Packs codes and scales into a stream of bits, and unpacks codes.

use super::bit_stream;
use super::plan::Codes;

/// Writes codes of up to 8 bits, given one a byte, from the code of index `first` on. Codes that begin in the middle of a byte
/// are written one by one.
#[inline(always)]
pub(super) fn codes(codes: &[u8], bits: u32, first: usize, stream: &mut [u8]) {
    match bits {
        8 => stream[first..first + codes.len()].copy_from_slice(codes),
        4 if first.is_multiple_of(2) => {
            let (pairs, rest) = codes.as_chunks();
            let bytes = &mut stream[first / 2..];
            for (byte, &pair) in bytes.iter_mut().zip(pairs) {
                let pair = u16::from_le_bytes(pair);
                *byte = (pair | pair >> 4) as u8;
            }
            pack_scalar(rest, bits, first + 2 * pairs.len(), stream);
        }
        6 if first.is_multiple_of(4) => {
            let (groups, rest) = codes.as_chunks();
            let (bytes, _) = stream[first / 4 * 3..].as_chunks_mut();
            for (bytes, &[a, b, c, d]) in bytes.iter_mut().zip(groups) {
                *bytes = [a | b << 6, b >> 2 | c << 4, c >> 4 | d << 2];
            }
            pack_scalar(rest, bits, first + 4 * groups.len(), stream);
        }
        _ => pack_scalar(codes, bits, first, stream),
    }
}

/// Reads codes of up to 8 bits. This is the inverse of [`codes`].
#[inline(always)]
pub(super) fn unpack(stream: &[u8], bits: u32, first: usize, codes: &mut [u8]) {
    let (done, len) = match bits {
        8 => {
            codes.copy_from_slice(&stream[first..first + codes.len()]);
            return;
        }
        4 if first.is_multiple_of(2) => {
            let (pairs, _) = codes.as_chunks_mut();
            for (pair, byte) in pairs.iter_mut().zip(&stream[first / 2..]) {
                let byte = *byte as u16;
                *pair = ((byte | byte << 4) & 0x0f0f).to_le_bytes();
            }
            (2 * pairs.len(), codes.len())
        }
        6 if first.is_multiple_of(4) => {
            let (groups, _) = codes.as_chunks_mut();
            let (bytes, _) = stream[first / 4 * 3..].as_chunks();
            for (group, &[a, b, c]) in groups.iter_mut().zip(bytes) {
                *group = [a & 63, a >> 6 | b << 2 & 63, b >> 4 | c << 4 & 63, c >> 2];
            }
            (4 * groups.len(), codes.len())
        }
        _ => (0, codes.len()),
    };
    for (index, code) in (first + done..first + len).zip(&mut codes[done..]) {
        *code = bit_stream::get(stream, bits, index) as u8;
    }
}

#[cold]
fn pack_scalar(codes: &[u8], bits: u32, first: usize, stream: &mut [u8]) {
    for (index, &code) in (first..).zip(codes) {
        bit_stream::put(stream, bits, index, code as u64);
    }
}

/// Writes the scales of blocks, from the scale of index `first` on.
#[inline]
pub(super) fn scales(codes: &[u32], scale: Codes, first: usize, stream: &mut [u8]) {
    if scale.bits == 8 {
        for (byte, &code) in stream[first..].iter_mut().zip(codes) {
            *byte = code as u8;
        }
    } else {
        for (index, &code) in (first..).zip(codes) {
            scale.put(stream, index, code as u64);
        }
    }
}
