//! Only `slice::cast_to_vec` allocates.

use std::hint::black_box;

use ulp::slice::{self, Stochastic};
use ulp::{Bf16, Cast, Dtype, F4E2M1Fn, F8E4M3Fn, F16, Rounding};

use crate::allocations;

/// The length of a slice for every loop and for stores past the caches.
const LONG: usize = 1 << 22;

#[test]
fn a_vector_is_allocated_once() {
    let src = [1.0_f32; 100];
    let mut made = Vec::new();
    assert_eq!(allocations::count(|| made = slice::cast_to_vec::<F16>(&src)), 1);
    assert_eq!(made.len(), 100);
}

#[test]
fn slices_do_not_allocate() {
    let src: Vec<f32> = (0..LONG as u32)
        .map(|bits| f32::from_bits(bits.wrapping_mul(0x9e37_79b9)))
        .collect();
    let (mut narrow, mut byte) = (vec![Bf16::default(); LONG], vec![F8E4M3Fn::default(); LONG]);
    let numbers = [F4E2M1Fn::default(); 101];
    let (mut packed, mut back) = ([0; 51], numbers);
    let (bytes, mut codes) = ([0; 8 * 960], [0; 8 * 960]);
    let count = allocations::count(|| {
        slice::cast(&src, &mut narrow);
        slice::cast(&narrow, &mut byte);
        for rounding in Rounding::ALL {
            slice::cast_with(&src, &mut byte, Cast::new().rounding(rounding).saturating());
        }
        black_box(slice::cast_counted(&src, &mut narrow, Cast::new()));
        slice::cast_scaled(&src, 0.5, &mut narrow, Cast::new());
        slice::cast_stochastic(&src, &mut narrow, Stochastic::new(1));
        slice::pack(&numbers, &mut packed);
        slice::unpack(&packed, &mut back);
        black_box(slice::amax(&src));
        black_box(slice::all_finite(&src));
        black_box(slice::sum(&narrow));
        black_box(slice::product(&narrow));
        for &from in Dtype::ALL {
            for &to in Dtype::ALL {
                let src = &bytes[..from.bytes(960).unwrap()];
                let dst = &mut codes[..to.bytes(960).unwrap()];
                slice::cast_bytes(from, src, to, dst, Cast::new()).unwrap();
            }
        }
    });
    assert_eq!(count, 0);
}
