//! [`Blocks`]: how many rows and columns share a scale.

use core::fmt;
use core::ops::Range;

/// The number of rows and columns of a row-major matrix that share a scale. The last blocks of a row or column may be smaller.
///
/// ```
/// use ulp::block::Blocks;
///
/// // Three rows of 100 columns have three rows of four scales. The last scale of each row serves four elements.
/// assert_eq!(Blocks::MX.grid(3, 100), (3, 4));
/// assert_eq!(Blocks::TILE.grid(300, 256), (3, 2));
/// assert_eq!(Blocks::TENSOR.grid(300, 256), (1, 1));
/// assert_eq!(Blocks::ROW.grid(300, 256), (300, 1));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Blocks {
    rows: usize,
    cols: usize,
}

impl Blocks {
    /// 32 neighbours in a row, as in OCP Microscaling Formats 1.0.
    pub const MX: Self = Self::new(1, 32);
    /// 16 neighbours in a row, as in NVIDIA's NVFP4.
    pub const NV: Self = Self::new(1, 16);
    /// Tiles of 128 rows and 128 columns, as in `DeepSeek` V3.
    pub const TILE: Self = Self::new(128, 128);
    /// One scale for each row.
    pub const ROW: Self = Self::new(1, usize::MAX);
    /// One scale for the whole matrix.
    pub const TENSOR: Self = Self::new(usize::MAX, usize::MAX);

    /// Returns blocks of `rows` rows and `cols` columns. [`usize::MAX`] stands for all rows or columns of the matrix.
    ///
    /// # Panics
    /// If a number is 0.
    #[must_use]
    pub const fn new(rows: usize, cols: usize) -> Self {
        assert!(rows > 0 && cols > 0, "a block has at least one row and one column");
        Self { rows, cols }
    }

    /// Returns the number of rows of a block, or [`usize::MAX`] for all rows of a matrix.
    pub const fn rows(self) -> usize {
        self.rows
    }

    /// Returns the number of columns of a block, or [`usize::MAX`] for all columns of a matrix.
    pub const fn cols(self) -> usize {
        self.cols
    }

    /// Returns the number of rows and columns of scales of a matrix. Both numbers are rounded up.
    pub const fn grid(self, rows: usize, cols: usize) -> (usize, usize) {
        (rows.div_ceil(self.rows), cols.div_ceil(self.cols))
    }
}

/// Prints a text such as `1x32`. `all` stands for [`usize::MAX`].
impl fmt::Display for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, end) in [(self.rows, "x"), (self.cols, "")] {
            match count {
                usize::MAX => write!(f, "all{end}")?,
                count => write!(f, "{count}{end}")?,
            }
        }
        Ok(())
    }
}

impl Blocks {
    /// Parses the text that `Display` prints.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (rows, cols) = text.split_once(['x', 'X'])?;
        let count = |text: &str| {
            if text.eq_ignore_ascii_case("all") {
                Some(usize::MAX)
            } else {
                text.parse().ok().filter(|&count| count > 0)
            }
        };
        Some(Self::new(count(rows)?, count(cols)?))
    }
}

/// One block of a matrix.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The index of its scale among all scales.
    pub(super) index: usize,
    pub(super) rows: Range<usize>,
    pub(super) cols: Range<usize>,
}

impl Block {
    /// Returns the ranges of the rows of the block in a matrix of `cols` columns, one row after another.
    pub(super) fn segments(&self, cols: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let Self {
            cols: Range { start, end },
            ..
        } = self.clone();
        self.rows.clone().map(move |row| row * cols + start..row * cols + end)
    }
}

impl Blocks {
    /// Returns the blocks of a matrix, in the order of their scales.
    pub(super) fn each(self, rows: usize, cols: usize) -> impl Iterator<Item = Block> {
        let (grid_rows, grid_cols) = self.grid(rows, cols);
        (0..grid_rows * grid_cols).map(move |index| self.at(index, rows, cols))
    }

    /// Returns the block whose scale has this index.
    pub(super) fn at(self, index: usize, rows: usize, cols: usize) -> Block {
        let (_, grid_cols) = self.grid(rows, cols);
        let part = |nth: usize, size: usize, all: usize| {
            let start = nth * size;
            start..start + size.min(all - start)
        };
        Block {
            index,
            rows: part(index / grid_cols, self.rows, rows),
            cols: part(index % grid_cols, self.cols, cols),
        }
    }
}
