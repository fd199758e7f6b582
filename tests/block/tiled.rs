//! Scales in tiles, as the documentation of cuBLAS describes them.

use ulp::block::{BlockError, Scheme};

/// The matrix has 130 rows of 5 scales. Their codes tell the row and the column.
#[test]
fn tiles_are_walked_as_cublas_walks_them() {
    let (rows, cols) = (130, 5 * 32);
    let code = |row: usize, col: usize| (row * 5 + col) as u8;
    let scales: Vec<u8> = (0..rows * 5).map(|index| code(index / 5, index % 5)).collect();
    let mut tiled = vec![0xa5; Scheme::MXFP8.tiled_scale_bytes(rows, cols)];
    // There are two tiles of rows and two of columns.
    assert_eq!(tiled.len(), 4 * 512);
    Scheme::MXFP8
        .tile_scales(rows, cols, &scales, &mut tiled)
        .expect("the lengths fit");

    // The order in memory is: tiles; 32 lines of 16 bytes; four rows, 32 apart; four columns.
    let mut bytes = tiled.iter();
    for tile_row in 0..2 {
        for tile_col in 0..2 {
            for line in 0..32 {
                for group in 0..4 {
                    for within in 0..4 {
                        let (row, col) = (tile_row * 128 + group * 32 + line, tile_col * 4 + within);
                        let expected = if row < rows && col < 5 { code(row, col) } else { 0 };
                        assert_eq!(bytes.next(), Some(&expected), "row {row}, column {col}");
                    }
                }
            }
        }
    }

    let mut back = vec![0; scales.len()];
    Scheme::MXFP8
        .untile_scales(rows, cols, &tiled, &mut back)
        .expect("the lengths fit");
    assert_eq!(back, scales);
}

#[test]
fn other_lengths_are_refused() {
    let (expected, found) = (512, 511);
    let result = Scheme::NVFP4.tile_scales(1, 64, &[1; 4], &mut [0; 511]);
    assert_eq!(result, Err(BlockError::ScaleLength { expected, found }));
    let (expected, found) = (4, 5);
    let result = Scheme::NVFP4.untile_scales(1, 64, &[0; 512], &mut [0; 5]);
    assert_eq!(result, Err(BlockError::ScaleLength { expected, found }));
}
