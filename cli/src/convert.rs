//! `ulp convert`: a checkpoint in another format.

use std::cmp::Reverse;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{SafeTensorError, SafeTensors};

use crate::cast::Caster;
use crate::{about, formats, header, output};

/// Convert the float tensors of a safetensors file, rounding once, ties to even.
///
/// What is past the largest finite value becomes an infinity, or NaN in a format without infinities. Tensors of other types, those
/// that have the format already, and packed 4- and 6-bit ones are copied. Names, shapes and metadata are kept.
#[derive(Args)]
pub(crate) struct Convert {
    /// The safetensors file to read
    input: PathBuf,
    /// The file to write, which must not exist
    output: PathBuf,
    #[arg(
        long,
        value_name = "FORMAT",
        help = "The format to convert to: f64, f32, f16, bf16, or one of 8 bits by its name in safetensors, such as f8_e4m3"
    )]
    to: String,
}

pub(crate) fn report(asked: &Convert) -> Result<String, String> {
    let Convert { input, output, to } = asked;
    convert(input, output, to).map(|summary| summary.to_string())
}

/// What a conversion did.
#[derive(Debug, Default)]
struct Summary {
    to: &'static str,
    cast: Count,
    copied: Count,
    bytes_before: usize,
    bytes_after: u64,
    overflowed: usize,
}

#[derive(Debug, Default)]
struct Count {
    tensors: usize,
    elements: usize,
}

/// A tensor and what becomes of it.
struct Job<'a> {
    name: String,
    source: &'a [u8],
    info: TensorInfo,
    /// `None` where the bytes are copied.
    caster: Option<Caster>,
}

/// Converts the float tensors of `input` to the format named `to`. Errors name the file that they are about.
fn convert(input: &Path, output: &Path, to: &str) -> Result<Summary, String> {
    let to = target(to).map_err(about(input))?;
    output::must_not_exist(output).map_err(about(output))?;
    let file = fs::read(input).map_err(about(input))?;
    let unreadable = |error| about(input)(header::cause(&error));
    let (length, metadata) = SafeTensors::read_metadata(&file).map_err(unreadable)?;
    let data = &file[size_of::<u64>() + length..];

    let jobs = plan(&metadata, data, to).map_err(about(output))?;
    let infos = jobs.iter().map(|job| (job.name.as_str(), &job.info));
    let head = header::bytes(metadata.metadata().as_ref(), infos).map_err(about(output))?;
    let (overflowed, bytes_after) = output::create(output, |file| {
        let mut overflowed = 0;
        file.write_all(&head)?;
        for job in &jobs {
            match &job.caster {
                Some(caster) => {
                    overflowed += caster.cast(job.source, |tile| file.write_all(tile))?;
                }
                None => file.write_all(job.source)?,
            }
        }
        Ok(overflowed)
    })
    .map_err(about(output))?;

    let mut summary = Summary {
        to: to.name(),
        bytes_before: file.len(),
        bytes_after,
        overflowed,
        ..Summary::default()
    };
    for job in &jobs {
        let count = match job.caster {
            Some(_) => &mut summary.cast,
            None => &mut summary.copied,
        };
        count.tensors += 1;
        count.elements += job.info.shape.iter().product::<usize>();
    }
    Ok(summary)
}

/// The format to convert to, if a file can hold it and this program can write it.
fn target(name: &str) -> Result<ulp::Dtype, String> {
    let format = formats::parse(name)?;
    let bits = format.layout().bits();
    if bits < u8::BITS {
        return Err(format!(
            "cannot convert to {format} yet: elements of {bits} bits would have to be packed"
        ));
    }
    match formats::in_header(format) {
        Some(_) => Ok(format),
        None => Err(format!("safetensors has no dtype for {format}")),
    }
}

/// Lays the tensors out as `safetensors` does: the widest dtypes first, so that all are aligned, then by name.
fn plan<'a>(
    metadata: &Metadata,
    data: &'a [u8],
    to: ulp::Dtype,
) -> Result<Vec<Job<'a>>, SafeTensorError> {
    let mut jobs: Vec<_> = metadata
        .tensors()
        .into_iter()
        .map(|(name, info)| {
            let (start, end) = info.data_offsets;
            let from = formats::of_tensor(info.dtype).filter(|&from| from != to);
            let caster = from.map(|from| Caster::new(from, to));
            let mut info = info.clone();
            if let (Some(_), Some(dtype)) = (&caster, formats::in_header(to)) {
                info.dtype = dtype;
            }
            Job {
                name,
                source: &data[start..end],
                info,
                caster,
            }
        })
        .collect();
    jobs.sort_by(|a, b| (Reverse(a.info.dtype), &a.name).cmp(&(Reverse(b.info.dtype), &b.name)));

    let mut start = 0_usize;
    for job in &mut jobs {
        let bits = job
            .info
            .shape
            .iter()
            .try_fold(job.info.dtype.bitsize(), |n, &d| n.checked_mul(d));
        let end = bits.and_then(|bits| start.checked_add(bits / 8));
        let end = end.ok_or(SafeTensorError::ValidationOverflow)?;
        job.info.data_offsets = (start, end);
        start = end;
    }
    Ok(jobs)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary {
            to, cast, copied, ..
        } = self;
        let tensors = cast.tensors + copied.tensors;
        let elements = cast.elements + copied.elements;
        writeln!(
            f,
            "tensors: {tensors} ({} cast to {to}, {} copied)",
            cast.tensors, copied.tensors
        )?;
        writeln!(
            f,
            "elements: {elements} ({} cast, {} copied)",
            cast.elements, copied.elements
        )?;
        writeln!(
            f,
            "bytes: {} before, {} after",
            self.bytes_before, self.bytes_after
        )?;
        writeln!(f, "overflowed: {}", self.overflowed)
    }
}
