//! Mixed-precision training: the results of torch, equal bits on every instruction set, and refused calls.
#![allow(clippy::float_cmp, reason = "the values compared are exact")]

#[path = "../allocations/mod.rs"]
mod allocations;
mod checkpoint;
mod isas;
mod memory;
#[cfg(feature = "rayon")]
mod parallel;
mod refused;
mod scaler;
mod skipped;
mod stochastic;
mod tiny;
mod torch;

/// Returns a number in [-1, 1) with 15 bits, from the integer hash of `tests/data/torch-optim.py`.
fn noise(numbers: &[u32]) -> f32 {
    let x = numbers.iter().fold(0_u32, |x, number| {
        x.wrapping_mul(1_664_525)
            .wrapping_add(number.wrapping_mul(22_695_477))
            .wrapping_add(1_013_904_223)
    });
    let x = (x ^ x >> 15).wrapping_mul(2_246_822_519);
    ((x >> 16) as f32 - 32_768.0) / 32_768.0
}

/// Returns numbers of very different magnitudes, of both signs.
fn numbers(len: usize, seed: u32) -> Vec<f32> {
    let number = |i: u32| noise(&[i, seed]) * 2f32.powi(i as i32 % 41 - 30);
    (0..len as u32).map(number).collect()
}
