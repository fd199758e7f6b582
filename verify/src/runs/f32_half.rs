//! Compares `F16` and `Bf16` with the crate `half`, on every input, NaNs included.
//!
//! `half` rounds ties to even, quiets NaNs and keeps the top bits of their payload, like F16C. `ulp` promises these results too,
//! so every bit must agree.

use ulp::{Bf16, F16};
use ulp_verify::tally::{Report, Tally, parallel};

/// The number of inputs of a piece.
const PIECE: u64 = 1 << 22;

pub(crate) fn run(report: &mut Report) {
    report.line(
        "every f32 -> float16, half's",
        every_f32(|x| F16::from_f32(x).to_bits(), |x| half::f16::from_f32(x).to_bits()),
    );
    report.line(
        "every f32 -> bfloat16, half's",
        every_f32(|x| Bf16::from_f32(x).to_bits(), |x| half::bf16::from_f32(x).to_bits()),
    );
    report.line(
        "every f32 -> float16 in constants, half's",
        every_f32(|x| F16::from_f32_const(x).to_bits(), |x| half::f16::from_f32(x).to_bits()),
    );
    report.line(
        "every float16 -> f32, half's",
        every_code(
            |code| F16::from_bits(code).to_f32().to_bits(),
            |code| half::f16::from_bits(code).to_f32().to_bits(),
        ),
    );
    report.line(
        "every bfloat16 -> f32, half's",
        every_code(
            |code| Bf16::from_bits(code).to_f32().to_bits(),
            |code| half::bf16::from_bits(code).to_f32().to_bits(),
        ),
    );
}

fn every_f32(is: impl Fn(f32) -> u16 + Sync, right: impl Fn(f32) -> u16 + Sync) -> Tally {
    parallel((1 << 32) / PIECE, |piece, tally| {
        for bits in piece * PIECE..(piece + 1) * PIECE {
            let x = f32::from_bits(bits as u32);
            let (is, right) = (is(x), right(x));
            tally.input();
            tally.check(is == right, || format!("{bits:#x}: {is:#x}, half's: {right:#x}"));
        }
    })
}

fn every_code(is: impl Fn(u16) -> u32 + Sync, right: impl Fn(u16) -> u32 + Sync) -> Tally {
    parallel(256, |piece, tally| {
        for low in 0..256 {
            let code = (piece << 8 | low) as u16;
            let (is, right) = (is(code), right(code));
            tally.input();
            tally.check(is == right, || format!("{code:#x}: {is:#x}, half's: {right:#x}"));
        }
    })
}
