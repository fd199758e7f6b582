//! Packs codes of 4 and 6 bits into a stream of bits, and unpacks them to one code a byte.
#![allow(unsafe_code, reason = "a kernel promises to initialise its results")]

use core::array::from_fn;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::bulk::{self, BLOCK, Kernel, Loops, Out};
use crate::cpu::Isa;
use crate::round::{Format, from_code, to_code};

/// Packs numbers of 4 or 6 bits in the order of packed tensors: two fp4 numbers in a byte, four fp6 numbers in three bytes.
///
/// The codes follow one another. The first code has the lowest bits of the first byte. [`Dtype`](crate::Dtype) says which other
/// programs use this order. `n` numbers take ⌈4n/8⌉ or ⌈6n/8⌉ bytes. If the last byte isn't full, its upper bits become 0. For
/// fp4 this happens if `n` is odd, and for fp6 if `n` is no multiple of 4.
///
/// ```
/// use ulp::{F4E2M1Fn, F6E2M3Fn, slice};
///
/// let mut bytes = [0; 2];
/// slice::pack(&[0.5, 1.0, 6.0].map(F4E2M1Fn::from_f32), &mut bytes); // the codes 1, 2 and 7
/// assert_eq!(bytes, [0x21, 0x07]);
///
/// let mut bytes = [0; 3];
/// slice::pack(&[1, 2, 3, 63].map(F6E2M3Fn::from_bits), &mut bytes);
/// assert_eq!(bytes, [0b10_000001, 0b0011_0000, 0b111111_00]);
/// ```
///
/// # Panics
/// If `dst` does not have the number of bytes that the numbers of `src` take. The message has both lengths.
///
/// A format of another width doesn't compile.
#[inline]
#[track_caller]
pub fn pack<F: Format>(src: &[F], dst: &mut [u8]) {
    const { assert_packed::<F>() };
    let needed = packed_bytes::<F>(src.len());
    assert!(
        dst.len() == needed,
        "the source has {} numbers of {} bits, which are {needed} bytes, and the destination has {}",
        src.len(),
        F::LAYOUT.bits(),
        dst.len()
    );
    pack_on(Isa::detect(), src, dst);
}

/// Unpacks numbers of 4 or 6 bits. This is the inverse of [`pack`]. Bits after the last number are ignored.
///
/// ```
/// use ulp::{F4E2M1Fn, slice};
///
/// let mut numbers = [F4E2M1Fn::default(); 3];
/// slice::unpack(&[0x21, 0x07], &mut numbers);
/// assert_eq!(numbers.map(F4E2M1Fn::to_f32), [0.5, 1.0, 6.0]);
/// ```
///
/// # Panics
/// If `src` does not have the number of bytes that the numbers of `dst` take. The message has both lengths.
///
/// A format of another width doesn't compile.
#[inline]
#[track_caller]
pub fn unpack<F: Format>(src: &[u8], dst: &mut [F]) {
    const { assert_packed::<F>() };
    let needed = packed_bytes::<F>(dst.len());
    assert!(
        src.len() == needed,
        "the source has {} bytes, and the destination {} numbers of {} bits, which are {needed}",
        src.len(),
        dst.len(),
        F::LAYOUT.bits()
    );
    unpack_on(Isa::detect(), src, dst);
}

/// Does what [`pack`] does, on this [`Isa`], for lengths that fit.
pub(super) fn pack_on<F: Format>(isa: Isa, src: &[F], dst: &mut [u8]) {
    if const { F::LAYOUT.bits() == 4 } {
        pack_groups::<F, 2, 1>(isa, src, dst);
    } else {
        pack_groups::<F, 4, 3>(isa, src, dst);
    }
}

/// Does what [`unpack`] does, on this [`Isa`], for lengths that fit.
pub(super) fn unpack_on<F: Format>(isa: Isa, src: &[u8], dst: &mut [F]) {
    if const { F::LAYOUT.bits() == 4 } {
        unpack_groups::<F, 2, 1>(isa, src, dst);
    } else {
        unpack_groups::<F, 4, 3>(isa, src, dst);
    }
}

/// Stops the compiler at the line that packs a format of another width.
const fn assert_packed<F: Format>() {
    assert!(
        F::LAYOUT.bits() == 4 || F::LAYOUT.bits() == 6,
        "only formats of 4 and 6 bits are packed"
    );
}

/// Returns the bytes of `numbers` numbers of 4 or 6 bits.
#[inline]
fn packed_bytes<F: Format>(numbers: usize) -> usize {
    let bits = F::LAYOUT.bits() as usize;
    numbers / 8 * bits + (numbers % 8 * bits).div_ceil(8)
}

fn pack_groups<F: Format, const CODES: usize, const BYTES: usize>(isa: Isa, src: &[F], dst: &mut [u8]) {
    let (groups, rest) = src.as_chunks();
    let (packed, packed_rest) = dst.split_at_mut(groups.len() * BYTES);
    let (packed, _) = packed.as_chunks_mut();
    if groups.len() < BLOCK {
        for (packed, &group) in packed.iter_mut().zip(groups) {
            *packed = pack_group::<F, CODES, BYTES>(group);
        }
    } else {
        let kernel = &mut Pack::<F, CODES, BYTES>(PhantomData);
        bulk::run(isa, kernel, groups, Out::new(packed));
    }
    let mut group = [from_code(0); CODES];
    group[..rest.len()].copy_from_slice(rest);
    packed_rest.copy_from_slice(&pack_group::<F, CODES, BYTES>(group)[..packed_rest.len()]);
}

fn unpack_groups<F: Format, const CODES: usize, const BYTES: usize>(isa: Isa, src: &[u8], dst: &mut [F]) {
    let (groups, rest) = dst.as_chunks_mut();
    let (packed, packed_rest) = src.split_at(groups.len() * BYTES);
    let (packed, _) = packed.as_chunks();
    if groups.len() < BLOCK {
        for (group, &packed) in groups.iter_mut().zip(packed) {
            *group = unpack_group::<F, CODES, BYTES>(packed);
        }
    } else {
        let kernel = &mut Unpack::<F, CODES, BYTES>(PhantomData);
        bulk::run(isa, kernel, packed, Out::new(groups));
    }
    let mut bytes = [0; BYTES];
    bytes[..packed_rest.len()].copy_from_slice(packed_rest);
    rest.copy_from_slice(&unpack_group::<F, CODES, BYTES>(bytes)[..rest.len()]);
}

/// Packs `CODES` codes, which fill `BYTES` bytes.
#[inline(always)]
fn pack_group<F: Format, const CODES: usize, const BYTES: usize>(codes: [F; CODES]) -> [u8; BYTES] {
    let mut stream = 0;
    for (nth, code) in codes.into_iter().enumerate() {
        stream |= (to_code(code) as u32) << (nth * F::LAYOUT.bits() as usize);
    }
    from_fn(|nth| (stream >> (8 * nth)) as u8)
}

/// Unpacks `CODES` codes from `BYTES` bytes.
#[inline(always)]
fn unpack_group<F: Format, const CODES: usize, const BYTES: usize>(bytes: [u8; BYTES]) -> [F; CODES] {
    let mut stream = 0;
    for (nth, byte) in bytes.into_iter().enumerate() {
        stream |= (byte as u32) << (8 * nth);
    }
    from_fn(|nth| {
        let code = stream >> (nth * F::LAYOUT.bits() as usize);
        from_code(code as u64 & F::LAYOUT.code_mask())
    })
}

struct Pack<F, const CODES: usize, const BYTES: usize>(PhantomData<F>);

// SAFETY: the loop writes every element of `dst`.
unsafe impl<F: Format, const CODES: usize, const BYTES: usize> Kernel for Pack<F, CODES, BYTES> {
    type Src = [F; CODES];
    type Dst = [u8; BYTES];
    const IDEMPOTENT: bool = true;
    const LOOPS: Loops = Loops::Blocks;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[Self::Src; N], dst: &mut [MaybeUninit<Self::Dst>; N]) {
        for (dst, &src) in dst.iter_mut().zip(src) {
            dst.write(pack_group::<F, CODES, BYTES>(src));
        }
    }
}

struct Unpack<F, const CODES: usize, const BYTES: usize>(PhantomData<F>);

// SAFETY: the loop writes every element of `dst`.
unsafe impl<F: Format, const CODES: usize, const BYTES: usize> Kernel for Unpack<F, CODES, BYTES> {
    type Src = [u8; BYTES];
    type Dst = [F; CODES];
    const IDEMPOTENT: bool = true;
    const LOOPS: Loops = Loops::Blocks;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[Self::Src; N], dst: &mut [MaybeUninit<Self::Dst>; N]) {
        for (dst, &src) in dst.iter_mut().zip(src) {
            dst.write(unpack_group::<F, CODES, BYTES>(src));
        }
    }
}
