//! `ulp bits --block` shows numbers as a block of a scheme, with its scales and its elements.

use serde_json::{Value, json};
use ulp::Layout;
use ulp::block::{Blocks, Scheme};

use super::decimal::Decimal;
use super::typed::Typed;
use crate::style::{EXPONENT, FRACTION, QUIET, SIGN, TITLE, paint};
use crate::table::{Cell, align};

/// A row of a matrix that was quantized and read back.
struct Row {
    scheme: Scheme,
    tensor_scale: f32,
    /// Codes and values of the scales.
    scales: Vec<(u64, f32)>,
    elements: Vec<Element>,
}

struct Element {
    typed: String,
    code: u64,
    value: f32,
    /// The value minus the number that was typed. `None` if one of them is not finite.
    error: Option<Decimal>,
}

pub(super) fn report(scheme: Scheme, values: &[String], as_json: bool) -> Result<String, String> {
    let row = Row::new(scheme, values)?;
    Ok(if as_json { format!("{:#}\n", row.json()) } else { row.text() })
}

impl Row {
    fn new(scheme: Scheme, texts: &[String]) -> Result<Self, String> {
        let typed: Result<Vec<_>, _> = texts.iter().map(|text| number(text)).collect();
        let typed = typed?;
        let numbers: Vec<f32> = typed.iter().map(|(number, _)| *number).collect();
        let cols = numbers.len();
        let tensor_scale = scheme.tensor_scale_for(&numbers);
        let mut elements = vec![0; scheme.element_bytes(1, cols)];
        let mut scales = vec![0; scheme.scale_bytes(1, cols)];
        scheme
            .quantize(&numbers, cols, tensor_scale, &mut elements, &mut scales)
            .map_err(|error| format!("{scheme}: {error}"))?;
        let mut back = vec![0f32; cols];
        scheme
            .dequantize(&elements, &scales, cols, tensor_scale, &mut back)
            .map_err(|error| format!("{scheme}: {error}"))?;
        let element = |nth: usize| {
            let (text, value) = (&texts[nth], back[nth]);
            let exact = typed[nth].1.as_ref().filter(|_| value.is_finite());
            Element {
                typed: text.clone(),
                code: code(&elements, scheme.element.bits(), nth),
                value,
                error: exact.map(|exact| &Decimal::of(value.into()) - exact),
            }
        };
        let (_, grid_cols) = scheme.blocks.grid(1, cols);
        let scale = |nth| {
            let code = code(&scales, scheme.scale.bits(), nth);
            let (bits, _) = ulp::Cast::new().convert(scheme.scale.layout(), Layout::BINARY32, code);
            (code, f32::from_bits(bits as u32))
        };
        Ok(Self {
            scheme,
            tensor_scale,
            scales: (0..grid_cols).map(scale).collect(),
            elements: (0..cols).map(element).collect(),
        })
    }

    fn json(&self) -> Value {
        let Self { scheme, .. } = self;
        let scales = self
            .scales
            .iter()
            .map(|&(code, value)| json!({"code": hexadecimal(code, scheme.scale.bits()), "value": json_number(value)}));
        let elements = self.elements.iter().map(|element| {
            json!({
                "typed": element.typed,
                "code": hexadecimal(element.code, scheme.element.bits()),
                "value": json_number(element.value),
                "error": element.error.as_ref().map(ToString::to_string),
            })
        });
        json!({
            "scheme": scheme.to_string(),
            "element": scheme.element.to_string(),
            "scale": scheme.scale.to_string(),
            "tensor_scale": scheme.tensor_scale.then_some(self.tensor_scale),
            "scales": scales.collect::<Value>(),
            "elements": elements.collect::<Value>(),
        })
    }

    fn text(&self) -> String {
        let Self { scheme, .. } = self;
        let mut text = format!(
            "{}  {} elements in {}, {} in {}, rule {}\n",
            paint(TITLE, scheme),
            self.elements.len(),
            scheme.element,
            scales_of(scheme.blocks),
            scheme.scale,
            scheme.rule,
        );
        if scheme.tensor_scale {
            let name = paint(QUIET, "tensor scale");
            text.extend([name, format!("  {}\n", self.tensor_scale)]);
        }
        let size = scheme.blocks.cols().min(self.elements.len());
        for (block, (elements, (code, value))) in self.elements.chunks(size).zip(&self.scales).enumerate() {
            let bits = bits(scheme.scale.layout(), *code);
            let name = paint(QUIET, format!("scale {block}"));
            let hex = hexadecimal(*code, scheme.scale.bits());
            let value = value.to_string();
            text.extend(["\n", &name, "  ", &hex, "  ", &bits, "  ", &value, "\n"]);
            let headings = ["value", "code", "bits", "is", "error"];
            let mut rows = vec![
                headings
                    .map(|name| Cell {
                        text: name.into(),
                        style: QUIET,
                    })
                    .into(),
            ];
            rows.extend(elements.iter().map(|element| self.cells(element)));
            text += &align(&rows);
        }
        text
    }

    fn cells(&self, element: &Element) -> Vec<Cell> {
        let error = match &element.error {
            None => "-".into(),
            Some(error) if error.is_zero() => "exact".into(),
            Some(error) => error.brief(),
        };
        let format = self.scheme.element;
        vec![
            Cell::plain(&element.typed),
            Cell::plain(hexadecimal(element.code, format.bits())),
            // Escapes would count in the width of painted parts.
            Cell::plain(fields(format.layout(), element.code).join(" ")),
            Cell::plain(element.value.to_string()),
            Cell::plain(error),
        ]
    }
}

fn scales_of(blocks: Blocks) -> String {
    format!("a scale for {blocks}")
}

/// Returns a number as `f32` and exactly.
fn number(text: &str) -> Result<(f32, Option<Decimal>), String> {
    let parsed = match Typed::parse(text)? {
        Typed::Code { .. } => {
            return Err(format!("{text}: a block is made of numbers, and this is a code"));
        }
        Typed::Number { exact, text } => (text.parse(), Some(exact)),
        Typed::Special(text) => (text.parse(), None),
    };
    let number = parsed.0.map_err(|error| format!("{text}: {error}"))?;
    Ok((number, parsed.1))
}

/// Returns the code at an index of a stream of bits.
fn code(stream: &[u8], bits: u32, index: usize) -> u64 {
    let first = index * bits as usize;
    (0..bits as usize).fold(0, |code, nth| {
        let at = first + nth;
        code | u64::from(stream[at / 8] >> (at % 8) & 1) << nth
    })
}

fn hexadecimal(code: u64, bits: u32) -> String {
    format!("0x{code:0width$x}", width = bits.div_ceil(4) as usize)
}

/// Returns the sign, the exponent and the fraction, if the format has them.
fn fields(layout: Layout, code: u64) -> Vec<String> {
    let widths = [u32::from(layout.is_signed()), layout.exponent_bits(), layout.fraction_bits()];
    let mut above = widths.iter().sum::<u32>();
    let field = |&width: &u32| {
        above -= width;
        let part = code >> above & ((1 << width) - 1);
        format!("{part:0width$b}", width = width as usize)
    };
    let fields: Vec<String> = widths.iter().filter(|&&width| width > 0).map(field).collect();
    fields
}

/// Returns the fields in their colours.
fn bits(layout: Layout, code: u64) -> String {
    let styles = [SIGN, EXPONENT, FRACTION];
    let styles = &styles[usize::from(!layout.is_signed())..];
    let fields = fields(layout, code);
    let painted = fields.iter().zip(styles).map(|(bits, style)| paint(*style, bits));
    painted.collect::<Vec<_>>().join(" ")
}

/// JSON has no infinities and no NaN, so this function writes them as text.
fn json_number(value: f32) -> Value {
    if value.is_finite() {
        json!(f64::from(value))
    } else {
        json!(value.to_string())
    }
}
