//! Reads experts that are stored transposed, with their last two dimensions exchanged, as in gpt-oss. One panel of a matrix is in
//! memory at a time. A panel has all rows, and several groups of columns.

use std::ops::Range;

use ulp::Dtype;

use super::dequantize::{self, TensorScales, floats};
use super::execute::Buffers;
use super::panels::Panel;
use super::tile::{GROUPS_AT_ONCE, columns_in_bf16};
use crate::checkpoint::{Reader, Shard, Tensor};
use crate::error::Error;
use crate::quantized::Weight;

/// The number of columns that share a scale, and the number of bytes of their elements.
pub(super) const GROUP: u64 = 32;
pub(super) const GROUP_BYTES: u64 = 16;

/// The largest number of bytes of elements in a panel, if a group of all rows isn't larger.
const PANEL_BYTES: u64 = 1 << 24;

/// The number of bytes of whole rows up to which they are read at once.
const FEW_BYTES: u64 = 1 << 17;

/// The panels of a weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransposedPanels {
    rows: u64,
    /// The number of groups of columns in a row, and in a panel. The second divides the first.
    groups: u64,
    of_panel: u64,
}

impl TransposedPanels {
    pub(super) fn of(weight: &Weight) -> TransposedPanels {
        let [rows, cols] = *weight.shape().last_chunk().expect("a matrix has two dimensions");
        let groups = cols / GROUP;
        let fits = |&of_panel: &u64| groups.is_multiple_of(of_panel) && rows * of_panel * GROUP_BYTES <= PANEL_BYTES;
        let of_panel = (1..=groups).rev().find(fits).unwrap_or(1);
        TransposedPanels { rows, groups, of_panel }
    }

    /// Returns the number of elements of a panel. They follow one another in the result.
    pub(super) fn elements(self) -> u64 {
        self.rows * self.of_panel * GROUP
    }

    /// Returns the number of elements of a group of columns.
    pub(super) fn group(self) -> u64 {
        self.rows * GROUP
    }
}

/// The form in which `take` gets a group of columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Numbers in `buffers.wide`.
    Wide,
    /// bf16 in `buffers.write`, none of which overflowed.
    Written,
}

/// Reads the panel whose first element is `first` in the result. Passes the numbers of each group of columns to `take`, with the
/// place of the group's first number. They are passed as bf16 if `to` is bf16 and none overflows.
pub(super) fn each_group<'s>(
    weight: &Weight<'s>,
    tensor_scales: &TensorScales,
    first: u64,
    to: Option<Dtype>,
    buffers: &mut Buffers<'s>,
    mut take: impl FnMut(u64, Form, &mut Buffers<'s>) -> Result<(), Error>,
) -> Result<(), Error> {
    let panels = TransposedPanels::of(weight);
    let TransposedPanels { rows, groups, of_panel } = panels;
    let expert = first / dequantize::matrix_of(weight);
    let column = first / panels.group() % groups;
    let at = TransposedPanel {
        expert,
        rows,
        groups,
        first_row: 0,
        count_rows: rows,
        first: column,
        count: of_panel,
    };
    at.load(weight, tensor_scales, buffers)?;
    let panel = std::mem::take(&mut buffers.panel);
    let bytes = std::mem::take(&mut buffers.scale_bytes);
    let scales = std::mem::take(&mut buffers.panel_scales);
    // The groups before this one are written as bf16.
    let mut written = 0;
    let is_direct = to == Some(Dtype::Bf16) && tensor_scales.tensor_scales.is_empty();
    for group in 0..of_panel {
        let place = first + group * panels.group();
        if is_direct && group.is_multiple_of(GROUPS_AT_ONCE) {
            let end = of_panel.min(group + GROUPS_AT_ONCE);
            written = if columns_in_bf16(weight, &panel, &bytes, (group..end, of_panel), &mut buffers.write) {
                take(place, Form::Written, buffers)?;
                end
            } else {
                group
            };
        }
        if group < written {
            continue;
        }
        buffers.wide.resize(panels.group() as usize * size_of::<f32>(), 0);
        let lines = group_of(&panel, &scales, (group, of_panel));
        transposed(lines, rows as usize, 0..GROUP as usize, &mut buffers.wide);
        take(place, Form::Wide, buffers)?;
    }
    buffers.panel = panel;
    buffers.scale_bytes = bytes;
    buffers.panel_scales = scales;
    Ok(())
}

/// Fills `buffers.wide` with the numbers of a panel of the result, row by row.
pub(super) fn read_panel<'s>(
    weight: &Weight<'s>,
    tensor_scales: &TensorScales,
    panel: Panel,
    buffers: &mut Buffers<'s>,
) -> Result<(), Error> {
    let TransposedPanels { rows, groups, .. } = TransposedPanels::of(weight);
    let Panel {
        matrix: expert,
        row: first,
        height,
        ..
    } = panel;
    let end = first + height;
    // A column that is stored is a row of the result.
    let at = TransposedPanel {
        expert,
        rows,
        groups,
        first_row: panel.col,
        count_rows: panel.width,
        first: first / GROUP,
        count: end.div_ceil(GROUP) - first / GROUP,
    };
    at.load(weight, tensor_scales, buffers)?;
    let Buffers {
        panel: elements,
        panel_scales,
        wide,
        ..
    } = buffers;
    let width = panel.width as usize;
    wide.resize(height as usize * width * size_of::<f32>(), 0);
    let mut left = &mut wide[..];
    for group in 0..at.count {
        let start = (at.first + group) * GROUP;
        let keep = [first, end].map(|row| (row.clamp(start, start + GROUP) - start) as usize);
        let (these, rest) = left.split_at_mut((keep[1] - keep[0]) * width * size_of::<f32>());
        transposed(
            group_of(elements, panel_scales, (group, at.count)),
            width,
            keep[0]..keep[1],
            these,
        );
        left = rest;
    }
    Ok(())
}

/// Returns the elements and the scale of each row of a group of columns. `count` is the number of groups of the panel.
fn group_of<'b>(
    panel: &'b [u8],
    scales: &'b [f32],
    (group, count): (u64, u64),
) -> impl Iterator<Item = (&'b [u8; GROUP_BYTES as usize], &'b f32)> {
    let step = count as usize;
    let elements = panel.as_chunks().0.iter().skip(group as usize).step_by(step);
    elements.zip(scales.iter().skip(group as usize).step_by(step))
}

/// The number of rows of `f32` that fill a line of the cache.
const FEW_ROWS: usize = 16;

/// Several groups of columns of several rows of an expert.
struct TransposedPanel {
    expert: u64,
    /// The number of rows, and of groups in a row, of the expert.
    rows: u64,
    groups: u64,
    /// The rows of the panel.
    first_row: u64,
    count_rows: u64,
    /// The groups of the panel.
    first: u64,
    count: u64,
}

impl TransposedPanel {
    /// Fills `buffers.panel` with the elements, `buffers.scale_bytes` with their scales, and `buffers.panel_scales` with the
    /// scales as numbers.
    fn load<'s>(&self, weight: &Weight<'s>, tensor_scales: &TensorScales, buffers: &mut Buffers<'s>) -> Result<(), Error> {
        let Buffers {
            reader,
            scale_reader,
            panel,
            scale_bytes,
            panel_scales,
            ..
        } = buffers;
        self.read(reader, weight.elements, GROUP_BYTES, panel)?;
        self.read(scale_reader, weight.scales, 1, scale_bytes)?;
        floats(weight.scale, scale_bytes, panel_scales);
        if !tensor_scales.tensor_scales.is_empty() {
            for scale in panel_scales {
                *scale = tensor_scales.combine(weight, *scale, self.expert);
            }
        }
        Ok(())
    }

    /// Fills `bytes` with `group_bytes` bytes of each group.
    fn read<'s>(
        &self,
        reader: &mut Reader<'s>,
        (shard, tensor): (&'s Shard, Tensor<'s>),
        group_bytes: u64,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let row = self.count * group_bytes;
        bytes.resize((self.count_rows * row) as usize, 0);
        let first = self.expert * self.rows + self.first_row;
        let whole_row = self.groups * group_bytes;
        let place = |nth: u64| (first + nth) * whole_row + self.first * group_bytes;
        if self.count == self.groups {
            return reader.read(shard, tensor, place(0), bytes);
        }
        if self.count_rows * whole_row <= FEW_BYTES {
            // One call that reads more takes less time than many calls.
            bytes.resize((self.count_rows * whole_row) as usize, 0);
            reader.read(shard, tensor, first * whole_row, bytes)?;
            for nth in 0..self.count_rows {
                let start = (nth * whole_row + self.first * group_bytes) as usize;
                bytes.copy_within(start..start + row as usize, (nth * row) as usize);
            }
            bytes.truncate((self.count_rows * row) as usize);
            return Ok(());
        }
        for (nth, bytes) in bytes.chunks_exact_mut(row as usize).enumerate() {
            reader.read(shard, tensor, place(nth as u64), bytes)?;
        }
        Ok(())
    }
}

/// The numbers of fp4, by their codes.
pub(super) const FP4: [f32; 16] = [
    0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0,
];

/// Transposes some columns of a group, from the elements and the scale of each row. `wide` gets `rows` numbers for each column.
fn transposed<'a>(
    groups: impl Iterator<Item = (&'a [u8; GROUP_BYTES as usize], &'a f32)>,
    rows: usize,
    columns: Range<usize>,
    wide: &mut [u8],
) {
    let wide = wide.as_chunks_mut::<4>().0;
    let mut tile = [[[0; 4]; FEW_ROWS]; GROUP as usize];
    for (row, (elements, scale)) in groups.enumerate() {
        let place = row % FEW_ROWS;
        for (nth, byte) in elements.iter().enumerate() {
            for (half, code) in [byte & 15, byte >> 4].into_iter().enumerate() {
                tile[2 * nth + half][place] = (scale * FP4[usize::from(code)]).to_le_bytes();
            }
        }
        if place + 1 == FEW_ROWS || row + 1 == rows {
            for (column, numbers) in tile[columns.clone()].iter().enumerate() {
                let end = column * rows + row + 1;
                wide[end - place - 1..end].copy_from_slice(&numbers[..=place]);
            }
        }
    }
}
