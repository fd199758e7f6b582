//! [`Decoder`] and [`ScaleDecoder`]: convert codes of elements and of scales to `f32`, in lanes.

use super::plan::{Codes, Plan, widened};
use crate::format::Layout;

/// Converts codes of up to 8 bits to `f32`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decoder {
    magnitude: u32,
    max: u32,
    hidden: u32,
    /// The shift from the fraction of a code to the fraction of an `f32`.
    up: u32,
    rebias: u32,
    /// The smallest positive number. A subnormal number is its code times this number.
    unit: f32,
    sign: u32,
    sign_up: u32,
    /// The code with the bits of −0, which is not a number, if the format has no −0.
    reserved: Option<u8>,
    /// The exponents of the smallest and the largest number.
    pub(super) exponents: (i32, i32),
}

impl Decoder {
    #[inline]
    pub(super) fn new(layout: Layout) -> Option<Self> {
        let supported = layout.bits() <= 8
            && layout.is_signed()
            && layout.has_zero()
            && layout.finest_exponent() >= -126
            && layout.max_exponent() <= 127;
        let up = 23 - layout.fraction_bits();
        supported.then(|| Self {
            magnitude: layout.magnitude_mask() as u32,
            max: layout.max_code() as u32,
            hidden: layout.hidden_bit() as u32,
            up,
            rebias: ((127 - layout.bias()) as u32).wrapping_shl(23),
            unit: f32::from_bits(((127 + layout.finest_exponent()) as u32) << 23),
            sign: layout.sign_mask() as u32,
            sign_up: 32 - layout.bits(),
            reserved: (!layout.has_negative_zero()).then_some(layout.sign_mask() as u8),
            exponents: (layout.finest_exponent(), layout.max_exponent()),
        })
    }

    /// Returns the number of a code. The result is arbitrary if [`is_special`](Self::is_special) is true.
    #[inline(always)]
    pub(super) fn number(self, code: u8) -> f32 {
        let code = code as u32;
        let magnitude = code & self.magnitude;
        let normal = (magnitude << self.up).wrapping_add(self.rebias);
        let subnormal = (magnitude as i32 as f32 * self.unit).to_bits();
        let bits = if magnitude < self.hidden { subnormal } else { normal };
        f32::from_bits(bits | (code & self.sign) << self.sign_up)
    }

    /// Returns whether a code is an infinity or a NaN.
    #[inline(always)]
    pub(super) fn is_special(self, code: u8) -> bool {
        code & self.magnitude as u8 > self.max as u8 || Some(code) == self.reserved
    }

    #[inline(always)]
    pub(super) fn has_special(self, codes: &[u8]) -> bool {
        if self.max == self.magnitude && self.reserved.is_none() {
            return false;
        }
        let (magnitude, max) = (self.magnitude as u8, self.max as u8);
        let Some(reserved) = self.reserved else {
            return codes.iter().map(|code| code & magnitude).fold(0, u8::max) > max;
        };
        let special = |&code: &u8| (code & magnitude > max) as u8 | (code == reserved) as u8;
        codes.iter().map(special).fold(0, u8::max) != 0
    }
}

/// Converts scales of blocks to `f32`, and applies the tensor scale.
pub(super) struct ScaleDecoder {
    scale: Codes,
    kind: ScaleKind,
    tensor_scale: f32,
    divides: bool,
}

/// The kinds of codes of scales.
enum ScaleKind {
    E8m0,
    /// The upper 16 bits of an `f32`, or all 32 bits.
    Upper,
    Byte(Decoder),
    Other,
}

impl ScaleDecoder {
    /// Requires the default modes of the thread.
    #[inline]
    pub(super) fn new(plan: &Plan, tensor_scale: f32) -> Self {
        let scale = plan.scale;
        let kind = if scale.is_reversed {
            ScaleKind::Other
        } else if scale.layout.const_eq(Layout::E8M0FNU) {
            ScaleKind::E8m0
        } else if scale.layout.const_eq(Layout::BINARY32) || scale.layout.const_eq(Layout::BFLOAT16) {
            ScaleKind::Upper
        } else if let (Some(decoder), 8) = (Decoder::new(scale.layout), scale.bits) {
            ScaleKind::Byte(decoder)
        } else {
            ScaleKind::Other
        };
        Self {
            scale,
            kind,
            tensor_scale,
            divides: plan.divides,
        }
    }

    /// Computes the multipliers of blocks, from the block of index `first` on.
    #[inline(always)]
    pub(super) fn multipliers(&self, scales: &[u8], first: usize, multipliers: &mut [f32]) {
        match self.kind {
            ScaleKind::E8m0 => {
                for (multiplier, &code) in multipliers.iter_mut().zip(&scales[first..]) {
                    // 2^-127 is subnormal, and code 255 is NaN.
                    let bits = match code {
                        0 => 1 << 22,
                        255 => f32::NAN.to_bits(),
                        code => (code as u32) << 23,
                    };
                    *multiplier = f32::from_bits(bits);
                }
            }
            ScaleKind::Upper if self.scale.bits == 32 => {
                let (codes, _) = scales.as_chunks();
                for (multiplier, &code) in multipliers.iter_mut().zip(&codes[first..]) {
                    *multiplier = f32::from_le_bytes(code);
                }
            }
            ScaleKind::Upper => {
                let (codes, _) = scales.as_chunks();
                for (multiplier, &code) in multipliers.iter_mut().zip(&codes[first..]) {
                    *multiplier = f32::from_bits((u16::from_le_bytes(code) as u32) << 16);
                }
            }
            ScaleKind::Byte(decoder) => {
                for (multiplier, &code) in multipliers.iter_mut().zip(&scales[first..]) {
                    let number = decoder.number(code);
                    let special = decoder.is_special(code);
                    *multiplier = if special { f32::NAN } else { number };
                }
            }
            ScaleKind::Other => {
                for (multiplier, index) in multipliers.iter_mut().zip(first..) {
                    let code = self.scale.get(scales, index);
                    *multiplier = widened(self.scale.layout, code);
                }
            }
        }
        for multiplier in multipliers {
            *multiplier = if self.divides {
                *multiplier / self.tensor_scale
            } else {
                *multiplier * self.tensor_scale
            };
        }
    }
}
