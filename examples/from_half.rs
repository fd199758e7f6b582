//! A program that was written with `half`, with `ulp` in its place; and both in one program, without a copy.
//!
//! `cargo run --example from_half --features half`

// `use half::{bf16, f16, slice::HalfFloatSliceExt};` before.
use ulp::{Bf16 as bf16, F16 as f16, slice};

/// The lines of the program are those of before.
fn mean(numbers: &[f16]) -> f16 {
    let sum: f32 = numbers.iter().map(|x| x.to_f32()).sum();
    f16::from_f32(sum / numbers.len() as f32)
}

/// A library that still takes `half`'s types.
fn largest(numbers: &[half::f16]) -> Option<half::f16> {
    numbers.iter().copied().max_by(half::f16::total_cmp)
}

fn main() {
    let numbers = [1.0, 2.5, -0.125].map(f16::from_f32);
    assert_eq!(mean(&numbers), f16::from_f32(1.125));

    // `convert_to_f32_slice` before, and `to_f32_vec`.
    let mut wide = [0f32; 3];
    slice::cast(&numbers, &mut wide);
    let narrow = slice::cast_to_vec::<bf16>(&wide);
    assert_eq!(narrow[1], bf16::from_f32(2.5));

    // The same memory as `half`'s type, and back.
    let theirs: &[half::f16] = slice::reinterpret(&numbers);
    let found = largest(theirs).map(f16::from);
    assert_eq!(found, Some(numbers[1]));

    // What `half` rounds twice is rounded once here.
    let tie = 1.0 + f64::powi(2.0, -11) + f64::powi(2.0, -40);
    println!(
        "{tie} is {} in half and {} here",
        half::f16::from_f64(tie),
        f16::from_f64(tie)
    );
}
