//! `ulp convert`: a checkpoint in another format.

mod config;
mod directory;
pub(crate) mod grid;
mod parts;
mod plan;
pub(crate) mod rules;
mod summary;
mod work;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::checkpoint::Checkpoint;
use crate::output::{self, Unfinished};
use crate::pieces::Threads;
use crate::progress::Progress;
use crate::{about, signals};
use parts::Part;
use plan::Plan;
use rules::Rules;
use summary::Summary;
use work::Work;

/// Convert the float tensors of a safetensors file, or of a directory of shards, rounding once.
///
/// Ties go to even, unless another rounding is asked for. What is past the largest finite value becomes an infinity, or NaN in a format
/// without infinities. Tensors of other types, those that have the format already, and packed 4- and 6-bit ones are copied. Names, shapes
/// and metadata are kept. Of a directory, the other files are copied too, and the index and the dtype in config.json are brought up to date.
///
/// fp8 tensors with scales (`NAME_scale_inv` beside NAME, one a tensor or one a block as DeepSeek-V3 has them) are multiplied with
/// them when they are converted to a format of 16 bits or more.
///
/// The output is written under a temporary name and appears when it is whole.
#[derive(Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Convert {
    /// The safetensors file to read, or the directory
    input: PathBuf,
    /// The file or directory to write, which must not exist
    output: PathBuf,
    #[command(flatten)]
    options: rules::Options,
    #[command(flatten)]
    threads: Threads,
    /// Convert the K-th of N shares of a directory's shards alone, K from 1 on, into OUTPUT.parts
    #[arg(long, value_name = "K/N", conflicts_with = "finish")]
    part: Option<Part>,
    /// Check that all parts are there and whole, write the rest, and give the directory its name
    #[arg(long)]
    finish: bool,
    /// Don't wait until the disk has all: a crash of the machine may then leave files that aren't whole
    #[arg(long)]
    no_sync: bool,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
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
    quiet: bool,
}

pub(crate) fn report(asked: &Convert) -> Result<String, String> {
    let rules = Rules::new(&asked.options).map_err(about(&asked.input))?;
    output::must_not_exist(&asked.output).map_err(about(&asked.output))?;
    signals::handle().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let checkpoint = Checkpoint::open(&asked.input)?;
    let conversion = Conversion {
        input: &asked.input,
        output: &asked.output,
        checkpoint: &checkpoint,
        rules: &rules,
        threads: asked.threads,
        sync: !asked.no_sync,
        quiet: asked.quiet,
    };
    let summary = match (checkpoint.is_directory, asked.part) {
        (false, None) if !asked.finish => conversion.file()?,
        (false, _) => return Err(about(&asked.input)("it is no directory, and has no parts")),
        (true, Some(part)) => conversion.part(part)?,
        (true, None) if asked.finish => conversion.finish()?,
        (true, None) => conversion.directory()?,
    };
    Ok(if asked.json {
        format!("{:#}\n", summary.json())
    } else {
        summary.to_string()
    })
}

impl Conversion<'_> {
    /// One file to another.
    fn file(&self) -> Result<Summary, String> {
        let mut summary = Summary::new(self.rules.to);
        for plan in plan::all(self.checkpoint, self.rules, None)? {
            let progress = Progress::new(plan.data(), "written", self.quiet);
            let (unfinished, overflowed) =
                self.write(&plan, self.output, self.output, &progress)?;
            unfinished
                .publish(self.output, self.sync)
                .map_err(about(self.output))?;
            summary.add(&plan, overflowed);
        }
        Ok(summary)
    }

    /// Writes a whole file under a temporary name beside `target`, and syncs it. Returns how many elements overflowed. Errors name it as `shown`.
    fn write(
        &self,
        plan: &Plan,
        target: &Path,
        shown: &Path,
        progress: &Progress,
    ) -> Result<(Unfinished, u64), String> {
        let (unfinished, file) = Unfinished::file(target).map_err(about(shown))?;
        let written = file
            .set_len(plan.length())
            .and_then(|()| output::write_at(&file, 0, &plan.head));
        written.map_err(about(shown))?;
        let work = Work {
            threads: self.threads,
            to: self.rules.to,
            progress,
            target: shown,
        };
        let overflowed = work.write(plan, &file)?;
        if self.sync {
            file.sync_all().map_err(about(shown))?;
        }
        Ok((unfinished, overflowed))
    }
}
