//! Codes of 8 bits and fewer widened by table: two byte permutes (VBMI) find each byte of the result.

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::array::from_fn;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::bulk::{Kernel, Loops, SMALL, convert::one_by_one};
use crate::cpu::{Isa, Level};
use crate::format::Layout;
use crate::round::{Cast, Format};

/// Codes in a vector.
const LANES: usize = 64;

/// The low and the high bytes of 256 results of 16 bits.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Table([[u8; 256]; 2]);

impl Table {
    /// Whether the results of codes from 128 on are those of the codes below, with this sign or none: then one permute less finds
    /// each byte.
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

    const fn halves(&self) -> Halves {
        if self.repeats(0) {
            Halves::Same(0)
        } else if self.repeats(1 << 7) {
            Halves::Same(1 << 7)
        } else {
            Halves::Other
        }
    }
}

/// How the results of codes from 128 on differ from those below.
#[derive(Clone, Copy)]
enum Halves {
    /// In this bit, the sign or none.
    Same(u8),
    Other,
}

/// The upper 16 bits of every code of `from` in the format `to`, cast by default, or in the low bytes all bits of a shorter format.
const fn table(from: Layout, to: Layout) -> Table {
    let mut table = Table([[0; 256]; 2]);
    let mut code = 0;
    // Constants are computed for pairs that no table serves, too.
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

/// Whether a table serves: codes of one byte, and of the results no more than 16 bits to be kept.
pub(super) const fn serves(from: Layout, to: Layout) -> bool {
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

/// From codes of a byte to others.
pub(super) struct Lookup8<S, D>(pub(super) PhantomData<(S, D)>);
/// Widens to 16 bits.
pub(super) struct Lookup16<S, D>(pub(super) PhantomData<(S, D)>);
/// Widens to 32 bits of which the lower half is 0: `f32`, from all formats of a byte.
pub(super) struct Lookup32<S, D>(pub(super) PhantomData<(S, D)>);

/// The low and high bytes of the results for 64 codes. `halves` are those of the table.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI.
#[inline(always)]
unsafe fn look_up(table: &Table, halves: Halves, codes: __m512i) -> [__m512i; 2] {
    // SAFETY: as above.
    unsafe {
        let [low, high] = [find::<0>(&table.0[0], codes), find::<0>(&table.0[1], codes)];
        match halves {
            Halves::Same(sign) => {
                const OR_OF_AND: i32 = 0xf8;
                let sign = _mm512_set1_epi8(sign as i8);
                [
                    low,
                    _mm512_ternarylogic_epi32::<OR_OF_AND>(high, codes, sign),
                ]
            }
            Halves::Other => {
                let upper = _mm512_movepi8_mask(codes);
                [
                    _mm512_mask_blend_epi8(upper, low, find::<128>(&table.0[0], codes)),
                    _mm512_mask_blend_epi8(upper, high, find::<128>(&table.0[1], codes)),
                ]
            }
        }
    }
}

/// What stands in the table from `FIRST` on at the lower seven bits of 64 codes.
///
/// # Safety
/// The CPU must have AVX-512 F and VBMI.
#[inline(always)]
unsafe fn find<const FIRST: usize>(table: &[u8; 256], codes: __m512i) -> __m512i {
    // SAFETY: the features are the caller's to promise; 128 bytes from `FIRST` on, which is 0 or 128, are two vectors.
    unsafe {
        let first = table.as_ptr().add(FIRST);
        let (low, high) = (first.cast(), first.add(LANES).cast());
        _mm512_permutex2var_epi8(_mm512_loadu_si512(low), codes, _mm512_loadu_si512(high))
    }
}

/// 64 codes, or 16 and arbitrary ones.
///
/// # Safety
/// The CPU must have AVX-512 F; `src` must be as many bytes that may be read.
#[inline(always)]
#[allow(clippy::cast_ptr_alignment, reason = "the loads need none")]
unsafe fn load<const N: usize>(src: *const u8) -> __m512i {
    // SAFETY: as above.
    unsafe {
        if N == SMALL {
            _mm512_castsi128_si512(_mm_loadu_si128(src.cast()))
        } else {
            _mm512_loadu_si512(src.cast())
        }
    }
}

/// Looks 64 or 16 codes up, and stores results of 16 bits.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI; `src` must be N bytes that may be read, and `dst` 2N that may be written.
#[inline(always)]
unsafe fn to_16_bits<const N: usize>(
    table: &Table,
    halves: Halves,
    src: *const u8,
    dst: *mut __m512i,
) {
    // SAFETY: as above.
    unsafe {
        // Groups of four move so that unpacking within each 16 bytes leaves them in order.
        let order = _mm512_setr_epi32(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
        let codes = _mm512_permutexvar_epi32(order, load::<N>(src));
        let [low, high] = look_up(table, halves, codes);
        let first = _mm512_unpacklo_epi8(low, high);
        if N == SMALL {
            _mm256_storeu_si256(dst.cast(), _mm512_castsi512_si256(first));
        } else {
            _mm512_storeu_si512(dst, first);
            _mm512_storeu_si512(dst.add(1), _mm512_unpackhi_epi8(low, high));
        }
    }
}

/// Looks 64 or 16 codes up, and stores results of 32 bits of which the lower half is 0.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI; `src` must be N bytes that may be read, and `dst` 4N that may be written.
#[inline(always)]
unsafe fn to_32_bits<const N: usize>(
    table: &Table,
    halves: Halves,
    src: *const u8,
    dst: *mut __m512i,
) {
    // SAFETY: as above.
    unsafe {
        let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        let codes = _mm512_permutexvar_epi32(order, load::<N>(src));
        let [low, high] = look_up(table, halves, codes);
        let zero = _mm512_setzero_si512();
        let (a, b) = (
            _mm512_unpacklo_epi8(low, high),
            _mm512_unpackhi_epi8(low, high),
        );
        _mm512_storeu_si512(dst, _mm512_unpacklo_epi16(zero, a));
        if N == LANES {
            _mm512_storeu_si512(dst.add(1), _mm512_unpackhi_epi16(zero, a));
            _mm512_storeu_si512(dst.add(2), _mm512_unpacklo_epi16(zero, b));
            _mm512_storeu_si512(dst.add(3), _mm512_unpackhi_epi16(zero, b));
        }
    }
}

impl<S: Format, D: Format> Lookup8<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);
}

impl<S: Format, D: Format> Lookup16<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);
    const HALVES: Halves = Self::TABLE.halves();
}

impl<S: Format, D: Format> Lookup32<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);
    const HALVES: Halves = Self::TABLE.halves();
}

impl<S: Format, D: Format> Kernel for Lookup8<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 1);
        let (from, to) = (src.as_ptr().cast(), dst.as_mut_ptr().cast::<__m512i>());
        // SAFETY: as in `Lookup16`, with one byte in `dst`.
        unsafe {
            if N != LANES && N != SMALL {
                return one_by_one(Cast::new(), src, dst);
            }
            let [codes, _] = look_up(Self::TABLE, Halves::Other, load::<N>(from));
            if N == LANES {
                _mm512_storeu_si512(to, codes);
            } else {
                _mm_storeu_si128(to.cast(), _mm512_castsi512_si128(codes));
            }
        }
    }
}

impl<S: Format, D: Format> Kernel for Lookup16<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 2);
        if N != SMALL && N != LANES {
            return one_by_one(Cast::new(), src, dst);
        }
        // SAFETY: the table of overrides runs this where the CPU has VBMI; a block has N numbers, of one byte in `src` and two in
        // `dst`.
        unsafe {
            to_16_bits::<N>(
                Self::TABLE,
                Self::HALVES,
                src.as_ptr().cast(),
                dst.as_mut_ptr().cast(),
            );
        }
    }
}

impl<S: Format, D: Format> Kernel for Lookup32<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 4);
        if N != SMALL && N != LANES {
            return one_by_one(Cast::new(), src, dst);
        }
        // SAFETY: as in `Lookup16`, with four bytes in `dst`.
        unsafe {
            to_32_bits::<N>(
                Self::TABLE,
                Self::HALVES,
                src.as_ptr().cast(),
                dst.as_mut_ptr().cast(),
            );
        }
    }
}

/// The table of the results of all bytes. `None` if they have more than two bytes to be kept.
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn split<const SIZE: usize>(results: &[[u8; SIZE]]) -> Option<Table> {
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

/// A conversion of bytes to 1, 2 or 4 bytes, with a table made at run time.
pub(in crate::bulk) struct Lookup {
    table: Table,
    size: usize,
}

impl Lookup {
    /// `results` are those of the bytes from 0 to 255, little-endian. `None` if this ISA can't look them up.
    pub(in crate::bulk) fn new(isa: Isa, results: &[u8]) -> Option<Self> {
        if isa.level() < Level::Avx512Vbmi {
            return None;
        }
        let size = results.len() / 256;
        // SAFETY: the CPU has these features, as was seen above.
        let table = unsafe {
            match size {
                1 => split::<1>(results.as_chunks().0),
                2 => split::<2>(results.as_chunks().0),
                4 => split::<4>(results.as_chunks().0),
                _ => None,
            }
        };
        Some(Self {
            table: table?,
            size,
        })
    }

    /// Converts 64 bytes or more.
    pub(in crate::bulk) fn convert(&self, src: &[u8], dst: &mut [u8]) {
        match self.size {
            1 => self.run::<1>(src, dst),
            2 => self.run::<2>(src, dst),
            _ => self.run::<4>(src, dst),
        }
    }

    fn run<const SIZE: usize>(&self, src: &[u8], dst: &mut [u8]) {
        let Self { table, .. } = *self;
        match table.halves() {
            Halves::Same(sign) => {
                Self::run_kernel(&mut LookupAny::<SIZE, true>(table, sign), src, dst);
            }
            Halves::Other => Self::run_kernel(&mut LookupAny::<SIZE, false>(table, 0), src, dst),
        }
    }

    fn run_kernel<const SIZE: usize, const SAME: bool>(
        kernel: &mut LookupAny<SIZE, SAME>,
        src: &[u8],
        dst: &mut [u8],
    ) {
        let dst: *mut [[u8; SIZE]] = dst.as_chunks_mut().0;
        // SAFETY: the layouts are the same, and the kernel writes initialised bytes.
        let dst = unsafe { &mut *(dst as *mut [MaybeUninit<[u8; SIZE]>]) };
        assert!(src.len() == dst.len());
        // SAFETY: `new` has seen that the CPU has these features.
        unsafe { super::avx512_vbmi(kernel, src, dst) }
    }
}

/// It holds the table, lest every store could change it.
struct LookupAny<const SIZE: usize, const SAME: bool>(Table, u8);

impl<const SIZE: usize, const SAME: bool> Kernel for LookupAny<SIZE, SAME> {
    type Src = u8;
    type Dst = [u8; SIZE];
    const REPEATABLE: bool = true;
    const LOOPS: Loops = Loops::Blocks;

    #[inline(always)]
    fn block<const N: usize>(
        &mut self,
        _: usize,
        src: &[u8; N],
        dst: &mut [MaybeUninit<[u8; SIZE]>; N],
    ) {
        assert!(N == LANES);
        let (src, dst) = (src.as_ptr(), dst.as_mut_ptr().cast());
        let halves = if SAME {
            Halves::Same(self.1)
        } else {
            Halves::Other
        };
        // SAFETY: `Lookup` runs this where the CPU has VBMI; a block has N bytes, and N results of SIZE bytes.
        unsafe {
            match SIZE {
                1 => {
                    let [codes, _] = look_up(&self.0, halves, load::<N>(src));
                    _mm512_storeu_si512(dst, codes);
                }
                2 => to_16_bits::<N>(&self.0, halves, src, dst),
                _ => to_32_bits::<N>(&self.0, halves, src, dst),
            }
        }
    }
}
