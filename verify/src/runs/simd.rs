//! Compares bulk conversion on every instruction set of this machine with the scalar conversion, bit for bit.
//!
//! The other runs judge the scalar conversion. This run compares the results of the loops for equal inputs. The inputs are every
//! `f32` under the default cast. Under every cast, they are `f32` and `f64` near every place where a rounding could cut.

use ulp::{Bf16, Bits, Cast, F8E4M3Fn, F8E5M2, F16, Format, Isa, slice};
use ulp_verify::adapter::{SATURATE, cast};
use ulp_verify::inputs::{boundaries, code, near_boundaries};
use ulp_verify::oracle::Rounding;
use ulp_verify::tally::{Report, Tally, parallel};

/// The number of elements of a piece. A piece and its results stay in the cache of a core.
const PIECE: u64 = 1 << 14;
const F32_FRACTION_BITS: u32 = 23;
const F64_FRACTION_BITS: u32 = 52;
/// `F16`, the most precise of the four, drops this many bits of an `f32`'s fraction, and more in its subnormals.
const FEWEST_DROPPED: u32 = 13;

pub(crate) fn run(report: &mut Report) {
    let near = near_boundaries(F32_FRACTION_BITS, FEWEST_DROPPED);
    let about = boundaries(F64_FRACTION_BITS);
    to::<F16>(&near, &about, report);
    to::<Bf16>(&near, &about, report);
    to::<F8E4M3Fn>(&near, &about, report);
    to::<F8E5M2>(&near, &about, report);
}

fn to<D: Format>(near: &[u64], about: &[u64], report: &mut Report) {
    let isas: Vec<Isa> = Isa::available().collect();
    let names: Vec<String> = isas.iter().map(ToString::to_string).collect();
    let names = names.join(", ");
    let target = D::DTYPE;
    report.line(
        &format!("every f32 -> {target}, ties to even, on {names}"),
        every_f32::<D>(&isas),
    );
    report.line(
        &format!("f32 -> {target}, every cast, on the same"),
        every_cast::<f32, D>(&isas, F32_FRACTION_BITS, near),
    );
    report.line(
        &format!("f64 -> {target}, every cast, on the same"),
        every_cast::<f64, D>(&isas, F64_FRACTION_BITS, about),
    );
}

fn every_f32<D: Format>(isas: &[Isa]) -> Tally {
    parallel((1 << 32) / PIECE, |piece, tally| {
        let codes = piece * PIECE..(piece + 1) * PIECE;
        let src: Vec<f32> = codes.map(|bits| f32::from_bits(bits as u32)).collect();
        count_inputs(src.len(), tally);
        compare::<f32, D>(isas, &src, Cast::new(), tally);
    })
}

/// Tries every sign and exponent of `S` with these fractions, under every rounding and both policies.
fn every_cast<S: Format, D: Format>(isas: &[Isa], width: u32, fractions: &[u64]) -> Tally {
    let signs_and_exponents = 1 << (S::Bits::BITS - width);
    parallel(signs_and_exponents, |sign_and_exponent, tally| {
        let codes = fractions.iter().map(|&fraction| code(sign_and_exponent, fraction, width));
        let src: Vec<S> = codes.map(|bits| S::from_bits(S::Bits::from_u64(bits))).collect();
        count_inputs(src.len(), tally);
        for rounding in Rounding::ALL {
            for saturate in SATURATE {
                compare::<S, D>(isas, &src, cast(rounding, saturate), tally);
            }
        }
    })
}

fn count_inputs(inputs: usize, tally: &mut Tally) {
    for _ in 0..inputs {
        tally.input();
    }
}

/// Compares each ISA's results with the scalar results, which are computed once.
fn compare<S: Format, D: Format>(isas: &[Isa], src: &[S], cast: Cast, tally: &mut Tally) {
    let right: Vec<D> = src.iter().map(|&x| scalar(x, cast)).collect();
    let right = slice::to_bits(&right);
    // The destination holds a wrong value in every place before the cast.
    let wrong: Vec<D::Bits> = right.iter().map(|bits| D::Bits::from_u64(!bits.to_u64())).collect();
    let mut dst = wrong.clone();
    for &isa in isas {
        dst.copy_from_slice(&wrong);
        slice::cast_on(isa, src, slice::from_bits_mut::<D>(&mut dst), cast);
        if dst == right {
            for _ in right {
                tally.check(true, String::new);
            }
            continue;
        }
        for ((x, is), right) in src.iter().zip(&dst).zip(right) {
            tally.check(is == right, || {
                let (x, is, right) = (x.to_bits().to_u64(), is.to_u64(), right.to_u64());
                format!("{x:#x} on {isa}, {cast:?}: {is:#x}, the scalar's: {right:#x}")
            });
        }
    }
}

/// Converts one number. The function is compiled alone, because a loop would be vectorized like the loops that it judges.
#[inline(never)]
fn scalar<S: Format, D: Format>(x: S, cast: Cast) -> D {
    x.cast_with(cast).0
}
