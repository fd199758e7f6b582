//! `ulp convert`: a checkpoint in another format.

mod config;
mod dequantize;
mod directory;
pub(crate) mod grid;
mod parts;
mod plan;
pub mod rules;
mod summary;
mod transpose;
mod work;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::checkpoint::Checkpoint;
use crate::error::{Error, at};
use crate::observer::{Activity, Observer};
use crate::output::{self, Unfinished};
use crate::pieces::Threads;
pub use parts::Part;
use plan::Plan;
use rules::Rules;
pub use summary::Summary;
use work::Work;

/// Convert the float tensors of a safetensors file, or of a directory of shards, rounding once.
///
/// Ties go to even, unless another rounding is asked for. What is past the largest finite value becomes an infinity, or NaN in a format
/// without infinities. Tensors of other types, those that have the format already, and packed 4- and 6-bit ones are copied. Names, shapes
/// and metadata are kept. Of a directory, the other files are copied too, and the index and the dtype in config.json are brought up to date.
///
/// Weights that are stored with scales (fp8, MXFP8, MXFP6, MXFP4 and NVFP4, as transformers, compressed-tensors, ModelOpt, Quark, FBGEMM,
/// DeepSeek, gpt-oss and ComfyUI have them) are multiplied with them, and `quantization_config` goes from config.json. A quantization that is
/// not read, a weight without its scale and a scale without its weight are errors before anything is written; --keep copies what it names,
/// with its scales. The summary lists what was narrowed, kept and dropped.
///
/// The output is written under a temporary name and appears when it is whole.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Convert {
    #[command(flatten)]
    request: Request,
    /// Show no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print the summary, or an error, as JSON
    #[arg(long)]
    json: bool,
}

/// What to convert, and how.
#[derive(Args, Clone, Debug, Default)]
pub struct Request {
    /// The safetensors file to read, or the directory
    pub input: PathBuf,
    /// The file or directory to write, which must not exist
    pub output: PathBuf,
    /// What decides the bytes that are written.
    #[command(flatten)]
    pub options: rules::Options,
    /// How many threads work.
    #[command(flatten)]
    pub threads: Threads,
    /// Convert the K-th of N shares of a directory's shards alone, K from 1 on, into OUTPUT.parts
    #[arg(long, value_name = "K/N", conflicts_with = "finish")]
    pub part: Option<Part>,
    /// Check that all parts are there and whole, write the rest, and give the directory its name
    #[arg(long)]
    pub finish: bool,
    /// Don't wait until the disk has all: a crash of the machine may then leave files that aren't whole
    #[arg(long)]
    pub no_sync: bool,
}

const EXAMPLES: &str = "\
Examples:
  ulp convert model.safetensors model-bf16.safetensors --to bf16
  ulp convert llama/ llama-fp8/ --to f8_e4m3 --scale tensor --keep 'norm|embed|lm_head'
  ulp convert DeepSeek-V3/ DeepSeek-V3-bf16/ --to bf16
  ulp convert model/ model-bf16/ --to bf16 --part 3/16    # on each of 16 machines
  ulp convert model/ model-bf16/ --to bf16 --finish       # once";

/// A conversion, with all that is needed for it.
struct Conversion<'a> {
    input: &'a Path,
    output: &'a Path,
    checkpoint: &'a Checkpoint,
    rules: &'a Rules,
    threads: Threads,
    sync: bool,
    observer: &'a dyn Observer,
}

pub(crate) fn report(asked: &Convert, observer: &dyn Observer) -> Result<String, Error> {
    let summary = convert(&asked.request, observer)?;
    observer.finish();
    Ok(if asked.json {
        format!("{:#}\n", summary.json())
    } else {
        summary.to_string()
    })
}

/// Converts a checkpoint.
///
/// # Errors
/// Nothing stands under the output's name then, but for [`Error::AfterPublish`].
pub fn convert(request: &Request, observer: &dyn Observer) -> Result<Summary, Error> {
    let Request { input, output, .. } = request;
    let rules = Rules::new(input, &request.options)?;
    output::must_not_exist(output)?;
    let checkpoint = Checkpoint::open(input)?;
    let conversion = Conversion {
        input,
        output,
        checkpoint: &checkpoint,
        rules: &rules,
        threads: request.threads,
        sync: !request.no_sync,
        observer,
    };
    match (checkpoint.is_directory(), request.part) {
        (false, None) if !request.finish => conversion.file(),
        (false, _) => Err(Error::NoParts {
            path: input.clone(),
        }),
        (true, Some(part)) => conversion.part(part),
        (true, None) if request.finish => conversion.finish(),
        (true, None) => conversion.directory(),
    }
}

impl Conversion<'_> {
    /// One file to another.
    fn file(&self) -> Result<Summary, Error> {
        let mut summary = Summary::new(self.rules.to);
        let declared = config::of_file(self.checkpoint)?;
        for plan in plan::all(self.checkpoint, self.rules, &declared)? {
            self.observer.start(plan.data(), Activity::Writing);
            let (unfinished, overflowed) = self.write(&plan, self.output, self.output)?;
            unfinished.publish(self.output, self.sync)?;
            summary.add(&plan, overflowed);
        }
        Ok(summary)
    }

    /// Writes a whole file under a temporary name beside `target`, and syncs it. Returns how many elements overflowed. Errors name it as `shown`.
    fn write(&self, plan: &Plan, target: &Path, shown: &Path) -> Result<(Unfinished, u64), Error> {
        let (unfinished, file) = Unfinished::file(target).map_err(at(shown))?;
        let written = file
            .set_len(plan.length())
            .and_then(|()| output::write_at(&file, 0, &plan.head));
        written.map_err(at(shown))?;
        let work = Work {
            threads: self.threads,
            to: self.rules.to,
            observer: self.observer,
            target: shown,
        };
        let overflowed = work.write(plan, &file)?;
        if self.sync {
            file.sync_all().map_err(at(shown))?;
        }
        Ok((unfinished, overflowed))
    }
}
