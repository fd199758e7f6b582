//! Scales in tiles of 128 × 4, the order of cuBLAS and the tensor cores.

use super::{BlockError, Scheme};

/// The rows of scales in a tile.
const ROWS: usize = 128;
const COLS: usize = 4;
/// The rows of a tile that stand in one column of memory. Four such groups lie side by side.
const GROUP: usize = 32;

impl Scheme {
    /// Returns the number of bytes of the scales of a matrix in tiles. Rows of scales are filled up to a multiple of 128, and
    /// columns to a multiple of 4.
    ///
    /// # Panics
    /// If the number exceeds `usize`, or a scale doesn't take a byte.
    #[must_use]
    pub const fn tiled_scale_bytes(self, rows: usize, cols: usize) -> usize {
        assert!(self.scale.bits() == 8, "scales in tiles take a byte each");
        let (rows, cols) = self.blocks.grid(rows, cols);
        let tiles = match rows.div_ceil(ROWS).checked_mul(cols.div_ceil(COLS)) {
            Some(tiles) => tiles.checked_mul(ROWS * COLS),
            None => None,
        };
        tiles.expect("the bytes of a matrix fit a usize")
    }

    /// Arranges the scales of a matrix in tiles, as cuBLAS takes them (`CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0`,
    /// `…_VEC16_UE4M3`). Code 0 fills the tiles up.
    ///
    /// A tile has 128 rows and 4 columns of scales in 512 bytes. The scale of row r and column c of a tile has the offset
    /// 16 (r mod 32) + 4 ⌊r / 32⌋ + c. Tiles follow one another row by row.
    ///
    /// ```
    /// use ulp::block::Scheme;
    ///
    /// // 2 rows of 128 elements have 4 scales each.
    /// let mut tiled = vec![0; Scheme::MXFP4.tiled_scale_bytes(2, 128)];
    /// Scheme::MXFP4.tile_scales(2, 128, &[1, 2, 3, 4, 5, 6, 7, 8], &mut tiled)?;
    /// assert_eq!(tiled.len(), 512);
    /// assert_eq!((&tiled[..5], &tiled[16..20]), (&[1, 2, 3, 4, 0][..], &[5, 6, 7, 8][..]));
    /// # Ok::<(), ulp::block::BlockError>(())
    /// ```
    ///
    /// # Errors
    /// If the length of a slice is not the one that [`scale_bytes`](Self::scale_bytes) or
    /// [`tiled_scale_bytes`](Self::tiled_scale_bytes) gives. Nothing is written then.
    ///
    /// # Panics
    /// If a scale doesn't take a byte.
    #[inline]
    pub fn tile_scales(self, rows: usize, cols: usize, scales: &[u8], tiled: &mut [u8]) -> Result<(), BlockError> {
        let (_, scale_cols) = self.check_tiles(rows, cols, scales.len(), tiled.len())?;
        tiled.fill(0);
        for (index, &code) in scales.iter().enumerate() {
            tiled[tiled_offset(index, scale_cols)] = code;
        }
        Ok(())
    }

    /// Arranges the scales of a matrix row by row, from tiles. This is the inverse of [`tile_scales`](Self::tile_scales).
    ///
    /// # Errors
    /// The errors are those of [`tile_scales`](Self::tile_scales).
    ///
    /// # Panics
    /// If a scale doesn't take a byte.
    #[inline]
    pub fn untile_scales(self, rows: usize, cols: usize, tiled: &[u8], scales: &mut [u8]) -> Result<(), BlockError> {
        let (_, scale_cols) = self.check_tiles(rows, cols, scales.len(), tiled.len())?;
        for (index, code) in scales.iter_mut().enumerate() {
            *code = tiled[tiled_offset(index, scale_cols)];
        }
        Ok(())
    }

    fn check_tiles(self, rows: usize, cols: usize, scales: usize, tiled: usize) -> Result<(usize, usize), BlockError> {
        let lengths = [
            (self.tiled_scale_bytes(rows, cols), tiled),
            (self.scale_bytes(rows, cols), scales),
        ];
        for (expected, found) in lengths {
            if expected != found {
                return Err(BlockError::ScaleLength { expected, found });
            }
        }
        Ok(self.blocks.grid(rows, cols))
    }
}

/// Returns the offset of a scale in tiles.
fn tiled_offset(index: usize, scale_cols: usize) -> usize {
    let (row, col) = (index / scale_cols, index % scale_cols);
    let tile = row / ROWS * scale_cols.div_ceil(COLS) + col / COLS;
    let (row, col) = (row % ROWS, col % COLS);
    tile * ROWS * COLS + row % GROUP * (ROWS / GROUP * COLS) + row / GROUP * COLS + col
}
