//! Lanes of numbers to codes, a byte each.

use super::fast::Fast;
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

/// The bits of the largest magnitude; NaN and infinity count as the magnitudes that their bits are. Lanes of `smallest` become no larger
/// than any.
#[inline(always)]
pub(super) fn largest<S: Format, const N: usize>(src: &[S], smallest: &mut [u32; N]) -> u32 {
    let (chunks, rest) = src.as_chunks::<N>();
    let mut lanes = [0; N];
    for chunk in chunks {
        for ((largest, smallest), &x) in lanes.iter_mut().zip(&mut *smallest).zip(chunk) {
            let magnitude = bits(x) & MAGNITUDE;
            *largest = magnitude.max(*largest);
            *smallest = magnitude.min(*smallest);
        }
    }
    let mut largest = lanes.into_iter().fold(0, u32::max);
    for &x in rest {
        let magnitude = bits(x) & MAGNITUDE;
        largest = largest.max(magnitude);
        smallest[0] = smallest[0].min(magnitude);
    }
    largest
}

/// How many are zero.
#[inline(always)]
pub(super) fn zeros<S: Format>(src: &[S]) -> usize {
    src.iter()
        .map(|&x| (bits(x) & MAGNITUDE == 0) as usize)
        .sum()
}

/// How many codes are those of zero.
#[inline(always)]
pub(super) fn zero_codes(codes: &[u8], sign: u8) -> usize {
    const N: usize = 64;
    let mut zeros = 0;
    // As many chunks as a byte can count.
    for codes in codes.chunks(N * u8::MAX as usize) {
        let (chunks, rest) = codes.as_chunks::<N>();
        let mut counts = [0u8; N];
        for chunk in chunks {
            for (count, code) in counts.iter_mut().zip(chunk) {
                *count += (code & !sign == 0) as u8;
            }
        }
        zeros += counts.iter().map(|&count| count as usize).sum::<usize>();
        zeros += rest.iter().filter(|&code| code & !sign == 0).count();
    }
    zeros
}

/// What a tile of numbers, or a part of it, is encoded by.
#[derive(Clone, Copy, Debug)]
pub(super) struct By {
    /// The reciprocal of the scale, or a number below it.
    pub(super) below: f32,
    /// The reciprocal, or a number above it.
    pub(super) above: f32,
    /// The exact quotient is number · factor / divisor, in `f64`.
    pub(super) divisor: f64,
}

/// The codes of numbers of one block, and how many of them are past the largest element, which is counted only if `SATURATES`.
#[inline(always)]
pub(super) fn encode<S: Format, const N: usize, const EXACT: bool, const SATURATES: bool>(
    fast: &Fast,
    by: By,
    src: &[S],
    codes: &mut [u8],
) -> usize {
    let (chunks, rest) = src.as_chunks::<N>();
    let (code_chunks, code_rest) = codes.as_chunks_mut::<N>();
    let mut saturated = 0;
    for (src, codes) in chunks.iter().zip(code_chunks) {
        saturated += lanes::<S, N, EXACT, SATURATES>(fast, by, src, codes);
    }
    for (src, code) in rest.iter().zip(code_rest) {
        let (src, code) = (core::array::from_ref(src), core::array::from_mut(code));
        saturated += lanes::<S, 1, EXACT, SATURATES>(fast, by, src, code);
    }
    saturated
}

#[inline(always)]
pub(super) fn lanes<S: Format, const N: usize, const EXACT: bool, const SATURATES: bool>(
    fast: &Fast,
    by: By,
    src: &[S; N],
    codes: &mut [u8; N],
) -> usize {
    let element = fast.element;
    let (mut differ, mut saturated) = (0, 0);
    for (code, &x) in codes.iter_mut().zip(src) {
        let x = bits(x);
        let magnitude = f32::from_bits(x & MAGNITUDE);
        let (sum, exponent) = element.narrow.sum(magnitude * by.below);
        if !EXACT {
            differ |= sum ^ element.narrow.sum_at(exponent, magnitude * by.above);
        }
        let mut number = element.narrow.code((sum, exponent));
        if SATURATES {
            saturated += (number > element.max) as u32;
            number = number.min(element.max);
        }
        let sign = (x & !MAGNITUDE) >> element.sign_shift;
        *code = (number | sign) as u8;
    }
    if !EXACT && differ != 0 {
        return by_quotients(fast, by.divisor, src, codes);
    }
    saturated as usize
}

/// The same with quotients in `f64`. Few blocks need them.
#[cold]
#[inline(never)]
fn by_quotients<S: Format>(fast: &Fast, divisor: f64, src: &[S], codes: &mut [u8]) -> usize {
    let element = fast.element;
    let (factor, mut saturated) = (fast.factor(), 0);
    for (code, &x) in codes.iter_mut().zip(src) {
        let x = bits(x);
        let magnitude = f32::from_bits(x & MAGNITUDE) as f64;
        let sum = element.narrow64.sum(magnitude * factor / divisor);
        let number = element.narrow64.code(sum) as u32;
        saturated += (number > element.max) as usize;
        let sign = (x & !MAGNITUDE) >> element.sign_shift;
        *code = (number.min(element.max) | sign) as u8;
    }
    saturated
}
