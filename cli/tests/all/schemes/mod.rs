//! Weights that are stored with scales. The expected results are computed here, from the definitions of the formats and in f32 by
//! `half`. The computation shares nothing with `ulp`.

mod definitions;
mod directories;
mod one_step;
mod packed;
mod read;
mod refused;
mod samples;
mod write;

use half::{bf16, f16};
use safetensors::Dtype;

use crate::reference::Small;
use crate::support::Tensor;

/// Numbers that look random, from an LCG.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678)
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as u32
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.next() % end
    }

    /// Returns a positive scale of any digits.
    fn scale(&mut self) -> f32 {
        let digits = 1.0 + self.below(1 << 20) as f32 / (1 << 20) as f32;
        digits * 2f32.powi(self.below(20) as i32 - 15)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

/// A tensor, and its numbers.
#[derive(Clone)]
pub(crate) struct Numbers {
    pub(crate) tensor: Tensor,
    pub(crate) numbers: Vec<f32>,
}

/// Returns random numbers of a dtype, with their values.
pub(crate) fn random(random: &mut Random, dtype: Dtype, shape: &[usize]) -> Numbers {
    let count: usize = shape.iter().product();
    let (data, numbers) = match dtype {
        Dtype::F32 => {
            let numbers: Vec<f32> = (0..count).map(|_| random.scale()).collect();
            (numbers.iter().flat_map(|x| x.to_le_bytes()).collect(), numbers)
        }
        Dtype::BF16 => {
            let numbers: Vec<bf16> = (0..count).map(|_| bf16::from_f32(random.scale())).collect();
            let data = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            (data, numbers.into_iter().map(bf16::to_f32).collect())
        }
        Dtype::F16 => {
            let numbers: Vec<f16> = (0..count).map(|_| f16::from_f32(random.scale())).collect();
            let data = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            (data, numbers.into_iter().map(f16::to_f32).collect())
        }
        // The codes of E8M0 without NaN.
        Dtype::U8 | Dtype::F8_E8M0 => {
            let codes: Vec<u8> = (0..count).map(|_| 110 + random.below(30) as u8).collect();
            let numbers = codes.iter().map(|&code| 2f32.powi(i32::from(code) - 127));
            let numbers = numbers.collect();
            (codes, numbers)
        }
        _ => {
            let small = Small::new(dtype).unwrap();
            let codes = (0..count).map(|_| {
                loop {
                    let code = random.next() as u8;
                    if small.decode(code.into()).is_finite() {
                        break code;
                    }
                }
            });
            let codes: Vec<u8> = codes.collect();
            let numbers = codes.iter().map(|&code| small.decode(code.into()) as f32);
            let numbers = numbers.collect();
            (codes, numbers)
        }
    };
    Numbers {
        tensor: Tensor::new(dtype, shape, data),
        numbers,
    }
}

/// The magnitudes of fp4 by their codes.
const FP4: [f32; 8] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0];

fn fp4(code: u8) -> f32 {
    let magnitude = FP4[usize::from(code & 7)];
    if code & 8 == 0 { magnitude } else { -magnitude }
}

/// Returns fp4 in bytes of this dtype and shape, with their values.
pub(crate) fn packed4(random: &mut Random, dtype: Dtype, shape: &[usize]) -> Numbers {
    let data = random.bytes(shape.iter().product());
    let numbers = data.iter().flat_map(|byte| [fp4(byte & 15), fp4(byte >> 4)]);
    let numbers = numbers.collect();
    Numbers {
        tensor: Tensor::new(dtype, shape, data),
        numbers,
    }
}

/// Returns fp6 with `fraction` bits of fraction, in bytes of this shape, with their values.
pub(crate) fn packed6(random: &mut Random, shape: &[usize], fraction: u32) -> Numbers {
    let data = random.bytes(shape.iter().product());
    let one = |code: u32| {
        let (exponent, digits) = ((code & 31) >> fraction, code & ((1 << fraction) - 1));
        let bias = if fraction == 3 { 1 } else { 3 };
        let digits = digits as f32 / (1 << fraction) as f32;
        let magnitude = match exponent {
            0 => digits * 2f32.powi(1 - bias),
            _ => (1.0 + digits) * 2f32.powi(exponent as i32 - bias),
        };
        if code & 32 == 0 { magnitude } else { -magnitude }
    };
    let (threes, _) = data.as_chunks::<3>();
    let numbers = threes.iter().flat_map(|&[a, b, c]| {
        let bits = u32::from_le_bytes([a, b, c, 0]);
        [0, 6, 12, 18].map(|shift| one(bits >> shift & 63))
    });
    let numbers = numbers.collect();
    Numbers {
        tensor: Tensor::new(Dtype::U8, shape, data),
        numbers,
    }
}

/// Returns each number times the scale of its block, in f32. The numbers are those of one or several matrices, one after another.
pub(crate) fn scaled(
    numbers: &[f32],
    [rows, cols]: [usize; 2],
    scales: &[f32],
    [block_rows, block_cols]: [usize; 2],
    [grid_rows, grid_cols]: [usize; 2],
) -> Vec<f32> {
    let mut result = Vec::new();
    for (nth, number) in numbers.iter().enumerate() {
        let (matrix, row, col) = (nth / cols / rows, nth / cols % rows, nth % cols);
        let scale = (matrix * grid_rows + row / block_rows) * grid_cols + col / block_cols;
        result.push(scales[scale] * number);
    }
    result
}

/// Returns the numbers as bf16, rounded once, ties to even.
pub(crate) fn in_bf16(shape: &[usize], numbers: &[f32]) -> Tensor {
    let data = numbers.iter().flat_map(|&x| bf16::from_f32(x).to_le_bytes());
    Tensor::new(Dtype::BF16, shape, data.collect::<Vec<u8>>())
}
