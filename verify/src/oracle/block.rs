//! The right content of a block-scaled format. The oracle reads the matrix element by element, and finds scales by searching. It
//! compares quotients of elements without computing them.

use core::cmp::Ordering;

use super::arithmetic::{Quotient, div, mul, product};
use super::cast::{RoundingQuery, cast, nan};
use super::value::{Dyadic, Real, Value, decode, magnitude};
use super::{FormatSpec, OVERFLOW, Rounding, shipped};

/// The rules for scales. OCP MX 1.0, 6.3 describes "floor". torchao's `ScaleCalculationMode` names the other powers of two. The
/// first of them is RCEIL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The least power of two with which nothing overflows.
    Up,
    /// The quotient of the largest number and the largest element.
    Nearest,
    /// The largest power of two not above the largest number, divided by that of the largest element.
    Floor,
    /// The least power of two not below the largest number, divided by that of the largest element.
    Ceil,
    /// The rule `Floor` for the number rounded to the element's precision.
    Even,
}

impl Rule {
    /// The five rules.
    pub const ALL: [Rule; 5] = [Rule::Up, Rule::Nearest, Rule::Floor, Rule::Ceil, Rule::Even];
}

/// A block-scaled format.
#[derive(Clone, Copy, Debug)]
pub struct Blocked {
    /// The format of the elements, and the bits of an element in memory.
    pub element: (FormatSpec, u32),
    /// The format of the scales, and the bits of a scale.
    pub scale: (FormatSpec, u32),
    /// How many rows share a scale.
    pub rows: usize,
    /// How many columns share a scale.
    pub cols: usize,
    /// The rule.
    pub rule: Rule,
    /// The tensor's scale, a positive `f32`, and whether the value of a number is divided by it.
    pub tensor_scale: (f32, bool),
}

/// A quantized matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantized {
    /// The elements in memory.
    pub elements: Vec<u8>,
    /// The scales in memory.
    pub scales: Vec<u8>,
    /// The counts of numbers that were infinite, of numbers that were or are NaN, of finite numbers beyond the largest element,
    /// and of numbers that became zero.
    pub counts: [usize; 4],
}

const ONE: Dyadic = Dyadic {
    significand: 1,
    exponent: 0,
};

/// Returns the magnitude of a finite `f32`.
fn exactly(x: f32) -> Dyadic {
    magnitude(&shipped("float32"), u64::from(x.to_bits() & (u32::MAX >> 1)))
}

fn power(exponent: i32) -> Dyadic {
    Dyadic {
        significand: 1,
        exponent,
    }
}

impl Blocked {
    /// Returns the factor and the divisor of the tensor's scale, which apply to numbers before the division by their block's
    /// scale.
    fn tensor(&self) -> (Dyadic, Dyadic) {
        match self.tensor_scale {
            (scale, true) => (exactly(scale), ONE),
            (scale, false) => (ONE, exactly(scale)),
        }
    }

    /// Returns the code of the scale for the largest finite magnitude of a block.
    #[must_use]
    pub fn scale_code(&self, amax: f32) -> u64 {
        let (element, scale) = (&self.element.0, &self.scale.0);
        let powers_of_two = scale.fraction_bits == 0 && !scale.zero;
        if amax == 0.0 {
            // This is the code of 1, in a format that has one.
            return if powers_of_two {
                0
            } else {
                cast(&shipped("float32"), scale, 1f32.to_bits().into(), Rounding::TiesToEven, true).0
            };
        }
        let (factor, divisor) = self.tensor();
        let amax = product(exactly(amax), factor);
        let max = magnitude(element, element.max());
        if self.rule == Rule::Nearest {
            let quotient = Quotient(amax, product(max, divisor));
            let (code, _) = RoundingQuery::real(scale, false, &quotient).resolve(Rounding::TiesToEven, true);
            let least = if *scale == shipped("float32") {
                1 << 23
            } else {
                u64::from(scale.zero)
            };
            return code.max(least);
        }
        let scaled = Quotient(amax, divisor);
        // The largest power of two that is not above a number lies below the first power of two that is.
        let floor = |x: &dyn Fn(Dyadic) -> Ordering| above(|exponent| x(power(exponent)).is_lt()) - 1;
        let floor_of_max = floor(&|power| max.compare(power));
        let exponent = match self.rule {
            Rule::Up => {
                let quotient = Quotient(amax, product(max, divisor));
                above(|exponent| quotient.compare(power(exponent)).is_le())
            }
            Rule::Ceil => above(|exponent| scaled.compare(power(exponent)).is_le()) - floor_of_max,
            Rule::Floor => floor(&|power| scaled.compare(power)) - floor_of_max,
            Rule::Even => {
                let floor = floor(&|power| scaled.compare(power));
                // The point half-way between the last number before the next power of two and this power.
                let last = Dyadic {
                    significand: (2 << element.fraction_bits) - 1,
                    exponent: floor - element.fraction_bits as i32,
                };
                let up = scaled.compare(last.half_way()).is_ge();
                floor + i32::from(up) - floor_of_max
            }
            Rule::Nearest => unreachable!("it gives no power of two"),
        };
        let code = exponent + scale.bias;
        code.clamp(0, scale.max() as i32) as u64
    }

    /// Quantizes a matrix of `f32`. In a format without NaN, no scale should be NaN.
    ///
    /// # Panics
    /// If a NaN has no code.
    #[must_use]
    pub fn quantize(&self, src: &[f32], cols: usize, rounding: Rounding, saturate: bool) -> Quantized {
        let rows = src.len() / cols;
        let (grid_rows, grid_cols) = self.grid(rows, cols);
        let mut blocks = vec![Vec::new(); grid_rows * grid_cols];
        for index in 0..src.len() {
            blocks[self.block_of(index, rows, cols)].push(index);
        }
        let (element, scale) = (&self.element.0, &self.scale.0);
        let mut codes = vec![0; src.len()];
        let mut counts = [0; 4];
        let mut scales = Vec::new();
        for block in &blocks {
            let numbers = || block.iter().map(|&index| src[index]);
            let infinities = numbers().filter(|x| x.is_infinite()).count();
            let nans = numbers().filter(|x| x.is_nan()).count();
            counts[0] += infinities;
            if nans > 0 && nan(element, false, None).is_none() {
                counts[1] += block.len();
                scales.push(nan(scale, false, None).expect("the scale can be NaN"));
                continue;
            }
            counts[1] += nans;
            let finite = numbers().filter(|x| x.is_finite());
            let amax = finite.fold(0f32, |amax, x| amax.max(x.abs()));
            let code = if amax == 0.0 && infinities > 0 {
                scale.max()
            } else {
                self.scale_code(amax)
            };
            scales.push(code);
            for &index in block {
                let (code, flags) = self.element_of(src[index], code, rounding, saturate);
                codes[index] = code;
                counts[2] += usize::from(src[index].is_finite() && flags & OVERFLOW != 0);
                let zero = matches!(decode(element, code), Value::Finite { magnitude, .. } if magnitude.significand == 0);
                counts[3] += usize::from(zero && src[index] != 0.0);
            }
        }
        Quantized {
            elements: stream(&codes, self.element.1),
            scales: stream(&scales, self.scale.1),
            counts,
        }
    }

    /// Returns the exact quotient of a number and its scales, rounded once.
    #[must_use]
    pub fn element_of(&self, x: f32, scale: u64, rounding: Rounding, saturate: bool) -> (u64, u8) {
        let element = &self.element.0;
        if !x.is_finite() || x == 0.0 {
            let from = shipped("float32");
            return cast(&from, element, x.to_bits().into(), rounding, saturate);
        }
        let (factor, divisor) = self.tensor();
        let dividend = product(exactly(x), factor);
        let quotient = Quotient(dividend, product(magnitude(&self.scale.0, scale), divisor));
        RoundingQuery::real(element, x < 0.0, &quotient).resolve(rounding, saturate)
    }

    /// Returns the codes of `to` that elements and scales become, in three operations of binary32 and a cast.
    #[must_use]
    pub fn dequantize(&self, quantized: &Quantized, len: usize, cols: usize, to: &FormatSpec) -> Vec<u64> {
        let f32 = shipped("float32");
        let widened = |(shape, bits): (FormatSpec, u32), bytes: &[u8], index: usize| {
            let mut code = 0;
            for bit in 0..bits as usize {
                let place = index * bits as usize + bit;
                code |= u64::from(bytes[place / 8] >> (place % 8) & 1) << bit;
            }
            cast(&shape, &f32, code, Rounding::TiesToEven, false).0
        };
        let tensor = u64::from(self.tensor_scale.0.to_bits());
        let mut codes = Vec::new();
        for index in 0..len {
            let block = self.block_of(index, len / cols, cols);
            let scale = widened(self.scale, &quantized.scales, block);
            let scale = if self.tensor_scale.1 {
                div(&f32, scale, tensor).rounded(Rounding::TiesToEven).0
            } else {
                mul(&f32, scale, tensor).rounded(Rounding::TiesToEven).0
            };
            let element = widened(self.element, &quantized.elements, index);
            let (number, _) = mul(&f32, scale, element).rounded(Rounding::TiesToEven);
            codes.push(cast(&f32, to, number, Rounding::TiesToEven, false).0);
        }
        codes
    }

    fn grid(&self, rows: usize, cols: usize) -> (usize, usize) {
        (rows.div_ceil(self.rows), cols.div_ceil(self.cols))
    }

    fn block_of(&self, index: usize, rows: usize, cols: usize) -> usize {
        let (_, grid_cols) = self.grid(rows, cols);
        index / cols / self.rows * grid_cols + index % cols / self.cols
    }
}

/// Returns the least exponent for which a condition is true. If the condition is true for an exponent, it is true for all larger
/// ones.
fn above(is_true: impl Fn(i32) -> bool) -> i32 {
    let (mut low, mut high) = (-2000_i32, 2000);
    while low < high {
        let middle = (low + high).div_euclid(2);
        if is_true(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Returns the stream of codes, bit by bit, the lowest bit of the first code first.
fn stream(codes: &[u64], width: u32) -> Vec<u8> {
    let bits = codes.len() * width as usize;
    let mut bytes = vec![0; bits.div_ceil(8)];
    for bit in 0..bits {
        let code = codes[bit / width as usize];
        bytes[bit / 8] |= ((code >> (bit % width as usize) & 1) as u8) << (bit % 8);
    }
    bytes
}
