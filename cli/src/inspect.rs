//! `ulp inspect` describes a checkpoint.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::checkpoint::{Checkpoint, Shape, Tensor};
use crate::convert::options::{Options, Rules};
use crate::convert::{Count, Summary, survey};
use crate::error::{Error, Exit};
use crate::line::one_line;
use crate::quantized::target::Scale;
use crate::style::{TITLE, WARNING, paint};
use crate::table::{Cell, align, write_json};

/// Print a description of a checkpoint: its schemes, elements and bytes by format, the largest tensors, and the effect of
/// `convert`
///
/// The command reads headers and configurations, and no elements. If `convert` would refuse the checkpoint, the report says why.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ulp inspect model.safetensors
  ulp inspect DeepSeek-V3/ --to bf16
  ulp inspect llama/ --to nvfp4 --json")]
pub(crate) struct Inspect {
    /// The safetensors file to read, or the directory
    input: PathBuf,
    /// The format or the scheme for `convert`
    #[arg(long, value_name = "FORMAT", default_value = "bf16")]
    to: String,
    /// The scales for `convert`
    #[arg(long, value_name = "WHAT")]
    scale: Option<Scale>,
    /// How many of the largest tensors are listed
    #[arg(long, default_value_t = 10, value_name = "N")]
    largest: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The description for programs.
#[derive(Serialize)]
struct Description<'c> {
    path: Cow<'c, str>,
    files: usize,
    configurations: BTreeSet<String>,
    total: Count,
    formats: BTreeMap<String, Count>,
    #[serde(serialize_with = "list")]
    largest: Vec<Tensor<'c>>,
    #[serde(serialize_with = "either")]
    convert: Result<Summary, Value>,
}

fn list<S: Serializer>(tensors: &[Tensor], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Listed<'c> {
        name: &'c str,
        dtype: String,
        shape: Shape<'c>,
        bytes: u64,
    }

    serializer.collect_seq(tensors.iter().map(|tensor| Listed {
        name: tensor.name(),
        dtype: tensor.dtype().to_string(),
        shape: tensor.shape(),
        bytes: tensor.bytes(),
    }))
}

fn either<S: Serializer>(convert: &Result<Summary, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    match convert {
        Ok(summary) => summary.serialize(serializer),
        Err(error) => error.serialize(serializer),
    }
}

/// Writes the description.
pub(crate) fn report(args: &Inspect, out: &mut dyn Write) -> Result<Exit, Error> {
    let options = Options {
        to: args.to.clone(),
        scale: args.scale,
        ..Options::default()
    };
    let rules = Rules::new(&args.input, &options)?;
    let checkpoint = Checkpoint::open(&args.input)?;
    let survey = survey(&checkpoint, &rules)?;
    let formats = survey.formats;
    let mut largest: Vec<Tensor> = checkpoint.tensors().map(|(_, tensor)| tensor).collect();
    largest.sort_unstable_by(|a, b| (b.bytes(), a.name()).cmp(&(a.bytes(), b.name())));
    largest.truncate(args.largest);
    largest.shrink_to_fit();
    let total = formats.values().fold(Count::default(), |mut total, count| {
        total.tensors += count.tensors;
        total.elements = total.elements.saturating_add(count.elements);
        total.bytes += count.bytes;
        total
    });
    if args.json {
        let description = Description {
            path: checkpoint.path.to_string_lossy(),
            files: checkpoint.shards.len(),
            configurations: survey.methods,
            total,
            formats,
            largest,
            convert: survey.convert.map_err(|error| error.json()),
        };
        write_json(out, &description).map_err(Error::Stdout)?;
        return Ok(Exit::Done);
    }
    let path = one_line(&checkpoint.path.to_string_lossy());
    let mut text = format!("{path}: files: {}", checkpoint.shards.len());
    for method in &survey.methods {
        text += ", configuration: ";
        text += &one_line(method);
    }
    text += "\n\n";
    let heading = |names: &[&str]| names.iter().map(|name| title(name)).collect();
    let mut table = vec![heading(&["stored as", "tensors", "elements", "bytes"])];
    let named = formats.iter().map(|(name, count)| (name.as_str(), count));
    for (name, count) in named.chain([("total", &total)]) {
        let numbers = [count.tensors, count.elements, count.bytes].map(|n| n.to_string());
        let cells = [name.into()].into_iter().chain(numbers).map(Cell::plain);
        table.push(cells.collect());
    }
    text += &align(&table);
    if !largest.is_empty() {
        let mut table = vec![heading(&["largest", "dtype", "shape", "bytes"])];
        for tensor in largest {
            let shape = format!("{:?}", tensor.shape());
            let (dtype, bytes) = (tensor.dtype().to_string(), tensor.bytes().to_string());
            let cells = [tensor.name(), &dtype, &shape, &bytes];
            table.push(cells.map(Cell::plain).into());
        }
        text += "\n";
        text += &align(&table);
    }
    let what = format!("convert --to {}", one_line(&options.to));
    let convert = match &survey.convert {
        Ok(summary) => format!("{}\n{summary}", paint(TITLE, what)),
        Err(error) => {
            let what = paint(WARNING, what + " is refused");
            format!("{what}: {}\n", error.line())
        }
    };
    text += "\n";
    text += &convert;
    out.write_all(text.as_bytes()).map_err(Error::Stdout)?;
    Ok(Exit::Done)
}

fn title(text: &str) -> Cell {
    Cell {
        text: text.into(),
        style: TITLE,
    }
}
