//! What was counted, as a table or as JSON.

use serde_json::{Map, Value, json};

use super::tally::Tally;
use super::{Format, Row};
use crate::style::{BAD, TITLE};
use crate::table::{Cell, align};

/// A number of a tally, and how it is shown.
enum Number {
    Count(u64),
    /// One that should be 0.
    Lost(u64),
    Real(f64),
    Decibel(Option<f64>),
}

/// A column of the tables: its heading, its key in JSON, its number.
type Column = (&'static str, &'static str, fn(&Tally) -> Number);

/// What depends on the source alone.
const SOURCE: [Column; 3] = [
    ("amax", "amax", |tally| Number::Real(tally.amax)),
    ("NaN", "nans", |tally| Number::Lost(tally.nans)),
    ("inf", "infinities", |tally| Number::Lost(tally.infinities)),
];

/// What the format does to it.
const RESULT: [Column; 7] = [
    ("overflow", "overflowed", |tally| {
        Number::Lost(tally.overflowed)
    }),
    ("to NaN", "became_nan", |tally| {
        Number::Lost(tally.became_nan)
    }),
    ("to zero", "became_zero", |tally| {
        Number::Lost(tally.became_zero)
    }),
    ("subnormal", "subnormal", |tally| {
        Number::Count(tally.subnormal)
    }),
    ("max rel", "largest_relative_error", |tally| {
        Number::Real(tally.largest)
    }),
    ("mean rel", "mean_relative_error", |tally| {
        Number::Real(tally.mean())
    }),
    ("dB", "snr_db", |tally| Number::Decibel(tally.snr())),
];

impl Number {
    fn cell(&self) -> Cell {
        let text = match self {
            Number::Count(count) | Number::Lost(count) => count.to_string(),
            Number::Real(real) => format!("{real:.2e}"),
            Number::Decibel(Some(ratio)) => format!("{ratio:.1}"),
            Number::Decibel(None) => "-".into(),
        };
        let mut cell = Cell::plain(text);
        if let Number::Lost(1..) = self {
            cell.style = BAD;
        }
        cell
    }

    fn json(&self) -> Value {
        match *self {
            Number::Count(count) | Number::Lost(count) => json!(count),
            Number::Real(real) => json!(real),
            Number::Decibel(ratio) => json!(ratio),
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

/// The keys and numbers of all columns.
fn object(columns: &[&[Column]], tally: &Tally) -> Map<String, Value> {
    let columns = columns.iter().copied().flatten();
    columns
        .map(|(_, key, of)| ((*key).into(), of(tally).json()))
        .collect()
}

/// A row a tensor.
pub(super) fn tensors(rows: &[Row]) -> String {
    let columns: Vec<Column> = SOURCE.into_iter().chain(RESULT).collect();
    let headings = columns.iter().map(|(heading, ..)| title(heading));
    let headings = [title("tensor"), title("shape")]
        .into_iter()
        .chain(headings);
    let mut table = vec![headings.collect()];
    for row in rows {
        let names = [row.name.clone(), format!("{:?}", row.shape)].map(Cell::plain);
        let row = names.into_iter().chain(cells(&columns, &row.tally));
        table.push(row.collect());
    }
    align(&table)
}

/// The same as an array of objects.
pub(super) fn tensors_json(rows: &[Row]) -> Value {
    let row = |row: &Row| {
        let mut fields = Map::new();
        fields.insert("name".into(), json!(row.name));
        fields.insert("shape".into(), json!(row.shape));
        fields.append(&mut object(&[&SOURCE, &RESULT], &row.tally));
        Value::Object(fields)
    };
    rows.iter().map(row).collect()
}

/// A row a format, under a line of what is the same for all.
pub(super) fn formats(formats: &[Format]) -> String {
    let first = formats.first();
    let total = first.map_or_else(Tally::default, |format| format.total);
    let tensors = first.map_or(0, |format| format.rows.len());
    let source = SOURCE.iter().map(|(heading, _, of)| {
        let number = of(&total).cell().text;
        format!(", {heading}: {number}")
    });
    let source: String = source.collect();
    let line = format!("tensors: {tensors}, elements: {}{source}", total.elements);
    let headings = RESULT.iter().map(|(heading, ..)| title(heading));
    let headings = [title("format"), title("bytes")]
        .into_iter()
        .chain(headings)
        .chain([title("worst tensor")]);
    let mut table = vec![headings.collect()];
    for format in formats {
        let names = [format.to.to_string(), format.bytes().to_string()].map(Cell::plain);
        let worst = Cell::plain(format.worst().unwrap_or("-"));
        let cells = names.into_iter().chain(cells(&RESULT, &format.total));
        table.push(cells.chain([worst]).collect());
    }
    format!("{line}\n\n{}", align(&table))
}

/// The same, and the tensors of each format.
pub(super) fn formats_json(formats: &[Format]) -> Value {
    let format = |format: &Format| {
        let mut fields = Map::new();
        fields.insert("format".into(), json!(format.to.name()));
        fields.insert("bytes".into(), json!(format.bytes()));
        fields.insert("elements".into(), json!(format.total.elements));
        fields.append(&mut object(&[&SOURCE, &RESULT], &format.total));
        fields.insert("worst".into(), json!(format.worst()));
        fields.insert("tensors".into(), tensors_json(&format.rows));
        Value::Object(fields)
    };
    formats.iter().map(format).collect()
}

impl Format {
    /// What the tensors would take.
    fn bytes(&self) -> u64 {
        let bits = self
            .rows
            .iter()
            .map(|row| row.tally.elements * u64::from(self.to.bits()));
        bits.map(|bits| bits.div_ceil(8)).sum()
    }

    /// The tensor that has lost most, if any has lost anything.
    fn worst(&self) -> Option<&str> {
        let worst = self.rows.first()?;
        let exact = worst.tally.lost() == 0 && worst.tally.largest == 0.0;
        (!exact).then_some(&*worst.name)
    }
}
