//! `ulp check`: what a conversion would do to each tensor, without writing.

use std::cmp::Reverse;
use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use ulp::{Cast, Dtype, slice};

use crate::cast::Caster;
use crate::checkpoint::{Checkpoint, Shard, Tensor};
use crate::convert::rules::{Options, Rules};
use crate::{about, formats};

/// The elements of a piece, whole bytes of any packed format.
const PIECE: u64 = 1 << 16;

/// Print what a conversion would do to each tensor of floats, the worst first, without writing anything
///
/// The exit code is 1 if elements were found that --fail-on names, and 2 after an error. Results that are subnormal are counted whether
/// or not the source was.
///
/// Errors are those of elements that are finite before and after. The mean relative error is over those that aren't zero.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ulp check model.safetensors --to f16
  ulp check model.safetensors --to f16 --fail-on overflow,nan
  ulp check llama/ --to f8_e4m3 --keep norm --json")]
pub(crate) struct Check {
    /// The safetensors file to read, or the directory of shards
    input: PathBuf,
    #[command(flatten)]
    options: Options,
    /// Exit with 1 if any tensor has such elements
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    fail_on: Vec<Kind>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What elements can be, or become.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Overflow,
    Zero,
    Subnormal,
    Nan,
    Inf,
}

/// A tensor, and what would become of its elements.
#[derive(Debug, Default)]
struct Row {
    name: String,
    shape: Vec<u64>,
    amax: f64,
    overflowed: u64,
    became_zero: u64,
    subnormal: u64,
    nans: u64,
    infinities: u64,
    largest: f64,
    /// Of relative errors, and of how many.
    sum: f64,
    counted: u64,
    signal: f64,
    noise: f64,
}

/// The report, and whether anything was found that was asked to fail.
pub(crate) fn report(asked: &Check) -> Result<(String, bool), String> {
    let rules = Rules::new(&asked.options).map_err(about(&asked.input))?;
    if rules.scale.is_some() {
        return Err("--scale: a check is of conversions without scales".into());
    }
    let checkpoint = Checkpoint::open(&asked.input)?;
    let mut rows = Vec::new();
    for (shard, tensor) in checkpoint.tensors() {
        let from = formats::of_tensor(tensor.dtype).filter(|from| !from.is_packed());
        if let Some(from) = from.filter(|_| rules.take(&tensor.name)) {
            rows.push(row(shard, tensor, from, &rules)?);
        }
    }
    rows.sort_by(|a, b| {
        let lost = |row: &Row| Reverse((row.overflowed, row.became_zero));
        let mean = b.mean().total_cmp(&a.mean());
        lost(a).cmp(&lost(b)).then(mean)
    });
    let kinds = &asked.fail_on;
    let found = |row: &Row| kinds.iter().any(|&kind| row.count(kind) > 0);
    let found = rows.iter().any(found);
    let report = if asked.json {
        let rows: Value = rows.iter().map(Row::json).collect();
        format!("{rows:#}\n")
    } else {
        table(&rows)
    };
    Ok((report, found))
}

fn row(shard: &Shard, tensor: &Tensor, from: Dtype, rules: &Rules) -> Result<Row, String> {
    let to = rules.to;
    let caster = Caster::new(from, to, rules.how(&tensor.name));
    let normal = smallest_normal(to);
    let mut row = Row {
        name: tensor.name.to_string(),
        shape: tensor.shape.to_vec(),
        ..Row::default()
    };
    let (mut source, mut result, mut room) = (Vec::new(), Vec::new(), Vec::new());
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for first in (0..tensor.elements()).step_by(PIECE as usize) {
        let count = PIECE.min(tensor.elements() - first);
        let size = u64::from(from.bits()) / 8;
        source.resize((count * size) as usize, 0);
        shard.read(tensor, first * size, &mut source)?;
        let bytes = (count * u64::from(to.bits())).div_ceil(8) as usize;
        result.clear();
        result.resize(bytes, 0);
        row.overflowed += caster.cast(first, &source, &mut result, &mut room);
        before.resize(count as usize * 8, 0);
        after.resize(count as usize * 8, 0);
        // A wider format has every number of a narrower one.
        let wide = |from, src: &[u8], dst: &mut [u8]| {
            let cast = slice::cast_bytes(from, src, Dtype::F64, dst, Cast::new());
            cast.map_err(|error| error.to_string())
        };
        wide(from, &source, &mut before)?;
        wide(to, &result, &mut after)?;
        for (before, after) in before.as_chunks().0.iter().zip(after.as_chunks().0) {
            row.add(
                f64::from_le_bytes(*before),
                f64::from_le_bytes(*after),
                normal,
            );
        }
    }
    Ok(row)
}

fn smallest_normal(format: Dtype) -> f64 {
    let layout = format.layout();
    let code = layout.min_normal_code();
    f64::from_bits(Cast::new().bits(layout, ulp::Layout::BINARY64, code).0)
}

impl Row {
    fn add(&mut self, before: f64, after: f64, normal: f64) {
        self.nans += u64::from(before.is_nan());
        self.infinities += u64::from(before.is_infinite());
        if !before.is_finite() {
            return;
        }
        self.amax = self.amax.max(before.abs());
        if !after.is_finite() {
            return;
        }
        self.became_zero += u64::from(after == 0.0 && before != 0.0);
        self.subnormal += u64::from(after != 0.0 && after.abs() < normal);
        let error = (after - before).abs();
        self.signal += before * before;
        self.noise += error * error;
        if before != 0.0 {
            let relative = error / before.abs();
            self.largest = self.largest.max(relative);
            self.sum += relative;
            self.counted += 1;
        }
    }

    fn count(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Overflow => self.overflowed,
            Kind::Zero => self.became_zero,
            Kind::Subnormal => self.subnormal,
            Kind::Nan => self.nans,
            Kind::Inf => self.infinities,
        }
    }

    fn mean(&self) -> f64 {
        self.sum / self.counted.max(1) as f64
    }

    /// In dB: none if there is no noise.
    fn snr(&self) -> Option<f64> {
        let ratio = 10.0 * (self.signal / self.noise).log10();
        ratio.is_finite().then_some(ratio)
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "shape": self.shape,
            "amax": self.amax,
            "overflowed": self.overflowed,
            "became_zero": self.became_zero,
            "subnormal": self.subnormal,
            "nans": self.nans,
            "infinities": self.infinities,
            "largest_relative_error": self.largest,
            "mean_relative_error": self.mean(),
            "snr_db": self.snr(),
        })
    }
}

fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:>10} {:>10} {:>10} {:>10} {:>8} {:>8} {:>10} {:>10} {:>7}  tensor\n",
        "amax", "overflow", "to zero", "subnormal", "NaN", "inf", "max rel", "mean rel", "dB"
    );
    for row in rows {
        let snr = row.snr().map_or("-".into(), |snr| format!("{snr:.1}"));
        // A string takes all.
        let _ = writeln!(
            text,
            "{:>10.3e} {:>10} {:>10} {:>10} {:>8} {:>8} {:>10.3e} {:>10.3e} {snr:>7}  {} {:?}",
            row.amax,
            row.overflowed,
            row.became_zero,
            row.subnormal,
            row.nans,
            row.infinities,
            row.largest,
            row.mean(),
            row.name,
            row.shape
        );
    }
    text
}
