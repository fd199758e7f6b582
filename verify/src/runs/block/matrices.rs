//! Whole matrices, quantized and read back, on every instruction set.

use fastrand::Rng;
use ulp::block::BlockError;
use ulp::{Bf16, Cast, Dtype, F8E4M3Fn, F16, Format, Isa};
use ulp_verify::adapter::{SATURATE, cast};
use ulp_verify::oracle::{Quantized, Rounding, Rule, shipped};
use ulp_verify::tally::{Report, Tally, parallel};

use super::numbers::{KINDS, Kind, numbers};
use super::{Both, elements, scale_formats};

/// Shapes of matrices and of blocks. Some matrices have whole blocks, and some have ragged edges.
const SHAPES: [((usize, usize), (usize, usize)); 7] = [
    ((2, 256), (1, 32)),
    ((3, 160), (1, 16)),
    ((3, 83), (1, 32)),
    ((5, 41), (2, 16)),
    ((4, 37), (3, 7)),
    ((3, 150), (usize::MAX, usize::MAX)),
    ((2, 1100), (1, usize::MAX)),
];

pub(crate) fn run(report: &mut Report) {
    let elements: Vec<_> = elements().collect();
    for kind in KINDS {
        report.line(
            &format!("matrices of {kind:?}, every element, scale, rule and shape, there and back"),
            parallel(elements.len() as u64, |nth, tally| {
                let mut rng = Rng::with_seed(nth);
                for scale in scale_formats() {
                    for rule in Rule::ALL {
                        if rule == Rule::Nearest || scale == Dtype::F8E8M0Fnu {
                            let both = Both::new(elements[nth as usize], scale, (1, 1), rule);
                            check_shapes(both, kind, &mut rng, tally);
                        }
                    }
                }
            }),
        );
    }
}

fn check_shapes(both: Both, kind: Kind, rng: &mut Rng, tally: &mut Tally) {
    for ((rows, cols), blocks) in SHAPES {
        let mut both = both;
        both.scheme.blocks = ulp::block::Blocks::new(blocks.0, blocks.1);
        (both.blocked.rows, both.blocked.cols) = blocks;
        let tensor_scale = match rng.u8(0..4) {
            0 => (f32::from_bits(rng.u32(1..0x7f80_0000)), rng.bool()),
            1 => (rng.f32() + 0.5, rng.bool()),
            _ => (1.0, false),
        };
        let both = both.with_tensor_scale(tensor_scale.0, tensor_scale.1);
        let x = numbers(kind, &both.blocked, rows * cols, rng);
        let how = (Rounding::ALL[rng.usize(..6)], SATURATE[rng.usize(..2)]);
        for (rounding, saturate) in [(Rounding::TiesToEven, true), how] {
            check(both, &x, cols, rounding, saturate, tally);
        }
    }
}

fn check(both: Both, x: &[f32], cols: usize, rounding: Rounding, saturate: bool, tally: &mut Tally) {
    let Both { scheme, blocked } = both;
    let tensor_scale = blocked.tensor_scale.0;
    let rows = x.len() / cols;
    let how = cast(rounding, saturate);
    let describe = |what: &str| format!("{scheme}, {rows} × {cols}, tensor scale {tensor_scale:e}, {how:?}: {what}");
    let nan = x.iter().any(|x| x.is_nan());
    let layouts = (scheme.element.layout(), scheme.scale.layout());
    tally.input();
    if nan && layouts.0.nan_code().is_none() && layouts.1.nan_code().is_none() {
        let result = quantize(both, Isa::detect(), x, cols, how);
        tally.check(matches!(result, Err(BlockError::Nan { .. })), || {
            describe(&format!("{result:?} of a NaN that nothing can be"))
        });
        return;
    }
    let right = blocked.quantize(x, cols, rounding, saturate);
    for isa in Isa::available() {
        let is = quantize(both, isa, x, cols, how).expect("the matrix fits");
        compare(&is, &right, isa, &describe, tally);
    }
    let half: Vec<Bf16> = x.iter().map(|&x| Bf16::from_f32(x)).collect();
    let widened: Vec<f32> = half.iter().map(|&x| x.to_f32()).collect();
    let right_of_half = blocked.quantize(&widened, cols, rounding, saturate);
    for isa in Isa::available() {
        let is = quantize(both, isa, &half, cols, how).expect("the matrix fits");
        compare(&is, &right_of_half, isa, &describe, tally);
    }
    back::<f32>(both, &right, cols, x.len(), tally);
    back::<Bf16>(both, &right, cols, x.len(), tally);
    if rounding == Rounding::TiesToEven {
        back::<F16>(both, &right, cols, x.len(), tally);
        back::<F8E4M3Fn>(both, &right, cols, x.len(), tally);
        back::<f64>(both, &right, cols, x.len(), tally);
    }
}

fn quantize<S: Format>(both: Both, isa: Isa, x: &[S], cols: usize, how: Cast) -> Result<Quantized, BlockError> {
    let (rows, scheme) = (x.len() / cols, both.scheme);
    let mut elements = vec![0xa5; scheme.element_bytes(rows, cols)];
    let mut scales = vec![0xa5; scheme.scale_bytes(rows, cols)];
    let tensor_scale = both.blocked.tensor_scale.0;
    let counts = scheme.quantize_on(isa, x, cols, tensor_scale, &mut elements, &mut scales, how)?;
    let counts = [counts.infinities, counts.nans, counts.saturated, counts.became_zero];
    Ok(Quantized {
        elements,
        scales,
        counts,
    })
}

fn compare(is: &Quantized, right: &Quantized, isa: Isa, describe: &impl Fn(&str) -> String, tally: &mut Tally) {
    for (what, is, right) in [
        ("scale byte", &is.scales, &right.scales),
        ("element byte", &is.elements, &right.elements),
    ] {
        for (nth, (is, right)) in is.iter().zip(right).enumerate() {
            tally.check(is == right, || {
                describe(&format!("{what} {nth} on {isa}: {is:#x}, right: {right:#x}"))
            });
        }
    }
    tally.check(is.counts == right.counts, || {
        describe(&format!("counts on {isa}: {:?}, right: {:?}", is.counts, right.counts))
    });
}

fn back<D: Format>(both: Both, quantized: &Quantized, cols: usize, len: usize, tally: &mut Tally) {
    let Both { scheme, blocked } = both;
    let right = blocked.dequantize(quantized, len, cols, &shipped(D::DTYPE));
    let tensor_scale = blocked.tensor_scale.0;
    for isa in Isa::available() {
        let mut dst = vec![D::MAX; len];
        let (elements, scales) = (&quantized.elements, &quantized.scales);
        scheme
            .dequantize_on(isa, elements, scales, cols, tensor_scale, &mut dst)
            .expect("the matrix fits");
        for (nth, (is, right)) in dst.iter().zip(&right).enumerate() {
            let is = ulp::Bits::to_u64(is.to_bits());
            tally.check(is == *right, || {
                format!("{scheme} -> {}, {cols} columns, tensor scale {tensor_scale:e}, element {nth} on {isa}: {is:#x}, right: {right:#x}", D::DTYPE)
            });
        }
    }
}
