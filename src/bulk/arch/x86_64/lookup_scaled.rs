//! Converts codes of 8 bits and fewer by table and multiplies them, in one pass, for block-scaled formats.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::lookup::{LANES, Table, look_up, ordered_for_16_bits, to_f32};
use super::nontemporal::fetch_next_page;
use super::token::{Bf16, Vbmi};
use crate::bulk::element::Element;
use crate::bulk::kernel::Kernel;
use crate::bulk::multipliers::{MULTIPLIERS, Multipliers};

/// Products are made by adding shifts to bfloat16s. [`Multipliers::are_powers`] must be true.
pub(super) const SHIFTS: u8 = 0;
/// Products are rounded by AVX512-BF16. They must be zero or normal numbers, since the instruction treats subnormals as zeros.
pub(super) const BY_INSTRUCTION: u8 = 1;
/// Products are rounded by adding integers.
pub(super) const BY_INTEGERS: u8 = 2;

/// Converts codes to `f32` or bfloat16, and multiplies each by the multiplier of its block. The table has the upper 16 bits of
/// the `f32` of each code. `PRODUCTS` is one of the three ways to make products in bfloat16: [`SHIFTS`], [`BY_INSTRUCTION`] or
/// [`BY_INTEGERS`].
///
/// The kernel owns a copy of the table. The compiler would otherwise assume that every store could change the table.
pub(super) struct LookupScaled<'a, D, const REPEATED: bool, const PRODUCTS: u8> {
    #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
    token: Vbmi,
    table: Table,
    sign: u8,
    by: &'a Multipliers,
    format: PhantomData<D>,
}

impl<'a, D, const REPEATED: bool, const PRODUCTS: u8> LookupScaled<'a, D, REPEATED, PRODUCTS> {
    /// Makes the kernel. If `REPEATED` is true, `sign` is the repeated sign bit of the table.
    pub(super) fn new(token: Vbmi, table: &Table, sign: u8, by: &'a Multipliers) -> Self {
        const { assert!(PRODUCTS != BY_INSTRUCTION) };
        Self::with_any(token, table, sign, by)
    }

    /// Makes the kernel that rounds by AVX512-BF16.
    pub(super) fn new_with_bf16(token: Vbmi, bf16: Bf16, table: &Table, sign: u8, by: &'a Multipliers) -> Self {
        const { assert!(PRODUCTS == BY_INSTRUCTION) };
        let Bf16 { .. } = bf16;
        Self::with_any(token, table, sign, by)
    }

    fn with_any(token: Vbmi, table: &Table, sign: u8, by: &'a Multipliers) -> Self {
        Self {
            token,
            table: *table,
            sign,
            by,
            format: PhantomData,
        }
    }

    /// Returns the index of the multiplier of an element.
    #[inline(always)]
    fn index(&self, element: usize) -> usize {
        (element >> self.by.log2_size) % MULTIPLIERS
    }

    /// Returns the products of 64 codes.
    ///
    /// # Safety
    /// The CPU must have VBMI, and AVX-512 F and BW. `src` must point to 64 readable bytes.
    #[inline(always)]
    unsafe fn products(&self, first: usize, src: *const u8) -> [__m512; 4] {
        let sign = if REPEATED { Some(self.sign) } else { None };
        // SAFETY: the caller promises the features and 64 readable bytes.
        unsafe {
            let mut numbers = to_f32::<LANES>(&self.table, sign, src);
            for (nth, number) in numbers.iter_mut().enumerate() {
                let multiplier = self.by.factors[self.index(first + 16 * nth)];
                *number = _mm512_mul_ps(*number, _mm512_set1_ps(multiplier));
            }
            numbers
        }
    }

    /// Returns 64 codes as bfloat16, each times its power of two.
    ///
    /// # Safety
    /// The CPU must have VBMI, and AVX-512 F and BW. `src` must point to 64 readable bytes.
    #[inline(always)]
    unsafe fn shifted(&self, first: usize, src: *const u8) -> [__m512i; 2] {
        let sign = if REPEATED { Some(self.sign) } else { None };
        // SAFETY: the caller promises the features and 64 readable bytes.
        unsafe {
            let [low, high] = look_up(&self.table, sign, ordered_for_16_bits::<LANES>(src));
            let mut numbers = [_mm512_unpacklo_epi8(low, high), _mm512_unpackhi_epi8(low, high)];
            for (nth, number) in numbers.iter_mut().enumerate() {
                // Two neighbouring numbers at a time: broadcasts of 32 bits need no permute.
                let shift = self.by.shifts[self.index(first + 32 * nth)];
                let shifts = _mm512_set1_epi32(shift as i32);
                let nonzero = _mm512_test_epi16_mask(*number, _mm512_set1_epi16(0x7fff));
                *number = _mm512_mask_add_epi16(*number, nonzero, *number, shifts);
            }
            numbers
        }
    }
}

/// Rounds two vectors of `f32` to bfloat16, ties to even. No number may be a NaN.
///
/// # Safety
/// The CPU must have AVX-512 F and BW.
#[inline(always)]
unsafe fn rounded_by_integers(low: __m512, high: __m512) -> __m512i {
    // SAFETY: the caller promises the features.
    unsafe {
        let incremented = |x: __m512| {
            let bits = _mm512_castps_si512(x);
            let odd = _mm512_and_si512(_mm512_srli_epi32::<16>(bits), _mm512_set1_epi32(1));
            let increment = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
            _mm512_add_epi32(bits, increment)
        };
        // The upper halves of both vectors, in order.
        let index = _mm512_set_epi16(
            63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3,
            1,
        );
        _mm512_permutex2var_epi16(incremented(low), index, incremented(high))
    }
}

/// Rounds two vectors of `f32` to bfloat16, ties to even. Subnormals become zeros.
///
/// # Safety
/// The CPU must have AVX512-BF16.
#[inline(always)]
unsafe fn rounded_by_instruction(low: __m512, high: __m512) -> __m512i {
    // SAFETY: the caller promises the feature. 32 bfloat16 are 64 bytes without invalid bits.
    unsafe { core::mem::transmute(_mm512_cvtne2ps_pbh(high, low)) }
}

// SAFETY: the stores cover the block of LANES, or the loop writes every element of `dst`.
unsafe impl<D: Element, const REPEATED: bool, const PRODUCTS: u8> Kernel for LookupScaled<'_, D, REPEATED, PRODUCTS> {
    type Src = u8;
    type Dst = D;
    // Each block begins at a multiple of LANES. A step of 16 elements then has one multiplier.
    const IDEMPOTENT: bool = false;

    #[inline(always)]
    fn block<const N: usize>(&mut self, first: usize, src: &[u8; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<D>() == 2 || size_of::<D>() == 4);
        if N != LANES {
            for (nth, (dst, &code)) in dst.iter_mut().zip(src).enumerate() {
                let multiplier = self.by.factors[self.index(first + nth)];
                dst.write(round_product(multiplier * self.table.f32(code)));
            }
            return;
        }
        fetch_next_page(src);
        fetch_next_page(dst);
        let (from, to) = (src.as_ptr(), dst.as_mut_ptr().cast::<__m512i>());
        // SAFETY: `self.token` proves that the CPU has VBMI, and AVX-512 F and BW. Where AVX512-BF16 is used, `new_with_bf16` got
        // its token. The block has 64 codes, and 64 results of the size asserted above.
        unsafe {
            if size_of::<D>() == 4 {
                for (nth, product) in self.products(first, from).into_iter().enumerate() {
                    _mm512_storeu_ps(to.add(nth).cast(), product);
                }
            } else {
                let [low, high] = if PRODUCTS == SHIFTS {
                    self.shifted(first, from)
                } else {
                    let [a, b, c, d] = self.products(first, from);
                    if PRODUCTS == BY_INSTRUCTION {
                        // `new_with_bf16` alone makes such a kernel, with a token of AVX512-BF16.
                        [rounded_by_instruction(a, b), rounded_by_instruction(c, d)]
                    } else {
                        [rounded_by_integers(a, b), rounded_by_integers(c, d)]
                    }
                };
                _mm512_storeu_si512(to, low);
                _mm512_storeu_si512(to.add(1), high);
            }
        }
    }
}

/// Rounds a product to `f32` or bfloat16, ties to even. The product must not be a NaN.
#[inline(always)]
fn round_product<D: Element>(product: f32) -> D {
    let bits = product.to_bits();
    D::from_code(if size_of::<D>() == 4 {
        bits as u64
    } else {
        ((bits + (0x7fff + (bits >> 16 & 1))) >> 16) as u64
    })
}
