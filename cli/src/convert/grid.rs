//! Scales: the blocks of a tensor, and what is done with the number of each.

use std::ops::Range;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

/// What shares a scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scale {
    /// A whole tensor.
    Tensor,
    /// A block of so many rows and columns.
    Block(u64, u64),
}

impl FromStr for Scale {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Scale, Self::Err> {
        if text == "tensor" {
            return Ok(Scale::Tensor);
        }
        let sides = text
            .strip_prefix("block:")
            .and_then(|sides| sides.split_once('x'));
        let side = |text: &str| text.parse().ok().filter(|&side: &u64| side > 0);
        sides
            .and_then(|(rows, columns)| Some(Scale::Block(side(rows)?, side(columns)?)))
            .ok_or("neither tensor nor block:ROWSxCOLUMNS, such as block:128x128")
    }
}

/// How a tensor falls into blocks, which are numbered row by row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    columns: u64,
    block_rows: u64,
    block_columns: u64,
    /// Blocks side by side.
    across: u64,
}

impl Grid {
    /// `None` if a tensor of this shape doesn't fall into such blocks.
    pub(super) fn new(scale: Scale, shape: &[u64]) -> Option<Grid> {
        match (scale, shape) {
            (Scale::Tensor, _) => Some(Grid {
                columns: u64::MAX,
                block_rows: 1,
                block_columns: u64::MAX,
                across: 1,
            }),
            (Scale::Block(block_rows, block_columns), &[_, columns]) => Some(Grid {
                columns,
                block_rows,
                block_columns,
                across: columns.div_ceil(block_columns),
            }),
            _ => None,
        }
    }

    /// The shape of the scales.
    pub(super) fn shape(scale: Scale, shape: &[u64]) -> Option<Box<[u64]>> {
        match (scale, shape) {
            (Scale::Tensor, _) => Some([].into()),
            (Scale::Block(r, c), &[rows, columns]) => {
                Some([rows.div_ceil(r), columns.div_ceil(c)].into())
            }
            _ => None,
        }
    }

    /// The blocks that a range of elements passes through, with how many elements lie in each.
    fn runs(self, elements: Range<u64>) -> impl Iterator<Item = (usize, usize)> {
        let mut at = elements.start;
        std::iter::from_fn(move || {
            if at >= elements.end {
                return None;
            }
            let (row, column) = (at / self.columns, at % self.columns);
            let block = column / self.block_columns;
            let edge = (block + 1)
                .saturating_mul(self.block_columns)
                .min(self.columns);
            let run = (edge - column).min(elements.end - at);
            at += run;
            let number = row / self.block_rows * self.across + block;
            Some((number as usize, run as usize))
        })
    }

    /// Takes the largest finite magnitude of each block's elements into `largest`, as bits: those of numbers without sign are ordered
    /// as the numbers are.
    pub(super) fn take_largest(self, first: u64, elements: &[u8], largest: &[AtomicU32]) {
        let mut elements = elements.as_chunks().0;
        for (block, run) in self.runs(first..first + elements.len() as u64) {
            let (these, rest) = elements.split_at(run);
            elements = rest;
            let bits = these.iter().fold(0, |largest, &bytes| {
                let bits = u32::from_le_bytes(bytes) & (u32::MAX >> 1);
                let finite = if bits < f32::INFINITY.to_bits() {
                    bits
                } else {
                    0
                };
                largest.max(finite)
            });
            largest[block].fetch_max(bits, Ordering::Relaxed);
        }
    }

    /// Divides elements by their blocks' scales.
    pub(super) fn divide(self, first: u64, elements: &mut [u8], scales: &[f32]) {
        self.each(first, elements, scales, |x, scale| x / scale);
    }

    fn each(
        self,
        first: u64,
        elements: &mut [u8],
        scales: &[f32],
        operation: impl Fn(f32, f32) -> f32,
    ) {
        let mut elements = elements.as_chunks_mut().0;
        for (block, run) in self.runs(first..first + elements.len() as u64) {
            let (these, rest) = elements.split_at_mut(run);
            elements = rest;
            let scale = scales[block];
            for bytes in these {
                *bytes = operation(f32::from_le_bytes(*bytes), scale).to_le_bytes();
            }
        }
    }
}

/// The scale of a block whose largest magnitude has these bits. It's a normal number, since some devices take others for zero.
pub(super) fn scale_of(largest: u32, format: ulp::Dtype) -> f32 {
    if largest == 0 {
        return 1.0;
    }
    let layout = format.layout();
    let (bits, _) = ulp::Cast::new().convert(layout, ulp::Layout::BINARY32, layout.max_code());
    let most = f32::from_bits(bits as u32);
    (f32::from_bits(largest) / most).max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_by_name() {
        assert_eq!("tensor".parse(), Ok(Scale::Tensor));
        assert_eq!("block:128x64".parse(), Ok(Scale::Block(128, 64)));
        for text in [
            "",
            "row",
            "block",
            "block:",
            "block:128",
            "block:0x1",
            "block:1x0",
            "block:-1x1",
        ] {
            assert!(text.parse::<Scale>().is_err(), "{text}");
        }
    }

    /// Block by block, element by element, whatever the pieces.
    #[test]
    fn runs_are_the_blocks_of_their_elements() {
        for (rows, columns, r, c) in [(5, 7, 2, 3), (4, 4, 2, 2), (3, 1, 128, 128), (1, 9, 1, 4)] {
            let grid = Grid::new(Scale::Block(r, c), &[rows, columns]).unwrap();
            let across = columns.div_ceil(c);
            let block = |e: u64| (e / columns / r * across + e % columns / c) as usize;
            for start in 0..rows * columns {
                for end in start..=rows * columns {
                    let expected: Vec<_> = (start..end).map(block).collect();
                    let runs = grid.runs(start..end);
                    let blocks: Vec<_> = runs
                        .flat_map(|(block, n)| std::iter::repeat_n(block, n))
                        .collect();
                    assert_eq!(blocks, expected);
                }
            }
        }
        let whole = Grid::new(Scale::Tensor, &[]).unwrap();
        assert_eq!(whole.runs(7..100).collect::<Vec<_>>(), [(0, 93)]);
    }

    #[test]
    fn the_largest_is_finite() {
        let largest = [const { AtomicU32::new(0) }; 2];
        let grid = Grid::new(Scale::Block(1, 2), &[1, 4]).unwrap();
        let elements = [f32::NAN, -3.0, f32::NEG_INFINITY, 0.0].map(f32::to_le_bytes);
        grid.take_largest(0, elements.as_flattened(), &largest);
        let bits = |x: f32| x.to_bits();
        assert_eq!(largest.map(AtomicU32::into_inner), [3.0, 0.0].map(bits));
        for (largest, scale) in [(0.0, 1.0), (896.0, 2.0), (1e-44, f32::MIN_POSITIVE)] {
            let of = scale_of(bits(largest), ulp::Dtype::F8E4M3Fn);
            assert_eq!(bits(of), bits(scale), "{largest}");
        }
    }
}
