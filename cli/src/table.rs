//! Tables: names on the left, numbers to the right, as wide as they are.

use std::io;

use anstyle::Style;

use crate::error::one_line;
use crate::style::paint;

/// A text, and how it looks.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
}

impl Cell {
    /// Names come from files: a line break or a terminal's escape sequence in one stays text.
    pub(crate) fn plain(text: impl Into<String>) -> Cell {
        Cell {
            text: one_line(&text.into()),
            style: Style::new(),
        }
    }
}

/// A line a row. The cells of the first column begin one below the other, those of all others end so.
pub(crate) fn align(rows: &[Vec<Cell>]) -> String {
    let mut text = Vec::new();
    write(&mut text, || rows).expect("memory takes all");
    String::from_utf8_lossy(&text).into_owned()
}

/// The same for rows that are made anew to be measured and to be written, since all of them may be too many for memory.
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
