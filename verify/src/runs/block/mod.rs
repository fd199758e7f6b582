//! Compares block-scaled formats with the oracle of exact rationals: scales by every rule, elements, and whole matrices on every
//! instruction set.

mod matrices;
mod numbers;
mod properties;
mod scales;

use ulp::Dtype;
use ulp::block::{Blocks, ScaleRule, Scheme};
use ulp_verify::oracle::{Blocked, Rule, shipped};
use ulp_verify::tally::Report;

pub(crate) fn run(report: &mut Report) {
    scales::run(report);
    matrices::run(report);
    properties::run(report);
}

/// Returns the formats of elements: those with a sign, no wider than `f32`.
fn elements() -> impl Iterator<Item = Dtype> {
    let known = |dtype: &Dtype| *dtype != Dtype::F64 && dtype.layout().is_signed();
    Dtype::ALL.iter().copied().filter(known)
}

/// Returns the formats of scales: those no wider than `f32`.
fn scale_formats() -> impl Iterator<Item = Dtype> {
    let known = |dtype: &Dtype| *dtype != Dtype::F64;
    Dtype::ALL.iter().copied().filter(known)
}

fn rule(rule: Rule) -> ScaleRule {
    match rule {
        Rule::Up => ScaleRule::Up,
        Rule::Nearest => ScaleRule::Nearest,
        Rule::Floor => ScaleRule::Floor,
        Rule::Ceil => ScaleRule::Ceil,
        Rule::Even => ScaleRule::Even,
    }
}

/// A scheme in the crate's terms and in the oracle's.
#[derive(Clone, Copy)]
struct Both {
    scheme: Scheme,
    blocked: Blocked,
}

impl Both {
    fn new(element: Dtype, scale: Dtype, (rows, cols): (usize, usize), by: Rule) -> Self {
        let shape = |dtype: Dtype| {
            // The name of a packed format is that of the unpacked one, and the number of codes that stand together.
            let name = dtype.name();
            let name = name.split_once("_x").map_or(name, |(name, _)| name);
            (shipped(name), dtype.bits())
        };
        Self {
            scheme: Scheme::new(element, scale, Blocks::new(rows, cols))
                .rule(rule(by))
                .tensor_scale(true),
            blocked: Blocked {
                element: shape(element),
                scale: shape(scale),
                rows,
                cols,
                rule: by,
                tensor_scale: (1.0, false),
            },
        }
    }

    fn with_tensor_scale(mut self, scale: f32, divides: bool) -> Self {
        self.scheme = self.scheme.divides(divides);
        self.blocked.tensor_scale = (scale, divides);
        self
    }
}
