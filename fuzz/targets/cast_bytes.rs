//! `slice::cast_bytes` between any two formats, also packed ones, on every ISA and at any alignment. Each element is compared
//! with the scalar cast. Lengths that don't fit are errors, which leave the destination unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ulp::{Cast, Dtype, Isa, slice};
use ulp_fuzz::{Unstructured, any_cast, arbitrary};

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = check(&mut Unstructured::new(data));
});

/// The length at which tables pay and several tiles are needed.
const MOST: usize = 6000;
const GUARD: u8 = 0xa5;

fn check(u: &mut Unstructured) -> arbitrary::Result<()> {
    let (from, to) = (*u.choose(Dtype::ALL)?, *u.choose(Dtype::ALL)?);
    let cast = any_cast(u)?;
    let isas: Vec<Isa> = Isa::available().collect();
    let isa = *u.choose(&isas)?;
    let (left, right) = (u.int_in_range(0..=63)?, u.int_in_range(0..=63)?);
    let numbers = if u.arbitrary()? {
        u.int_in_range(0..=MOST)?
    } else {
        u.int_in_range(0..=300)?
    };
    let off = u.int_in_range(-4..=4_isize)?;
    let fitting = u.int_in_range(0..=3)? != 0;

    let src_len = bytes(from, numbers);
    let mut dst_len = bytes(to, numbers);
    if !fitting {
        dst_len = dst_len.saturating_add_signed(off);
    }
    let pattern = u.bytes(u.len())?;
    // The slices end where their allocations end, so `AddressSanitizer` sees accesses beyond.
    let mut memory = vec![0; left + src_len].into_boxed_slice();
    for (nth, byte) in memory[left..].iter_mut().enumerate() {
        let round = (nth / pattern.len().max(1)) as u8;
        *byte = pattern
            .get(nth % pattern.len().max(1))
            .map_or(nth as u8, |byte| byte.wrapping_add(round.wrapping_mul(37)));
    }
    let mut result = vec![GUARD; right + dst_len].into_boxed_slice();
    let src = &memory[left..];
    let is = slice::cast_bytes_on(isa, from, src, to, &mut result[right..], cast);

    let what = || format!("{numbers} of {from} to {to}, {cast:?}, on {isa}");
    assert!(result[..right].iter().all(|&byte| byte == GUARD), "{}: before", what());
    let fits = fitting || some_number_fits(from, src_len, to, dst_len);
    assert_eq!(is.is_ok(), fits, "{}, {dst_len} bytes", what());
    let dst = &result[right..];
    if is.is_err() {
        assert!(dst.iter().all(|&byte| byte == GUARD), "{}: error", what());
    } else {
        let numbers = (0..=numbers + 8)
            .rev()
            .find(|&numbers| bytes(from, numbers) == src_len && bytes(to, numbers) == dst_len);
        compare((from, src), (to, dst), numbers.expect("it fits"), cast, &what);
    }
    Ok(())
}

/// Returns how many bytes these numbers take.
fn bytes(dtype: Dtype, numbers: usize) -> usize {
    (numbers * dtype.bits() as usize).div_ceil(8)
}

fn some_number_fits(from: Dtype, src: usize, to: Dtype, dst: usize) -> bool {
    (0..=8 * (src + 1)).any(|numbers| bytes(from, numbers) == src && bytes(to, numbers) == dst)
}

/// Returns the bits of an element, in a stream that begins at the lowest bit of the first byte.
fn element(dtype: Dtype, bytes: &[u8], nth: usize) -> u64 {
    let width = dtype.bits() as usize;
    (0..width).fold(0, |code, bit| {
        let place = nth * width + bit;
        code | u64::from(bytes[place / 8] >> (place % 8) & 1) << bit
    })
}

fn compare((from, src): (Dtype, &[u8]), (to, dst): (Dtype, &[u8]), numbers: usize, cast: Cast, what: &dyn Fn() -> String) {
    for nth in 0..numbers {
        let code = element(from, src, nth);
        let (right, _) = cast.convert(from.layout(), to.layout(), code);
        let is = element(to, dst, nth);
        assert_eq!(is, right, "{}: {code:#x}, number {nth}", what());
    }
    for place in numbers * to.bits() as usize..8 * dst.len() {
        assert_eq!(dst[place / 8] >> (place % 8) & 1, 0, "{}: after", what());
    }
}
