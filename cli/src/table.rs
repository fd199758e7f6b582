//! Tables: names on the left, numbers to the right, as wide as they are.

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
    let width = |cell: &Cell| cell.text.chars().count();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column| {
        let cells = rows.iter().filter_map(|row: &Vec<Cell>| row.get(column));
        cells.map(width).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut table = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            // Padding has no style.
            let space = " ".repeat(widths[column] - width(cell));
            let text = paint(cell.style, &cell.text);
            let parts = match column {
                0 => ["", &text, &space],
                _ => ["  ", &space, &text],
            };
            table.extend(parts);
        }
        table.push('\n');
    }
    table
}
