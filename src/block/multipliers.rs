//! The multipliers of blocks: their scales, read from bytes, times the tensor scale.

use super::decode::Decode;
use super::plan::{Codes, Plan, widened};
use crate::format::Layout;

/// The scales of blocks, times the tensor scale.
pub(super) struct Scales {
    scale: Codes,
    how: How,
    tensor_scale: f32,
    divides: bool,
}

/// The way to read the codes of scales.
enum How {
    E8m0,
    /// The upper bits of an `f32`, 16 or 32 of them.
    Upper,
    Byte(Decode),
    Other,
}

impl Scales {
    /// Requires the default modes of the thread.
    pub(super) fn new(plan: &Plan, tensor_scale: f32) -> Self {
        let scale = plan.scale;
        let how = if scale.is_reversed {
            How::Other
        } else if scale.layout.same(Layout::E8M0FNU) {
            How::E8m0
        } else if scale.layout.same(Layout::BINARY32) || scale.layout.same(Layout::BFLOAT16) {
            How::Upper
        } else if let (Some(decode), 8) = (Decode::new(scale.layout), scale.bits) {
            How::Byte(decode)
        } else {
            How::Other
        };
        Self {
            scale,
            how,
            tensor_scale,
            divides: plan.divides,
        }
    }

    /// Finds the multipliers of blocks, from the block of index `first` on.
    #[inline(always)]
    pub(super) fn multipliers(&self, scales: &[u8], first: usize, multipliers: &mut [f32]) {
        match self.how {
            How::E8m0 => {
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
            How::Upper if self.scale.bits == 32 => {
                let (codes, _) = scales.as_chunks();
                for (multiplier, &code) in multipliers.iter_mut().zip(&codes[first..]) {
                    *multiplier = f32::from_le_bytes(code);
                }
            }
            How::Upper => {
                let (codes, _) = scales.as_chunks();
                for (multiplier, &code) in multipliers.iter_mut().zip(&codes[first..]) {
                    *multiplier = f32::from_bits((u16::from_le_bytes(code) as u32) << 16);
                }
            }
            How::Byte(decode) => {
                for (multiplier, &code) in multipliers.iter_mut().zip(&scales[first..]) {
                    let number = decode.number(code);
                    let special = decode.is_special(code);
                    *multiplier = if special { f32::NAN } else { number };
                }
            }
            How::Other => {
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
