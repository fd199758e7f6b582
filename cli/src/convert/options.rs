//! The options of a conversion, and the tensors to which they apply.

use std::path::Path;

use clap::{Args, ValueEnum};
use regex::RegexSet;
use serde_json::{Value, json};
use ulp::slice::Stochastic;
use ulp::{Cast, Dtype};

use crate::Error;
use crate::cast::RoundingMethod;
use crate::formats;
use crate::quantized::selection::is_linear;
use crate::quantized::target::{SCHEMES, Scale, ScaleFormat, Target};

/// The options that decide the bytes of the output.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    #[arg(
        long,
        value_name = "FORMAT",
        help = "The format to convert to: f64, f32, f16, bf16, one of 8, 6 or 4 bits by its name in safetensors, such as f8_e4m3, or a scheme: mxfp8, mxfp6_e2m3, mxfp6_e3m2, mxfp4, nvfp4"
    )]
    pub to: String,
    /// How to round
    #[arg(long, value_enum, default_value_t)]
    pub rounding: Rounding,
    /// Turn numbers past the largest finite value into that value, not into infinities or NaN
    #[arg(long)]
    pub saturate: bool,
    /// Round to one of the two neighbours at random, so that the mean is right; one seed always gives the same bits
    #[arg(long, value_name = "SEED", conflicts_with = "rounding")]
    pub stochastic: Option<u64>,
    /// Leave tensors as they are if this matches their names; may be repeated
    #[arg(long, value_name = "REGEX")]
    pub keep: Vec<String>,
    /// Leave tensors as they are unless this matches their names; may be repeated, and one match is enough
    #[arg(long, value_name = "REGEX")]
    pub only: Vec<String>,
    #[arg(
        long,
        value_name = "WHAT",
        help = "Write f8_e4m3 with scales, so that the largest magnitude becomes the format's largest: tensor, row, or block:128x128"
    )]
    pub scale: Option<Scale>,
    /// The format of the scales of blocks
    #[arg(long, value_enum, default_value_t, requires = "scale")]
    pub scale_format: ScaleFormat,
}

/// A rounding, with the name that users type.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum Rounding {
    /// To the nearest, ties to even.
    #[default]
    TiesToEven,
    /// To the nearest, ties to the larger magnitude.
    TiesToAway,
    /// Toward zero.
    TowardZero,
    /// Toward positive infinity.
    TowardPositive,
    /// Toward negative infinity.
    TowardNegative,
    /// To the odd code, if the result is inexact.
    ToOdd,
}

impl From<Rounding> for ulp::Rounding {
    fn from(rounding: Rounding) -> ulp::Rounding {
        match rounding {
            Rounding::TiesToEven => ulp::Rounding::TiesToEven,
            Rounding::TiesToAway => ulp::Rounding::TiesToAway,
            Rounding::TowardZero => ulp::Rounding::TowardZero,
            Rounding::TowardPositive => ulp::Rounding::TowardPositive,
            Rounding::TowardNegative => ulp::Rounding::TowardNegative,
            Rounding::ToOdd => ulp::Rounding::ToOdd,
        }
    }
}

/// Options that have been checked.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) to: Dtype,
    pub(crate) dtype: safetensors::Dtype,
    /// The scheme in which weights are written.
    pub(crate) target: Option<Target>,
    rounding: Rounding,
    saturate: bool,
    seed: Option<u64>,
    keep: RegexSet,
    only: RegexSet,
}

impl Options {
    /// Returns these options for another format.
    pub(crate) fn with_format(&self, to: String) -> Options {
        Options { to, ..self.clone() }
    }
}

impl Rules {
    pub(crate) fn new(input: &Path, options: &Options) -> Result<Rules, Error> {
        let wrong = |option, why| Error::Option {
            path: input.into(),
            option,
            why,
        };
        let scheme = Target::named(&options.to.to_lowercase());
        let (to, dtype) = match &scheme {
            Some(scheme) => (scheme.scheme.element, scheme.elements.0),
            None => target(&options.to).map_err(|why| wrong("--to", why))?,
        };
        let scheme = match (scheme, options.scale) {
            (Some(_), Some(_)) => {
                let why = format!("{} has scales of its own", options.to);
                return Err(wrong("--scale", why));
            }
            (None, Some(_)) if to != Dtype::F8E4M3Fn => {
                let why = format!("it is for f8_e4m3, not for {to}: loaders know no other");
                return Err(wrong("--scale", why));
            }
            (None, Some(scale)) => Some(Target::fp8(scale, options.scale_format)),
            (scheme, None) => scheme,
        };
        if options.scale_format == ScaleFormat::E8m0 && !matches!(options.scale, Some(Scale::Block(..))) {
            return Err(wrong("--scale-format", "e8m0 is for --scale block:RxC".into()));
        }
        if scheme.is_some() && options.stochastic.is_some() {
            return Err(wrong("--stochastic", "it is for formats without scales".into()));
        }
        let set = |option, patterns| {
            RegexSet::new(patterns).map_err(|error| {
                // The last line of a regex error names the fault. The lines above show the place.
                let error = error.to_string();
                let why = error.lines().last().unwrap_or_default();
                wrong(option, why.trim_start_matches("error: ").into())
            })
        };
        Ok(Rules {
            to,
            dtype,
            saturate: options.saturate || scheme.is_some(),
            target: scheme,
            rounding: options.rounding,
            seed: options.stochastic,
            keep: set("--keep", &options.keep)?,
            only: set("--only", &options.only)?,
        })
    }

    /// Returns whether a tensor of floats of this name is converted.
    pub(crate) fn take(&self, name: &str) -> bool {
        self.take_any(&[name])
    }

    /// Returns whether a tensor with several names is converted. None of its names may match `--keep`, and one must match
    /// `--only`.
    pub(crate) fn take_any(&self, names: &[&str]) -> bool {
        !names.iter().any(|name| self.keep.is_match(name))
            && (self.only.is_empty() || names.iter().any(|name| self.only.is_match(name)))
    }

    /// Returns the name of the format or the scheme.
    pub(crate) fn name(&self) -> &str {
        let name = self.target.as_ref().map(|target| &*target.name);
        name.unwrap_or(self.to.name())
    }

    /// Returns whether a scheme takes a weight that is converted. `--only` may choose any matrix. Without `--only`, a scheme
    /// takes the matrices of linear layers.
    pub(crate) fn chooses(&self, target: &Target, name: &str, shape: &[u64]) -> bool {
        let is_matrix = target.has_one_scale() || (2..=3).contains(&shape.len());
        let fits = target
            .group()
            .is_none_or(|group| shape.last().is_some_and(|cols| cols.is_multiple_of(group)));
        let chosen = !self.only.is_empty() || is_linear(name, shape);
        is_matrix && fits && chosen && !shape.contains(&0)
    }

    /// Returns the cast with which a scheme rounds its elements.
    pub(crate) fn cast(&self) -> Cast {
        Cast::new().rounding(self.rounding.into()).saturating()
    }

    /// Returns the way to round a tensor.
    pub(crate) fn method(&self, name: &str) -> RoundingMethod {
        if let Some(seed) = self.seed {
            let stochastic = Stochastic::new(seed_of(seed, name));
            return RoundingMethod::Stochastic(if self.saturate { stochastic.saturating() } else { stochastic });
        }
        let cast = Cast::new().rounding(self.rounding.into());
        RoundingMethod::Cast(if self.saturate { cast.saturating() } else { cast })
    }

    /// Returns a record of all options that decide the bytes of the output.
    pub(crate) fn record(&self) -> Value {
        json!({
            "to": self.to.name(),
            "rounding": format!("{:?}", self.rounding),
            "saturate": self.saturate,
            "stochastic": self.seed,
            "keep": self.keep.patterns(),
            "only": self.only.patterns(),
            "scheme": self.target.as_ref().map(|target| &target.name),
        })
    }
}

/// Returns the formats that `--to` takes and that have a sign. Formats without sign can't hold weights.
pub(crate) fn targets() -> impl Iterator<Item = Dtype> {
    let all = Dtype::ALL.iter().copied();
    all.filter(|&format| format.layout().is_signed() && formats::in_header(format).is_some())
}

/// Returns the format to convert to, if a file can hold it.
fn target(name: &str) -> Result<(Dtype, safetensors::Dtype), String> {
    let known = |error| format!("{error}; or a scheme: {}", SCHEMES.join(", "));
    let format = formats::parse(name).map_err(known)?;
    if let Some(dtype) = formats::in_header(format) {
        return Ok((format, dtype));
    }
    let packed = Dtype::ALL
        .iter()
        .find(|packed| packed.is_packed() && packed.layout() == format.layout());
    Err(match packed {
        Some(packed) => format!("safetensors has {format} packed alone: use {packed}"),
        None => format!("safetensors has no dtype for {format}"),
    })
}

/// Returns the seed of a tensor, which depends on neither shards nor order. The seed is the 64-bit FNV-1a hash of the eight bytes
/// of `seed`, little-endian, and the name in UTF-8.
fn seed_of(seed: u64, name: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::seed_of;

    /// The expected hashes are from the test suite of FNV. The first eight bytes are the seed.
    #[test]
    fn seeds_are_fnv_1a_of_the_name() {
        let text = b"chongo was here!\n";
        let (seed, name) = text.split_first_chunk().unwrap();
        let name = std::str::from_utf8(name).unwrap();
        assert_eq!(seed_of(u64::from_le_bytes(*seed), name), 0x4681_0940_eff5_f915);
    }
}
