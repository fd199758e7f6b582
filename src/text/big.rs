//! [`Big`]: an unsigned integer of many bits, on the stack; and the comparison that nothing is too near for.

use core::cmp::Ordering;

/// Enough for the formats whose finite numbers lie within 2<sup>±1100</sup>, `f64`'s range among them.
///
/// What [`compare`] puts here is nearly as large on both sides, so the smaller bound of the two holds for both. Digits: no
/// more than [`MOST_DIGITS`], which is 2658 bits. Powers of five: 5<sup>1132</sup>, where the last of so many digits of the
/// smallest number stands, times 60 bits of a significand: 2689 bits.
const LIMBS: usize = 48;

/// Digits that decide any comparison: those of the number half-way between two of a format of that range, 2<sup>−1100</sup>
/// times an odd integer of 60 bits, are 787 at most.
pub(super) const MOST_DIGITS: usize = 800;

/// An unsigned integer below 2<sup>3072</sup>. What would be larger is refused: the methods return whether it fits, and if not,
/// the value is arbitrary.
pub(super) struct Big {
    /// The least significant first; 0 from `len` on.
    limbs: [u64; LIMBS],
    len: usize,
}

impl Big {
    pub(super) const fn new(value: u64) -> Self {
        let mut limbs = [0; LIMBS];
        limbs[0] = value;
        Self {
            limbs,
            len: (value != 0) as usize,
        }
    }

    #[must_use]
    pub(super) const fn multiply_add(&mut self, factor: u64, addend: u64) -> bool {
        let mut carry = addend as u128;
        let mut i = 0;
        while i < self.len {
            carry += self.limbs[i] as u128 * factor as u128;
            self.limbs[i] = carry as u64;
            carry >>= 64;
            i += 1;
        }
        self.append(carry as u64)
    }

    /// Puts a limb on top, unless it is 0.
    const fn append(&mut self, limb: u64) -> bool {
        if limb == 0 {
            return true;
        }
        if self.len == LIMBS {
            return false;
        }
        self.limbs[self.len] = limb;
        self.len += 1;
        true
    }

    #[must_use]
    const fn multiply_by_power_of_five(&mut self, mut exponent: u32) -> bool {
        /// The largest power of five in a limb.
        const STEP: u32 = 27;
        while exponent > STEP {
            if !self.multiply_add(5u64.pow(STEP), 0) {
                return false;
            }
            exponent -= STEP;
        }
        self.multiply_add(5u64.pow(exponent), 0)
    }

    #[must_use]
    pub(super) const fn shift_left(&mut self, by: u32) -> bool {
        let (whole, rest) = ((by / 64) as usize, by % 64);
        if self.len == 0 {
            return true;
        }
        if !self.multiply_add(1 << rest, 0) || whole > LIMBS - self.len {
            return false;
        }
        let mut i = self.len;
        while i > 0 {
            i -= 1;
            self.limbs[i + whole] = self.limbs[i];
            if i < whole {
                self.limbs[i] = 0;
            }
        }
        self.len += whole;
        true
    }

    /// ⌊self / divisor⌋.
    pub(super) const fn divide(&mut self, divisor: u64) {
        let mut rest = 0;
        let mut i = self.len;
        while i > 0 {
            i -= 1;
            let dividend = (rest as u128) << 64 | self.limbs[i] as u128;
            self.limbs[i] = (dividend / divisor as u128) as u64;
            rest = (dividend % divisor as u128) as u64;
        }
        while self.len > 0 && self.limbs[self.len - 1] == 0 {
            self.len -= 1;
        }
    }

    /// The 128 topmost bits, from the highest that is set; of fewer bits than that, followed by zeros.
    pub(super) const fn top(&self) -> u128 {
        let mut top = 0;
        let mut filled = 0;
        let mut i = self.len;
        while i > 0 && filled < 128 {
            i -= 1;
            let limb = self.limbs[i] as u128;
            let bits = if filled == 0 {
                64 - self.limbs[i].leading_zeros()
            } else {
                64
            };
            let left = 128 - filled;
            if bits <= left {
                top |= limb << (left - bits);
                filled += bits;
            } else {
                top |= limb >> (bits - left);
                filled = 128;
            }
        }
        top
    }

    fn compare(&self, other: &Self) -> Ordering {
        let lengths = self.len.cmp(&other.len);
        let (one, other) = (&self.limbs[..self.len], &other.limbs[..other.len]);
        lengths.then_with(|| one.iter().rev().cmp(other.iter().rev()))
    }
}

/// The order of decimal · 10<sup>`decimal_exponent`</sup> and binary · 2<sup>`binary_exponent`</sup>; `None` if a [`Big`] is too
/// small for it.
pub(super) fn compare(
    mut decimal: Big,
    decimal_exponent: i32,
    binary: u64,
    binary_exponent: i32,
) -> Option<Ordering> {
    let mut binary = Big::new(binary);
    let fives = decimal_exponent.unsigned_abs();
    let twos = decimal_exponent - binary_exponent;
    let fits = if decimal_exponent < 0 {
        binary.multiply_by_power_of_five(fives)
    } else {
        decimal.multiply_by_power_of_five(fives)
    } && if twos < 0 {
        binary.shift_left(twos.unsigned_abs())
    } else {
        decimal.shift_left(twos.unsigned_abs())
    };
    fits.then(|| decimal.compare(&binary))
}
