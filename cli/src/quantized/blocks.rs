//! Finds the elements that share a scale, from the shape of the scales.

use std::ops::Range;

/// A map from the elements of a tensor to their scales. Elements and scales are numbered row by row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Grid {
    /// The number of rows of a matrix. A tensor may have several matrices, one after another.
    pub(crate) rows: u64,
    pub(crate) cols: u64,
    /// The number of rows of a block.
    block_rows: u64,
    block_cols: u64,
    /// The number of rows of the scales of a matrix. The scales may outnumber the blocks.
    scale_rows: u64,
    scale_cols: u64,
}

/// Consecutive elements whose scales are consecutive too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    /// The number of elements, and the number of elements in a row.
    pub(crate) length: u64,
    pub(crate) cols: u64,
    /// How many elements of a row share a scale.
    pub(crate) block: u64,
    /// The index of the first scale, and the number of scales.
    pub(crate) scale: u64,
    pub(crate) scales: u64,
}

/// The blocks that are tried if the configuration names none that fit.
const USUAL_BLOCKS: [[u64; 2]; 4] = [[128, 128], [1, 32], [1, 16], [1, 128]];

impl Grid {
    /// Returns the one way in which scales of this shape can scale a tensor of this shape. `declared` is the size of the blocks
    /// in the scheme or the configuration. Scales may outnumber blocks only if `declared` names the blocks.
    pub(crate) fn fit(shape: &[u64], scales: &[u64], declared: Option<[u64; 2]>) -> Option<Grid> {
        if shape.contains(&0) {
            // An empty tensor has nothing to scale.
            return leading(&[0], &[]);
        }
        let squeezed = squeeze(scales);
        let leading = leading(shape, &squeezed);
        if leading.is_some() {
            return leading;
        }
        let (&[rows, cols], experts) = shape.split_last_chunk().map(|(rest, last)| (last, rest))?;
        let (&[scale_rows, scale_cols], grids) = squeezed.split_last_chunk().map(|(rest, last)| (last, rest))?;
        if experts != grids {
            return None;
        }
        let grid = |[block_rows, block_cols]: [u64; 2]| Grid {
            rows,
            cols,
            block_rows,
            block_cols,
            scale_rows,
            scale_cols,
        };
        let blocks = |[r, c]: [u64; 2]| [rows.div_ceil(r), cols.div_ceil(c)];
        let exact = |block: &[u64; 2]| blocks(*block) == [scale_rows, scale_cols];
        let padded = |block: &[u64; 2]| {
            let [r, c] = blocks(*block);
            r <= scale_rows && c <= scale_cols
        };
        declared
            .into_iter()
            .chain(USUAL_BLOCKS)
            .find(exact)
            .or(declared.filter(padded))
            .map(grid)
    }

    /// Returns the index of the scale of an element, and the number of elements of its row that share the scale, from this
    /// element on.
    pub(crate) fn run(&self, element: u64) -> (u64, u64) {
        let (row, column) = (element / self.cols, element % self.cols);
        let (matrix, row) = (row / self.rows, row % self.rows);
        let block = column / self.block_cols;
        let end = (block + 1).saturating_mul(self.block_cols).min(self.cols);
        let grid = matrix * self.scale_rows + row / self.block_rows;
        (grid * self.scale_cols + block, end - column)
    }

    /// Returns a stretch from the beginning of a range on, which ends within the range. Each block of the stretch has one row.
    /// The stretch begins with a block, or is a part of a block.
    pub(crate) fn stretch(&self, range: Range<u64>) -> Stretch {
        let Range { start, end } = range;
        let (scale, run) = self.run(start);
        let column = start % self.cols;
        if !column.is_multiple_of(self.block_cols) {
            let length = run.min(end - start);
            return Stretch {
                length,
                cols: length,
                block: length,
                scale,
                scales: 1,
            };
        }
        let of_row = self.cols.div_ceil(self.block_cols);
        let follow = self.block_rows == 1 && self.scale_cols == of_row && (self.rows == u64::MAX || self.scale_rows == self.rows);
        let rows = (end - start) / self.cols;
        if follow && column == 0 && rows > 0 {
            return Stretch {
                length: rows * self.cols,
                cols: self.cols,
                block: self.block_cols,
                scale,
                scales: rows * of_row,
            };
        }
        let length = (self.cols - column).min(end - start);
        Stretch {
            length,
            cols: length,
            block: self.block_cols,
            scale,
            scales: length.div_ceil(self.block_cols),
        }
    }

    /// Returns the consecutive scales that contain the scales of these elements.
    pub(crate) fn scales(&self, elements: Range<u64>) -> Range<u64> {
        if elements.is_empty() {
            return 0..0;
        }
        // Rows of blocks follow one another, and every block of a row may be needed.
        let at = |element: u64| self.run(element).0;
        let (first, last) = (elements.start, elements.end - 1);
        let whole_row = |element: u64| element / self.cols * self.cols;
        if whole_row(first) == whole_row(last) {
            return at(first)..at(last) + 1;
        }
        at(whole_row(first))..at(whole_row(last)) + self.scale_cols
    }

    /// Returns the number of rows and columns of a block.
    pub(crate) fn block(&self) -> [u64; 2] {
        [self.block_rows, self.block_cols]
    }
}

/// Removes the dimensions of length 1 between others. ModelOpt writes a grid as [rows, 1, columns, 1].
fn squeeze(scales: &[u64]) -> Vec<u64> {
    match *scales {
        [rows, 1, cols, 1] => vec![rows, cols],
        _ => scales.to_vec(),
    }
}

/// Returns the grid with one scale for all elements below the first dimensions: the scale of a tensor, of an expert, or of a row.
fn leading(shape: &[u64], scales: &[u64]) -> Option<Grid> {
    let ones = scales.iter().rev().take_while(|&&n| n == 1).count();
    let kept = &scales[..scales.len() - ones];
    let below = shape.strip_prefix(kept)?;
    // With one scale for each element, there would be no blocks.
    if below.is_empty() && !kept.is_empty() {
        return None;
    }
    let cols = below.iter().product::<u64>().max(1);
    Some(Grid {
        rows: u64::MAX,
        cols,
        block_rows: 1,
        block_cols: cols,
        scale_rows: 1,
        scale_cols: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of the scale of each element, from the shapes alone.
    fn numbers(shape: &[u64], scales: &[u64], declared: Option<[u64; 2]>) -> Option<Vec<u64>> {
        let grid = Grid::fit(shape, scales, declared)?;
        let elements = shape.iter().product();
        Some((0..elements).map(|element| grid.run(element).0).collect())
    }

    #[test]
    fn scales_of_tensors_experts_and_rows() {
        for scales in [&[][..], &[1], &[1, 1]] {
            assert_eq!(numbers(&[2, 3], scales, None), Some(vec![0; 6]), "{scales:?}");
        }
        for scales in [&[2][..], &[2, 1]] {
            let expected = Some(vec![0, 0, 0, 1, 1, 1]);
            assert_eq!(numbers(&[2, 3], scales, None), expected, "{scales:?}");
        }
        for scales in [&[2][..], &[2, 1], &[2, 1, 1]] {
            let expected = Some(vec![0, 0, 0, 0, 1, 1, 1, 1]);
            assert_eq!(numbers(&[2, 2, 2], scales, None), expected, "{scales:?}");
        }
        for scales in [&[2, 2][..], &[2, 2, 1]] {
            let expected = Some(vec![0, 0, 1, 1, 2, 2, 3, 3]);
            assert_eq!(numbers(&[2, 2, 2], scales, None), expected, "{scales:?}");
        }
    }

    /// Compares with the indices of a loop over matrices, rows and columns.
    #[test]
    fn scales_of_tiles() {
        for (experts, rows, cols, [r, c], pad) in [
            (1_u64, 5_u64, 7_u64, [2, 3], [0, 0]),
            (3, 4, 4, [2, 2], [0, 0]),
            (2, 130, 192, [128, 128], [0, 0]),
            (1, 3, 64, [1, 32], [0, 0]),
            (2, 3, 65, [1, 16], [5, 3]),
            (1, 1, 300, [128, 128], [1, 1]),
        ] {
            let (up, across) = (rows.div_ceil(r) + pad[0], cols.div_ceil(c) + pad[1]);
            let mut expected = Vec::new();
            for e in 0..experts {
                for row in 0..rows {
                    for col in 0..cols {
                        expected.push((e * up + row / r) * across + col / c);
                    }
                }
            }
            let shape = if experts == 1 {
                vec![rows, cols]
            } else {
                vec![experts, rows, cols]
            };
            let mut scales = shape.clone();
            let place = scales.len() - 2;
            scales[place..].copy_from_slice(&[up, across]);
            assert_eq!(numbers(&shape, &scales, Some([r, c])), Some(expected.clone()));
            let grid = Grid::fit(&shape, &scales, Some([r, c])).unwrap();
            // The stretches cover all elements, and each element has its own scale.
            for first in (0..expected.len()).step_by(7) {
                let end = (first * 3 + 5).min(expected.len());
                let mut at = first;
                while at < end {
                    let stretch = grid.stretch(at as u64..end as u64);
                    let of_row = stretch.cols.div_ceil(stretch.block);
                    let numbers = (0..stretch.length).map(|n| {
                        let (row, col) = (n / stretch.cols, n % stretch.cols);
                        stretch.scale + row * of_row + col / stretch.block
                    });
                    let length = stretch.length as usize;
                    assert!(numbers.eq(expected[at..at + length].iter().copied()), "{stretch:?}");
                    let scales = of_row * stretch.length / stretch.cols;
                    assert_eq!(stretch.scales, scales);
                    at += length;
                }
                assert_eq!(at.max(end), at);
            }
            for first in (0..expected.len()).step_by(13) {
                for length in [1, 2, 17, 200] {
                    let end = (first + length).min(expected.len());
                    let needed = grid.scales(first as u64..end as u64);
                    let all = &expected[first..end];
                    assert!(all.iter().all(|scale| needed.contains(scale)), "{needed:?}");
                }
                let (_, run) = grid.run(first as u64);
                let same = &expected[first..first + run as usize];
                assert!(same.iter().all(|scale| *scale == same[0]));
            }
        }
    }

    #[test]
    fn the_shape_of_scales_wins_over_the_configuration() {
        let of = |shape: &[u64], scales: &[u64], declared| Grid::fit(shape, scales, declared).map(|grid| grid.block());
        assert_eq!(of(&[256, 512], &[2, 4], None), Some([128, 128]));
        assert_eq!(of(&[256, 512], &[256, 16], None), Some([1, 32]));
        assert_eq!(of(&[256, 512], &[256, 32], Some([128, 128])), Some([1, 16]));
        assert_eq!(of(&[256, 512], &[256, 4], None), Some([1, 128]));
        assert_eq!(of(&[256, 512], &[2, 1, 4, 1], None), Some([128, 128]));
        assert_eq!(of(&[256, 512], &[4, 8], Some([64, 64])), Some([64, 64]));
        assert_eq!(of(&[256, 512], &[4, 8], Some([128, 128])), Some([128, 128]));
        // Finer blocks look like more scales than blocks, and nothing tells them apart.
        assert_eq!(of(&[256, 512], &[4, 8], None), None);
    }

    #[test]
    fn empty_tensors_have_empty_scales() {
        for (shape, scales) in [(&[64, 0][..], &[1, 0][..]), (&[0, 64], &[0, 1]), (&[0], &[])] {
            let none = numbers(shape, scales, Some([128, 128]));
            assert_eq!(none, Some(vec![]), "{shape:?} {scales:?}");
        }
    }

    #[test]
    fn shapes_without_a_block_size_are_errors() {
        for (shape, scales) in [
            (&[256, 512][..], &[4, 2][..]),
            (&[256, 512], &[3]),
            (&[256, 512], &[512]),
            (&[256, 512], &[1, 512]),
            (&[256, 512], &[2, 256, 16]),
            (&[3, 256, 512], &[2, 4]),
            (&[3, 256, 512], &[2, 2, 4]),
            (&[7], &[2]),
            (&[7], &[7]),
            (&[3, 5], &[3, 5]),
            (&[256, 512], &[1, 1, 1, 2]),
        ] {
            assert_eq!(Grid::fit(shape, scales, None), None, "{shape:?} {scales:?}");
        }
    }
}
