//! Transposes groups of columns of fp4 into rows of bf16. fp4 is converted by the library. A scale is added to the exponent, which
//! takes less time than a product.

use std::ops::Range;

use ulp::{Bf16, Cast, Dtype, slice};

use super::transpose::{FP4, GROUP, GROUP_BYTES};
use crate::quantized::Weight;

/// The number of groups that are transposed at a time. Their elements in a row fill a line of the cache.
pub(super) const GROUPS_AT_ONCE: u64 = 4;

/// The number of rows that are transposed at a time. Their numbers stay in the nearest cache.
const ROWS_AT_ONCE: usize = 128;

/// Transposes groups of columns into rows of bf16. Returns false if a number may overflow: such numbers must be counted. `of_panel`
/// is the number of groups of the panel.
pub(super) fn columns_in_bf16(
    weight: &Weight,
    panel: &[u8],
    scales: &[u8],
    (groups, of_panel): (Range<u64>, u64),
    write: &mut Vec<u8>,
) -> bool {
    let [start, end, of_panel] = [groups.start, groups.end, of_panel].map(|groups| groups as usize);
    let mut all = scales.chunks_exact(of_panel).flat_map(|scales| &scales[start..end]);
    let formats = [weight.element, weight.scale];
    if formats != [Dtype::F4E2M1FnX2, Dtype::F8E8M0Fnu] || !all.all(|&scale| scale <= LARGEST_SCALE) {
        return false;
    }
    let rows = scales.len() / of_panel;
    let column = rows * size_of::<Bf16>();
    let of_group = column * GROUP as usize;
    write.resize((end - start) * of_group, 0);
    let mut lines = panel.as_chunks().0.chunks_exact(of_panel).zip(scales.chunks_exact(of_panel));
    let mut tile = Tile::new();
    for first in (0..rows).step_by(ROWS_AT_ONCE) {
        let count = ROWS_AT_ONCE.min(rows - first);
        for (place, (elements, scales)) in lines.by_ref().take(count).enumerate() {
            for (group, (elements, scale)) in elements[start..end].iter().zip(&scales[start..end]).enumerate() {
                (tile.lines[group][place], tile.scales[group][place]) = (*elements, *scale);
            }
        }
        for (group, write) in write.chunks_exact_mut(of_group).enumerate() {
            tile.decode(group);
            // A power of two is added to the exponent of a normal number.
            for (elements, column) in tile.elements.iter().zip(write.chunks_exact_mut(column)) {
                let numbers = column.as_chunks_mut::<2>().0[first..first + count].iter_mut();
                for ((number, &element), shift) in numbers.zip(elements).zip(&tile.shifts) {
                    let element = u16::from_le_bytes(element);
                    // A mask, because the loop isn't vectorized with a branch.
                    let is_nonzero = u16::from(element << 1 != 0).wrapping_neg();
                    *number = element.wrapping_add(*shift & is_nonzero).to_le_bytes();
                }
            }
            tile.replace_subnormals(group, count, &mut write[first * size_of::<Bf16>()..], column);
        }
    }
    true
}

/// Groups of columns of some rows, and one of the groups column by column.
struct Tile {
    /// The bytes of each group as they are stored, row by row, and the codes of their scales.
    lines: [[[u8; GROUP_BYTES as usize]; ROWS_AT_ONCE]; GROUPS_AT_ONCE as usize],
    scales: [[u8; ROWS_AT_ONCE]; GROUPS_AT_ONCE as usize],
    /// Two columns in a byte.
    bytes: [[u8; ROWS_AT_ONCE]; GROUP_BYTES as usize],
    codes: [[u8; ROWS_AT_ONCE]; GROUP as usize],
    /// The elements as bf16.
    elements: [[[u8; 2]; ROWS_AT_ONCE]; GROUP as usize],
    /// The exponents of the scales, at the place of the exponent of bf16.
    shifts: [u16; ROWS_AT_ONCE],
}

impl Tile {
    fn new() -> Tile {
        Tile {
            lines: [[[0; GROUP_BYTES as usize]; ROWS_AT_ONCE]; GROUPS_AT_ONCE as usize],
            scales: [[0; ROWS_AT_ONCE]; GROUPS_AT_ONCE as usize],
            bytes: [[0; ROWS_AT_ONCE]; GROUP_BYTES as usize],
            codes: [[0; ROWS_AT_ONCE]; GROUP as usize],
            elements: [[[0; 2]; ROWS_AT_ONCE]; GROUP as usize],
            shifts: [0; ROWS_AT_ONCE],
        }
    }

    /// Converts the lines of a group to `elements`, and its scales to `shifts`.
    fn decode(&mut self, group: usize) {
        for (nth, bytes) in self.bytes.iter_mut().enumerate() {
            for (byte, line) in bytes.iter_mut().zip(&self.lines[group]) {
                *byte = line[nth];
            }
        }
        for (bytes, [low, high]) in self.bytes.iter().zip(self.codes.as_chunks_mut().0) {
            for ((byte, low), high) in bytes.iter().zip(low).zip(high) {
                (*low, *high) = (byte & 15, byte >> 4);
            }
        }
        let (codes, elements) = (self.codes.as_flattened(), self.elements.as_flattened_mut().as_flattened_mut());
        slice::cast_bytes(Dtype::F4E2M1Fn, codes, Dtype::Bf16, elements, Cast::new()).expect("as many of both");
        for (shift, &scale) in self.shifts.iter_mut().zip(&self.scales[group]) {
            *shift = u16::from(scale).wrapping_sub(127) << 7;
        }
    }

    /// Writes the numbers of the rows in which a number may be subnormal. `write` begins at the first row, and a column takes
    /// `column` bytes.
    fn replace_subnormals(&self, group: usize, rows: usize, write: &mut [u8], column: usize) {
        for (row, &scale) in self.scales[group][..rows].iter().enumerate() {
            let Some(numbers) = SUBNORMALS.get(usize::from(scale)) else {
                continue;
            };
            for (nth, codes) in self.codes.iter().enumerate() {
                let start = nth * column + row * size_of::<Bf16>();
                write[start..start + size_of::<Bf16>()].copy_from_slice(&numbers[usize::from(codes[row])]);
            }
        }
    }
}

/// The largest code of a scale with which 6, the largest number of fp4, stays finite in bf16.
const LARGEST_SCALE: u8 = 252;

/// The numbers of fp4 times the scales of the first codes of E8M0, as bf16. Some are subnormal. bf16 has all of them, so the lower
/// half of their f32 is zero.
const SUBNORMALS: [[[u8; 2]; 16]; 2] = {
    let mut numbers = [[[0; 2]; 16]; 2];
    let mut code = 0;
    while code < 16 {
        let one = FP4[code] * f32::MIN_POSITIVE;
        numbers[0][code] = (((one / 2.0).to_bits() >> 16) as u16).to_le_bytes();
        numbers[1][code] = ((one.to_bits() >> 16) as u16).to_le_bytes();
        code += 1;
    }
    numbers
};
