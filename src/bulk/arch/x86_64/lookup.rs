//! Converts codes of 8 bits and fewer by table. Two byte permutes (VBMI) find each byte of the result.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::array::from_fn;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::token::Vbmi;
use crate::bulk::element::Element;
use crate::bulk::kernel::{Kernel, Loops, SMALL};
use crate::bulk::kernels::convert::cast_scalar;
use crate::format::Layout;
use crate::round::Cast;

/// The number of codes in a vector.
pub(super) const LANES: usize = 64;

/// The low and the high bytes of 256 results of 16 bits.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Table([[u8; 256]; 2]);

impl Table {
    /// Returns the `f32` of a code. The table has the upper 16 bits of the `f32`.
    #[inline(always)]
    pub(super) fn f32(&self, code: u8) -> f32 {
        let [low, high] = self.0.map(|bytes| bytes[code as usize] as u32);
        f32::from_bits(high << 24 | low << 16)
    }

    /// Returns whether the results of codes from 128 on repeat the results of the codes below 128 with this sign bit added. If
    /// they repeat, each byte needs one permute less.
    const fn repeats(&self, sign: u8) -> bool {
        let mut code = 0;
        while code < 128 {
            let same_low = self.0[0][code] == self.0[0][code + 128];
            if !same_low || self.0[1][code] | sign != self.0[1][code + 128] {
                return false;
            }
            code += 1;
        }
        true
    }

    /// Returns the sign bit that the results of codes from 128 on add to the results of the codes below 128. Returns 0 if both
    /// halves are equal, and `None` if the halves differ in other bits.
    pub(super) const fn repeated_sign(&self) -> Option<u8> {
        if self.repeats(0) {
            Some(0)
        } else if self.repeats(1 << 7) {
            Some(1 << 7)
        } else {
            None
        }
    }
}

/// Returns the upper 16 bits of every code of `from` in the format `to`, by the default cast. A shorter format has all its bits
/// in the low bytes.
#[inline]
const fn table(from: Layout, to: Layout) -> Table {
    let mut table = Table([[0; 256]; 2]);
    let mut code = 0;
    // Constants are computed for formats without a table too. The loop is then empty.
    while code < 256 && has_widths(from, to) {
        let (wide, _) = Cast::new().convert(from, to, code as u64);
        let upper = wide >> to.bits().saturating_sub(16);
        table.0[0][code] = upper as u8;
        table.0[1][code] = (upper >> 8) as u8;
        code += 1;
    }
    table
}

const fn has_widths(from: Layout, to: Layout) -> bool {
    from.bits() <= 8 && (to.bits() <= 8 || to.bits() == 16 || to.bits() == 32)
}

/// Returns whether there is a table. Codes must have one byte, and at most 16 bits of each result may need storage.
#[inline]
pub(super) const fn supports(from: Layout, to: Layout) -> bool {
    if !has_widths(from, to) {
        return false;
    }
    let mut code = 0;
    while code < 256 && to.bits() == 32 {
        let (wide, _) = Cast::new().convert(from, to, code);
        if wide as u16 != 0 {
            return false;
        }
        code += 1;
    }
    true
}

/// Converts codes of one byte to codes of one byte.
pub(super) struct Lookup8<S, D>(Vbmi, PhantomData<(S, D)>);
/// Converts codes of one byte to results of 16 bits.
pub(super) struct Lookup16<S, D>(Vbmi, PhantomData<(S, D)>);
/// Converts codes of one byte to results of 32 bits whose lower half is 0. Such results are `f32`s, from all formats of one byte.
pub(super) struct Lookup32<S, D>(Vbmi, PhantomData<(S, D)>);

/// Returns the low and high bytes of the results for 64 codes.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI.
#[inline(always)]
pub(super) unsafe fn look_up(table: &Table, repeated_sign: Option<u8>, codes: __m512i) -> [__m512i; 2] {
    // SAFETY: the caller promises AVX-512 F, BW and VBMI, which the functions called here need.
    unsafe {
        let [low, high] = [find::<0>(&table.0[0], codes), find::<0>(&table.0[1], codes)];
        if let Some(sign) = repeated_sign {
            const OR_OF_AND: i32 = 0xf8;
            let sign = _mm512_set1_epi8(sign as i8);
            let high = _mm512_ternarylogic_epi32::<OR_OF_AND>(high, codes, sign);
            [low, high]
        } else {
            let upper = _mm512_movepi8_mask(codes);
            [
                _mm512_mask_blend_epi8(upper, low, find::<128>(&table.0[0], codes)),
                _mm512_mask_blend_epi8(upper, high, find::<128>(&table.0[1], codes)),
            ]
        }
    }
}

/// Returns the table entries from `FIRST` on at the lower seven bits of 64 codes.
///
/// # Safety
/// The CPU must have AVX-512 F and VBMI.
#[inline(always)]
unsafe fn find<const FIRST: usize>(table: &[u8; 256], codes: __m512i) -> __m512i {
    // SAFETY: the caller promises the features. 128 bytes from `FIRST` on, which is 0 or 128, are two vectors.
    unsafe {
        let first = table.as_ptr().add(FIRST);
        let (low, high) = (first.cast(), first.add(LANES).cast());
        _mm512_permutex2var_epi8(_mm512_loadu_si512(low), codes, _mm512_loadu_si512(high))
    }
}

/// Loads 64 codes, or 16 codes and arbitrary ones.
///
/// # Safety
/// The CPU must have AVX-512 F. `src` must point to N readable bytes.
#[inline(always)]
#[allow(clippy::cast_ptr_alignment, reason = "the loads need none")]
unsafe fn load<const N: usize>(src: *const u8) -> __m512i {
    // SAFETY: the caller promises AVX-512 F, and as many readable bytes as are loaded.
    unsafe {
        if N == SMALL {
            _mm512_castsi128_si512(_mm_loadu_si128(src.cast()))
        } else {
            _mm512_loadu_si512(src.cast())
        }
    }
}

/// Loads 64 or 16 codes in another order. Unpacking the bytes of their results within each 16 bytes restores the order.
///
/// # Safety
/// The CPU must have AVX-512 F. `src` must point to N readable bytes.
#[inline(always)]
pub(super) unsafe fn ordered_for_16_bits<const N: usize>(src: *const u8) -> __m512i {
    // SAFETY: the caller promises AVX-512 F and N readable bytes.
    unsafe {
        let order = _mm512_setr_epi32(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
        _mm512_permutexvar_epi32(order, load::<N>(src))
    }
}

/// Converts 64 codes, or 16 codes and arbitrary ones, by the table to `f32`. The table has the upper 16 bits of the `f32` of each
/// code.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI. `src` must point to N readable bytes.
#[inline(always)]
pub(super) unsafe fn to_f32<const N: usize>(table: &Table, repeated_sign: Option<u8>, src: *const u8) -> [__m512; 4] {
    // SAFETY: the caller promises the features and N readable bytes.
    unsafe {
        let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        let codes = _mm512_permutexvar_epi32(order, load::<N>(src));
        let [low, high] = look_up(table, repeated_sign, codes);
        let zero = _mm512_setzero_si512();
        let (a, b) = (_mm512_unpacklo_epi8(low, high), _mm512_unpackhi_epi8(low, high));
        [
            _mm512_unpacklo_epi16(zero, a),
            _mm512_unpackhi_epi16(zero, a),
            _mm512_unpacklo_epi16(zero, b),
            _mm512_unpackhi_epi16(zero, b),
        ]
        .map(|bits| _mm512_castsi512_ps(bits))
    }
}

/// Converts 64 or 16 codes by the table, and stores results of 16 bits.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI. `src` must point to N readable bytes, and `dst` to 2N writable bytes.
#[inline(always)]
unsafe fn to_16_bits<const N: usize>(table: &Table, repeated_sign: Option<u8>, src: *const u8, dst: *mut __m512i) {
    // SAFETY: the caller promises the features, N readable bytes and 2N writable ones.
    unsafe {
        let [low, high] = look_up(table, repeated_sign, ordered_for_16_bits::<N>(src));
        let first = _mm512_unpacklo_epi8(low, high);
        if N == SMALL {
            _mm256_storeu_si256(dst.cast(), _mm512_castsi512_si256(first));
        } else {
            _mm512_storeu_si512(dst, first);
            _mm512_storeu_si512(dst.add(1), _mm512_unpackhi_epi8(low, high));
        }
    }
}

/// Converts 64 or 16 codes by the table, and stores results of 32 bits whose lower half is 0.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI. `src` must point to N readable bytes, and `dst` to 4N writable bytes.
#[inline(always)]
unsafe fn to_32_bits<const N: usize>(table: &Table, repeated_sign: Option<u8>, src: *const u8, dst: *mut __m512i) {
    // SAFETY: the caller promises the features, N readable bytes and 4N writable ones.
    unsafe {
        let [first, second, third, fourth] = to_f32::<N>(table, repeated_sign, src);
        _mm512_storeu_ps(dst.cast(), first);
        if N == LANES {
            _mm512_storeu_ps(dst.add(1).cast(), second);
            _mm512_storeu_ps(dst.add(2).cast(), third);
            _mm512_storeu_ps(dst.add(3).cast(), fourth);
        }
    }
}

impl<S: Element, D: Element> Lookup8<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);

    pub(super) fn new(token: Vbmi) -> Self {
        Self(token, PhantomData)
    }
}

impl<S: Element, D: Element> Lookup16<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);
    const REPEATED_SIGN: Option<u8> = Self::TABLE.repeated_sign();

    pub(super) fn new(token: Vbmi) -> Self {
        Self(token, PhantomData)
    }
}

impl<S: Element, D: Element> Lookup32<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);
    const REPEATED_SIGN: Option<u8> = Self::TABLE.repeated_sign();

    pub(super) fn new(token: Vbmi) -> Self {
        Self(token, PhantomData)
    }
}

// SAFETY: the stores cover the block of LANES or SMALL, or `cast_scalar` writes every element of `dst`.
unsafe impl<S: Element, D: Element> Kernel for Lookup8<S, D> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 1);
        let (from, to) = (src.as_ptr().cast(), dst.as_mut_ptr().cast::<__m512i>());
        // SAFETY: the token proves that the CPU has VBMI. A block has N numbers, of one byte in `src` and in `dst`.
        unsafe {
            if N != LANES && N != SMALL {
                return cast_scalar(Cast::new(), src, dst);
            }
            let [codes, _] = look_up(Self::TABLE, None, load::<N>(from));
            if N == LANES {
                _mm512_storeu_si512(to, codes);
            } else {
                _mm_storeu_si128(to.cast(), _mm512_castsi512_si128(codes));
            }
        }
    }
}

// SAFETY: the stores cover the block of LANES or SMALL, or `cast_scalar` writes every element of `dst`.
unsafe impl<S: Element, D: Element> Kernel for Lookup16<S, D> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 2);
        if N != SMALL && N != LANES {
            return cast_scalar(Cast::new(), src, dst);
        }
        // SAFETY: the token proves that the CPU has VBMI. A block has N numbers, of one byte in `src` and two in `dst`.
        unsafe {
            to_16_bits::<N>(Self::TABLE, Self::REPEATED_SIGN, src.as_ptr().cast(), dst.as_mut_ptr().cast());
        }
    }
}

// SAFETY: the stores cover the block of LANES or SMALL, or `cast_scalar` writes every element of `dst`.
unsafe impl<S: Element, D: Element> Kernel for Lookup32<S, D> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 4);
        if N != SMALL && N != LANES {
            return cast_scalar(Cast::new(), src, dst);
        }
        // SAFETY: the token proves that the CPU has VBMI. A block has N numbers, of one byte in `src` and four in `dst`.
        unsafe {
            to_32_bits::<N>(Self::TABLE, Self::REPEATED_SIGN, src.as_ptr().cast(), dst.as_mut_ptr().cast());
        }
    }
}

/// Returns the table of the results of all bytes, or `None` if a result has more than two bytes to keep.
pub(super) fn split<const SIZE: usize>(token: Vbmi, results: &[[u8; SIZE]]) -> Option<Table> {
    /// Splits the results. This function is compiled for VBMI, which permutes the bytes.
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn compiled<const SIZE: usize>(results: &[[u8; SIZE]]) -> Option<Table> {
        let results: &[_; 256] = results.try_into().ok()?;
        let mut rest = 0;
        for result in results {
            for byte in &result[..SIZE.saturating_sub(2)] {
                rest |= byte;
            }
        }
        let low = from_fn(|code| results[code][SIZE.saturating_sub(2)]);
        let high = from_fn(|code| results[code][SIZE - 1]);
        (rest == 0).then_some(Table([low, high]))
    }
    let Vbmi { .. } = token;
    // SAFETY: the token proves that the CPU has these features.
    unsafe { compiled(results) }
}

/// The kernel of any table. The kernel owns a copy of the table. The compiler would otherwise assume that every store could
/// change the table.
pub(super) struct LookupAny<const SIZE: usize, const REPEATED: bool> {
    #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
    token: Vbmi,
    table: Table,
    sign: u8,
}

impl<const SIZE: usize, const REPEATED: bool> LookupAny<SIZE, REPEATED> {
    /// Makes the kernel. If `REPEATED` is true, `sign` is the [repeated](Table::repeated_sign) sign bit.
    pub(super) fn new(token: Vbmi, table: &Table, sign: u8) -> Self {
        let table = *table;
        Self { token, table, sign }
    }
}

// SAFETY: `block` takes only blocks of LANES elements, and the stores cover these blocks.
unsafe impl<const SIZE: usize, const REPEATED: bool> Kernel for LookupAny<SIZE, REPEATED> {
    type Src = u8;
    type Dst = [u8; SIZE];
    const IDEMPOTENT: bool = true;
    const LOOPS: Loops = Loops::Blocks;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[u8; N], dst: &mut [MaybeUninit<[u8; SIZE]>; N]) {
        assert!(N == LANES && matches!(SIZE, 1 | 2 | 4));
        let (src, dst) = (src.as_ptr(), dst.as_mut_ptr().cast());
        let repeated_sign = if REPEATED { Some(self.sign) } else { None };
        // SAFETY: `self.token` proves that the CPU has VBMI. A block has N bytes, and N results of SIZE bytes.
        unsafe {
            match SIZE {
                1 => {
                    let [codes, _] = look_up(&self.table, repeated_sign, load::<N>(src));
                    _mm512_storeu_si512(dst, codes);
                }
                2 => to_16_bits::<N>(&self.table, repeated_sign, src, dst),
                _ => to_32_bits::<N>(&self.table, repeated_sign, src, dst),
            }
        }
    }
}
