//! The places of elements and scales in memory.

use ulp::block::{Blocks, Scheme};
use ulp::{Dtype, F4E2M1Fn, F6E2M3Fn, Format, slice};

use super::{dequantize, quantize};

#[test]
fn sizes_of_partial_blocks_round_up() {
    assert_eq!(Scheme::MXFP4.element_bytes(3, 5), 8);
    assert_eq!(Scheme::MXFP4.scale_bytes(3, 33), 6);
    assert_eq!(Scheme::MXFP6_E2M3.element_bytes(3, 5), 12);
    assert_eq!(Scheme::FP8_BLOCK.scale_bytes(129, 128), 8);
    assert_eq!(Scheme::FP8_TENSOR.scale_bytes(1000, 1000), 4);
    assert_eq!(Scheme::FP8_TENSOR.scale_bytes(0, 1000), 0);
    assert_eq!(Scheme::NVFP4.element_bytes(0, 7), 0);
}

#[test]
#[should_panic(expected = "the bytes of a matrix fit a usize")]
fn a_matrix_too_large_for_memory_panics() {
    let _ = Scheme::MXFP8.element_bytes(usize::MAX, 2);
}

/// Codes of packed formats are one stream over the whole matrix, whatever the number of columns.
#[test]
fn packed_codes_are_those_of_unpacked_elements() {
    packed::<F4E2M1Fn>(Dtype::F4E2M1FnX2, Dtype::F4E2M1Fn);
    packed::<F6E2M3Fn>(Dtype::F6E2M3FnX4, Dtype::F6E2M3Fn);
}

fn packed<F: Format<Bits = u8>>(packed: Dtype, unpacked: Dtype) {
    for cols in [1, 3, 7, 32, 33, 100] {
        for blocks in [Blocks::MX, Blocks::new(3, 5), Blocks::TENSOR] {
            let x: Vec<f32> = (0..5 * cols).map(|nth| (nth * 37 % 64) as f32 - 31.0).collect();
            let scheme = Scheme::new(unpacked, Dtype::F8E8M0Fnu, blocks);
            let (codes, scales, counts) = quantize(scheme, &x, cols, 1.0);
            let mut right = vec![0; packed.bytes(x.len()).expect("it is short")];
            slice::pack(slice::from_bits::<F>(&codes), &mut right);
            let is = quantize(scheme.element(packed), &x, cols, 1.0);
            assert_eq!(is, (right, scales, counts), "{cols} columns, {blocks}");

            let shape = (5, cols);
            let one: Vec<f32> = dequantize(scheme, (&codes, &is.1), shape, 1.0);
            let other: Vec<f32> = dequantize(scheme.element(packed), (&is.0, &is.1), shape, 1.0);
            assert_eq!(one, other);
        }
    }
}

#[test]
fn tiles_have_a_scale_each() {
    // There are two rows of three tiles. The last tiles are cut short.
    let (rows, cols) = (3, 5);
    let scheme = Scheme::FP8_BLOCK.blocks(Blocks::new(2, 2));
    let x: Vec<f32> = (0..rows * cols)
        .map(|nth| {
            let tile = nth / cols / 2 * 3 + nth % cols / 2;
            448.0 * (1 + tile) as f32
        })
        .collect();
    let (elements, scales, _) = quantize(scheme, &x, cols, 1.0);
    let right: Vec<u8> = (1..=6).flat_map(|scale| (scale as f32).to_le_bytes()).collect();
    assert_eq!(scales, right);
    assert!(elements.iter().all(|&code| code == 0x7e));
    assert_eq!(dequantize::<f32>(scheme, (&elements, &scales), (rows, cols), 1.0), x);
}

/// Every number is multiplied by the scale of its own block, whatever the shapes of the matrix and of the blocks.
#[test]
fn every_number_has_the_scale_of_its_block() {
    const ONE: u8 = 0x38;
    for (rows, cols) in [(10_usize, 100_usize), (1, 5), (200, 130), (129, 257), (3, 3000), (300, 7)] {
        for (block_rows, block_cols) in [(128, 128), (1, 32), (1, 64), (2, 3), (64, 4000), (1, 4000)] {
            let scheme = Scheme::FP8_BLOCK.blocks(Blocks::new(block_rows, block_cols));
            let in_a_row = cols.div_ceil(block_cols);
            let blocks = rows.div_ceil(block_rows) * in_a_row;
            let scales: Vec<u8> = (1..=blocks).flat_map(|nth| (nth as f32).to_le_bytes()).collect();
            let elements = vec![ONE; rows * cols];
            let back: Vec<f32> = dequantize(scheme, (&elements, &scales), (rows, cols), 1.0);
            for (at, x) in back.into_iter().enumerate() {
                let block = at / cols / block_rows * in_a_row + at % cols / block_cols;
                assert_eq!(
                    x,
                    (block + 1) as f32,
                    "{rows}x{cols} in {block_rows}x{block_cols}, number {at}"
                );
            }
        }
    }
}
