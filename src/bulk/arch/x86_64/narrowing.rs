//! Block-scaled formats: `f32` and bfloat16 to codes of 8 bits and fewer, each number multiplied by the factor of its block.
//!
//! The thread must have the default control bits.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::array::from_fn;

use super::maxima::{LANES, Largest, load};
use super::nontemporal::fetch_to_nearest;
use super::target::{Target, is_target};
use super::token::Avx512;
use crate::bulk::element::Element;
use crate::bulk::factors::{BETWEEN, EXACT, Factors, Narrowed, Products, SNAPPED};
use crate::bulk::kernel::Multiversion;
use crate::cpu::Isa;
use crate::format::Layout;

/// The number of numbers whose codes fill a vector.
const GROUP: usize = 4 * LANES;

/// Finds the largest magnitudes of blocks, and converts their numbers to codes of one format.
#[derive(Clone, Copy)]
pub(crate) struct Narrowing {
    token: Avx512,
    target: Target,
    max: i16,
    magnitude_mask: i8,
}

impl Narrowing {
    /// Returns `None` if this ISA or the loops don't support the format.
    #[inline]
    pub(crate) fn new(isa: Isa, to: Layout) -> Option<Self> {
        let token = Avx512::new(isa)?;
        is_target(to).then(|| Self {
            token,
            target: Target::new(to),
            max: to.max_code() as i16,
            magnitude_mask: to.magnitude_mask() as i8,
        })
    }

    /// Returns whether the loops read these numbers, and blocks of this many neighbouring numbers.
    #[inline(always)]
    pub(crate) fn reads<S: Element>(size: usize) -> bool {
        let is_read = const {
            S::LAYOUT.const_eq(Layout::BINARY32) && size_of::<S>() == 4
                || S::LAYOUT.const_eq(Layout::BFLOAT16) && size_of::<S>() == 2
        };
        is_read && size > 0 && size.is_multiple_of(LANES)
    }

    /// Finds the largest magnitude of each block of `size` numbers, as the bits of an `f32`. The bits of NaN and infinity count as
    /// magnitudes.
    #[inline]
    pub(crate) fn largest_of_blocks<S: Element>(&self, src: &[S], size: usize, amax: &mut [u32]) {
        assert!(Self::reads::<S>(size) && src.len() == size * amax.len());
        self.token.dispatch(&mut Largest { src, size, amax });
    }

    /// Writes the codes of the numbers.
    #[inline]
    pub(crate) fn encode<S: Element>(&self, src: &[S], by: &Factors<'_>, saturates: bool, codes: &mut [u8]) -> Narrowed {
        assert!(Self::reads::<S>(by.size) && src.len() == codes.len() && src.len() <= LANES << 16);
        match (by.products, saturates) {
            (Products::Exact, false) => self.encode_as::<S, EXACT, false>(src, by, codes),
            (Products::Exact, true) => self.encode_as::<S, EXACT, true>(src, by, codes),
            (Products::Snapped, false) => self.encode_as::<S, SNAPPED, false>(src, by, codes),
            (Products::Snapped, true) => self.encode_as::<S, SNAPPED, true>(src, by, codes),
            (Products::Between, false) => self.encode_as::<S, BETWEEN, false>(src, by, codes),
            (Products::Between, true) => self.encode_as::<S, BETWEEN, true>(src, by, codes),
        }
    }

    #[inline]
    fn encode_as<S: Element, const PRODUCTS: u8, const SATURATES: bool>(
        &self,
        src: &[S],
        by: &Factors<'_>,
        codes: &mut [u8],
    ) -> Narrowed {
        if const { size_of::<S>() == 2 } && by.size.is_multiple_of(2 * LANES) {
            self.encode_in_order::<S, PRODUCTS, SATURATES, true>(src, by, codes)
        } else {
            self.encode_in_order::<S, PRODUCTS, SATURATES, false>(src, by, codes)
        }
    }

    #[inline]
    fn encode_in_order<S: Element, const PRODUCTS: u8, const SATURATES: bool, const ALTERNATE: bool>(
        &self,
        src: &[S],
        by: &Factors<'_>,
        codes: &mut [u8],
    ) -> Narrowed {
        let mut work = Encode::<S, PRODUCTS, SATURATES, ALTERNATE> {
            to: *self,
            src,
            by,
            codes,
            found: Narrowed::default(),
        };
        self.token.dispatch(&mut work);
        work.found
    }
}

/// Reads the vector of this index in a group. The vectors of two numbers of 16 bits may alternate: the first has the numbers of even
/// index, and the second has the others.
///
/// # Safety
/// The CPU must have AVX-512 F. [`Narrowing::reads`] must be true. Only numbers of 16 bits may alternate.
#[inline(always)]
unsafe fn load_of_group<S: Element, const ALTERNATE: bool>(src: &[S; GROUP], nth: usize) -> __m512 {
    // SAFETY: the caller promises the feature. A group has four vectors, or two of twice as many words.
    unsafe {
        if !ALTERNATE {
            return load(src.as_ptr().add(LANES * nth));
        }
        let words = _mm512_loadu_si512(src.as_ptr().add(2 * LANES * (nth / 2)).cast());
        _mm512_castsi512_ps(if nth.is_multiple_of(2) {
            _mm512_slli_epi32::<16>(words)
        } else {
            _mm512_and_si512(words, _mm512_set1_epi32(i32::MIN >> 15))
        })
    }
}

/// Returns which numbers of a group are not zero.
///
/// # Safety
/// The CPU must have AVX-512 F and BW. [`Narrowing::reads`] must be true.
#[inline(always)]
unsafe fn nonzero<S: Element>(src: &[S; GROUP]) -> u64 {
    // SAFETY: the caller promises the features. A group has four vectors of numbers of 32 bits, or two of numbers of 16 bits.
    unsafe {
        let load = |nth: usize| _mm512_loadu_si512(src.as_ptr().cast::<__m512i>().add(nth).cast());
        let mut nonzero = 0;
        if const { size_of::<S>() == 4 } {
            for nth in 0..4 {
                nonzero |= (_mm512_test_epi32_mask(load(nth), _mm512_set1_epi32(i32::MAX)) as u64) << (16 * nth);
            }
        } else {
            for nth in 0..2 {
                nonzero |= (_mm512_test_epi16_mask(load(nth), _mm512_set1_epi16(i16::MAX)) as u64) << (32 * nth);
            }
        }
        nonzero
    }
}

struct Encode<'a, S, const PRODUCTS: u8, const SATURATES: bool, const ALTERNATE: bool> {
    to: Narrowing,
    src: &'a [S],
    by: &'a Factors<'a>,
    codes: &'a mut [u8],
    found: Narrowed,
}

impl<S: Element, const PRODUCTS: u8, const SATURATES: bool, const ALTERNATE: bool> Multiversion
    for Encode<'_, S, PRODUCTS, SATURATES, ALTERNATE>
{
    #[inline(always)]
    fn run<const ANY: usize>(&mut self) {
        // A copy, because the compiler assumes that stores of codes change everything else.
        let to = self.to;
        let block_of = BlockOf::new(self.by.size);
        let (groups, rest) = self.src.as_chunks::<GROUP>();
        let (codes, rest_of_codes) = self.codes.as_chunks_mut::<GROUP>();
        let mut found = Narrowed::default();
        for (nth, (src, codes)) in groups.iter().zip(codes).enumerate() {
            let blocks = from_fn(|vector| block_of.vector(4 * nth + vector));
            // The numbers that follow are read next.
            fetch_to_nearest(src, size_of_val(self.src));
            to.encode_group::<S, PRODUCTS, SATURATES, ALTERNATE>(src, self.by, blocks, codes, &mut found);
        }
        if !rest.is_empty() {
            let (mut src, mut codes) = ([S::from_code(0); GROUP], [0; GROUP]);
            src[..rest.len()].copy_from_slice(rest);
            let last = rest.len().div_ceil(LANES) - 1;
            let blocks = from_fn(|vector| block_of.vector(4 * groups.len() + vector.min(last)));
            to.encode_group::<S, PRODUCTS, SATURATES, ALTERNATE>(&src, self.by, blocks, &mut codes, &mut found);
            rest_of_codes.copy_from_slice(&codes[..rest.len()]);
        }
        self.found = found;
    }
}

/// Finds the block of a vector.
#[derive(Clone, Copy)]
struct BlockOf {
    /// 2³² divided by the number of vectors in a block, rounded up. The quotients of numbers below 2¹⁶ are exact.
    reciprocal: u64,
}

impl BlockOf {
    #[inline(always)]
    fn new(size: usize) -> Self {
        let vectors = (size / LANES).min(1 << 16);
        Self {
            reciprocal: (1_u64 << 32).div_ceil(vectors as u64),
        }
    }

    #[inline(always)]
    fn vector(self, nth: usize) -> usize {
        ((nth as u64 * self.reciprocal) >> 32) as usize
    }
}

impl Narrowing {
    /// Writes the codes of a group. `blocks` are the blocks of its vectors.
    #[inline(always)]
    fn encode_group<S: Element, const PRODUCTS: u8, const SATURATES: bool, const ALTERNATE: bool>(
        &self,
        src: &[S; GROUP],
        by: &Factors<'_>,
        blocks: [usize; 4],
        codes: &mut [u8; GROUP],
        found: &mut Narrowed,
    ) {
        // SAFETY: `self.token` proves that the CPU has AVX-512 F, BW and DQ. `encode` checked that `load` reads the numbers.
        // `encode_as` lets only numbers of 16 bits alternate. A group has one vector of codes.
        unsafe {
            let mut sums = [_mm512_setzero_si512(); 4];
            let mut near_tie = _mm512_setzero_si512();
            for (nth, sum) in sums.iter_mut().enumerate() {
                let x = load_of_group::<S, ALTERNATE>(src, nth);
                let product = _mm512_mul_ps(x, _mm512_set1_ps(by.below[blocks[nth]]));
                // A zero that is snapped loses its sign, and the power keeps the sign.
                let power = self.target.power(product);
                let product = if PRODUCTS == SNAPPED { snapped(product) } else { product };
                *sum = self.target.sum_with_steps(product, power);
                if PRODUCTS == BETWEEN {
                    const OR_OF_XOR: i32 = 0xf6;
                    let above = _mm512_mul_ps(product, _mm512_set1_ps(Factors::TO_ABOVE));
                    let above = self.target.sum_with_steps(above, power);
                    near_tie = _mm512_ternarylogic_epi32::<OR_OF_XOR>(near_tie, *sum, above);
                }
            }
            if PRODUCTS == BETWEEN && _mm512_test_epi32_mask(near_tie, near_tie) != 0 {
                for (nth, sum) in sums.iter_mut().enumerate() {
                    let x = load_of_group::<S, ALTERNATE>(src, nth);
                    let block = blocks[nth];
                    *sum = self.sum_by_remainder(x, by.below[block], by.factor, by.divisor[block]);
                }
            }
            let (code, saturated) = self.target.codes::<ALTERNATE, SATURATES>(sums, self.max);
            found.saturated += saturated as usize;
            let zeros = _mm512_testn_epi8_mask(code, _mm512_set1_epi8(self.magnitude_mask));
            if zeros != 0 {
                found.became_zero += (zeros & nonzero(src)).count_ones() as usize;
            }
            _mm512_storeu_si512(codes.as_mut_ptr().cast(), code);
        }
    }

    /// Returns the sums of the exact quotients x · factor / divisor.
    ///
    /// Every number t that the format has, and every tie between two such numbers, is a multiple of half of the last place. Take
    /// the nearest such t. The quotient lies on the side of t that the sign of x · factor − t · divisor says. `f64` computes this
    /// sign exactly: x · factor has 48 bits, and the fused multiply-add rounds once. A quarter of half a place on that side is
    /// rounded like the quotient.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and DQ.
    #[inline(always)]
    unsafe fn sum_by_remainder(&self, x: __m512, below: f32, factor: f64, divisor: f64) -> __m512i {
        // SAFETY: the caller promises the features.
        unsafe {
            let product = _mm512_mul_ps(x, _mm512_set1_ps(below));
            let power = self.target.power(product);
            let half_unit = _mm512_set1_ps(self.target.unit / 2.0);
            let t = _mm512_fnmadd_ps(power, half_unit, _mm512_fmadd_ps(power, half_unit, product));
            let low = side(_mm512_castps512_ps256(x), _mm512_castps512_ps256(t), factor, divisor);
            let high = side(
                _mm512_extractf32x8_ps::<1>(x),
                _mm512_extractf32x8_ps::<1>(t),
                factor,
                divisor,
            );
            let side = _mm512_insertf32x8::<1>(_mm512_castps256_ps512(low), high);
            let quarter = _mm512_set1_ps(self.target.unit / (1 << 26) as f32);
            let magnitude = _mm512_and_ps(power, _mm512_set1_ps(f32::INFINITY));
            let moved = _mm512_fmadd_ps(side, _mm512_mul_ps(magnitude, quarter), t);
            self.target.sum_with_steps(moved, power)
        }
    }
}

/// Clears the last bits of products: see [`Products::Snapped`].
///
/// # Safety
/// The CPU must have AVX-512 F and DQ.
#[inline(always)]
unsafe fn snapped(product: __m512) -> __m512 {
    // SAFETY: the caller promises the features.
    unsafe {
        let exponent = _mm512_and_ps(product, _mm512_set1_ps(f32::INFINITY));
        let up = _mm512_set1_epi32((Factors::SNAP << 23) as i32);
        let large = _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(exponent), up));
        _mm512_sub_ps(_mm512_add_ps(product, large), large)
    }
}

/// Returns 1, 0 or −1: the sign of x · factor − t · divisor.
///
/// # Safety
/// The CPU must have AVX-512 F.
#[inline(always)]
unsafe fn side(x: __m256, t: __m256, factor: f64, divisor: f64) -> __m256 {
    // The response to each class of numbers, four bits each. Zeros give 0, negative numbers −1, positive numbers and +1 give 1.
    const RESPONSES: i64 = 0xa9_00_a8_00;
    // SAFETY: the caller promises the feature.
    unsafe {
        let dividend = _mm512_mul_pd(_mm512_cvtps_pd(x), _mm512_set1_pd(factor));
        let remainder = _mm512_fnmadd_pd(_mm512_cvtps_pd(t), _mm512_set1_pd(divisor), dividend);
        _mm512_cvtpd_ps(_mm512_fixupimm_pd::<0>(remainder, remainder, _mm512_set1_epi64(RESPONSES)))
    }
}
