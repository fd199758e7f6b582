//! `ulp check` prints the effect of a conversion on each tensor, and writes nothing.

mod execute;
mod render;
mod tallies;
mod tally;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::checkpoint::Checkpoint;
use crate::chunks::Threads;
use crate::convert::numbers::Numbers;
use crate::convert::options::{self, Options, Rules};
use crate::error::{Error, Exit, at};
use crate::observer::Observer;
use crate::table::write_json;
use tallies::{Tallies, Writer};
use tally::{ElementKind, Tally};

/// Print the effect of a conversion on each tensor of floats, the worst tensor first, without writing anything
///
/// With --to all, a row for each format that `convert` can write and that has a sign. The row has the figures of all tensors
/// together and the name of the worst tensor.
///
/// A weight that is stored with scales is multiplied by its scales first, as `convert` does. With a scheme, or with --scale, the
/// results are the numbers that readers get back from the scheme. Tensors that the scheme leaves have no row.
///
/// The exit code is 1 if any format has elements of a kind that --fail-on names, and 2 after an error. Results that are subnormal
/// are counted whether or not the source was.
///
/// Errors are those of elements that are finite before and after. The mean relative error is over the elements that aren't zero.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ulp check model.safetensors --to all
  ulp check model.safetensors --to f16
  ulp check model.safetensors --to f16 --fail-on overflow,nan
  ulp check llama/ --to f8_e4m3 --keep norm --json
  ulp check llama/ --to nvfp4")]
pub(crate) struct Check {
    /// The safetensors file to read, or the directory of shards
    input: PathBuf,
    #[command(flatten)]
    options: Options,
    /// Exit with 1 if any tensor has elements of these kinds; nan: before or after
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    fail_on: Vec<ElementKind>,
    #[command(flatten)]
    threads: Threads,
    /// Show no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The limit of the memory that the tallies of a format take until they are printed, in bytes. A file holds more tallies.
const LIMIT: usize = 1 << 18;

/// The effect of the conversion to each format.
struct Report<'c> {
    /// The tensors, in the order of their data.
    numbers: Vec<Numbers<'c>>,
    formats: Vec<Format>,
}

/// A format, and the effect of the conversion to the format.
struct Format {
    to: ulp::Dtype,
    total: Tally,
    /// The place and the tally of the tensor with the largest loss.
    worst: Option<(usize, Tally)>,
    /// The tally of each tensor, if rows of tensors are printed.
    tallies: Option<Writer>,
}

/// The rows of a format, the worst tensor first.
struct Rows<'f> {
    numbers: &'f [Numbers<'f>],
    tallies: Tallies,
    /// The places of the tensors.
    order: Vec<u32>,
}

/// A tensor, and the effect of the conversion on its elements.
struct Row<'f> {
    numbers: &'f Numbers<'f>,
    tally: Tally,
}

/// Writes the report, and returns the exit code.
pub(crate) fn report(args: &Check, observer: &dyn Observer, out: &mut dyn Write) -> Result<Exit, Error> {
    let all = args.options.to == "all";
    let formats = if all {
        options::targets().map(|to| to.to_string()).collect()
    } else {
        vec![args.options.to.clone()]
    };
    let rules = |to| Rules::new(&args.input, &args.options.with_format(to));
    let rules: Vec<Rules> = formats.into_iter().map(rules).collect::<Result<_, _>>()?;
    let checkpoint = Checkpoint::open(&args.input)?;
    let limit = match (all, args.json) {
        (false, _) => Some(usize::MAX),
        (true, true) => Some(LIMIT),
        (true, false) => None,
    };
    let formats = rules.iter().map(|rules| Format::new(rules.to, limit)).collect();
    let Report { numbers, formats } = execute::check(&checkpoint, &rules, formats, args.threads, observer)?;
    let kinds = &args.fail_on;
    let found = |format: &Format| kinds.iter().any(|&kind| format.total.count(kind) > 0);
    let found = formats.iter().any(found);
    match (all, args.json) {
        (false, json) => {
            for format in formats {
                let rows = Rows::new(&numbers, format.tallies)?;
                let written = if json {
                    write_json(out, &rows)
                } else {
                    render::tensors(&rows, out)
                };
                written.map_err(Error::Stdout)?;
            }
        }
        (true, false) => render::formats(&numbers, &formats, out).map_err(Error::Stdout)?,
        (true, true) => render::formats_json(&numbers, formats, out)?,
    }
    Ok(if found { Exit::Found } else { Exit::Done })
}

/// Returns the error of a temporary file of tallies.
fn in_file(error: std::io::Error) -> Error {
    at(&std::env::temp_dir())(error)
}

impl Format {
    /// Returns a format without tallies. `limit` is the limit of the memory that tallies of tensors take. Without a limit, no such
    /// tally is kept.
    fn new(to: ulp::Dtype, limit: Option<usize>) -> Format {
        Format {
            to,
            total: Tally::default(),
            worst: None,
            tallies: limit.map(Writer::new),
        }
    }

    /// Adds the tally of the tensor at a place. Tensors are added in their order.
    fn add(&mut self, place: usize, tally: Tally) -> std::io::Result<()> {
        self.total.merge(&tally);
        // The first of equal tensors is the worst.
        if self.worst.is_none_or(|(_, worst)| tally.worst_first(&worst).is_lt()) {
            self.worst = Some((place, tally));
        }
        self.tallies.as_mut().map_or(Ok(()), |tallies| tallies.push(&tally))
    }
}

impl<'f> Rows<'f> {
    fn new(numbers: &'f [Numbers<'f>], tallies: Option<Writer>) -> Result<Rows<'f>, Error> {
        let tallies = tallies.unwrap_or_else(|| Writer::new(0)).finish().map_err(in_file)?;
        let mut order: Vec<u32> = (0..tallies.len() as u32).collect();
        // An unstable sort takes no memory. The place keeps equal tensors in their order.
        order.sort_unstable_by(|&i, &j| {
            let [a, b] = [i, j].map(|place| tallies.get(place as usize));
            a.worst_first(&b).then(i.cmp(&j))
        });
        Ok(Rows { numbers, tallies, order })
    }

    fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.order.iter().map(|&place| Row {
            numbers: &self.numbers[place as usize],
            tally: self.tallies.get(place as usize),
        })
    }
}
