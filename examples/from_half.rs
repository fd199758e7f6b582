//! A program that was written for `half` and now uses `ulp`. Slices go from one crate to the other without a copy.
//!
//! `cargo run --example from_half --features half`

// Before: `use half::{bf16, f16, slice::HalfFloatSliceExt};`.
use ulp::{Bf16 as bf16, F16 as f16, slice};

/// Returns the mean. This code was written for `half` and did not change.
fn mean(numbers: &[f16]) -> f16 {
    let sum: f32 = numbers.iter().map(|x| x.to_f32()).sum();
    f16::from_f32(sum / numbers.len() as f32)
}

/// Returns the largest number. This function stands for a library that still takes `half`'s types.
fn largest(numbers: &[half::f16]) -> Option<half::f16> {
    numbers.iter().copied().max_by(half::f16::total_cmp)
}

fn main() {
    let numbers = [1.0, 2.5, -0.125].map(f16::from_f32);
    assert_eq!(mean(&numbers), f16::from_f32(1.125));

    // Before: `convert_to_f32_slice`, or `to_f32_vec` for a new vector.
    let mut wide = [0f32; 3];
    slice::cast(&numbers, &mut wide);
    let narrow = slice::cast_to_vec::<bf16>(&wide);
    assert_eq!(narrow[1], bf16::from_f32(2.5));

    // `theirs` is the memory of `numbers`, seen as `half`'s type. `f16::from` converts the result back.
    let theirs: &[half::f16] = slice::reinterpret(&numbers);
    let found = largest(theirs).map(f16::from);
    assert_eq!(found, Some(numbers[1]));

    // `half` rounds this number twice. `ulp` rounds once.
    let tie = 1.0 + f64::powi(2.0, -11) + f64::powi(2.0, -40);
    println!(
        "{tie} is {} in half and {} here",
        half::f16::from_f64(tie),
        f16::from_f64(tie)
    );
}
