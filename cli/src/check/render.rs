//! The counts as a table or as JSON.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::tally::Tally;
use super::{Format, Row, Rows};
use crate::convert::numbers::Numbers;
use crate::error::Error;
use crate::style::{BAD, TITLE};
use crate::table::{self, Cell, align};

/// A number of a tally, and its form in the table.
enum Figure {
    Count(u64),
    /// A count that should be 0.
    Lost(u64),
    Real(f64),
    Decibel(Option<f64>),
}

/// A column of the tables: its heading, its key in JSON, its number.
type Column = (&'static str, &'static str, fn(&Tally) -> Figure);

/// The columns that depend on the source alone.
const SOURCE: [Column; 3] = [
    ("amax", "amax", |tally| Figure::Real(tally.amax)),
    ("NaN", "nans", |tally| Figure::Lost(tally.nans)),
    ("inf", "infinities", |tally| Figure::Lost(tally.infinities)),
];

/// The columns that depend on the format.
const RESULT: [Column; 7] = [
    ("overflow", "overflowed", |tally| Figure::Lost(tally.overflowed)),
    ("to NaN", "became_nan", |tally| Figure::Lost(tally.became_nan)),
    ("to zero", "became_zero", |tally| Figure::Lost(tally.became_zero)),
    ("subnormal", "subnormal", |tally| Figure::Count(tally.subnormal)),
    ("max rel", "largest_relative_error", |tally| Figure::Real(tally.largest)),
    ("mean rel", "mean_relative_error", |tally| Figure::Real(tally.mean())),
    ("dB", "snr_db", |tally| Figure::Decibel(tally.snr())),
];

impl Figure {
    fn cell(&self) -> Cell {
        let text = match self {
            Figure::Count(count) | Figure::Lost(count) => count.to_string(),
            Figure::Real(real) => format!("{real:.2e}"),
            Figure::Decibel(Some(ratio)) => format!("{ratio:.1}"),
            Figure::Decibel(None) => "-".into(),
        };
        let mut cell = Cell::plain(text);
        if let Figure::Lost(1..) = self {
            cell.style = BAD;
        }
        cell
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Figure::Count(count) | Figure::Lost(count) => count.serialize(serializer),
            Figure::Real(real) => real.serialize(serializer),
            Figure::Decibel(ratio) => ratio.serialize(serializer),
        }
    }
}

fn title(text: &str) -> Cell {
    Cell {
        text: text.into(),
        style: TITLE,
    }
}

fn cells<'a>(columns: &'a [Column], tally: &'a Tally) -> impl Iterator<Item = Cell> + 'a {
    columns.iter().map(|(_, _, of)| of(tally).cell())
}

/// Writes the keys and numbers of columns.
fn entries<M: SerializeMap>(map: &mut M, columns: &[Column], tally: &Tally) -> Result<(), M::Error> {
    for (_, key, of) in columns {
        map.serialize_entry(key, &of(tally))?;
    }
    Ok(())
}

/// Writes a table with a row for each tensor.
pub(super) fn tensors(rows: &Rows, out: &mut dyn Write) -> io::Result<()> {
    let columns: Vec<Column> = SOURCE.into_iter().chain(RESULT).collect();
    let headings = || {
        let columns = columns.iter().map(|(heading, ..)| title(heading));
        let names = [title("tensor"), title("shape")].into_iter();
        names.chain(columns).collect::<Vec<Cell>>()
    };
    table::write(out, || {
        let rows = rows.iter().map(|Row { numbers, tally }| {
            let shape = format!("{:?}", numbers.result_shape());
            let names = [Cell::plain(numbers.name()), Cell::plain(shape)].into_iter();
            names.chain(cells(&columns, &tally)).collect()
        });
        std::iter::once(headings()).chain(rows)
    })
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.numbers.name())?;
        map.serialize_entry("shape", &self.numbers.result_shape())?;
        entries(&mut map, &SOURCE, &self.tally)?;
        entries(&mut map, &RESULT, &self.tally)?;
        map.end()
    }
}

/// Writes a line of the figures that all formats share, and a table with a row for each format.
pub(super) fn formats(numbers: &[Numbers], formats: &[Format], out: &mut dyn Write) -> io::Result<()> {
    let first = formats.first();
    let total = first.map_or_else(Tally::default, |format| format.total);
    let (tensors, elements) = (numbers.len(), elements(numbers));
    let source = SOURCE.iter().map(|(heading, _, of)| {
        let number = of(&total).cell().text;
        format!(", {heading}: {number}")
    });
    let source: String = source.collect();
    let line = format!("tensors: {tensors}, elements: {elements}{source}");
    let headings = RESULT.iter().map(|(heading, ..)| title(heading));
    let headings = [title("format"), title("bytes")]
        .into_iter()
        .chain(headings)
        .chain([title("worst tensor")]);
    let mut table = vec![headings.collect()];
    for format in formats {
        let names = [format.to.to_string(), format.bytes(numbers).to_string()];
        let names = names.map(Cell::plain);
        let worst = Cell::plain(format.worst(numbers).unwrap_or("-"));
        let cells = names.into_iter().chain(cells(&RESULT, &format.total));
        table.push(cells.chain([worst]).collect());
    }
    write!(out, "{line}\n\n{}", align(&table))
}

/// Writes an array with an object for each format and its tensors. The tensors of one format are in memory at once.
pub(super) fn formats_json(numbers: &[Numbers], formats: Vec<Format>, out: &mut dyn Write) -> Result<(), Error> {
    let written = |error: serde_json::Error| Error::Stdout(error.into());
    let mut serializer = serde_json::Serializer::pretty(&mut *out);
    let mut array = serializer.serialize_seq(Some(formats.len())).map_err(written)?;
    for mut format in formats {
        let rows = Rows::new(numbers, format.tallies.take())?;
        let object = FormatRows { format, rows };
        array.serialize_element(&object).map_err(written)?;
    }
    SerializeSeq::end(array).map_err(written)?;
    writeln!(out).map_err(Error::Stdout)
}

/// A format and the rows of its tensors.
struct FormatRows<'f> {
    format: Format,
    rows: Rows<'f>,
}

impl Serialize for FormatRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let FormatRows { format, rows } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", format.to.name())?;
        map.serialize_entry("bytes", &format.bytes(rows.numbers))?;
        map.serialize_entry("elements", &elements(rows.numbers))?;
        entries(&mut map, &SOURCE, &format.total)?;
        entries(&mut map, &RESULT, &format.total)?;
        map.serialize_entry("worst", &format.worst(rows.numbers))?;
        map.serialize_entry("tensors", rows)?;
        map.end()
    }
}

fn elements(numbers: &[Numbers]) -> u64 {
    numbers.iter().map(Numbers::elements).sum()
}

impl Format {
    /// Returns the bytes that the tensors would take.
    fn bytes(&self, numbers: &[Numbers]) -> u64 {
        let bits = numbers.iter().map(|numbers| numbers.elements() * u64::from(self.to.bits()));
        bits.map(|bits| bits.div_ceil(8)).sum()
    }

    /// Returns the name of the tensor with the largest loss, if any tensor has a loss.
    fn worst<'n>(&self, numbers: &'n [Numbers]) -> Option<&'n str> {
        let (place, tally) = self.worst?;
        let exact = tally.lost() == 0 && tally.largest == 0.0;
        (!exact).then(|| numbers[place].name())
    }
}
