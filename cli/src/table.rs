//! Tables, and reports as JSON. Names are aligned to the left, and numbers to the right.

use std::io;

use anstyle::Style;
use serde::Serialize;

use crate::line::one_line;
use crate::style::paint;

/// A text and its style.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
}

impl Cell {
    /// Returns a cell without style. Names come from files, so a line break or a terminal's escape sequence in a name stays text.
    pub(crate) fn plain(text: impl AsRef<str>) -> Cell {
        Cell {
            text: one_line(text.as_ref()),
            style: Style::new(),
        }
    }
}

/// Returns a line for each row. The first column is aligned to the left, and all others to the right.
pub(crate) fn align(rows: &[Vec<Cell>]) -> String {
    let mut text = Vec::new();
    write(&mut text, || rows).expect("memory takes all");
    String::from_utf8_lossy(&text).into_owned()
}

/// Writes a report as JSON, piece by piece, because all of it at once may take much memory.
pub(crate) fn write_json(out: &mut dyn io::Write, report: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

/// Writes a line for each row. The rows are made twice, once to be measured and once to be written, because all of them may be
/// too many for memory.
pub(crate) fn write<R, I>(out: &mut dyn io::Write, rows: R) -> io::Result<()>
where
    R: Fn() -> I,
    I: IntoIterator<Item: AsRef<[Cell]>>,
{
    let width = |cell: &Cell| cell.text.chars().count();
    let mut widths = Vec::new();
    for row in rows() {
        let row = row.as_ref();
        widths.resize(widths.len().max(row.len()), 0);
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    for row in rows() {
        for (column, cell) in row.as_ref().iter().enumerate() {
            // Padding has no style.
            let space = " ".repeat(widths[column] - width(cell));
            let text = paint(cell.style, &cell.text);
            match column {
                0 => write!(out, "{text}{space}")?,
                _ => write!(out, "  {space}{text}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
