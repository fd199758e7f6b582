//! The plan of a conversion between formats known only at run time: the work on each tile.

use core::array::from_fn;
use core::mem::MaybeUninit;

use super::{Stochastic, pack, view};
use crate::bulk::{BLOCK, Lookup, Out};
use crate::cpu::Isa;
use crate::float::{Dtype, F4E2M1Fn, F6E2M3Fn};
use crate::round::{Cast, Format};

/// The number of elements of a tile. It is a multiple of 8, and packed elements therefore end with a byte.
const TILE: usize = 1024;

/// The number of elements from which on it pays to convert all 256 codes of a byte first.
const LOOKUP_PAYS: usize = 1024;

/// Converts the elements in some bytes to as many elements in other bytes.
pub(super) type ConvertFn = fn(Isa, &[u8], &mut [u8]);

/// Converts elements with a given rounding.
pub(super) type RoundFn<H> = fn(Isa, &[u8], &mut [u8], H);

/// Converts elements with a given rounding by an instruction. Returns false, and converts nothing, if there is no instruction.
pub(super) type TryFn<H> = fn(Isa, &[u8], &mut [u8], H) -> bool;

/// A way to round: a [`Cast`], or [`Stochastic`].
pub(super) trait RoundingMethod: Copy {
    /// Returns the rounding of the elements after the first `numbers` elements.
    fn after(self, numbers: usize) -> Self;
}

impl RoundingMethod for Cast {
    #[inline]
    fn after(self, _: usize) -> Self {
        self
    }
}

impl RoundingMethod for Stochastic {
    #[inline]
    fn after(self, numbers: usize) -> Self {
        Self::after(self, numbers)
    }
}

/// The steps of a conversion of numbers of whole bytes.
pub(super) enum Route<H> {
    /// One step that rounds nothing.
    Exact(ConvertFn),
    Rounded(RoundFn<H>),
    /// A step to `f32`, then a step that rounds.
    Widened(ConvertFn, RoundFn<H>),
}

/// A conversion from bytes of one format to bytes of another.
pub(super) struct CastPlan<H> {
    pub(super) isa: Isa,
    pub(super) from: Dtype,
    pub(super) to: Dtype,
    pub(super) method: H,
    pub(super) route: Route<H>,
    /// Converts by an instruction, without a tile.
    pub(super) fused: Option<TryFn<H>>,
}

impl<H: RoundingMethod> CastPlan<H> {
    /// Converts `numbers` numbers. `looks_up` allows a lookup table, and must be false if the result for a number depends on its
    /// place.
    pub(super) fn convert(&self, numbers: usize, src: &[u8], dst: &mut [u8], looks_up: bool) {
        let lookup = if looks_up { self.lookup(numbers) } else { None };
        let lookup = lookup.as_ref();
        let (unpack, pack) = (unpacking(self.from), packing(self.to));
        if unpack.is_none() && pack.is_none() {
            return self.convert_unpacked(lookup, self.method, src, dst);
        }
        let (mut from, mut to) = (Tile::<TILE>::new(), Tile::<TILE>::new());
        let first = TILE.min(numbers);
        let (from, to) = (from.first(first), to.first(first));
        let src = src.chunks(TILE / 8 * self.from.bits() as usize);
        let dst = dst.chunks_mut(TILE / 8 * self.to.bits() as usize);
        for (nth, (mut src, dst)) in src.zip(dst).enumerate() {
            let method = self.method.after(nth * TILE);
            let numbers = TILE.min(numbers - nth * TILE);
            if let Some(unpack) = unpack {
                let codes = &mut from[..numbers];
                unpack(self.isa, src, codes);
                src = codes;
            }
            if let Some(pack) = pack {
                let codes = &mut to[..numbers];
                self.convert_unpacked(lookup, method, src, codes);
                pack(self.isa, codes, dst);
            } else {
                self.convert_unpacked(lookup, method, src, dst);
            }
        }
    }

    /// Converts numbers of whole bytes.
    fn convert_unpacked(&self, lookup: Option<&Lookup>, method: H, src: &[u8], dst: &mut [u8]) {
        if let Some(lookup) = lookup.filter(|_| src.len() >= BLOCK) {
            return lookup.convert(src, dst);
        }
        if let Some(fused) = self.fused
            && fused(self.isa, src, dst, method)
        {
            return;
        }
        let (widen, narrow) = match self.route {
            Route::Exact(exact) => return exact(self.isa, src, dst),
            Route::Rounded(narrow) => return narrow(self.isa, src, dst, method),
            Route::Widened(widen, narrow) => (widen, narrow),
        };
        let mut wide = Tile::<{ 4 * TILE }>::new();
        let (from, to) = (unpacked_bytes(self.from), unpacked_bytes(self.to));
        let wide = wide.first(TILE.min(src.len() / from) * 4);
        let tiles = src.chunks(TILE * from).zip(dst.chunks_mut(TILE * to));
        for (nth, (src, dst)) in tiles.enumerate() {
            let wide = &mut wide[..src.len() / from * 4];
            widen(self.isa, src, wide);
            narrow(self.isa, wide, dst, method.after(nth * TILE));
        }
    }

    /// Returns the results of all codes of a byte, if a lookup pays for `numbers` numbers.
    fn lookup(&self, numbers: usize) -> Option<Lookup> {
        if numbers < LOOKUP_PAYS || unpacked_bytes(self.from) != 1 {
            return None;
        }
        let codes: [u8; 256] = from_fn(|code| code as u8);
        let mut results = [0; 256 * 8];
        let results = &mut results[..256 * unpacked_bytes(self.to)];
        self.convert_unpacked(None, self.method, &codes, results);
        Lookup::new(self.isa, results)
    }
}

/// Returns the bytes of a number that is not packed.
fn unpacked_bytes(format: Dtype) -> usize {
    format.bits().div_ceil(8) as usize
}

#[inline]
fn unpacking(from: Dtype) -> Option<ConvertFn> {
    match from.bits() {
        4 => Some(unpack_codes::<F4E2M1Fn>),
        6 => Some(unpack_codes::<F6E2M3Fn>),
        _ => None,
    }
}

#[inline]
fn packing(to: Dtype) -> Option<ConvertFn> {
    match to.bits() {
        4 => Some(pack_codes::<F4E2M1Fn>),
        6 => Some(pack_codes::<F6E2M3Fn>),
        _ => None,
    }
}

/// Unpacks codes that have the width of the codes of `F`, but may belong to another format.
fn unpack_codes<F: Format<Bits = u8>>(isa: Isa, src: &[u8], dst: &mut [u8]) {
    pack::unpack_on(isa, src, view::from_bits_mut::<F>(dst));
}

/// Packs codes that have the width of the codes of `F`, but may belong to another format.
fn pack_codes<F: Format<Bits = u8>>(isa: Isa, src: &[u8], dst: &mut [u8]) {
    pack::pack_on(isa, view::from_bits::<F>(src), dst);
}

/// The bytes of a tile, which stays in the nearest cache.
#[repr(align(64))]
struct Tile<const BYTES: usize>([MaybeUninit<u8>; BYTES]);

impl<const BYTES: usize> Tile<BYTES> {
    #[inline]
    fn new() -> Self {
        Self([MaybeUninit::uninit(); BYTES])
    }

    #[inline]
    fn first(&mut self, bytes: usize) -> &mut [u8] {
        Out::uninit(&mut self.0[..bytes]).fill(0)
    }
}
