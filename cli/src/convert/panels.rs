//! Cuts matrices into panels of whole blocks. The elements of a block share a scale.

use ulp::block::Blocks;

use super::transpose::GROUP;

/// The number of elements of a panel, unless a block is larger. Few calls read a panel of this size, and the panel stays in the
/// cache of a core.
const PANEL_ELEMENTS: u64 = 1 << 18;

/// The number of columns of a square panel, unless a block is wider.
const SIDE: u64 = 1 << 9;

/// The panels of several matrices of equal size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Panels {
    rows: u64,
    cols: u64,
    matrices: u64,
    height: u64,
    width: u64,
}

/// A panel: some rows and columns of a matrix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Panel {
    /// The number of the matrix, and the panel's first row and column in it.
    pub(crate) matrix: u64,
    pub(crate) row: u64,
    pub(crate) col: u64,
    pub(crate) height: u64,
    pub(crate) width: u64,
}

impl Panels {
    /// Returns the panels of a shape. The shape has at least two dimensions, unless the tensor has one scale.
    pub(crate) fn new(shape: &[u64], blocks: Blocks) -> Panels {
        let elements: u64 = shape.iter().product();
        if blocks == Blocks::TENSOR {
            return Panels {
                rows: 1,
                cols: elements,
                matrices: 1,
                height: 1,
                width: PANEL_ELEMENTS,
            };
        }
        let cols = shape.last().copied().unwrap_or(1);
        let mut rows = shape.iter().rev().nth(1).copied().unwrap_or(1);
        let mut matrices = elements / (rows * cols).max(1);
        if blocks.rows() == 1 {
            // A panel may cross the end of a matrix here.
            (rows, matrices) = (rows * matrices, 1);
        }
        let [block_rows, block_cols] = [
            (blocks.rows() as u64).min(rows.max(1)),
            (blocks.cols() as u64).min(cols.max(1)),
        ];
        let fit = PANEL_ELEMENTS / block_rows / block_cols;
        let width = cols.min(block_cols * fit.max(1)).max(1);
        let height = if width == cols {
            block_rows * (PANEL_ELEMENTS / block_rows / width).max(1)
        } else {
            block_rows
        };
        Panels {
            rows,
            cols,
            matrices,
            height,
            width,
        }
    }

    /// Returns the panels of a shape of at least two dimensions, whose numbers are stored column by column. A panel has about as
    /// many rows as columns, so what is read and what is written lie in pieces of some length.
    pub(crate) fn square(shape: &[u64], blocks: Blocks) -> Panels {
        let (&[rows, cols], above) = shape.split_last_chunk().map(|(rest, last)| (last, rest)).expect("a matrix");
        // If the tensor has one scale, a panel may end anywhere.
        let blocks = if blocks == Blocks::TENSOR { Blocks::new(1, 1) } else { blocks };
        let [block_rows, block_cols] = [
            (blocks.rows() as u64).min(rows.max(1)),
            (blocks.cols() as u64).min(cols.max(1)),
        ];
        let fit = PANEL_ELEMENTS / block_rows / block_cols;
        let width = block_cols * (SIDE / block_cols).min(fit).max(1);
        let mut fit = (PANEL_ELEMENTS / block_rows / width).max(1);
        if block_rows == 1 && fit > GROUP {
            fit -= fit % GROUP;
        }
        Panels {
            rows,
            cols,
            matrices: above.iter().product(),
            height: block_rows * fit,
            width: width.min(cols.max(1)),
        }
    }

    pub(crate) fn count(self) -> u64 {
        self.matrices * self.rows.div_ceil(self.height) * self.cols.div_ceil(self.width)
    }

    pub(crate) fn at(self, number: u64) -> Panel {
        let across = self.cols.div_ceil(self.width);
        let down = self.rows.div_ceil(self.height);
        let (col, row) = (number % across * self.width, number / across % down * self.height);
        Panel {
            matrix: number / across / down,
            row,
            col,
            height: self.height.min(self.rows - row),
            width: self.width.min(self.cols - col),
        }
    }

    /// Returns the runs of consecutive elements of a panel: the beginning and the length of each.
    pub(crate) fn runs(self, panel: Panel) -> impl Iterator<Item = (u64, u64)> {
        let first = (panel.matrix * self.rows + panel.row) * self.cols + panel.col;
        let (count, length) = if panel.width == self.cols {
            (1, panel.height * panel.width)
        } else {
            (panel.height, panel.width)
        };
        (0..count).map(move |run| (first + run * self.cols, length))
    }

    /// Returns the runs of consecutive scales of a panel. A block has one scale.
    pub(crate) fn runs_of_scales(self, panel: Panel, blocks: Blocks) -> impl Iterator<Item = (u64, u64)> {
        let grid = |rows, cols| {
            let (rows, cols) = blocks.grid(rows as usize, cols as usize);
            (rows as u64, cols as u64)
        };
        let (rows, cols) = grid(self.rows, self.cols);
        let (height, width) = grid(panel.height, panel.width);
        // A panel begins with a block.
        let (row, col) = grid(panel.row, panel.col);
        let first = (panel.matrix * rows + row) * cols + col;
        let (count, length) = if width == cols { (1, height * width) } else { (height, width) };
        (0..count).map(move |run| (first + run * cols, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every element and every scale is in one panel, and blocks are whole.
    #[test]
    fn every_element_is_in_exactly_one_panel() {
        let shapes: [&[u64]; 8] = [
            &[5, 64],
            &[300, 1_000_000],
            &[3, 130, 200],
            &[2, 257, 4100],
            &[1, 3],
            &[700, 1],
            &[1_000_000, 2],
            &[4, 2, 96],
        ];
        let of = [(1, 32), (1, 16), (128, 128), (7, 300), (1, usize::MAX), (1, 1), (2048, 2048)];
        for shape in shapes {
            for (r, c) in of {
                let blocks = Blocks::new(r, c);
                let elements: u64 = shape.iter().product();
                for panels in [Panels::new(shape, blocks), Panels::square(shape, blocks)] {
                    if panels.count() > 100_000 {
                        continue;
                    }
                    let (mut runs, mut scales) = (Vec::new(), Vec::new());
                    for number in 0..panels.count() {
                        let panel = panels.at(number);
                        assert!(panel.row.is_multiple_of(blocks.rows() as u64));
                        assert!(panel.col.is_multiple_of(blocks.cols() as u64));
                        let own: Vec<_> = panels.runs(panel).collect();
                        let total: u64 = own.iter().map(|(_, length)| length).sum();
                        assert_eq!(total, panel.height * panel.width);
                        runs.extend(own);
                        scales.extend(panels.runs_of_scales(panel, blocks));
                    }
                    let (grid_rows, grid_cols) = blocks.grid(panels.rows as usize, panels.cols as usize);
                    let all_scales = panels.matrices * (grid_rows * grid_cols) as u64;
                    for (mut runs, all) in [(runs, elements), (scales, all_scales)] {
                        runs.sort_unstable();
                        let mut at = 0;
                        for (first, length) in runs {
                            assert_eq!(first, at, "{shape:?} {blocks:?}");
                            at += length;
                        }
                        assert_eq!(at, all, "{shape:?} {blocks:?}");
                    }
                }
            }
        }
    }
}
