//! `ulp convert` writes a checkpoint in another format.

mod config;
pub(crate) mod dequantize;
mod direct;
mod directory;
mod distributed;
pub(crate) mod execute;
pub(crate) mod numbers;
pub mod options;
mod panels;
mod patterns;
pub(crate) mod plan;
mod planner;
pub(crate) mod problem;
pub(crate) mod quantize;
mod staging;
mod summary;
pub(crate) mod survey;
mod tile;
mod transpose;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::checkpoint::Checkpoint;
use crate::chunks::Threads;
use crate::error::{Error, Exit, at};
use crate::observer::{Activity, Observer};
use crate::output::{self, AtomicOutput, OPEN, after_publish, exists, parent};
use crate::table::write_json;
use config::CONFIG;
use directory::Contents;
pub use distributed::Part;
use execute::{Lost, Work};
use options::Rules;
use plan::Plan;
use staging::{Staging, check_complete};
pub use summary::Summary;
pub(crate) use survey::{Count, survey};

/// Convert the float tensors of a safetensors file, or of a directory of shards, rounding once.
///
/// Ties go to even, unless another rounding is asked for. Numbers past the largest finite value become infinities, or NaN in a
/// format without infinities. Tensors of other types, tensors that have the format already, and packed 4- and 6-bit tensors are
/// copied. Names, shapes and metadata are kept. In a directory, the other files are copied too, and the index and the dtype in
/// config.json are brought up to date.
///
/// Weights that are stored with scales are multiplied by their scales, and `quantization_config` goes from config.json. They are
/// fp8, MXFP8, MXFP6, MXFP4 and NVFP4 in the forms of transformers, compressed-tensors, ModelOpt, Quark, FBGEMM, DeepSeek,
/// gpt-oss and ComfyUI. A quantization that is not read, a weight without its scale and a scale without its weight are errors
/// before anything is written. --keep copies the tensors that it names, with their scales. The summary lists the tensors that
/// were narrowed, kept and dropped.
///
/// With --to mxfp8, mxfp6_e2m3, mxfp6_e3m2, mxfp4 or nvfp4, or with --scale, weights of linear layers are written in that scheme,
/// and the configuration says so. Embeddings, heads, norms, biases and routers stay as they are. --keep leaves more tensors, and
/// --only chooses by name alone.
///
/// The output is written under a temporary name, and gets its name when it is complete.
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

/// A conversion: its input, its output and its options.
#[derive(Args, Clone, Debug, Default)]
pub struct Request {
    /// The safetensors file to read, or the directory
    pub input: PathBuf,
    /// The file or directory to write, which must not exist
    pub output: PathBuf,
    /// The options that decide the bytes of the output.
    #[command(flatten)]
    pub options: options::Options,
    /// The number of threads.
    #[command(flatten)]
    pub threads: Threads,
    /// Convert only the K-th of N shares of a directory's shards, into OUTPUT.parts; K begins at 1
    #[arg(long, value_name = "K/N", conflicts_with = "finish")]
    pub part: Option<Part>,
    /// Check that all parts are there and complete, write the rest, and give the directory its name
    #[arg(long)]
    pub finish: bool,
    /// Don't wait until the disk has everything: a crash of the machine may then leave incomplete files
    #[arg(long)]
    pub no_sync: bool,
}

const EXAMPLES: &str = "\
Examples:
  ulp convert model.safetensors model-bf16.safetensors --to bf16
  ulp convert DeepSeek-V3/ DeepSeek-V3-bf16/ --to bf16
  ulp convert llama/ llama-nvfp4/ --to nvfp4
  ulp convert llama/ llama-fp8/ --to f8_e4m3 --scale block:128x128
  ulp convert model/ model-bf16/ --to bf16 --part 3/16    # on each of 16 machines
  ulp convert model/ model-bf16/ --to bf16 --finish       # once";

/// A conversion, with everything that it needs.
struct Conversion<'a> {
    input: &'a Path,
    output: &'a Path,
    checkpoint: &'a Checkpoint,
    rules: &'a Rules,
    threads: Threads,
    sync: bool,
    observer: &'a dyn Observer,
}

/// Converts a checkpoint, and writes the summary.
pub(crate) fn report(args: &Convert, observer: &dyn Observer, out: &mut dyn Write) -> Result<Exit, Error> {
    let summary = convert(&args.request, observer)?;
    observer.finish();
    let written = if args.json {
        write_json(out, &summary)
    } else {
        write!(out, "{summary}")
    };
    written.map(|()| Exit::Done).map_err(Error::Stdout)
}

/// Converts a checkpoint.
///
/// # Errors
/// After an error, nothing stands under the output's name. The exception is [`Error::AfterPublish`].
pub fn convert(request: &Request, observer: &dyn Observer) -> Result<Summary, Error> {
    let Request { input, output, .. } = request;
    let rules = Rules::new(input, &request.options)?;
    let exists = match output::must_not_exist(output) {
        Ok(()) => false,
        Err(Error::Exists { .. }) => true,
        Err(error) => return Err(error),
    };
    // The path must not end with a slash.
    let trimmed: PathBuf = output.components().collect();
    let checkpoint = match Checkpoint::open(input) {
        Err(_) if exists => return Err(it_exists(output)),
        checkpoint => checkpoint?,
    };
    let conversion = Conversion {
        input,
        output: &trimmed,
        checkpoint: &checkpoint,
        rules: &rules,
        threads: request.threads,
        sync: !request.no_sync,
        observer,
    };
    if exists {
        return Err(conversion.rerun(output));
    }
    conversion.can_be_named(output)?;
    match (checkpoint.is_directory(), request.part) {
        (false, None) if !request.finish => conversion.file(),
        (false, _) => Err(Error::NoParts { path: input.clone() }),
        (true, Some(part)) => conversion.part(part),
        (true, None) if request.finish => conversion.finish(),
        (true, None) => conversion.directory(),
    }
}

fn it_exists(output: &Path) -> Error {
    Error::Exists { path: output.into() }
}

impl Conversion<'_> {
    /// Returns the output's name in its directory.
    fn name(&self) -> &Path {
        Path::new(self.output.file_name().unwrap_or_default())
    }

    /// Checks that a file or a directory can have this name.
    fn can_be_named(&self, output: &Path) -> Result<(), Error> {
        let slash = |byte: &u8| std::path::is_separator(char::from(*byte));
        let last = output.as_os_str().as_encoded_bytes().last();
        let why = if self.output.file_name().is_none() {
            "no name for an output"
        } else if !self.checkpoint.is_directory() && last.is_some_and(slash) {
            "it names a directory, and the input is a file"
        } else {
            return Ok(());
        };
        Err(Error::Name {
            path: output.into(),
            why,
        })
    }

    /// Returns the error for an output that exists. The error says whether an earlier run of this command has made the output.
    fn rerun(&self, output: &Path) -> Error {
        let made = || -> Result<bool, Error> {
            let real = |path: &Path| path.canonicalize().map_err(at(path));
            if real(self.input)? == real(output)? {
                return Ok(false);
            }
            if !self.checkpoint.is_directory() {
                let declared = config::of_file(self.checkpoint)?;
                let plans = planner::all(self.checkpoint, self.rules, &declared)?;
                let mut plans = plans.iter();
                return Ok(plans.all(|plan| check_complete(plan, output).is_ok()));
            }
            let contents = self.contents()?;
            let there = |plan: &Plan| check_complete(plan, &output.join(&plan.shard.name)).is_ok();
            let made = contents.plans.iter().all(there);
            if made {
                // Some parts may not have been removed. The output is complete all the same.
                let _ = self.clear(&contents);
            }
            Ok(made)
        };
        match made() {
            Ok(true) => after_publish(output)(it_exists(output)),
            _ => it_exists(output),
        }
    }

    /// Removes the parts from which an earlier run has made the output.
    fn clear(&self, contents: &Contents) -> Result<(), Error> {
        match Staging::find(self)? {
            Some(staging) if !exists(&staging.whole()).map_err(at(&staging.whole()))? => {
                staging.agrees(&staging::record(self, contents)?)?;
                self.remove_parts(&staging, &contents.plans)
            }
            _ => Ok(()),
        }
    }

    /// Removes the files that killed runs for these targets left in a directory, and names the files that it can't remove.
    fn remove_left<'t>(&self, directory: &Path, targets: impl Iterator<Item = &'t Path>) {
        for path in output::remove_left(directory, targets) {
            let path = path.display();
            self.observer.warn(&format!(
                "{path}: left by a run that was killed, or made by one on another machine"
            ));
        }
    }

    /// Converts one file to another.
    fn file(&self) -> Result<Summary, Error> {
        let (above, name) = (parent(self.output), self.name());
        let mut summary = Summary::new(self.rules);
        let declared = config::of_file(self.checkpoint)?;
        let plans = planner::all(self.checkpoint, self.rules, &declared)?;
        let config = config::beside_file(self.checkpoint, self.rules, &plans)?;
        for mut plan in plans {
            self.remove_left(above, std::iter::once(name));
            self.observer.start(plan.work(), Activity::Writing);
            let (unfinished, lost) = self.write(&plan, above, name, self.output)?;
            unfinished.publish(self.output, self.sync)?;
            summary.add(&mut plan, lost);
        }
        if let Some(text) = config {
            let written = self.write_beside(CONFIG, &text);
            written.map_err(after_publish(self.output))?;
        }
        Ok(summary)
    }

    /// Writes a file beside the output, unless a file has its name.
    fn write_beside(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.output.with_file_name(name);
        if exists(&path).map_err(at(&path))? {
            return Ok(());
        }
        let (unfinished, mut file) = AtomicOutput::file(parent(&path), Path::new(name), OPEN).map_err(at(&path))?;
        io::Write::write_all(&mut file, text.as_bytes()).map_err(at(&path))?;
        if self.sync {
            file.sync_all().map_err(at(&path))?;
        }
        unfinished.publish(&path, self.sync)
    }

    /// Writes a complete file under a temporary name in a directory, and syncs it. The file will be renamed to `target`. Returns
    /// how many elements were lost. Errors name the file as `shown`.
    fn write(&self, plan: &Plan, directory: &Path, target: &Path, shown: &Path) -> Result<(AtomicOutput, Lost), Error> {
        // The file is as readable as its sources. Its owner may write it, and nobody may execute it.
        let mode = plan.reads().fold(OPEN, |mode, shard| mode & shard.mode) | 0o600;
        let (unfinished, file) = AtomicOutput::file(directory, target, mode).map_err(at(shown))?;
        let written = file
            .set_len(plan.length())
            .and_then(|()| plan.write_head(output::Beginning::of(&file)));
        written.map_err(at(shown))?;
        let work = Work {
            threads: self.threads,
            observer: self.observer,
            target: shown,
        };
        let lost = work.write(plan, &file)?;
        for shard in plan.reads() {
            shard.unchanged()?;
        }
        if self.sync {
            file.sync_all().map_err(at(shown))?;
        }
        Ok((unfinished, lost))
    }
}
