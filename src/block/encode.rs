//! Turns lanes of numbers into codes, one a byte.

use core::array::from_fn;
use core::sync::atomic::{Ordering, compiler_fence};

use super::quantizer::{ElementEncoder, Quantizer};
use crate::bulk;
use crate::bulk::factors::{BETWEEN, Factors, SNAPPED};
use crate::format::Layout;
use crate::round::to_code;
use crate::round::{Cast, Format};

/// Returns a number as the bits of an `f32`.
#[inline(always)]
pub(super) fn bits<S: Format>(x: S) -> u32 {
    let code = to_code(x);
    if const { S::LAYOUT.const_eq(Layout::BINARY32) } {
        code as u32
    } else if const { S::LAYOUT.const_eq(Layout::BFLOAT16) } {
        (code as u32) << 16
    } else {
        Cast::new().convert(S::LAYOUT, Layout::BINARY32, code).0 as u32
    }
}

const MAGNITUDE: u32 = u32::MAX >> 1;

/// Finds the bits of the largest magnitude of each block of `size` numbers. The bits of NaN and infinity count as magnitudes.
#[inline(always)]
pub(super) fn largest_of_blocks<S: Format>(src: &[S], size: usize, amax: &mut [u32]) {
    // Constant lengths remove the inner loops.
    match size {
        16 => largest_of_each::<S>(src.as_chunks::<16>().0.iter().map(|block| &block[..]), amax),
        32 => largest_of_each::<S>(src.as_chunks::<32>().0.iter().map(|block| &block[..]), amax),
        _ => {}
    }
    let done = match size {
        16 | 32 => src.len() / size,
        _ => 0,
    };
    largest_of_each(src[done * size..].chunks(size), &mut amax[done..]);
}

#[inline(always)]
fn largest_of_each<'a, S: Format>(blocks: impl Iterator<Item = &'a [S]>, amax: &mut [u32]) {
    for (amax, block) in amax.iter_mut().zip(blocks) {
        bulk::fetch_next_page(block);
        *amax = largest(block);
        vectorize_within_block();
    }
}

/// Makes the compiler vectorize the calling loop within blocks. The compiler prefers to vectorize across blocks, and then gathers
/// and scatters numbers one by one. The call costs nothing.
#[inline(always)]
fn vectorize_within_block() {
    compiler_fence(Ordering::SeqCst);
}

/// Returns the bits of the largest magnitude.
#[inline(always)]
pub(super) fn largest<S: Format>(src: &[S]) -> u32 {
    if const { S::LAYOUT.const_eq(Layout::BFLOAT16) } {
        // Magnitudes of 16 bits fill twice as many lanes.
        let magnitude = |&x: &S| to_code(x) as u16 & (u16::MAX >> 1);
        (src.iter().map(magnitude).fold(0, u16::max) as u32) << 16
    } else {
        let magnitude = |&x: &S| bits(x) & MAGNITUDE;
        src.iter().map(magnitude).fold(0, u32::max)
    }
}

/// Returns the number of zeros.
#[inline(always)]
pub(super) fn zeros<S: Format>(src: &[S]) -> usize {
    let is_zero = |&x: &S| (bits(x) & MAGNITUDE == 0) as u32;
    src.iter().map(is_zero).sum::<u32>() as usize
}

/// Returns the number of codes of zero.
#[inline(always)]
pub(super) fn zero_codes(codes: &[u8], sign: u8) -> usize {
    let magnitudes = codes.iter().map(|code| code & !sign);
    if magnitudes.fold(u8::MAX, u8::min) > 0 {
        return 0;
    }
    let is_zero = |code: &u8| (code & !sign == 0) as u8;
    // Each lane counts the zeros of eight lines. The lanes are then added once.
    let (groups, rest) = codes.as_chunks::<{ 8 * 64 }>();
    let count = |group: &[u8; 8 * 64]| {
        let (lines, _) = group.as_chunks::<64>();
        let lanes: [u8; 64] = from_fn(|lane| lines.iter().map(|line| is_zero(&line[lane])).sum());
        lanes.iter().map(|&lane| lane as u32).sum::<u32>() as usize
    };
    let rest = rest
        .chunks(u8::MAX as usize)
        .map(|few| few.iter().map(is_zero).sum::<u8>() as usize);
    groups.iter().map(count).sum::<usize>() + rest.sum::<usize>()
}

/// The factor of the numbers of one block.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockFactor {
    /// The reciprocal of the scale, or a number just below that reciprocal.
    pub(super) below: f32,
    /// The exact quotient is number · factor / divisor, in `f64`.
    pub(super) divisor: f64,
}

/// The findings while a piece was encoded.
#[derive(Clone, Copy, Default)]
pub(super) struct Encoded {
    /// The number of numbers past the largest element. They are counted only if `SATURATES`.
    pub(super) saturated: u32,
    /// Not 0 if a quotient is so near a tie that `f64` must decide.
    pub(super) near_tie: u32,
}

/// Writes the codes of numbers, each multiplied by the factor at its place.
#[inline(always)]
pub(super) fn encode<S: Format, const PRODUCTS: u8, const SATURATES: bool>(
    element: ElementEncoder,
    below: &[f32],
    src: &[S],
    codes: &mut [u8],
) -> Encoded {
    let mut found = Encoded::default();
    for ((code, &x), &below) in codes.iter_mut().zip(src).zip(below) {
        let x = bits(x);
        // The sign is found twice. One instruction takes it and joins it with other bits.
        let sign = (x >> element.sign_shift) & element.sign() as u32;
        if SATURATES {
            let product = snapped::<PRODUCTS>(f32::from_bits(x & MAGNITUDE) * below);
            let (sum, exponent) = element.narrow.sum(product);
            if PRODUCTS == BETWEEN {
                found.near_tie |= sum ^ element.narrow.sum_at(exponent, product * Factors::TO_ABOVE);
            }
            let number = element.narrow.code((sum, exponent));
            found.saturated += (number > element.max) as u32;
            *code = (number.min(element.max) | sign) as u8;
        } else {
            let product = snapped::<PRODUCTS>(f32::from_bits(x) * below);
            let magic = element.magic(product, x & !MAGNITUDE);
            let sum = (product + f32::from_bits(magic)).to_bits();
            if PRODUCTS == BETWEEN {
                found.near_tie |= sum ^ (product * Factors::TO_ABOVE + f32::from_bits(magic)).to_bits();
            }
            *code = (element.low_code(sum, magic) | sign) as u8;
        }
    }
    found
}

/// Clears the last bits of a product, if the products are [`SNAPPED`]. This moves a product back to a tie if rounding moved the
/// product off the tie.
#[inline(always)]
fn snapped<const PRODUCTS: u8>(product: f32) -> f32 {
    const EXPONENT: u32 = f32::INFINITY.to_bits();
    if PRODUCTS != SNAPPED {
        return product;
    }
    let exponent = product.to_bits() & EXPONENT;
    let large = f32::from_bits(exponent.wrapping_add(Factors::SNAP << 23));
    product + large - large
}

/// Encodes the numbers of one block by quotients in `f64`. Returns the number of numbers past the largest element. Few blocks
/// need this.
#[inline(always)]
pub(super) fn encode_by_quotients<S: Format>(quantizer: &Quantizer, divisor: f64, src: &[S], codes: &mut [u8]) -> usize {
    let (element, factor) = (quantizer.element, quantizer.factor());
    let mut saturated = 0;
    for (code, &x) in codes.iter_mut().zip(src) {
        let x = bits(x);
        let magnitude = f32::from_bits(x & MAGNITUDE) as f64;
        let sum = element.narrow64.sum(magnitude * factor / divisor);
        let number = element.narrow64.code(sum) as u32;
        saturated += (number > element.max) as u32;
        let sign = (x & !MAGNITUDE) >> element.sign_shift;
        *code = (number.min(element.max) | sign) as u8;
    }
    saturated as usize
}

/// Writes the value of each block to every number of the block. A block has `size` numbers.
#[inline(always)]
pub(super) fn expand<T: Copy>(values: &[T], size: usize, to: &mut [T]) {
    match size {
        16 => expand_each::<T, 16>(values, to),
        32 => expand_each::<T, 32>(values, to),
        _ => {
            for (to, &value) in to.chunks_mut(size).zip(values) {
                to.fill(value);
            }
        }
    }
}

#[inline(always)]
fn expand_each<T: Copy, const N: usize>(values: &[T], to: &mut [T]) {
    let (whole, rest) = to.as_chunks_mut::<N>();
    if let Some(&last) = values.last() {
        rest.fill(last);
    }
    for (to, &value) in whole.iter_mut().zip(values) {
        *to = [value; N];
        vectorize_within_block();
    }
}
