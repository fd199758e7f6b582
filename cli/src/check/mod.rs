//! `ulp check` prints the effect of a conversion on each tensor, and writes nothing.

mod execute;
mod render;
mod tally;

use std::cmp::Reverse;
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;

use crate::checkpoint::Checkpoint;
use crate::chunks::Threads;
use crate::convert::numbers::Numbers;
use crate::convert::options::{self, Options, Rules};
use crate::error::{Error, Exit};
use crate::observer::Observer;
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

/// A format, and the effect of the conversion to it on each tensor.
struct Format<'c> {
    to: ulp::Dtype,
    total: Tally,
    numbers: Rc<Vec<Numbers<'c>>>,
    /// The tally of each tensor.
    tallies: Vec<Tally>,
    /// The indices of the tensors, the worst tensor first.
    order: Vec<u32>,
}

/// A tensor, and the effect of the conversion on its elements.
struct Row<'f> {
    numbers: &'f Numbers<'f>,
    tally: &'f Tally,
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
    let formats = execute::check(&checkpoint, &rules, args.threads, observer)?;
    let kinds = &args.fail_on;
    let found = |format: &Format| kinds.iter().any(|&kind| format.total.count(kind) > 0);
    let found = formats.iter().any(found);
    let written = match (&formats[..], args.json) {
        ([format], false) if !all => render::tensors(format, out),
        ([format], true) if !all => render::tensors_json(format, out),
        (formats, false) => render::formats(formats, out),
        (formats, true) => render::formats_json(formats, out),
    };
    written.and_then(|()| out.flush()).map_err(Error::Stdout)?;
    Ok(if found { Exit::Found } else { Exit::Done })
}

impl<'c> Format<'c> {
    fn new(to: ulp::Dtype, numbers: Rc<Vec<Numbers<'c>>>, tallies: Vec<Tally>) -> Format<'c> {
        let mut total = Tally::default();
        for tally in &tallies {
            total.merge(tally);
        }
        let mut order: Vec<u32> = (0..tallies.len() as u32).collect();
        // An unstable sort takes no memory. The index keeps equal tensors in their order.
        order.sort_unstable_by(|&i, &j| {
            let [a, b] = [i, j].map(|place| &tallies[place as usize]);
            let lost = |tally: &Tally| Reverse((tally.lost(), tally.became_zero));
            let mean = b.mean().total_cmp(&a.mean());
            lost(a).cmp(&lost(b)).then(mean).then(i.cmp(&j))
        });
        Format {
            to,
            total,
            numbers,
            tallies,
            order,
        }
    }

    fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.order.iter().map(|&place| Row {
            numbers: &self.numbers[place as usize],
            tally: &self.tallies[place as usize],
        })
    }
}
