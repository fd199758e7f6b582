//! Scales by every rule, for every format of elements and every format of scales.

use ulp::Layout;
use ulp::block::ScaleRule;
use ulp_verify::oracle::Rule;
use ulp_verify::tally::{Report, Tally, parallel};

use super::numbers::magnitudes;
use super::{Both, elements, rule, scale_formats};

/// The tensor scales: none, one that is no power of two, and the extremes.
const TENSOR_SCALES: [f32; 5] = [1.0, 0.013_671_876, 3.0e-39, 1.5e37, f32::MAX];

pub(crate) fn run(report: &mut Report) {
    let elements: Vec<_> = elements().collect();
    for by in Rule::ALL {
        report.line(
            &format!("scales by the rule {}, every element", rule(by)),
            parallel(elements.len() as u64, |nth, tally| {
                let element = elements[nth as usize];
                for scale in scale_formats() {
                    if rule(by) == ScaleRule::Nearest || scale.layout() == Layout::E8M0FNU {
                        check(Both::new(element, scale, (1, 1), by), tally);
                    }
                }
            }),
        );
    }
}

fn check(both: Both, tally: &mut Tally) {
    let (element, scale) = (both.scheme.element.layout(), both.scheme.scale.layout());
    let (max, _) = ulp::Cast::new().convert(element, Layout::BINARY32, element.max_code());
    let every = if both.blocked.rule == Rule::Nearest { 23 } else { 1 };
    for (nth, amax) in magnitudes(f32::from_bits(max as u32)).into_iter().enumerate() {
        tally.input();
        let tensor_scale = TENSOR_SCALES[nth % TENSOR_SCALES.len()];
        let others = if nth % every == 0 { 2 } else { 1 };
        for tensor_scale in [1.0, tensor_scale].into_iter().take(others) {
            let (is, _) = both.scheme.rule.scale(amax, tensor_scale, element, scale);
            let right = both.with_tensor_scale(tensor_scale, false).blocked.scale_code(amax);
            tally.check(is == right, || {
                format!(
                    "{}, amax {amax:e}, tensor scale {tensor_scale:e}: {is:#x}, right: {right:#x}",
                    both.scheme
                )
            });
        }
    }
}
