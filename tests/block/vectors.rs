//! Every instruction set against the definition: scales by [`ScaleRule::scale`], elements by the cast of the quotient in `f64`. The
//! quotient in `f64` is near enough, since no quotient here is nearer to a tie than 2⁻⁴⁸.

use ulp::block::{Blocks, Counts, ScaleRule, Scheme};
use ulp::{Bf16, Cast, Dtype, Flags, Format, Isa, Layout};

/// Random numbers, the same ones in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

fn value(layout: Layout, code: u64) -> f64 {
    f64::from_bits(Cast::new().convert(layout, Layout::BINARY64, code).0)
}

fn layouts(scheme: Scheme) -> (Layout, Layout) {
    (scheme.element.layout(), scheme.scale.layout())
}

fn scale_code(scheme: Scheme, scales: &[u8], index: usize) -> u64 {
    let bytes = scheme.scale.bits() as usize / 8;
    let mut code = [0; 8];
    code[..bytes].copy_from_slice(&scales[index * bytes..][..bytes]);
    u64::from_le_bytes(code)
}

/// Returns the index of the scale of a number.
fn block_of(scheme: Scheme, (rows, cols): (usize, usize), index: usize) -> usize {
    let (_, scale_cols) = scheme.blocks.grid(rows, cols);
    let (row, col) = (index / cols, index % cols);
    row / scheme.blocks.rows().min(rows) * scale_cols + col / scheme.blocks.cols().min(cols)
}

/// Checks the elements, scales and counts of a matrix on every instruction set. Returns the scales.
fn check<S: Format>(scheme: Scheme, src: &[S], cols: usize, tensor_scale: f32) -> Vec<u8> {
    let rows = src.len() / cols;
    let (element, scale) = layouts(scheme);
    let numbers: Vec<f64> = src.iter().map(|&x| x.cast::<f64>()).collect();
    let (grid_rows, grid_cols) = scheme.blocks.grid(rows, cols);
    let mut amax = vec![0f64; grid_rows * grid_cols];
    for (index, x) in numbers.iter().enumerate() {
        let amax = &mut amax[block_of(scheme, (rows, cols), index)];
        *amax = amax.max(x.abs());
    }
    let mut right = Vec::new();
    let mut counts = Counts::default();
    for isa in Isa::available() {
        let mut elements = vec![0xa5; scheme.element_bytes(rows, cols)];
        let mut scales = vec![0xa5; scheme.scale_bytes(rows, cols)];
        let cast = Cast::new().saturating();
        let found = scheme
            .quantize_on(isa, src, cols, tensor_scale, &mut elements, &mut scales, cast)
            .expect("the scheme and the lengths fit");
        for (block, amax) in amax.iter().enumerate() {
            let code = scheme.rule.scale(*amax as f32, tensor_scale, element, scale).0;
            assert_eq!(
                scale_code(scheme, &scales, block),
                code,
                "{scheme} on {isa}: the scale of {amax:e}"
            );
        }
        if right.is_empty() {
            for (index, &x) in numbers.iter().enumerate() {
                let code = scale_code(scheme, &scales, block_of(scheme, (rows, cols), index));
                let quotient = x / (value(scale, code) * f64::from(tensor_scale));
                let (code, flags) = cast.convert(Layout::BINARY64, element, quotient.to_bits());
                counts.saturated += usize::from(flags.contains(Flags::OVERFLOW));
                counts.became_zero += usize::from(x != 0.0 && value(element, code) == 0.0);
                right.push(code as u8);
            }
        }
        for (index, (&element, &right)) in elements.iter().zip(&right).enumerate() {
            assert_eq!(element, right, "{scheme} on {isa}: number {index}, {:e}", numbers[index]);
        }
        assert_eq!(found, counts, "{scheme} on {isa}");
        if isa == Isa::detect() {
            return scales;
        }
    }
    unreachable!("the detected instruction set is available");
}

/// Schemes whose products are exact, are snapped, or lie between, in blocks of whole and of half vectors.
fn schemes() -> Vec<(Scheme, f32)> {
    let bytes = |scheme: Scheme| scheme.element(scheme.element.unpacked());
    let e5m2 = Scheme::new(Dtype::F8E5M2, Dtype::Bf16, Blocks::new(1, 64));
    vec![
        (Scheme::MXFP8, 1.0),
        (Scheme::MXFP8_E5M2.rule(ScaleRule::Floor), 1.0),
        (Scheme::MXFP8.rule(ScaleRule::Floor), 1.0),
        (bytes(Scheme::MXFP6_E2M3), 1.0),
        (bytes(Scheme::MXFP4), 1.0),
        (bytes(Scheme::MXFP4).rule(ScaleRule::Even), 1.0),
        (bytes(Scheme::NVFP4), 1.0),
        (bytes(Scheme::NVFP4), 0.003_141_59),
        (Scheme::FP8_BLOCK, 1.0),
        (Scheme::FP8_ROW, 1.0),
        (e5m2, 1.0),
        (e5m2.blocks(Blocks::new(1, 48)), 1.0),
        (e5m2.blocks(Blocks::new(1, 256)).element(Dtype::F8E3M4), 1.0),
    ]
}

fn check_type<S: Format + Copy>(from_f64: impl Fn(f64) -> S, neighbour: impl Fn(S, i64) -> S) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (scheme, tensor_scale) in schemes() {
        let (element, scale) = layouts(scheme);
        for (rows, cols) in [(3, 149), (2, 2500), (1, 96), (40, 33)] {
            let mut numbers: Vec<S> = (0..rows * cols)
                .map(|_| {
                    let magnitude =
                        2f64.powi(random.below(24) as i32 - 20) * (1.0 + random.below(1 << 22) as f64 / (1 << 22) as f64);
                    from_f64(match random.below(12) {
                        0 => 0.0,
                        1 => -0.0,
                        2 => -1e-30,
                        sign => magnitude * if sign % 2 == 0 { -1.0 } else { 1.0 },
                    })
                })
                .collect();
            // The largest number of each block stands somewhere in the block. Both signs, and every place of a vector, come.
            let mut largest = vec![None; scheme.scale_bytes(rows, cols) * 8 / scheme.scale.bits() as usize];
            for index in 0..numbers.len() {
                let place = &mut largest[block_of(scheme, (rows, cols), index)];
                if place.is_none() || random.below(20) == 0 {
                    *place = Some(index);
                }
            }
            for &index in largest.iter().flatten() {
                let x = (16.0 + random.below(1 << 20) as f64 / f64::from(1 << 17)) * if index % 3 == 0 { -1.0 } else { 1.0 };
                numbers[index] = from_f64(x);
            }
            let scales = check(scheme, &numbers, cols, tensor_scale);
            // Ties times the scale, and the numbers beside.
            for (index, x) in numbers.iter_mut().enumerate() {
                let block = block_of(scheme, (rows, cols), index);
                if largest[block] == Some(index) || random.below(3) == 0 {
                    continue;
                }
                let divisor = value(scale, scale_code(scheme, &scales, block)) * f64::from(tensor_scale);
                let code = random.below(element.max_code() * 3 / 4);
                let tie = f64::midpoint(value(element, code), value(element, code + 1));
                let sign = if random.below(2) == 0 { -1.0 } else { 1.0 };
                *x = neighbour(from_f64(sign * tie * divisor), random.below(5) as i64 - 2);
            }
            check(scheme, &numbers, cols, tensor_scale);
        }
    }
}

#[test]
fn every_instruction_set_gives_the_definition_of_f32() {
    check_type(
        |x| x as f32,
        |x, step| f32::from_bits((i64::from(x.to_bits()) + step).max(0) as u32),
    );
}

#[test]
fn every_instruction_set_gives_the_definition_of_bfloat16() {
    let neighbour = |x: Bf16, step: i64| Bf16::from_bits((i64::from(x.to_bits()) + step).max(0) as u16);
    check_type(Bf16::from_f64, neighbour);
}
