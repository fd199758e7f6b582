//! The schemes that `ulp` writes. A row is a scheme, with its names, its dtypes and the configuration that loaders look for.

use std::str::FromStr;

use clap::ValueEnum;
use safetensors::Dtype;
use serde_json::{Value, json};
use ulp::block::{Blocks, Scheme};

/// The elements that share a scale of fp8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scale {
    /// A scale for the whole tensor.
    Tensor,
    /// A scale for each row.
    Row,
    /// A scale for each block of this number of rows and columns.
    Block(usize, usize),
}

/// The largest number of elements of a block. A block is in memory at once.
const LARGEST: usize = 1 << 22;

impl FromStr for Scale {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Scale, Self::Err> {
        match text {
            "tensor" => return Ok(Scale::Tensor),
            "row" | "channel" => return Ok(Scale::Row),
            _ => {}
        }
        let sides = text.strip_prefix("block:");
        let sides = sides.and_then(|sides| sides.split_once('x'));
        let side = |text: &str| text.parse().ok().filter(|&side: &usize| side > 0);
        let block = sides.and_then(|(rows, cols)| Some((side(rows)?, side(cols)?)));
        match block {
            Some((rows, cols)) if rows.saturating_mul(cols) <= LARGEST => Ok(Scale::Block(rows, cols)),
            Some(_) => Err("a block of more than 4194304 elements"),
            None => Err("neither tensor, row nor block:ROWSxCOLUMNS, such as block:128x128"),
        }
    }
}

/// The format of the scales of fp8.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ScaleFormat {
    /// Any positive number.
    #[default]
    F32,
    /// Powers of two.
    E8m0,
}

/// A scheme to write.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The name of the scheme.
    pub(crate) name: String,
    /// The scheme of the library, which makes elements and scales.
    pub(crate) scheme: Scheme,
    /// The dtype of the elements' tensor, and the text that its name adds to the weight's name.
    pub(crate) elements: (Dtype, &'static str),
    /// The dtype of the scales' tensor, and the text that its name adds to the weight's name.
    pub(crate) scales: (Dtype, &'static str),
    /// The text that the name of the tensor's scale adds to the weight's name. The scale is an f32.
    pub(crate) tensor_scale: Option<&'static str>,
    library: Library,
}

/// The library whose names and configuration a scheme uses.
#[derive(Clone, Copy, Debug)]
enum Library {
    CompressedTensors {
        format: &'static str,
        strategy: &'static str,
        scale_dtype: Option<&'static str>,
    },
    Quark(&'static str),
    DeepSeek,
}

/// The names that `--to` takes besides those of formats.
pub(crate) const SCHEMES: [&str; 5] = ["mxfp8", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp4", "nvfp4"];

impl Target {
    /// Returns the scheme of this name.
    pub(crate) fn named(name: &str) -> Option<Target> {
        let mx = |format, scale_dtype| Library::CompressedTensors {
            format,
            strategy: "group",
            scale_dtype: Some(scale_dtype),
        };
        let packed = (Dtype::U8, "_packed");
        let e8m0 = (Dtype::U8, "_scale");
        let (scheme, elements, scales, tensor_scale, library) = match name {
            "mxfp8" => (
                Scheme::MXFP8,
                (Dtype::F8_E4M3, ""),
                e8m0,
                None,
                mx("mxfp8-quantized", "torch.uint8"),
            ),
            "mxfp4" => (Scheme::MXFP4, packed, e8m0, None, mx("mxfp4-pack-quantized", "torch.uint8")),
            "nvfp4" => (
                Scheme::NVFP4.divides(true),
                packed,
                (Dtype::F8_E4M3, "_scale"),
                Some("_global_scale"),
                Library::CompressedTensors {
                    format: "nvfp4-pack-quantized",
                    strategy: "tensor_group",
                    scale_dtype: Some("torch.float8_e4m3fn"),
                },
            ),
            "mxfp6_e2m3" => (Scheme::MXFP6_E2M3, (Dtype::U8, ""), e8m0, None, Library::Quark("fp6_e2m3")),
            "mxfp6_e3m2" => (Scheme::MXFP6_E3M2, (Dtype::U8, ""), e8m0, None, Library::Quark("fp6_e3m2")),
            _ => return None,
        };
        Some(Target {
            name: name.into(),
            scheme,
            elements,
            scales,
            tensor_scale,
            library,
        })
    }

    /// Returns the scheme of E4M3 with scales.
    pub(crate) fn fp8(scale: Scale, format: ScaleFormat) -> Target {
        let compressed = |strategy| Library::CompressedTensors {
            format: "float-quantized",
            strategy,
            scale_dtype: None,
        };
        let (name, scheme, suffix, library) = match scale {
            Scale::Tensor => (
                "float8_e4m3fn with a scale a tensor".into(),
                Scheme::FP8_TENSOR,
                "_scale",
                compressed("tensor"),
            ),
            Scale::Row => (
                "float8_e4m3fn with a scale a row".into(),
                Scheme::FP8_ROW,
                "_scale",
                compressed("channel"),
            ),
            Scale::Block(rows, cols) => (
                format!("float8_e4m3fn with a scale a block of {rows}x{cols}"),
                Scheme::FP8_BLOCK.blocks(Blocks::new(rows, cols)),
                "_scale_inv",
                Library::DeepSeek,
            ),
        };
        let mut target = Target {
            name,
            scheme,
            elements: (Dtype::F8_E4M3, ""),
            scales: (Dtype::F32, suffix),
            tensor_scale: None,
            library,
        };
        if format == ScaleFormat::E8m0 {
            target.name += " in E8M0";
            target.scheme = powers_of_two(target.scheme);
            target.scales.0 = Dtype::F8_E8M0;
        }
        target
    }

    /// Returns the way from the numbers of a weight to elements and scales. If the stored scales are powers of two, the new
    /// scales are powers of two again. The elements are then as exact as possible.
    pub(crate) fn scheme_for(&self, stored: Option<ulp::Dtype>) -> Scheme {
        match self.library {
            Library::DeepSeek if stored == Some(ulp::Dtype::F8E8M0Fnu) => powers_of_two(self.scheme),
            _ => self.scheme,
        }
    }

    /// Returns how many columns share a scale, if this number must divide the number of columns of a row.
    pub(crate) fn group(&self) -> Option<u64> {
        let fixed = self.scheme.blocks == Blocks::MX || self.scheme.blocks == Blocks::NV;
        fixed.then_some(self.scheme.blocks.cols() as u64)
    }

    /// Returns whether a tensor has one scale.
    pub(crate) fn has_one_scale(&self) -> bool {
        self.scheme.blocks == Blocks::TENSOR
    }

    /// Returns the shape of the scales of a weight.
    pub(crate) fn scales_shape(&self, shape: &[u64]) -> Vec<u64> {
        if self.has_one_scale() {
            return vec![1];
        }
        let (rest, &[rows, cols]) = shape.split_last_chunk().expect("a matrix");
        let (rows, cols) = self.scheme.blocks.grid(rows as usize, cols as usize);
        let grid = [rows as u64, cols as u64];
        rest.iter().copied().chain(grid).collect()
    }

    /// Returns the description that loaders look for in a configuration. `left` are modules whose weights stay as they are.
    pub(crate) fn describe(&self, left: &[&str]) -> Value {
        let bits = self.scheme.element.layout().bits();
        match self.library {
            Library::CompressedTensors {
                format,
                strategy,
                scale_dtype,
            } => {
                let mut weights = json!({
                    "type": "float",
                    "num_bits": bits,
                    "symmetric": true,
                    "dynamic": false,
                    "strategy": strategy,
                });
                if let Some(group) = self.group() {
                    weights["group_size"] = group.into();
                }
                if let Some(dtype) = scale_dtype {
                    weights["scale_dtype"] = dtype.into();
                }
                json!({
                    "quant_method": "compressed-tensors",
                    "format": format,
                    "quantization_status": "compressed",
                    "ignore": left,
                    "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights}},
                })
            }
            Library::Quark(dtype) => json!({
                "quant_method": "quark",
                "global_quant_config": {
                    "weight": {
                        "dtype": dtype,
                        "qscheme": "per_group",
                        "group_size": self.group(),
                        "ch_axis": -1,
                        "is_dynamic": false,
                        "scale_format": "e8m0",
                    },
                    "input_tensors": null,
                    "output_tensors": null,
                    "bias": null,
                },
                "layer_quant_config": {},
                "layer_type_quant_config": {},
                "exclude": left,
                "export": {
                    "kv_cache_group": [],
                    "pack_method": "order",
                    "weight_format": "real_quantized",
                },
            }),
            Library::DeepSeek => {
                let blocks = self.scheme.blocks;
                let mut config = json!({
                    "quant_method": "fp8",
                    "fmt": "e4m3",
                    "activation_scheme": "dynamic",
                    "weight_block_size": [blocks.rows(), blocks.cols()],
                    "modules_to_not_convert": left,
                });
                if self.scales.0 == Dtype::F8_E8M0 {
                    config["scale_fmt"] = "ue8m0".into();
                }
                config
            }
        }
    }
}

fn powers_of_two(scheme: Scheme) -> Scheme {
    Scheme::new(scheme.element, ulp::Dtype::F8E8M0Fnu, scheme.blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_parse_from_their_names() {
        assert_eq!("tensor".parse(), Ok(Scale::Tensor));
        assert_eq!("row".parse(), Ok(Scale::Row));
        assert_eq!("channel".parse(), Ok(Scale::Row));
        assert_eq!("block:128x64".parse(), Ok(Scale::Block(128, 64)));
        for text in [
            "",
            "rows",
            "block",
            "block:",
            "block:128",
            "block:0x1",
            "block:1x0",
            "block:-1x1",
            "block:4096x4096",
            "block:18446744073709551615x2",
        ] {
            assert!(text.parse::<Scale>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_listed_name_is_a_scheme() {
        for name in SCHEMES {
            let target = Target::named(name).unwrap();
            assert_eq!(target.scheme.divides(false).to_string(), name);
        }
    }
}
