//! Lanes of numbers to codes, a byte each.

use core::sync::atomic::{Ordering, compiler_fence};

use super::fast::{Element, Fast};
use crate::format::Layout;
use crate::round::to_code;
use crate::round::{Cast, Format};

/// A number as the bits of an `f32`.
#[inline(always)]
pub(super) fn bits<S: Format>(x: S) -> u32 {
    let code = to_code(x);
    if const { S::LAYOUT.same(Layout::BINARY32) } {
        code as u32
    } else if const { S::LAYOUT.same(Layout::BFLOAT16) } {
        (code as u32) << 16
    } else {
        Cast::new().convert(S::LAYOUT, Layout::BINARY32, code).0 as u32
    }
}

const MAGNITUDE: u32 = u32::MAX >> 1;

/// The bits of the largest magnitudes of blocks of `size` numbers; NaN and infinity count as the magnitudes that their bits are.
#[inline(always)]
pub(super) fn largest_of_blocks<S: Format>(src: &[S], size: usize, amax: &mut [u32]) {
    // Constant lengths spare the loops within blocks.
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
        *amax = largest(block);
        one_by_one();
    }
}

/// A loop that calls it is vectorized within blocks. Across blocks, which the compiler prefers, it gathers and scatters numbers one by
/// one. Costs nothing.
#[inline(always)]
fn one_by_one() {
    compiler_fence(Ordering::SeqCst);
}

/// The bits of the largest magnitude.
#[inline(always)]
pub(super) fn largest<S: Format>(src: &[S]) -> u32 {
    if const { S::LAYOUT.same(Layout::BFLOAT16) } {
        // Twice as many lanes.
        let magnitude = |&x: &S| to_code(x) as u16 & (u16::MAX >> 1);
        (src.iter().map(magnitude).fold(0, u16::max) as u32) << 16
    } else {
        let magnitude = |&x: &S| bits(x) & MAGNITUDE;
        src.iter().map(magnitude).fold(0, u32::max)
    }
}

/// How many are zero.
#[inline(always)]
pub(super) fn zeros<S: Format>(src: &[S]) -> usize {
    let is_zero = |&x: &S| (bits(x) & MAGNITUDE == 0) as u32;
    src.iter().map(is_zero).sum::<u32>() as usize
}

/// How many codes are those of zero.
#[inline(always)]
pub(super) fn zero_codes(codes: &[u8], sign: u8) -> usize {
    let is_zero = |code: &u8| (code & !sign == 0) as u8;
    // A byte counts those of a chunk.
    let (chunks, rest) = codes.as_chunks::<128>();
    let count = |codes: &[u8; 128]| codes.iter().map(is_zero).sum::<u8>() as usize;
    chunks.iter().map(count).sum::<usize>() + rest.iter().map(is_zero).sum::<u8>() as usize
}

/// What the numbers of a block are multiplied by.
#[derive(Clone, Copy, Debug)]
pub(super) struct By {
    /// The reciprocal of the scale, or a number below it.
    pub(super) below: f32,
    /// The exact quotient is number · factor / divisor, in `f64`.
    pub(super) divisor: f64,
}

/// What became of a piece.
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    /// Numbers past the largest element, which are counted only if `SATURATES`.
    pub(super) saturated: u32,
    /// Not 0 if some quotient is so near a tie that `f64` must decide.
    pub(super) differ: u32,
}

/// The codes of numbers, each multiplied by what stands at its place.
#[inline(always)]
pub(super) fn encode<S: Format, const HOW: u8, const SATURATES: bool>(
    element: Element,
    below: &[f32],
    src: &[S],
    codes: &mut [u8],
) -> Found {
    let mut found = Found::default();
    for ((code, &x), &below) in codes.iter_mut().zip(src).zip(below) {
        let x = bits(x);
        let sign = x & !MAGNITUDE;
        if SATURATES {
            let product = snapped::<HOW>(f32::from_bits(x & MAGNITUDE) * below);
            let (sum, exponent) = element.narrow.sum(product);
            if HOW == BETWEEN {
                found.differ |= sum ^ element.narrow.sum_at(exponent, product * TO_ABOVE);
            }
            let number = element.narrow.code((sum, exponent));
            found.saturated += (number > element.max) as u32;
            *code = (number.min(element.max) | sign >> element.sign_shift) as u8;
        } else {
            let product = snapped::<HOW>(f32::from_bits(x) * below);
            let magic = element.magic(product, sign);
            let sum = (product + f32::from_bits(magic)).to_bits();
            if HOW == BETWEEN {
                found.differ |= sum ^ (product * TO_ABOVE + f32::from_bits(magic)).to_bits();
            }
            *code = (element.low_code(sum, magic) | sign >> element.sign_shift) as u8;
        }
    }
    found
}

/// The products are exact.
pub(super) const EXACT: u8 = 0;
/// Quotients are on a tie, or farther from it than snapping moves them.
pub(super) const SNAPPED: u8 = 1;
/// The products are below the quotients, and `TO_ABOVE` leads above them.
pub(super) const BETWEEN: u8 = 2;

/// Farther from a reciprocal than two roundings to `f32` can lead, relative to it.
pub(super) const MARGIN: f64 = 1.0 / (1 << 22) as f64;
/// From a product that is one or two margins below a quotient to one that is above it.
pub(super) const TO_ABOVE: f32 = 1.0 + 4.0 * MARGIN as f32;

/// Bits that snapping takes from a product.
const SNAP: u32 = 5;
/// Bits that a number, and a tie times the divisor, may have: a quotient that is no tie is farther from every tie than snapping moves
/// numbers.
pub(super) const SNAP_BITS: u32 = 23 - SNAP;

/// A product without its last bits, if it is not exact: what is off a tie for having been rounded comes back to the tie.
#[inline(always)]
fn snapped<const HOW: u8>(product: f32) -> f32 {
    const EXPONENT: u32 = f32::INFINITY.to_bits();
    if HOW != SNAPPED {
        return product;
    }
    let exponent = product.to_bits() & EXPONENT;
    let large = f32::from_bits(exponent.wrapping_add(SNAP << 23));
    product + large - large
}

/// The codes of numbers of one block by quotients in `f64`, and how many are past the largest element. Few blocks need them.
#[inline(always)]
pub(super) fn encode_by_quotients<S: Format>(
    fast: &Fast,
    divisor: f64,
    src: &[S],
    codes: &mut [u8],
) -> usize {
    let (element, factor) = (fast.element, fast.factor());
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

/// Writes a value for every number of its block of `size`.
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
        one_by_one();
    }
}
